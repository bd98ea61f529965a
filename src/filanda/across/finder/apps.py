# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class FinderConfig(AppConfig):
    name = "filanda.across.finder"
    label = "finder"
