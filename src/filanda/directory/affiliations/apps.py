# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class AffiliationsConfig(AppConfig):
    name = "filanda.directory.affiliations"
    label = "affiliations"

    def ready(self) -> None:
        from filanda.directory.affiliations.steps import follow_merge
        from filanda.directory.organisations.steps import on_merge

        on_merge(follow_merge)
