# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class AffiliationsConfig(AppConfig):
    name = "filanda.directory.affiliations"
    label = "affiliations"

    def ready(self) -> None:
        from filanda.directory.affiliations.merges import follow_merge, follow_part, kept_in_ledgers
        from filanda.directory.organisations.steps import on_merge, on_part

        on_merge(follow_merge, keep=kept_in_ledgers)
        on_part(follow_part)
