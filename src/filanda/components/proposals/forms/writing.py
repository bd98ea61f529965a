# SPDX-License-Identifier: EUPL-1.2
"""The form of a proposal, in three steps: what was typed, and what of it an action takes. Whatever is not on a step's
list is not read from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from filanda.components.proposals.contents import CONCEPTS_MOST, LANGUAGES_MOST, wrongs
from filanda.components.proposals.models import ORGANISATION, SPEAKERS, Proposal
from filanda.directory.funding.models import FundingCall
from filanda.directory.organisations.models import Organisation
from filanda.directory.taxonomies.models import Concept
from filanda.kernel.identity.actors import Actor
from filanda.kernel.regions.models import Region
from filanda.kernel.text.folding import clean
from filanda.kernel.ui.numbers import id_in
from filanda.spaces.models import Space, SpaceKind
from filanda.spaces.policies import WRITERS, holds

__all__ = ["STEPS", "Typed", "bodies_of", "chosen_call", "chosen_space", "read", "spaces_of", "stored_values"]

WHAT = ("kind", "title", "summary")
DETAILS = (
    "source",
    "cooperation",
    "funding_call",
    "trl_now",
    "trl_wanted",
    "ipr",
    "place",
    "languages",
    "partners_bring",
    "budget",
)
WHO = (
    "organisation",
    "space",
    "is_for_other_regions",
    "summary_for",
    "text_for",
    "needs_undertaking",
    "months",
    "concepts",
)
STEPS = {"what": WHAT, "details": DETAILS, "who": WHO}
_MANY = ("cooperation", "languages", "concepts")
_FLAGS = ("is_for_other_regions", "needs_undertaking")
_NUMBERS = ("trl_now", "trl_wanted", "months")
_TYPED_MOST = 100_000  # characters of one field kept to be shown again
_MOST_ID = 19  # digits


@dataclass
class Typed:
    """`values`: as typed, for the form; `fields`: for the action, those that could be read; `errors`: by field."""

    values: dict[str, Any]
    fields: dict[str, Any]
    errors: dict[str, str] = field(default_factory=dict)


def read(post: QueryDict, step: str, actor: Actor, region: Region) -> Typed:
    """What was typed on one step. A few queries for what was chosen by its id."""
    values: dict[str, Any] = {}
    for name in STEPS[step]:
        if name in _MANY:
            values[name] = [one[:40] for one in post.getlist(name)[: max(CONCEPTS_MOST, LANGUAGES_MOST) * 4]]
        elif name in _FLAGS:
            values[name] = name in post
        else:
            values[name] = post.get(name, "")[:_TYPED_MOST]
    fields = dict(values)
    errors: dict[str, str] = {}
    for name in _NUMBERS:
        if name in fields:
            fields[name] = _number(fields[name], name, errors)
    if "place" in fields:
        fields["place"] = _concept(fields["place"], region, "place", errors)
    if "funding_call" in fields:
        fields["funding_call"] = chosen_call(fields["funding_call"], actor, errors)
    if "organisation" in fields:
        fields["organisation"] = _body(fields["organisation"], actor, errors)
    if "space" in fields:
        fields["space"] = chosen_space(fields["space"], actor, errors)
    if "concepts" in fields:
        ids = [_id(one) for one in fields["concepts"]]
        fields["concepts"] = list(Concept.objects.usable_in(region).filter(pk__in=[one for one in ids if one]))
    errors |= {name: words for name, words in wrongs(_readable(fields, errors)).items() if name not in errors}
    return Typed(values, fields, errors)


def stored_values(proposal: Proposal) -> dict[str, Any]:
    """The values of all steps as they are kept. One query for its concepts."""
    confirmed = proposal.concept_links.filter(origin="confirmed").values_list("concept", flat=True)
    values: dict[str, Any] = {}
    for name in (*WHAT, *DETAILS, *WHO):
        if name in ("place", "funding_call", "organisation", "space"):
            values[name] = str(getattr(proposal, f"{name}_id") or "")
        elif name == "concepts":
            values[name] = [str(number) for number in confirmed]
        elif name in _NUMBERS:
            values[name] = str(getattr(proposal, name) or "")
        else:
            values[name] = getattr(proposal, name)
    return values


def bodies_of(actor: Actor) -> list[Organisation]:
    """Organisations for which `actor` speaks, by name. One query."""
    ids = actor.scope_ids(ORGANISATION, *SPEAKERS)
    return list(Organisation.objects.filter(pk__in=ids).order_by("name")) if ids else []


def spaces_of(actor: Actor, region: Region) -> list[Space]:
    """Where `actor` may propose: the region's own space, then the communities in which they write. One query."""
    rows = Space.objects.readable_by(actor).filter(archived_at=None).exclude(kind=SpaceKind.GROUP)
    found = [row for row in rows if row.kind == SpaceKind.REGION or holds(actor, row, *WRITERS)]
    return sorted(found, key=lambda row: (row.kind != SpaceKind.REGION, row.name.casefold()))


def chosen_space(value: str, actor: Actor, errors: dict[str, str]) -> Space | None:
    number = _id(value)
    space: Space | None = Space.objects.readable_by(actor).filter(pk=number).first() if number else None
    if space is None:
        errors["space"] = _("Choose where it stands: in the region, or in a community you belong to.")
    return space


def chosen_call(value: str, actor: Actor, errors: dict[str, str]) -> FundingCall | None:
    """The funding call of that number, if `actor` may see it. One query, none for none."""
    if not value:
        return None
    found: FundingCall | None = FundingCall.objects.visible_to(actor).filter(pk=_id(value) or 0).first()
    if found is None:
        errors["funding_call"] = _("Choose one from the list.")
    return found


def _readable(fields: dict[str, Any], errors: Sequence[str] | dict[str, str]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in errors}


def _id(value: str) -> int | None:
    return id_in(value)


def _number(value: str, name: str, errors: dict[str, str]) -> int | None:
    text = clean(value)
    if not text and name != "months":
        return None
    number = id_in(text)
    if number is None:
        errors[name] = _("Give a whole number.")
    return number


def _concept(value: str, region: Region, name: str, errors: dict[str, str]) -> Concept | None:
    if not value:
        return None
    number = _id(value)
    found: Concept | None = Concept.objects.usable_in(region).filter(pk=number).first() if number else None
    if found is None:
        errors[name] = _("Choose one from the list.")
    return found


def _body(value: str, actor: Actor, errors: dict[str, str]) -> Organisation | None:
    if not value:
        return None
    number = _id(value)
    mine = actor.scope_ids(ORGANISATION, *SPEAKERS)
    found: Organisation | None = Organisation.objects.filter(pk=number).first() if number in mine else None
    if found is None:
        errors["organisation"] = _("Choose an organisation for which you speak.")
    return found
