# SPDX-License-Identifier: EUPL-1.2
"""Who may put files where, and take them away; and the things of the rooms below that have files."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from filanda.capabilities.files.models import STAFF, FileKind, StoredFile
from filanda.capabilities.files.subjects import Ids, register_subject, subject
from filanda.directory.affiliations.models import Claim, ClaimState
from filanda.directory.organisations.models import Organisation
from filanda.kernel.identity.actors import Actor
from filanda.kernel.policies import Decision, decide

__all__ = ["may_remove", "may_store"]


def may_store(actor: Actor, thing: Any) -> Decision:
    """`thing`: (kind, id)."""
    if actor.account_id is None:
        return Decision(False, _("Sign in first: files belong to somebody."))
    kind, number = thing
    return subject(kind).may_add(actor, number)


def may_remove(actor: Actor, file: StoredFile) -> Decision:
    if actor.account_id is not None and file.kind == FileKind.DOCUMENT and file.uploaded_by_id == actor.account_id:
        return Decision(True)
    if actor.roles & STAFF and not subject(file.subject_kind).is_closed_to_staff:
        return Decision(True)
    return may_store(actor, (file.subject_kind, file.subject_id))


def _may_add_to_claim(actor: Actor, claim_id: int) -> Decision:
    """Whoever claims, while it is open."""
    is_theirs = Claim.objects.filter(
        pk=claim_id,
        account=actor.account_id,
        state__in=[ClaimState.ASKED, ClaimState.CODE_SENT, ClaimState.DOCUMENT_GIVEN],
    ).exists()
    return Decision(is_theirs, "" if is_theirs else _("Documents are added by whoever claims, until it is decided."))


def _may_add_to_organisation(actor: Actor, organisation_id: int) -> Decision:
    organisation = Organisation.objects.visible_to(actor).filter(pk=organisation_id).first()
    if organisation is None:
        return Decision(False, _("No organisation that you can see has this address."))
    return decide(actor, "organisations.update", organisation)


def _claims_seen(actor: Actor) -> Ids:
    seen: Ids = Claim.objects.visible_to(actor).order_by().values("pk")
    return seen


def _claims_over(before: datetime) -> Ids:
    over: Ids = (
        Claim.objects.filter(
            state__in=[ClaimState.GRANTED, ClaimState.REFUSED, ClaimState.LAPSED, ClaimState.TAKEN_BACK],
            state_changed_at__lt=before,
        )
        .order_by()
        .values("pk")
    )
    return over


def _organisations_seen(actor: Actor) -> Ids:
    seen: Ids = Organisation.objects.visible_to(actor).order_by().values("pk")
    return seen


register_subject("claim", may_add=_may_add_to_claim, visible=_claims_seen, over=_claims_over)
register_subject("organisation", may_add=_may_add_to_organisation, visible=_organisations_seen)
