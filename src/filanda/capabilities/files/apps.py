# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "filanda.capabilities.files"
    label = "files"

    def ready(self) -> None:
        from filanda.capabilities.files.steps import follow_merge, kept_in_ledgers
        from filanda.directory.organisations.steps import on_merge

        on_merge(follow_merge, keep=kept_in_ledgers)
