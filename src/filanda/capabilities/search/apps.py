# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "filanda.capabilities.search"
    label = "search"
