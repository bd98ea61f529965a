# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "filanda.capabilities.desk"
    label = "desk"
