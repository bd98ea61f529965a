# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class FollowsConfig(AppConfig):
    name = "filanda.capabilities.follows"
    label = "follows"

    def ready(self) -> None:
        from filanda.capabilities.follows.steps import follow_merge
        from filanda.directory.organisations.steps import on_merge

        on_merge(follow_merge)
