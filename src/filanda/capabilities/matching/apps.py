# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class MatchingConfig(AppConfig):
    name = "filanda.capabilities.matching"
    label = "matching"
