# SPDX-License-Identifier: EUPL-1.2
"""The worker's part: uploaded lists are written, objections that nobody decided hide a body in time."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from filanda.directory.organisations.actions import importing
from filanda.directory.organisations.importers.tables import TableRefused
from filanda.directory.organisations.models import ImportRun, ImportState
from filanda.kernel.identity.actors import actor_for
from filanda.kernel.jobs.queue import enqueue, region_job
from filanda.kernel.policies import Forbidden
from filanda.kernel.regions.models import Region


@region_job("organisations.run_import", retries=5)
def run_import(region: Region, run_id: int) -> None:
    """Write an uploaded list for whoever uploaded it, with the roles that they still have."""
    run = ImportRun.objects.filter(pk=run_id).select_related("account", "organisation", "region").first()
    if run is None or run.state in (ImportState.DONE, ImportState.FAILED):
        return
    actor = actor_for(run.account, has_second_factor=True)
    try:
        importing.run_import(actor=actor, run=run, now=timezone.now)
    except (Forbidden, TableRefused) as error:
        run.state, run.failure, run.finished_at = ImportState.FAILED, str(error)[:500], timezone.now()
        run.save()
        return
    if run.state != ImportState.DONE:  # the worker was asked to stop: the next one goes on from here
        with transaction.atomic():
            enqueue(run_import, region_id=region.pk, run_id=run_id)
