# SPDX-License-Identifier: EUPL-1.2
"""Bodies that nobody claimed speak up without an account, and staff answer.

By a link that was sent to the body itself an objection hides it at once; so does one about a sole trader, as a name is
personal data. From anybody else it waits for staff, and hides the body after a day unless somebody decided otherwise,
with a reason. A correction waits for staff and hides nothing.

A body that people with accounts look after speaks through them: whatever somebody without an account says of it waits
for staff and hides nothing, or any passer-by could take a competitor's page away for a night.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from filanda.directory.organisations.models import Objection, ObjectionKind, ObjectionState, Organisation
from filanda.directory.organisations.steps import set_hidden, sign_history
from filanda.directory.organisations.steps.speaking import say_token, spoken_for
from filanda.kernel.identity.actors import PLATFORM, Actor
from filanda.kernel.identity.models import Role, RoleGrant
from filanda.kernel.journal.actions import record
from filanda.kernel.mail.steps import post
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region
from filanda.kernel.text.folding import clean

__all__ = [
    "ReasonMissing",
    "decide_objection",
    "forget_objections",
    "has_own_people",
    "hide_overdue",
    "make_objection",
    "say_token",
    "spoken_for",
]

DUE = timedelta(hours=24)
LONGEST = 4000


class ReasonMissing(ValueError):
    """Whoever objected has a right to know why nothing is done."""


def make_objection(
    *,
    actor: Actor,
    organisation: Organisation,
    kind: str,
    text: str,
    email: str,
    name: str,
    language: str,
    is_signed: bool,
    now: datetime,
) -> Objection:
    """Say that something is wrong, or that the body does not want to be listed.

    Raises ValidationError and Forbidden.
    """
    errors: dict[str, list[str]] = {}
    text = clean(text.replace("\r\n", "\n"))
    if kind not in ObjectionKind.values:
        errors["kind"] = [_("Choose what it is about.")]
    if kind == ObjectionKind.CORRECT and not text:
        errors["text"] = [_("Write what is wrong, and what it should say.")]
    if len(text) > LONGEST:
        errors["text"] = [_("At most %(most)d characters.") % {"most": LONGEST}]
    if email or not is_signed:
        try:
            validate_email(email.strip())
        except ValidationError:
            errors["email"] = [_("Write an e-mail address at which we can answer you.")]
    if errors:
        raise ValidationError(errors)
    with transaction.atomic(durable=True):
        locked: Organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
        require(actor, "organisations.objections.make", locked)
        made: Objection = Objection.objects.create(
            region=locked.region,
            organisation=locked,
            kind=kind,
            text=text,
            name=clean(name)[:200],
            email=email.strip()[:254],
            language=language,
            is_signed=is_signed,
            created_at=now,
            due_at=now + DUE,
        )
        record(
            "organisations.objection.made",
            region=locked.region,
            actor=actor,
            subject=made,
            payload={"organisation": locked.pk, "kind": kind, "is_signed": is_signed},
        )
        at_once = is_signed or locked.is_natural_person
        if kind == ObjectionKind.UNLIST and at_once and not has_own_people([locked.pk], now):
            _hide(locked, made, now)
            if is_signed:
                made.state, made.decided_at = ObjectionState.UPHELD, now
                made.save(update_fields=["state", "decided_at"])
    return made


def decide_objection(*, actor: Actor, objection: Objection, follow: bool, reason: str, now: datetime) -> bool:
    """Follow an objection (one not to be listed hides the body) or not; then a reason is needed. False: somebody else
    decided it before, and nothing happens. Raises ReasonMissing, Forbidden.
    """
    reason = clean(reason)[:1000]
    if not follow and not reason:
        raise ReasonMissing(_("Say why: whoever objected has a right to know."))
    with transaction.atomic(durable=True):
        locked: Objection = Objection.objects.select_for_update().get(pk=objection.pk)
        require(actor, "organisations.objections.decide", locked)
        if locked.state != ObjectionState.WAITING:
            return False
        body: Organisation = Organisation.objects.select_for_update().get(pk=locked.organisation_id)
        if locked.kind == ObjectionKind.UNLIST:
            if follow:
                _hide(body, locked, now)
            elif locked.hidden_at is not None and body.hidden_at is not None:
                sign_history(actor)
                set_hidden(body, None, "organisations.organisation.shown", actor=actor, reason=reason)
        locked.state = ObjectionState.UPHELD if follow else ObjectionState.REJECTED
        locked.decided_at, locked.decided_by_id, locked.reason = now, actor.account_id, reason
        locked.save(update_fields=["state", "decided_at", "decided_by", "reason"])
        record(
            "organisations.objection.decided",
            region=body.region,
            actor=actor,
            subject=locked,
            payload={"organisation": body.pk, "followed": follow, "reason": reason},
        )
        if locked.email:
            post(
                region=body.region,
                to=locked.email,
                template="organisations/mail/objection_decided",
                language=locked.language or body.region.default_language,
                context={"organisation": body.name, "followed": follow, "kind": locked.kind, "reason": reason},
            )
        return True


def hide_overdue(*, actor: Actor, region: Region, now: datetime) -> int:
    """Hide the bodies whose wish not to be listed nobody decided within a day. Returns how many. For the clock."""
    require(actor, "organisations.hide")
    due = Objection.objects.filter(
        region=region, state=ObjectionState.WAITING, kind=ObjectionKind.UNLIST, hidden_at=None, due_at__lte=now
    )
    count = 0
    overdue = list(due.values_list("pk", "organisation_id"))
    looked_after = has_own_people([body for _pk, body in overdue], now)
    for pk in [pk for pk, body in overdue if body not in looked_after]:
        with transaction.atomic(durable=True):
            locked = Objection.objects.select_for_update().filter(pk=pk, state=ObjectionState.WAITING).first()
            if locked is not None:
                _hide(Organisation.objects.select_for_update().get(pk=locked.organisation_id), locked, now)
                count += 1
    return count


def has_own_people(organisation_ids: Iterable[int], now: datetime) -> frozenset[int]:
    """Those of the bodies that an admin of theirs looks after at `now`. One query."""
    grants = RoleGrant.objects.filter(
        Q(until=None) | Q(until__gt=now),
        role=Role.ORGANISATION_ADMIN,
        scope_kind="organisation",
        scope_id__in=list(organisation_ids),
        ended_at=None,
        account__is_active=True,
    )
    return frozenset(grants.values_list("scope_id", flat=True))


def forget_objections(region: Region, before: datetime) -> int:
    """Delete decided objections older than `before`. Returns how many. In the caller's transaction."""
    gone: int = Objection.objects.filter(region=region, decided_at__lt=before).delete()[0]
    return gone


def _hide(body: Organisation, objection: Objection, now: datetime) -> None:
    objection.hidden_at = now
    objection.save(update_fields=["hidden_at"])
    if body.hidden_at is None:
        sign_history(PLATFORM)
        set_hidden(body, now, "organisations.organisation.hidden", actor=PLATFORM, reason=f"objection {objection.pk}")
