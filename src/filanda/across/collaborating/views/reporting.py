# SPDX-License-Identifier: EUPL-1.2
"""Reporting a collaboration."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import get_random_string
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from filanda.capabilities.collaborations import actions
from filanda.capabilities.collaborations.errors import CollaborationWrong
from filanda.capabilities.collaborations.models import SUMMARY_MOST, TITLE_MOST, Cooperation, ValueBand
from filanda.capabilities.collaborations.steps import today
from filanda.capabilities.search.queries import suggest
from filanda.directory.affiliations.queries import belongings
from filanda.directory.organisations.models import Organisation
from filanda.directory.people.queries import person_of
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Role
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region
from filanda.kernel.text.folding import fold
from filanda.kernel.ui.numbers import id_in, ids_in

__all__ = ["report"]

_FIELDS = ("title", "summary", "kind", "value", "started_on", "mine", "partner_q", "key")
MOST_PARTNERS = 11
SHOWN = 8


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """A party or a facilitator reports. `mine`: "person", an organisation's id, or "" for facilitators; `partner`: ids
    of the other parties; `find`: look `partner_q` up and come back with all that was typed.
    """
    actor = actor_of(request)
    region: Region = request.region  # type: ignore[attr-defined]
    require(actor, "collaborations.report")
    if request.method != "POST":
        typed = {"started_on": today(region, now()).isoformat(), "key": get_random_string(22)}
        chosen = _ids(request.GET.getlist("partner"))
        return _form(request, actor, region, typed, chosen)
    typed = {field: request.POST.get(field, "") for field in _FIELDS}
    typed["is_public"] = request.POST.get("is_public", "")
    chosen = _ids(request.POST.getlist("partner"))
    if "find" in request.POST:
        return _form(request, actor, region, typed, chosen, looked=True)
    try:
        made = actions.report(
            actor=actor,
            region=region,
            title=typed["title"],
            summary=typed["summary"],
            kind=typed["kind"],
            value=typed["value"],
            started_on=_day(typed["started_on"]),
            parties=[*_own_side(actor, typed["mine"]), *_others(actor, chosen)],
            facilitator_id=_facilitator(actor),
            is_public=bool(typed["is_public"]),
            key=typed["key"][:40],
            now=now(),
        )
    except CollaborationWrong as error:
        return _form(request, actor, region, typed, chosen, errors=error.errors, status=422)
    return redirect("collaborating:collaboration", made.pk)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise CollaborationWrong({"started_on": _("Give the day as year-month-day, like 2026-05-31.")}) from None


def _ids(values: list[str]) -> list[int]:
    good = ids_in(values)
    return list(dict.fromkeys(good))[:MOST_PARTNERS]


def _own_side(actor: Actor, mine: str) -> list[tuple[int | None, int | None]]:
    speaks = actor.scope_ids("organisation", Role.ORGANISATION_ADMIN)
    if mine == "person":
        return [(None, actor.account_id)]
    if (body := id_in(mine)) in speaks:
        return [(body, actor.account_id)]
    if not mine and Role.FACILITATOR in actor.roles:
        return []
    raise CollaborationWrong({"mine": _("Say for whom you report it.")})


def _others(actor: Actor, chosen: list[int]) -> list[tuple[int | None, int | None]]:
    seen = set(Organisation.objects.visible_to(actor).filter(pk__in=chosen).values_list("pk", flat=True))
    return [(number, None) for number in chosen if number in seen]


def _facilitator(actor: Actor) -> int | None:
    if Role.FACILITATOR in actor.roles:
        return actor.account_id
    person = person_of(actor)
    return person.facilitator_id if person is not None else None


def _form(
    request: HttpRequest,
    actor: Actor,
    region: Region,
    typed: dict[str, str],
    chosen: list[int],
    *,
    looked: bool = False,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    found = _look_up(region, actor, typed.get("partner_q", "")) if looked else []
    rows = {row.pk: row for row in Organisation.objects.visible_to(actor).filter(pk__in=[*chosen, *found])}
    partners = [
        {
            "id": number,
            "label": rows[number].name,
            "note": rows[number].get_helix_role_display(),
            "is_chosen": number in chosen,
        }
        for number in dict.fromkeys([*chosen, *found])
        if number in rows
    ]
    speaks = [
        (str(one.organisation.pk), one.organisation.name)
        for one in belongings(actor)
        if one.role == Role.ORGANISATION_ADMIN
    ]
    sides = [*speaks, ("person", _("myself, as a person"))]
    if Role.FACILITATOR in actor.roles:
        sides.append(("", _("nobody: I report it as a facilitator")))
    context: dict[str, Any] = {
        "typed": dict.fromkeys(_FIELDS, "") | {"mine": sides[0][0], "is_public": ""} | typed,
        "sides": sides,
        "partners": partners,
        "looked": looked,
        "kinds": [("", _("Choose…")), *Cooperation.choices],
        "values": ValueBand.choices,
        "errors": errors or {},
        "summary": [
            {"name": "partner_q" if name == "parties" else name, "message": words}
            for name, words in (errors or {}).items()
        ],
        "most": {"title": TITLE_MOST, "summary": SUMMARY_MOST},
    }
    return render(request, "collaborating/report.html", context, status=status)


def _look_up(region: Region, actor: Actor, text: str) -> list[int]:
    folded = fold(text)
    if len(folded) < 2:
        return []
    found = [one.id for one in suggest(region, actor, text, SHOWN) if one.kind == "organisation"]
    fresh = Organisation.objects.visible_to(actor).filter(sort_key__startswith=folded).order_by("sort_key", "pk")
    return list(dict.fromkeys([*found, *fresh.values_list("pk", flat=True)[:SHOWN]]))[:SHOWN]
