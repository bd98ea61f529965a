# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class FollowingConfig(AppConfig):
    name = "filanda.across.following"
    label = "following"
