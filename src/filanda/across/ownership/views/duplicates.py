# SPDX-License-Identifier: EUPL-1.2
"""Entries that may be one organisation: looked at, united with a preview, parted again, or left apart."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django.contrib import messages
from django.core.cache import caches
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from filanda.across.finder.facets import pager
from filanda.across.ownership.framing import LARGEST_ID, actor_of, desk_messages
from filanda.directory.organisations.actions.merging import (
    CHOOSABLE,
    CannotMerge,
    CannotPart,
    leave_apart,
    merge,
    part,
    staying,
)
from filanda.directory.organisations.models import Merge, Organisation
from filanda.directory.organisations.queries import organisation_cards
from filanda.directory.organisations.queries.duplicates import Suggestion, find_duplicates
from filanda.directory.organisations.queries.history import labels_of_fields, words_of_field
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region

__all__ = ["apart", "duplicates", "pair", "part_again"]

PAGE = 25
SECONDS = 600  # how long a look over all organisations counts; "Look again" looks at once


@never_cache
@require_safe
def duplicates(request: HttpRequest) -> HttpResponse:
    """Suggestions, strongest first, and what was united lately. ?page= from 1; ?again=1 looks over all again."""
    actor = actor_of(request)
    require(actor, "organisations.merge")
    region: Region = request.region  # type: ignore[attr-defined]
    found = _suggestions(region, again="again" in request.GET)
    pages = max(1, -(-len(found) // PAGE))
    page = _page(request, "page", pages)
    shown = found[(page - 1) * PAGE : page * PAGE]
    cards = organisation_cards([pk for one in shown for pk in (one.first_id, one.second_id)], actor)
    reasons = _reasons()
    own = reverse("ownership:duplicates")
    merges = Merge.objects.filter(undone_at=None, undo_until__gt=now()).exclude(ledger=None).defer("ledger")
    merged = merges.count()
    merged_pages = max(1, -(-merged // PAGE))
    merged_page = _page(request, "merged", merged_pages)
    context = {
        "heading": _("Entries that may be the same"),
        "organisation": None,
        "crumbs": [{"label": _("Entries that may be the same"), "url": ""}],
        "messages": desk_messages(request),
        "total": len(found),
        "rows": [
            SimpleNamespace(
                first=cards[one.first_id],
                second=cards[one.second_id],
                reasons=[reasons[reason] for reason in one.reasons],
                url=reverse("ownership:pair", args=[one.first_id, one.second_id]),
            )
            for one in shown
            if one.first_id in cards and one.second_id in cards
        ],
        "pager": pager(page, pages, lambda n: f"{own}?page={n}"),
        "merges": list(
            merges.select_related("organisation", "merged_by")[(merged_page - 1) * PAGE : merged_page * PAGE]
        ),
        "merged_pager": pager(merged_page, merged_pages, lambda n: f"{own}?merged={n}#merged"),
        "again_url": f"{own}?again=1",
    }
    return render(request, "ownership/duplicates.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def pair(request: HttpRequest, first_id: int, second_id: int) -> HttpResponse:
    """Both side by side, with what will be kept; POST unites them."""
    first, second = _two(request, first_id, second_id)
    stays, goes = staying((first, second))
    if request.method == "POST":
        values_of = {
            name: int(value)
            for name in CHOOSABLE
            if (value := request.POST.get(name, "")).isdecimal() and int(value) in (first.pk, second.pk)
        }
        try:
            merge(actor=actor_of(request), first=first, second=second, values_of=values_of, now=now())
        except CannotMerge as problem:
            messages.error(request, str(problem))
        else:
            _forget(stays.region)
            messages.success(request, _("United. For thirty days they can be parted again, below."))
        return redirect("ownership:duplicates")
    labels = labels_of_fields()
    fields = [
        SimpleNamespace(
            name=name,
            label=labels[name],
            mine=words_of_field(name, getattr(stays, name)),
            theirs=words_of_field(name, getattr(goes, name)),
            keeps_theirs=getattr(stays, name) in ("", "unknown", [], False),
        )
        for name in CHOOSABLE
        if getattr(stays, name) != getattr(goes, name)
    ]
    context = {
        "heading": _("Are these the same?"),
        "organisation": None,
        "crumbs": [
            {"label": _("Entries that may be the same"), "url": reverse("ownership:duplicates")},
            {"label": stays.name, "url": ""},
        ],
        "messages": desk_messages(request),
        "stays": stays,
        "goes": goes,
        "fields": fields,
        "beside": _beside(stays, goes),
        "apart_url": reverse("ownership:apart", args=[first.pk, second.pk]),
        "urls": [reverse("finder:organisation-short", args=[one.pk]) for one in (stays, goes)],
    }
    return render(request, "ownership/pair.html", context)


@require_POST
def apart(request: HttpRequest, first_id: int, second_id: int) -> HttpResponse:
    """They are not the same."""
    first, second = _two(request, first_id, second_id)
    leave_apart(actor=actor_of(request), first=first, second=second)
    _forget(first.region)
    messages.success(request, _("Remembered: these two are not the same."))
    return redirect("ownership:duplicates")


@require_POST
def part_again(request: HttpRequest, merge_id: int) -> HttpResponse:
    """Undo a merge."""
    actor = actor_of(request)
    require(actor, "organisations.merge")
    if merge_id > LARGEST_ID:
        raise Http404
    found: Merge = get_object_or_404(Merge, pk=merge_id)
    try:
        parted = part(actor=actor, merge=found, now=now())
    except CannotPart as problem:
        messages.error(request, str(problem))
    else:
        _forget(found.region)
        messages.success(request, _("Parted: %(name)s is there again.") % {"name": parted.organisation.name})
        for sentence in parted.left:
            messages.warning(request, sentence)
    return redirect("ownership:duplicates")


def _page(request: HttpRequest, name: str, pages: int) -> int:
    number = request.GET.get(name, "1")
    return min(max(1, int(number) if number.isdecimal() and len(number) < 7 else 1), pages)


def _two(request: HttpRequest, first_id: int, second_id: int) -> tuple[Organisation, Organisation]:
    actor = actor_of(request)
    require(actor, "organisations.merge")
    if first_id == second_id or max(first_id, second_id) > LARGEST_ID:
        raise Http404
    seen = Organisation.objects.visible_to(actor)
    return get_object_or_404(seen, pk=first_id), get_object_or_404(seen, pk=second_id)


def _key(region: Region) -> str:
    return f"duplicates:{region.pk}"


def _forget(region: Region) -> None:
    caches["shared"].delete(_key(region))


def _suggestions(region: Region, *, again: bool) -> list[Suggestion]:
    kept = None if again else caches["shared"].get(_key(region))
    if kept is None:
        kept = [(one.first_id, one.second_id, one.reasons) for one in find_duplicates(region)]
        caches["shared"].set(_key(region), kept, SECONDS)
    return [Suggestion(*one) for one in kept]


def _reasons() -> dict[str, str]:
    return {
        "same_number": _("the same official number"),
        "same_name": _("the same name"),
        "same_domain": _("the same web site"),
        "near_name": _("nearly the same name"),
    }


def _beside(stays: Organisation, goes: Organisation) -> list[dict[str, Any]]:
    """What is kept of both, whatever is chosen."""
    counted = (
        (_("Pieces of evidence"), "parties"),
        (_("Official numbers"), "identifiers"),
        (_("Other names"), "names"),
        (_("Sites"), "sites"),
        (_("Topics"), "concept_links"),
        (_("Ids in sources"), "source_records"),
    )
    return [
        {"label": label, "mine": getattr(stays, name).count(), "theirs": getattr(goes, name).count()}
        for label, name in counted
    ]
