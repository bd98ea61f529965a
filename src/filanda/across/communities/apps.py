# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class CommunitiesConfig(AppConfig):
    name = "filanda.across.communities"
    label = "communities"
