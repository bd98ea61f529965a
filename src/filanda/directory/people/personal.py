# SPDX-License-Identifier: EUPL-1.2
"""What this room keeps about people: how it leaves with them, how it is erased, what waits for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext as _

from filanda.directory.people.models import FIELDS, STAFF, Block, JoiningDraft, Person, ValidationState
from filanda.directory.people.queries import facilitator_rules, person_of
from filanda.directory.people.steps import touches
from filanda.kernel.identity.actors import PLATFORM, Actor
from filanda.kernel.identity.models import Account
from filanda.kernel.journal.actions import record
from filanda.kernel.manifests import Waiting
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import active_region


def collect(account: Account) -> Mapping[str, Any]:
    """The profile with everything it says, a draft of joining, and whom they blocked (by number: names are others')."""
    files: dict[str, Any] = {}
    person = Person.objects.filter(account=account).select_related("facilitator").first()
    if person is not None:
        files["profile.json"] = {
            "id": person.pk,
            "name": person.name,
            "headline": person.headline,
            "purpose": person.purpose,
            "about": person.about,
            "languages": person.languages,
            "orcid": person.orcid,
            "links": person.links,
            "listing": person.listing,
            "visibility": {field: str(person.visibility_of(field)) for field in FIELDS},
            "concepts": [
                {"kind": kind, "scheme": scheme, "code": code, "labels": labels, "origin": origin}
                for kind, scheme, code, labels, origin in person.concept_links.order_by("kind", "concept").values_list(
                    "kind", "concept__scheme__slug", "concept__code", "concept__labels", "origin"
                )
            ],
            "facilitator": str(person.facilitator) if person.facilitator else None,
            "validation": {
                "state": person.state,
                "since": person.state_changed_at,
                "question": person.return_reason,
                "answer": person.answer,
                "before": person.validated_from or None,
            },
            "hidden": {"since": person.hidden_at, "reason": person.hidden_reason} if person.hidden_at else None,
            "joined_at": person.joined_at,
            "updated_at": person.updated_at,
        }
    drafts = JoiningDraft.objects.filter(account=account).values("typed", "updated_at")
    if drafts:
        files["joining-draft.json"] = list(drafts)
    blocked = Block.objects.filter(blocker=account).order_by("pk")
    if blocked:
        files["blocked.json"] = [
            {"person": person_id, "since": since}
            for person_id, since in blocked.values_list("blocked__people", "created_at")
        ]
    return files


def erase(account: Account, keeps: bool) -> None:
    """Empty the profile: what is left is "a former member", whom contributions that stay can name.

    Blocks that others made against the account go with it: there is nobody left to be kept away.
    """
    JoiningDraft.objects.filter(account=account).delete()
    Block.objects.filter(Q(blocker=account) | Q(blocked=account)).delete()
    Person.objects.filter(facilitator=account).update(facilitator=None)
    Person.objects.filter(validated_by=account).update(validated_by=None)
    for person in Person.objects.select_for_update(of=("self",)).select_related("region").filter(account=account):
        person.concept_links.all().delete()
        for field in (
            *("name", "sort_key", "headline", "purpose", "about", "text_language", "language", "orcid"),
            *("return_reason", "answer", "hidden_reason"),
        ):
            setattr(person, field, "")
        person.languages, person.links, person.visibility = [], [], {}
        person.validated_from = {}
        person.account = person.facilitator = person.validated_by = None
        person.keeps_contributions = keeps
        person.erased_at = now()
        person.save()
        record(
            "people.person.erased",
            region=person.region,
            actor=PLATFORM,
            payload={"person": person.pk},
            touches=touches(person),
        )


def waiting(actor: Actor) -> Iterator[Waiting]:
    """For a facilitator: profiles that wait for them. For everybody: a question about their own profile."""
    if actor.account_id is None:
        return
    if actor.roles & STAFF and facilitator_rules(active_region()).validates:
        mine = Person.objects.present().filter(facilitator=actor.account_id, state=ValidationState.WAITING)
        since = list(
            mine.exclude(account=actor.account_id).order_by("state_changed_at").values_list("state_changed_at")
        )
        if since:
            yield Waiting(
                _("Profiles to validate"), "profiles:queue", count=len(since), since=since[0][0], query="whose=mine"
            )
    if not actor.is_member:
        return
    person = person_of(actor)
    if person is not None and person.state == ValidationState.RETURNED:
        yield Waiting(
            _("Your facilitator asked a question about your profile"), "profiles:edit", since=person.state_changed_at
        )


def forget_questions(region: Region, before: datetime, now: datetime) -> int:
    """Delete what was asked and answered before validations that cannot be taken back any more."""
    rows = Person.objects.filter(region=region, state=ValidationState.VALIDATED, state_changed_at__lt=before)
    return rows.exclude(validated_from={}).update(validated_from={})


def forget_drafts(region: Region, before: datetime, now: datetime) -> int:
    """Delete drafts of joining that nobody came back to."""
    deleted, _per_model = JoiningDraft.objects.filter(region=region, updated_at__lt=before).delete()
    return deleted
