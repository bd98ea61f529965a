# SPDX-License-Identifier: EUPL-1.2
"""Claims of organisations whose document waits for a facilitator, as the workbench shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from filanda.directory.affiliations.models import Claim, ClaimState
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.models import Event
from filanda.kernel.manifests.desk import DeskAction, DeskLine, DeskSource, StillWaits
from filanda.kernel.policies import decide
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.regions.working import working_time_after

__all__ = ["CLAIMS"]

WITHIN = 2  # working days in which a document is looked at


def _waiting(ids: Sequence[int] | None, now: datetime) -> Iterable[StillWaits]:
    """One query."""
    region = active_region()
    rows = Claim.objects.filter(state=ClaimState.DOCUMENT_GIVEN)
    rows = rows if ids is None else rows.filter(pk__in=ids)
    for pk, account, since in rows.values_list("pk", "account", "state_changed_at"):
        yield StillWaits(pk, since, working_time_after(region, since, WITHIN), not_for=(account,))


def _lines(actor: Actor, ids: Sequence[int], now: datetime) -> Mapping[int, DeskLine]:
    """One query."""
    rows = Claim.objects.visible_to(actor).filter(pk__in=ids, state=ClaimState.DOCUMENT_GIVEN)
    rows = rows.select_related("organisation", "account")
    return {row.pk: _line(row) for row in rows if decide(actor, "affiliations.claims.decide", row)}


def _line(row: Claim) -> DeskLine:
    context = [_("%(name)s gave a document") % {"name": row.account.name or row.account.email}, row.message]
    return DeskLine(
        title=row.organisation.name,
        url_name="ownership:claim-detail",
        url_args=(row.pk,),
        context=tuple(words for words in context if words),
        actions=(
            DeskAction(_("Look at the document"), "ownership:claim-detail", (row.pk,)),
            DeskAction(_("Refuse"), "ownership:claim-move", (row.pk, "refuse"), method="post", asks="reason"),
        ),
        person_id=row.account_id,
    )


def _touched(event: Event) -> Iterable[int]:
    return [event.subject_id] if event.subject_type == "claim" and event.subject_id else []


CLAIMS = DeskSource(
    "organisation.claim",
    gettext_lazy("Claims of organisations"),
    _waiting,
    _lines,
    ("affiliations.claim.", "affiliations.person.erased"),
    _touched,
)
