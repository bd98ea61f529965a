# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class ModeratingConfig(AppConfig):
    name = "filanda.across.moderating"
    label = "moderating"
