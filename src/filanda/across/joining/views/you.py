# SPDX-License-Identifier: EUPL-1.2
"""Where joining begins, and its third screen: a name, and what brings you here."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from filanda.across.joining.actions import keep_draft
from filanda.across.joining.queries import draft_of
from filanda.across.joining.views.parts import account_of, home, page, steps
from filanda.capabilities.matching.embedding import embedder
from filanda.capabilities.matching.suggesting import topics_for
from filanda.directory.people.actions import AlreadyHere, ProfileWrong, join_region, update_profile
from filanda.directory.people.models import PersonConcept
from filanda.directory.people.queries import person_of
from filanda.directory.taxonomies.models import Concept, label_in
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.legal.actions import VersionChanged, give_consent
from filanda.kernel.legal.queries import missing_consents
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.ui.numbers import ids_in

__all__ = ["draft", "start", "topics", "you"]

TOPICS_SHOWN = 6


@never_cache
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Visitors: why to join, and one field. Others go on where they were; who is here already goes home."""
    actor = actor_of(request)
    if actor.is_visitor:
        region = active_region()
        context = {"track": steps(0), "next": reverse("joining:start"), "region_name": region.name}
        return page(request, "start.html", context)
    person = person_of(actor)
    kept = draft_of(account_of(request))
    if person is None:
        return redirect("joining:you")
    return redirect("joining:organisation") if kept is not None else home()


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def you(request: HttpRequest) -> HttpResponse:
    """POST name, purpose, interests; suggest=1 only looks for topics (without JavaScript)."""
    actor = actor_of(request)
    if actor.is_visitor:
        return redirect("joining:start")
    account, region = account_of(request), active_region()
    person, kept = person_of(actor), draft_of(account)
    if person is not None and kept is None:
        return home()
    if request.method != "POST":
        typed = dict(kept.typed) if kept else {}
        if person is not None:
            typed = {"name": person.name, "purpose": person.purpose, "interests": _interests_of(person.pk)} | typed
        return _page(request, typed)
    typed = _typed(request)
    if "suggest" in request.POST:
        keep_draft(actor=actor, account=account, region=region, typed=typed)
        return _page(request, typed, asked=True)
    at, language = now(), (get_language() or region.default_language).split("-")[0]
    try:
        give_consent(actor=actor, region=region, seen=request.POST.get("seen", ""), language=language, now=at)
        if person is None:
            join_region(
                actor=actor,
                account=account,
                region=region,
                name=typed["name"],
                purpose=typed["purpose"],
                interests=typed["interests"],
                languages=[language],
                language=language,
                now=at,
            )
        else:
            update_profile(actor=actor, person=person, changes=_profile(typed), now=at)
    except VersionChanged:
        changed = _("The texts you agree to have changed a moment ago. Look at them again, and continue.")
        return _page(request, typed, {"": changed}, status=409)
    except ProfileWrong as error:
        keep_draft(actor=actor, account=account, region=region, typed=typed)
        return _page(request, typed, error.errors, status=422)
    except AlreadyHere:
        return home()
    # From here on the draft says only that one screen is left.
    keep_draft(actor=actor, account=account, region=region, typed={"organisation": ""})
    return redirect("joining:organisation")


@require_POST
def draft(request: HttpRequest) -> HttpResponse:
    """Keep what is typed so far. Sent by the page by itself; nobody waits for the answer."""
    actor = actor_of(request)
    if not actor.is_visitor:
        keep_draft(actor=actor, account=account_of(request), region=active_region(), typed=_typed(request))
    return HttpResponse(status=204)


@never_cache
@require_POST
def topics(request: HttpRequest) -> HttpResponse:
    """The part of the page with topics, for what is typed now; it is kept too."""
    actor = actor_of(request)
    if actor.is_visitor:
        return HttpResponse(status=204)
    typed = _typed(request)
    keep_draft(actor=actor, account=account_of(request), region=active_region(), typed=typed)
    return render(request, "joining/_topics.html", {"topics": _topics(typed), "asked": True})


def _typed(request: HttpRequest) -> dict[str, Any]:
    return {
        "name": request.POST.get("name", ""),
        "purpose": request.POST.get("purpose", ""),
        "interests": ids_in(request.POST.getlist("interests")[:20]),
    }


def _profile(typed: dict[str, Any]) -> dict[str, Any]:
    return {name: typed[name] for name in ("name", "purpose", "interests")}


def _interests_of(person_id: int) -> list[int]:
    rows = PersonConcept.objects.filter(person=person_id, kind=PersonConcept.Kind.INTEREST)
    return list(rows.values_list("concept_id", flat=True))


def _topics(typed: dict[str, Any]) -> list[dict[str, Any]]:
    """Topics that are ticked already, then those near to the sentence."""
    region = active_region()
    chosen = list(typed.get("interests", []))
    kept = Concept.objects.usable_in(region).filter(pk__in=chosen)
    near = topics_for(region, typed.get("purpose", ""), embedder(), TOPICS_SHOWN)
    found = {concept.pk: concept for concept in [*kept, *near]}
    return [
        {"id": pk, "label": label_in(concept.labels) or concept.code, "is_on": pk in chosen}
        for pk, concept in list(found.items())[: TOPICS_SHOWN + len(chosen)]
    ]


def _page(
    request: HttpRequest,
    typed: dict[str, Any],
    errors: dict[str, str] | None = None,
    *,
    asked: bool = False,
    status: int = 200,
) -> HttpResponse:
    account = account_of(request)
    missing = missing_consents(account.pk, active_region())
    context = {
        "track": steps(1),
        "name": typed.get("name", "") or account.name,
        "purpose": typed.get("purpose", ""),
        "topics": _topics(typed) if asked or typed.get("purpose") or typed.get("interests") else [],
        "asked": asked,
        "seen": ",".join(f"{text.kind}:{text.version}" for text in missing),
        "texts": [
            {"label": str(text.get_kind_display()), "url": reverse("legal-version", args=[text.kind, text.version])}
            for text in missing
        ],
        "privacy_url": reverse("privacy"),
        "help": _("As people should read it. Members of the region see it."),
    }
    return page(request, "you.html", context, errors=errors, status=status)
