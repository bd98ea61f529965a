# SPDX-License-Identifier: EUPL-1.2
"""Outside the languages: the demonstration's outbox, and where mail providers report."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from filanda.kernel.mail import views

app_name = "mail"
urlpatterns: list[URLPattern | URLResolver] = [
    path("demo/outbox/", views.outbox, name="outbox"),
    path("demo/outbox/<int:number>/", views.outbox_message, name="outbox-message"),
    path("demo/outbox/<int:number>/html", views.outbox_html, name="outbox-html"),
]
# Without its secret (ANYMAIL_WEBHOOK_SECRET=user:password) anybody could mark anybody's address: no address then.
if settings.ANYMAIL_PROVIDER and settings.ANYMAIL.get("WEBHOOK_SECRET"):
    urlpatterns.append(path("mail/reports/", include("anymail.urls")))
