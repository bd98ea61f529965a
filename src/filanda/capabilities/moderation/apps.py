# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class ModerationConfig(AppConfig):
    name = "filanda.capabilities.moderation"
    label = "moderation"
