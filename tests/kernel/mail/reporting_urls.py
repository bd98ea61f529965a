# SPDX-License-Identifier: EUPL-1.2
"""The site's addresses, and those of an installation that sends through Postmark."""

from django.urls import include, path

from filanda.kernel.mail.urls import report_addresses
from filanda.site.urls import handler400, handler403, handler404, handler500
from filanda.site.urls import urlpatterns as known

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    path("mail/reports/", include(report_addresses("postmark", {"WEBHOOK_SECRET": "a:b"}))),
    *known,
]
