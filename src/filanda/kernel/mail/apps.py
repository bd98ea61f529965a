# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "filanda.kernel.mail"
    label = "mail"

    def ready(self) -> None:
        from filanda.kernel.mail import tracking, webhooks

        tracking.listen()
        webhooks.listen()
