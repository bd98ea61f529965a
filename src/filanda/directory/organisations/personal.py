# SPDX-License-Identifier: EUPL-1.2
"""What organisations keep about people: who changed what, drafts, files, decisions; how it leaves and is erased."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from filanda.directory.organisations.actions.importing import forget_runs
from filanda.directory.organisations.actions.merging import forget_ledgers
from filanda.directory.organisations.actions.objecting import forget_objections
from filanda.directory.organisations.actions.undoing import forget_before
from filanda.directory.organisations.models import (
    VERSIONS,
    Draft,
    ImportRun,
    Merge,
    NotTheSame,
    Objection,
    ObjectionState,
)
from filanda.directory.organisations.steps.ledger import forget_account
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account
from filanda.kernel.manifests import Waiting
from filanda.kernel.policies import decide
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import active_region

__all__ = ["collect", "erase", "forget_history", "forget_imports", "forget_ledgers", "forget_spoken", "waiting"]


def collect(account: Account) -> Mapping[str, Any]:
    """What `account` changed (which rows, when), what they typed and did not save, and the files they sent."""
    changes = [
        {"at": at.isoformat(), "kind": str(model._meta.model_name), "id": pk, "what": label}
        for model, versions in VERSIONS.items()
        for at, pk, label in versions.objects.filter(pgh_context__account=account.pk).values_list(
            "pgh_created_at", "id", "pgh_label"
        )
    ]
    drafts = Draft.objects.filter(account=account).values("organisation_id", "form", "typed", "saved_at")
    runs = ImportRun.objects.filter(account=account).values("kind", "file_name", "created_at", "created", "wrong")
    merges = Merge.objects.filter(merged_by=account).values("organisation_id", "old_id", "merged_at")
    said = {
        "changes": sorted(changes, key=lambda change: change["at"]),
        "drafts": [row | {"saved_at": row["saved_at"].isoformat()} for row in drafts],
        "files": [row | {"created_at": row["created_at"].isoformat()} for row in runs],
        "merges": [row | {"merged_at": row["merged_at"].isoformat()} for row in merges],
    }
    return {"organisations.json": said} if any(said.values()) else {}


def erase(account: Account, keeps: bool) -> None:
    """Drafts and files go; changes stay, as by a former member: what an organisation says of itself is its own."""
    forget_account(account)
    Draft.objects.filter(account=account).delete()
    ImportRun.objects.filter(account=account).delete()
    for versions in VERSIONS.values():
        for row in versions.objects.filter(pgh_context__account=account.pk).only("pgh_id", "pgh_context"):
            said = {key: value for key, value in row.pgh_context.items() if key != "account"}
            versions.objects.filter(pgh_id=row.pgh_id).update(pgh_context=said)
    for model, field in (
        (Merge, "merged_by"),
        (Merge, "undone_by"),
        (NotTheSame, "said_by"),
        (Objection, "decided_by"),
    ):
        model.objects.filter(**{field: account}).update(**{field: None})


def waiting(actor: Actor) -> Iterable[Waiting]:
    """Objections that staff have to decide."""
    if not decide(actor, "organisations.objections.decide", active_region()):
        return
    open_ones = Objection.objects.visible_to(actor).filter(state=ObjectionState.WAITING)
    oldest = open_ones.order_by("due_at").values_list("created_at", flat=True)
    count = len(oldest)
    if count:
        yield Waiting(_("Objections and corrections to decide"), "ownership:objections", (), count, oldest[0])


def forget_history(region: Region, before: datetime, now: datetime) -> int:
    """What rows said long ago."""
    return forget_before(before)


def forget_imports(region: Region, before: datetime, now: datetime) -> int:
    """Files that were sent."""
    return forget_runs(region, before)


def forget_spoken(region: Region, before: datetime, now: datetime) -> int:
    """Objections that were decided."""
    return forget_objections(region, before)
