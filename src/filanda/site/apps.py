# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class SiteConfig(AppConfig):
    """Last of the installed apps: when it is ready, all rooms are, and their manifests are read."""

    name = "filanda.site"
    label = "site"

    def ready(self) -> None:
        from filanda.kernel import manifests
        from filanda.kernel.database.timestamps import read_quickly

        read_quickly()
        manifests.load()
