# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class CollaborationsConfig(AppConfig):
    name = "filanda.capabilities.collaborations"
    label = "collaborations"
