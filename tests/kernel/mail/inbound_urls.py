# SPDX-License-Identifier: EUPL-1.2
"""The site's addresses, and those of an installation whose answers come through Postmark and Mailgun."""

from django.urls import include, path

from filanda.kernel.mail.webhooks import inbound_addresses
from filanda.site.urls import handler400, handler403, handler404, handler500
from filanda.site.urls import urlpatterns as known

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    path("mail/inbound/", include(inbound_addresses("postmark", {"WEBHOOK_SECRET": "bringer:n0t-guessed"}))),
    path("mail/inbound/", include(inbound_addresses("mailgun", {"WEBHOOK_SECRET": "bringer:n0t-guessed"}))),
    *known,
]
