# SPDX-License-Identifier: EUPL-1.2
"""Where one is and was: positions of one's own, added from the directory, left, taken away."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from filanda.across.finder.addresses import Addresses
from filanda.across.finder.portrait import place as place_of
from filanda.across.profiles.portrait import years
from filanda.across.profiles.queries import Place
from filanda.across.profiles.views.own import NotYet, own_person
from filanda.capabilities.search.queries import find_organisations
from filanda.directory.affiliations.actions.positions import (
    TITLE_LENGTH,
    add_position,
    leave_position,
    remove_position,
)
from filanda.directory.affiliations.errors import DatesWrong
from filanda.directory.affiliations.models import Position
from filanda.directory.organisations.models import Organisation
from filanda.directory.organisations.queries import organisation_cards
from filanda.directory.people.models import Person
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.text.folding import clean
from filanda.kernel.ui.numbers import id_in

__all__ = ["move", "positions"]

FOUND = 8
FIELDS = ("organisation", "title", "started_on", "ended_on")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def positions(request: HttpRequest) -> HttpResponse:
    """The list, and a form to add to it: ?q= looks for the organisation."""
    try:
        person = own_person(request)
    except NotYet as early:
        return early.response
    if request.method != "POST":
        return _page(request, person, {})
    actor = actor_of(request)
    typed = {name: clean(request.POST.get(name, "")[:TITLE_LENGTH]) for name in FIELDS}
    errors: dict[str, str] = {}
    organisation = _organisation(typed["organisation"], actor)
    if organisation is None:
        errors["organisation"] = _("Look for the organisation, and choose one of those found.")
    dates = {name: _date(typed[name], name, errors) for name in ("started_on", "ended_on")}
    if not errors and organisation is not None:
        try:
            add_position(
                actor=actor, person=person, organisation=organisation, now=now(), title=typed["title"], **dates
            )
        except DatesWrong as error:
            errors["ended_on"] = str(error)
        else:
            return redirect("profiles:positions")
    return _page(request, person, typed, errors, status=422)


def _organisation(number: str, actor: Actor) -> Organisation | None:
    rows = Organisation.objects.visible_to(actor).filter(pk=id_in(number), hidden_at=None, is_external=False)
    found: Organisation | None = rows.first()
    return found


def _date(text: str, name: str, errors: dict[str, str]) -> date | None:
    """The day in `text`, None for none; a sentence in `errors` for what is no day."""
    try:
        found = parse_date(text) if text else None
    except ValueError:
        found = None
    if text and found is None:
        errors[name] = _("Write the day like 2024-09-30, or leave it empty.")
    return found


def _page(
    request: HttpRequest, person: Person, typed: dict[str, str], errors: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    actor = actor_of(request)
    errors = errors or {}
    sought = request.POST if request.method == "POST" else request.GET
    q = " ".join(clean(sought.get("q", "")[:200]).split())
    found: list[int] = []
    if q:
        found = find_organisations(request.region, actor, q, limit=FOUND).ids  # type: ignore[attr-defined]
    cards = organisation_cards(found, actor)
    addresses, today = Addresses.here(), localdate()
    rows = []
    for position in Position.objects.filter(person=person).select_related("organisation"):
        body = position.organisation
        is_now = position.ended_on is None or position.ended_on > today
        at = Place(
            body.pk, body.name, body.helix_role, position.title, position.started_on, position.ended_on,
            position.is_confirmed, is_now,
        )  # fmt: skip
        rows.append(
            {
                "id": position.pk,
                "name": body.name,
                "url": addresses.organisation(body.pk, at.slug) if body.hidden_at is None else "",
                "title": position.title,
                "years": years(at),
                "is_confirmed": position.is_confirmed,
                "leave_url": reverse("profiles:position-move", args=[position.pk, "leave"]) if is_now else "",
                "remove_url": reverse("profiles:position-move", args=[position.pk, "remove"]),
            }
        )
    context = {
        "rows": rows,
        "q": q,
        "found": [
            {
                "id": card.id,
                "name": card.name,
                "helix_role": card.helix_role,
                "helix_label": card.helix_label,
                "place": place_of(card.municipality, card.province),
                "is_chosen": str(card.id) == typed.get("organisation") or len(cards) == 1,
            }
            for card in cards.values()
        ],
        "typed": defaultdict(str, typed),
        "errors": defaultdict(str, errors),
        "summary": [{"name": name, "message": sentence} for name, sentence in errors.items()],
        "today": today.isoformat(),
    }
    return render(request, "profiles/positions.html", context, status=status)


@require_POST
def move(request: HttpRequest, position_id: int, move: str) -> HttpResponse:
    """leave (with `ended_on`, today without it) or remove."""
    try:
        person = own_person(request)
    except NotYet as early:
        return early.response
    actor = actor_of(request)
    known = Position.objects.filter(person=person).select_related("organisation")
    position = known.filter(pk=position_id).first()
    if position is None or move not in ("leave", "remove"):
        raise Http404
    if move == "remove":
        remove_position(actor=actor, position=position, now=now())
        return redirect("profiles:positions")
    errors: dict[str, str] = {}
    ended_on = _date(request.POST.get("ended_on", "")[:40], "", errors) or localdate()
    try:
        if not errors:
            leave_position(actor=actor, position=position, ended_on=ended_on, now=now())
    except DatesWrong as error:
        errors[""] = str(error)
    return _page(request, person, {}, errors, status=422) if errors else redirect("profiles:positions")
