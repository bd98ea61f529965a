# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class SpacesConfig(AppConfig):
    name = "filanda.spaces"
    label = "spaces"
