# SPDX-License-Identifier: EUPL-1.2
"""The form of a funding call: what was typed, and what of it an action takes. Nothing else is read from it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from filanda.directory.funding.actions import CONCEPTS_MOST
from filanda.directory.funding.models import DEADLINES_MOST, FundingCall
from filanda.directory.funding.values import wrongs
from filanda.directory.organisations.models import ConceptOrigin
from filanda.directory.taxonomies.models import Concept, label_in
from filanda.kernel.regions.models import Region
from filanda.kernel.text.folding import clean
from filanda.kernel.ui.numbers import id_in, ids_in

__all__ = ["LABELS", "Typed", "read", "stored_values", "topic_options"]

_LINES = ("title", "programme", "identifier", "action_kind", "link", "source_name", "licence")
_MONEY = ("budget", "grant_min", "grant_max")
_TYPED_MOST = 100_000
_DAYS = re.compile(r"[\s,;]+")


def LABELS() -> dict[str, str]:  # noqa: N802 - in the reader's language
    return {
        "title": _("Title"),
        "text": _("What it funds, and for whom"),
        "programme": _("Programme"),
        "identifier": _("Identifier"),
        "action_kind": _("Kind of action"),
        "opens_on": _("Opens"),
        "deadlines": _("Deadlines"),
        "budget": _("Budget in all, in euros"),
        "grant_min": _("Smallest amount for one project, in euros"),
        "grant_max": _("Largest amount for one project, in euros"),
        "link": _("Address of the call"),
        "source_name": _("Published by"),
        "licence": _("Licence of the text"),
        "concepts": _("Topics"),
    }


@dataclass
class Typed:
    """`values`: as typed, for the form; `fields`, `concepts`: for the action; `errors`: by field."""

    values: dict[str, Any]
    fields: dict[str, Any]
    concepts: list[Concept]
    errors: dict[str, str] = field(default_factory=dict)


def read(post: QueryDict, region: Region) -> Typed:
    """What was typed. One query for its topics."""
    names = (*_LINES, "text", "opens_on", "deadlines", *_MONEY)
    values: dict[str, Any] = {name: post.get(name, "")[:_TYPED_MOST] for name in names}
    values["concepts"] = [one[:20] for one in post.getlist("concepts")[: CONCEPTS_MOST * 4]]
    errors: dict[str, str] = {}
    fields: dict[str, Any] = {name: clean(values[name]).strip() for name in (*_LINES, "text")}
    fields["text"] = values["text"]
    fields["opens_on"] = _day(values["opens_on"], "opens_on", errors)
    days = [_day(one, "deadlines", errors) for one in _DAYS.split(values["deadlines"])[: DEADLINES_MOST + 2] if one]
    fields["deadlines"] = [one for one in days if one is not None]
    for name in _MONEY:
        fields[name] = _amount(values[name], name, errors)
    if not fields["title"]:
        errors["title"] = _("Write the title of the funding call.")
    concepts = list(Concept.objects.usable_in(region).filter(pk__in=ids_in(values["concepts"])))
    if len(concepts) > CONCEPTS_MOST:
        errors["concepts"] = _("Choose %(most)d at most: those that matter.") % {"most": CONCEPTS_MOST}
    good = {name: value for name, value in fields.items() if name not in errors}
    errors |= {name: words for name, words in wrongs(good).items() if name not in errors}
    return Typed(values, fields, concepts, errors)


def stored_values(call: FundingCall) -> dict[str, Any]:
    """The values as they are kept. One query for its topics."""
    values: dict[str, Any] = {name: getattr(call, name) for name in (*_LINES, "text")}
    values["opens_on"] = call.opens_on.isoformat() if call.opens_on else ""
    values["deadlines"] = ", ".join(one.isoformat() for one in call.deadlines)
    values |= {name: str(getattr(call, name)) if getattr(call, name) is not None else "" for name in _MONEY}
    said = call.concept_links.exclude(origin=ConceptOrigin.SUGGESTED)
    values["concepts"] = [str(one) for one in said.values_list("concept", flat=True)]
    return values


def topic_options(region: Region, ticked: list[str], suggested: set[int]) -> list[dict[str, Any]]:
    """The region's priorities and what lies below them, to tick. One query."""
    rows = Concept.objects.current().filter(scheme__region=region, scheme__slug="s3").order_by("position", "code")
    return [
        {
            "id": pk,
            "label": label_in(labels),
            "is_on": str(pk) in ticked,
            "is_below": bool(above),
            "is_suggested": pk in suggested,
        }
        for pk, labels, above in rows.values_list("pk", "labels", "ancestor_ids")
    ]


def _day(text: str, name: str, errors: dict[str, str]) -> date | None:
    text = clean(text).strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text[:40])
    except ValueError:
        errors[name] = _("Write each day like 2027-09-30, several with a comma between.")
        return None


def _amount(text: str, name: str, errors: dict[str, str]) -> int | None:
    """Whole euros; the points, spaces and commas between thousands do not matter."""
    text = clean(text).strip()
    if not text:
        return None
    found = id_in(re.sub(r"(?<=\d)[.,\s’'](?=\d{3}(?:\D|$))", "", text).removeprefix("€").strip())
    if found is None:
        errors[name] = _("Write an amount in whole euros, such as 1500000.")
    return found
