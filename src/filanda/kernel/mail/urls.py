# SPDX-License-Identifier: EUPL-1.2
"""Outside the languages: the demonstration's outbox, where mail providers report, and where they bring answers."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from filanda.kernel.mail import views
from filanda.kernel.mail.webhooks import inbound_addresses

app_name = "mail"
urlpatterns: list[URLPattern | URLResolver] = [
    path("demo/outbox/", views.outbox, name="outbox"),
    path("demo/outbox/<id:number>/", views.outbox_message, name="outbox-message"),
    path("demo/outbox/<id:number>/reply", views.outbox_reply, name="outbox-reply"),
    path("demo/outbox/<id:number>/html", views.outbox_html, name="outbox-html"),
]


def report_addresses(provider: str, anymail: Mapping[str, object]) -> list[URLPattern]:
    """Where `provider` reports bounces and complaints: mail/reports/<provider>/tracking/.

    It is protected by ANYMAIL_WEBHOOK_SECRET=user:password. Without one anybody could mark anybody's address: there is
    no such address then.
    """
    if not provider or not anymail.get("WEBHOOK_SECRET"):
        return []
    from anymail.urls import urlpatterns as known

    return [found for found in known if found.name == f"{provider}_tracking_webhook"]


urlpatterns.append(path("mail/reports/", include(report_addresses(settings.ANYMAIL_PROVIDER, settings.ANYMAIL))))
urlpatterns.append(path("mail/inbound/", include(inbound_addresses(settings.REPLY_PROVIDER, settings.ANYMAIL))))
