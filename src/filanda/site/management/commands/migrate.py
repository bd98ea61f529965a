# SPDX-License-Identifier: EUPL-1.2
"""Django's `migrate`, in a tenth of its time; `filanda migrate`, `filanda run` and the tests come here."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate

from filanda.kernel.database.migrating import rendering_little


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with rendering_little():
            super().handle(*args, **options)
