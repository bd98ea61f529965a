# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class CollaboratingConfig(AppConfig):
    name = "filanda.across.collaborating"
    label = "collaborating"
