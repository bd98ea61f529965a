# SPDX-License-Identifier: EUPL-1.2
"""Whether the database's schema is this code's, and making it so."""

from __future__ import annotations

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from filanda.site.failures import Failure


def unapplied() -> list[str]:
    """Names of migrations that wait to be applied."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def from_the_future() -> list[str]:
    """Names of applied migrations of known apps that this code does not have: a newer version was here."""
    loader = MigrationExecutor(connection).loader
    known, apps = set(loader.disk_migrations or ()), loader.migrated_apps
    applied = MigrationRecorder(connection).applied_migrations()
    return [f"{app}.{name}" for app, name in applied if app in apps and (app, name) not in known]


def migrate(*, verbose: bool = False) -> int:
    """Apply what waits. Returns how many migrations. Raises Failure when a newer version used this database."""
    newer = from_the_future()
    if newer:
        raise Failure(
            f"this database was used by a newer version of Filanda (it knows {newer[0]}). Nothing was changed."
            " Start that version again, or restore a backup made before."
        )
    waiting = unapplied()
    if waiting:
        call_command("migrate", interactive=False, verbosity=1 if verbose else 0)
    return len(waiting)
