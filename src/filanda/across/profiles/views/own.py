# SPDX-License-Identifier: EUPL-1.2
"""One's own profile: editing, answering the facilitator, seeing it as others do, whom one blocks."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from filanda.across.profiles import forms, queries
from filanda.across.profiles.addresses import PeopleAddresses
from filanda.across.profiles.portrait import portrait
from filanda.directory.people import actions
from filanda.directory.people.languages import choices_in
from filanda.directory.people.models import FIELDS, Person, ValidationState, Visibility
from filanda.directory.people.queries import is_trusted, person_of
from filanda.directory.people.values import ABOUT_LENGTH, HEADLINE_LENGTH, LINKS_MOST, NAME_LENGTH, PURPOSE_LENGTH
from filanda.kernel.identity.actors import VISITOR, Actor
from filanda.kernel.identity.models import Role
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.policies import Decision, Forbidden
from filanda.kernel.regions.models import Region
from filanda.kernel.workflow import MoveNotPossible

__all__ = ["NotYet", "answer", "blocked", "edit", "own_person", "preview"]

A_MEMBER = Actor(roles=frozenset({Role.INNOVATOR}))  # no one of them: what any member sees
LINK_ROWS = 3


class NotYet(Exception):
    """Signed in, but nobody here yet: `response` leads to joining."""

    def __init__(self, response: HttpResponse) -> None:
        self.response = response


def own_person(request: HttpRequest) -> Person:
    """The reader's own person. Raises Forbidden for visitors and NotYet for those who have not joined."""
    actor = actor_of(request)
    if actor.account_id is None:
        raise Forbidden(Decision(False, _("Sign in first: this page is about you.")))
    person = person_of(actor)
    if person is None:
        try:
            raise NotYet(redirect("joining:start"))
        except NoReverseMatch:
            raise Forbidden(Decision(False, _("You are not a member of this region yet. Join it first."))) from None
    return person


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    """Every field with who sees it. Nothing typed is lost: not by an error, nor by a change made elsewhere."""
    try:
        person = own_person(request)
    except NotYet as early:
        return early.response
    if request.method != "POST":
        return _form(request, person, forms.Typed.of(person))
    typed = forms.Typed.read(request.POST)
    actor = actor_of(request)
    try:
        actions.update_profile(actor=actor, person=person, changes=typed.changes(), now=now(), seen=typed.seen)
    except actions.ProfileWrong as wrong:
        return _form(request, person, typed, wrong.errors, status=422)
    except actions.ChangedMeanwhile as meanwhile:
        stored = forms.Typed.of(meanwhile.person)
        typed.seen = stored.seen
        return _form(request, meanwhile.person, typed, {"": str(meanwhile)}, stored=stored, status=409)
    return redirect(reverse("profiles:edit") + "?saved=1")


def _form(
    request: HttpRequest,
    person: Person,
    typed: forms.Typed,
    errors: dict[str, str] | None = None,
    *,
    stored: forms.Typed | None = None,
    status: int = 200,
    answered: str = "",
) -> HttpResponse:
    region: Region = request.region  # type: ignore[attr-defined]
    errors = errors or {}
    links = [*typed.links[:LINKS_MOST]]
    while links and not (links[-1]["url"] or links[-1]["label"]):
        links.pop()
    rows = min(max(LINK_ROWS, len(links) + 1), LINKS_MOST)
    links += [{"label": "", "url": ""}] * (rows - len(links))
    chooser = forms.Chooser(region, [*typed.skills, *typed.interests])
    names = forms.field_labels()
    context = {
        "labels": names,
        "texts": typed.texts,
        "lengths": {
            "name": NAME_LENGTH,
            "headline": HEADLINE_LENGTH,
            "purpose": PURPOSE_LENGTH,
            "about": ABOUT_LENGTH,
            "orcid": 60,
        },
        "listing": typed.listing,
        "listings": [
            (Visibility.PUBLIC, _("Everybody, also people who are not signed in")),
            (Visibility.MEMBERS, _("Members of this region")),
            (Visibility.PRIVATE, _("Nobody but me and the region’s staff")),
        ],
        "visibility": {name: typed.visibility.get(name, str(person.visibility_of(name))) for name in FIELDS},
        "visibilities": [(value, str(label)) for value, label in Visibility.choices],
        "spoken": forms.language_options(typed.languages),
        "reading": [("", _("as the region sees fit")), *choices_in(region)],
        "links": links,
        "skills": chooser.groups(typed.skills),
        "interests": chooser.groups(typed.interests),
        "seen": typed.seen.isoformat() if typed.seen else "",
        "draft_base": person.updated_at.isoformat(),
        "errors": defaultdict(str, errors),
        "summary": [{"name": name, "message": sentence} for name, sentence in errors.items()],
        "stored": defaultdict(str, typed.differences(stored) if stored is not None else {}),
        "is_saved": "saved" in request.GET and not errors,
        "state": "" if person.state == ValidationState.WAITING and is_trusted(person, region) else person.state,
        "question": person.return_reason if person.state == ValidationState.RETURNED else "",
        "answered": answered,
        "facilitator": str(person.facilitator) if person.facilitator_id and person.facilitator else "",
        "hidden_reason": person.hidden_reason if person.hidden_at else "",
        "own_url": PeopleAddresses.here().person(person.pk, person.slug),
    }
    return render(request, "profiles/edit.html", context, status=status)


@require_POST
def answer(request: HttpRequest) -> HttpResponse:
    """Answer the facilitator's question, by words or by having changed the profile."""
    try:
        person = own_person(request)
    except NotYet as early:
        return early.response
    actor = actor_of(request)
    words = request.POST.get("words", "")
    try:
        actions.answer(actor=actor, person=person, words=words, now=now())
    except MoveNotPossible as error:
        return _form(request, person, forms.Typed.of(person), {"": str(error)}, status=409, answered=words)
    return redirect("profiles:edit")


@never_cache
@require_safe
def preview(request: HttpRequest) -> HttpResponse:
    """The profile as others see it: ?as=visitor or member."""
    try:
        person = own_person(request)
    except NotYet as early:
        return early.response
    viewed_as = "visitor" if request.GET.get("as") == "visitor" else "member"
    reader = VISITOR if viewed_as == "visitor" else A_MEMBER
    region: Region = request.region  # type: ignore[attr-defined]
    is_seen = Person.objects.visible_to(reader).filter(pk=person.pk).exists()
    shown: dict[str, Any] = portrait(
        queries.profile_of(person, reader), region=region, addresses=PeopleAddresses.here()
    )
    address = reverse("profiles:preview")
    context = shown | {
        "viewed_as": viewed_as,
        "views": [
            {"label": _("A visitor"), "url": f"{address}?as=visitor", "is_on": viewed_as == "visitor"},
            {"label": _("A member"), "url": f"{address}?as=member", "is_on": viewed_as == "member"},
        ],
        "is_seen": is_seen,
        "is_own": False,
        "is_preview": True,
    }
    return render(request, "profiles/preview.html", context)


@never_cache
@require_safe
def blocked(request: HttpRequest) -> HttpResponse:
    """Whom the reader blocks, each with the way back."""
    actor = actor_of(request)
    if not actor.is_member or actor.account_id is None:
        raise Forbidden(Decision(False, _("Sign in first: this page is about you.")))
    rows = [
        {"name": one.name, "url": reverse("profiles:unblock", args=[one.pk])} for one in queries.blocked_people(actor)
    ]
    return render(request, "profiles/blocked.html", {"rows": rows, "people_url": reverse("profiles:people")})
