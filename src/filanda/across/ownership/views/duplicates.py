# SPDX-License-Identifier: EUPL-1.2
"""Entries that may be one organisation: looked at, united with a preview, parted again, or left apart."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from django.contrib import messages
from django.db.models import Count, OuterRef, QuerySet, Subquery, Window
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from filanda.across.ownership.framing import desk_messages
from filanda.capabilities.collaborations.models import Party
from filanda.components.proposals.models import ExpressionOfInterest, InterestState, Proposal, ProposalState
from filanda.directory.affiliations.models import (
    OPEN_CLAIM,
    Claim,
    Invitation,
    JoinRequest,
    Position,
    RequestState,
)
from filanda.directory.affiliations.queries import open_grants
from filanda.directory.organisations.actions.merging import (
    CHOOSABLE,
    CannotMerge,
    CannotPart,
    leave_apart,
    merge,
    part,
    staying,
)
from filanda.directory.organisations.models import EvidenceParty, Likeness, LikenessRound, Merge, Organisation
from filanda.directory.organisations.queries import organisation_cards
from filanda.directory.organisations.queries.history import labels_of_fields, words_of_field
from filanda.kernel.identity.models import Role
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.policies import require
from filanda.kernel.ui.numbers import id_in, whole
from filanda.kernel.ui.paging import pager

__all__ = ["apart", "duplicates", "pair", "part_again"]

PAGE = 25


@never_cache
@require_safe
def duplicates(request: HttpRequest) -> HttpResponse:
    """Suggestions that the job found, strongest first, and what was united lately. ?page=, ?merged= from 1."""
    actor = actor_of(request)
    require(actor, "organisations.merge")
    rounds = LikenessRound.objects.filter(region=OuterRef("region")).values("looked_at")
    likenesses = Likeness.objects.annotate(looked_at=Subquery(rounds[:1]))
    shown, page, pages, total = _part(request, "page", likenesses)
    looked_at = shown[0].looked_at if shown else LikenessRound.objects.values_list("looked_at", flat=True).first()
    cards = organisation_cards([pk for one in shown for pk in (one.first_id, one.second_id)], actor)
    reasons = _reasons()
    own = reverse("ownership:duplicates")
    merges = Merge.objects.filter(undone_at=None, undo_until__gt=now()).exclude(ledger__isnull=True).defer("ledger")
    merged, merged_page, merged_pages, _all = _part(
        request, "merged", merges.select_related("organisation", "merged_by")
    )
    context = {
        "heading": _("Entries that may be the same"),
        "organisation": None,
        "crumbs": [{"label": _("Entries that may be the same"), "url": ""}],
        "messages": desk_messages(request),
        "total": total,
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
        "merges": merged,
        "merged_pager": pager(merged_page, merged_pages, lambda n: f"{own}?merged={n}#merged"),
        "looked_at": looked_at,
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
            name: chosen
            for name in CHOOSABLE
            if (chosen := id_in(request.POST.get(name))) is not None and chosen in (first.pk, second.pk)
        }
        try:
            merge(actor=actor_of(request), first=first, second=second, values_of=values_of, now=now())
        except CannotMerge as problem:
            messages.error(request, str(problem))
        else:
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
    messages.success(request, _("Remembered: these two are not the same."))
    return redirect("ownership:duplicates")


@require_POST
def part_again(request: HttpRequest, merge_id: int) -> HttpResponse:
    """Undo a merge."""
    actor = actor_of(request)
    require(actor, "organisations.merge")
    found: Merge = get_object_or_404(Merge, pk=merge_id)
    try:
        parted = part(actor=actor, merge=found, now=now())
    except CannotPart as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("Parted: %(name)s is there again.") % {"name": parted.organisation.name})
        for sentence in parted.left:
            messages.warning(request, sentence)
    return redirect("ownership:duplicates")


def _part(request: HttpRequest, name: str, rows: QuerySet[Any]) -> tuple[list[Any], int, int, int]:
    """A page of `rows` as the query says (the last one beyond it), its number, how many pages, how many rows. One
    query.
    """
    asked = request.GET.get(name, "1")
    number = whole(asked, least=1, default=1)
    counted = rows.annotate(total=Window(Count("pk")))
    shown = list(counted[(number - 1) * PAGE : number * PAGE])
    if not shown and number > 1:
        number = max(1, -(-rows.count() // PAGE))
        shown = list(counted[(number - 1) * PAGE : number * PAGE])
    total = shown[0].total if shown else 0
    return shown, number, max(1, -(-total // PAGE)), total


def _two(request: HttpRequest, first_id: int, second_id: int) -> tuple[Organisation, Organisation]:
    actor = actor_of(request)
    require(actor, "organisations.merge")
    if first_id == second_id:
        raise Http404
    seen = Organisation.objects.visible_to(actor)
    return get_object_or_404(seen, pk=first_id), get_object_or_404(seen, pk=second_id)


def _reasons() -> dict[str, str]:
    return {
        "same_number": _("the same official number"),
        "same_name": _("the same name"),
        "same_domain": _("the same web site"),
        "near_name": _("nearly the same name"),
    }


def _beside(stays: Organisation, goes: Organisation) -> list[dict[str, Any]]:
    """What is kept of both, whatever is chosen. Who speaks for either speaks for what is left. One query a line."""
    both = [stays.pk, goes.pk]
    speaking = open_grants().filter(scope_kind="organisation", scope_id__in=both)
    waiting = JoinRequest.objects.filter(state=RequestState.ASKED)
    sent = ExpressionOfInterest.objects.exclude(state=InterestState.DRAFT)
    rows: tuple[tuple[str, QuerySet[Any], str], ...] = (
        (_("Pieces of evidence"), EvidenceParty.objects.all(), "organisation"),
        (_("Official numbers"), stays.identifiers.model.objects.all(), "organisation"),
        (_("Other names"), stays.names.model.objects.all(), "organisation"),
        (_("Sites"), stays.sites.model.objects.all(), "organisation"),
        (_("Topics"), stays.concept_links.model.objects.all(), "organisation"),
        (_("Ids in sources"), stays.source_records.model.objects.all(), "organisation"),
        (_("Admins"), speaking.filter(role=Role.ORGANISATION_ADMIN), "scope_id"),
        (_("Members"), speaking.filter(role=Role.ORGANISATION_MEMBER), "scope_id"),
        (_("Positions in profiles"), Position.objects.all(), "organisation"),
        (_("Open claims"), Claim.objects.filter(state__in=OPEN_CLAIM), "organisation"),
        (_("Requests to join"), waiting, "organisation"),
        (_("Invitations"), Invitation.objects.usable(now()), "organisation"),
        (_("Proposals"), Proposal.objects.exclude(state=ProposalState.DRAFT), "organisation"),
        (_("Answers to proposals"), sent, "organisation"),
        (_("Collaborations"), Party.objects.all(), "organisation"),
    )
    return [{"label": label} | _counts(found, field, both) for label, found, field in rows]


def _counts(rows: QuerySet[Any], field: str, both: Sequence[int]) -> dict[str, int]:
    grouped = rows.filter(**{f"{field}__in": both}).order_by().values_list(field).annotate(Count("pk"))
    found: dict[int, int] = dict(grouped)
    return {"mine": found.get(both[0], 0), "theirs": found.get(both[1], 0)}
