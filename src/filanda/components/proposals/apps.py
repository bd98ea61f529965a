# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class ProposalsConfig(AppConfig):
    name = "filanda.components.proposals"
    label = "proposals"

    def ready(self) -> None:
        from filanda.components.proposals.merges import follow_merge
        from filanda.directory.organisations.steps import on_merge

        on_merge(follow_merge)
