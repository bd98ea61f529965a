# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class FollowsConfig(AppConfig):
    name = "filanda.capabilities.follows"
    label = "follows"
