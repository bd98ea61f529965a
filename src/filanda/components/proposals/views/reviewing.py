# SPDX-License-Identifier: EUPL-1.2
"""What facilitators read before it is published: the list, and the page of one with its checklist."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from filanda.capabilities.files.queries import address, files_of
from filanda.components.proposals.actions.reviewing import Check, approve, return_it
from filanda.components.proposals.contents import Outdated, stored, words_of
from filanda.components.proposals.models import Proposal, ProposalState, Review, ReviewOutcome
from filanda.components.proposals.policies.writing import may_review
from filanda.components.proposals.timing import review_due
from filanda.components.proposals.views.writing_pages import display, field_labels
from filanda.kernel.identity.requests import actor_of, signed_in
from filanda.kernel.policies import require
from filanda.kernel.ui.numbers import whole
from filanda.kernel.workflow import MoveNotPossible

__all__ = ["differences", "review", "reviews"]

WORDS = ("title", "summary", "source", "partners_bring")  # compared word by word
PLAIN = (
    "kind",
    "organisation",
    "cooperation",
    "funding_call",
    "trl_now",
    "trl_wanted",
    "ipr",
    "place",
    "languages",
    "budget",
    "space",
    "summary_for",
    "text_for",
    "needs_undertaking",
    "is_for_other_regions",
    "months",
    "concepts",
)
REMARK_MOST = 1_000
COMPARED = 8_000  # words and gaps of each version; beyond, texts are too long to be compared in a request
BETWEEN = 2  # words that stayed between two changes
SHOWN = 50


@never_cache
@require_safe
def reviews(request: HttpRequest) -> HttpResponse:
    """Those that the reader may review, the longest waiting first."""
    actor = signed_in(request)
    require(actor, "proposals.review")
    rows = Proposal.objects.visible_to(actor).filter(state=ProposalState.IN_REVIEW, hidden_at=None)
    rows = rows.select_related("space", "organisation", "owner", "region").order_by("submitted_at", "pk")
    at = now()
    listed = [_row(one, at, actor.account_id) for one in rows[: SHOWN * 2] if may_review(actor, one)][:SHOWN]
    told = [{"kind": one.level_tag, "text": str(one)} for one in messages.get_messages(request)]
    return render(request, "proposals/reviews.html", {"rows": listed, "told": told})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, number: int) -> HttpResponse:
    """Read it, compare it with the version that was returned; POST `go`: approve, return, or promotion (return it as
    commercial promotion), `check` (ticked names), `remark_<field>`, `words`, `version`.
    """
    actor = signed_in(request)
    rows = Proposal.objects.select_related("region", "space", "organisation", "owner", "place")
    proposal = rows.visible_to(actor).filter(pk=number).first()
    if proposal is None:
        given_back = rows.filter(pk=number, state=ProposalState.DRAFT, submitted_at__isnull=False).first()
        if given_back is None or not may_review(actor, given_back):
            raise Http404(_("No proposal that you can see has this address."))
        return _over(request, given_back, _typed(request) if request.method == "POST" else {})
    require(actor, "proposals.review", proposal)
    if request.method != "POST":
        if proposal.state != ProposalState.IN_REVIEW:
            return _over(request, proposal, {})
        return _page(request, proposal, {"check": [], "words": "", "remarks": {}})
    go = request.POST.get("go", "")
    typed = _typed(request)
    if go == "promotion":
        typed["check"] = [name for name in typed["check"] if name != Check.NOT_PROMOTION]
        typed["words"] = typed["words"] or promotion_words()
    given = request.POST.get("version", "")
    version = whole(given)
    checklist = {name: name in typed["check"] for name in Check.values}
    try:
        if go == "approve":
            done = approve(actor=actor, proposal=proposal, checklist=checklist, version=version, now=now())
            messages.success(request, _("Published: “%(title)s”. Its author is told.") % {"title": done.title})
        elif go in ("return", "promotion"):
            return_it(
                actor=actor,
                proposal=proposal,
                checklist=checklist,
                remarks=typed["remarks"],
                words=typed["words"],
                version=version,
                now=now(),
            )
            messages.success(request, _("Returned: “%(title)s”. Its author reads why.") % {"title": proposal.title})
        else:
            raise Http404
    except ValidationError as error:
        errors = {name: " ".join(sentences) for name, sentences in error.message_dict.items()}
        return _page(request, proposal, typed, errors)
    except Outdated:
        fresh = rows.get(pk=number)
        if fresh.state != ProposalState.IN_REVIEW:
            return _over(request, fresh, typed)
        words = _("Its author has changed it while you read. What changed is marked below; your remarks are kept.")
        return _page(request, fresh, typed, {"": words}, seen=version, status=409)
    except MoveNotPossible:
        return _over(request, rows.get(pk=number), typed)
    return redirect("proposals:reviews")


def promotion_words() -> str:
    """The reason of a return for what only advertises."""
    return _(
        "As it stands, this promotes a product or service. Proposals here look for partners: say what you want to do "
        "together with somebody, what is still open, and what they gain. A product itself belongs on your "
        "organisation’s page, where searches find it."
    )


def differences(old: str, new: str) -> list[tuple[str, str]]:
    """("same" | "gone" | "new", piece of text), word by word; what changed on both sides of a word or two is one
    change, as a patchwork cannot be read. Very long texts as a whole.
    """
    before, after = words_of(old), words_of(new)
    if len(before) > COMPARED or len(after) > COMPARED:
        return [("same", new)] if old == new else [("gone", old), ("new", new)]
    pieces: list[tuple[str, str]] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    steps = matcher.get_opcodes()
    gone = fresh = ""
    for place, (tag, from_old, to_old, from_new, to_new) in enumerate(steps):
        same = "".join(after[from_new:to_new]) if tag == "equal" else ""
        if tag != "equal" or (gone + fresh and place + 1 < len(steps) and len(same.split()) <= BETWEEN):
            gone += "".join(before[from_old:to_old])
            fresh += "".join(after[from_new:to_new])
            continue
        pieces += [(kind, piece) for kind, piece in (("gone", gone), ("new", fresh)) if piece]
        pieces.append(("same", same))
        gone = fresh = ""
    return pieces + [(kind, piece) for kind, piece in (("gone", gone), ("new", fresh)) if piece]


def _typed(request: HttpRequest) -> dict[str, Any]:
    post = request.POST
    remarks = {name: post.get(f"remark_{name}", "")[:20_000] for name in field_labels()}
    return {
        "check": [name for name in Check.values if name in post.getlist("check")],
        "words": post.get("words", "")[:20_000],
        "remarks": {name: words for name, words in remarks.items() if words.strip()},
    }


def _row(proposal: Proposal, at: Any, account_id: int | None) -> dict[str, Any]:
    since = proposal.submitted_at or proposal.state_changed_at
    due = review_due(proposal.region, since)
    return {
        "url": reverse("proposals:review", args=[proposal.pk]),
        "title": proposal.title,
        "lang": _foreign(proposal.language),
        "kind": proposal.get_kind_display(),
        "who": proposal.organisation.name if proposal.organisation else (proposal.owner.name if proposal.owner else ""),
        "since": since,
        "due": due,
        "is_late": due < at,
        "is_mine": proposal.facilitator_id == account_id,
        "is_again": proposal.published_at is not None,
    }


def _foreign(language: str) -> str:
    return language if language and language != (get_language() or "it")[:2] else ""


def _page(
    request: HttpRequest,
    proposal: Proposal,
    typed: dict[str, Any],
    errors: dict[str, str] | None = None,
    *,
    seen: int = 0,
    status: int = 0,
) -> HttpResponse:
    wrong, labels, at = errors or {}, field_labels(), now()
    versions = proposal.versions.filter(number__lt=proposal.version)
    kept = (versions.filter(number=seen).first() if seen else None) or versions.order_by("-number").first()
    before = kept.fields if kept is not None else None
    present = stored(proposal)
    last = proposal.reviews.first()
    fields = []
    for name in (*WORDS, *PLAIN):
        text = str(getattr(proposal, name)) if name in WORDS else display(proposal, name)
        changed = before is not None and before.get(name) != present.get(name)
        if not text and not changed:
            continue
        pieces = differences(str((before or {}).get(name) or ""), text) if changed and name in WORDS else []
        html = proposal.html if name == "source" and not changed else ""
        fields.append(
            {
                "name": name,
                "label": labels[name],
                "text": text,
                "html": html,
                "pieces": pieces,
                "is_changed": changed,
                "is_words": name in WORDS,
                "before": last.remarks.get(name, "") if last is not None else "",
                "remark": typed["remarks"].get(name, ""),
                "error": wrong.get(name, ""),
            }
        )
    since = proposal.submitted_at or proposal.state_changed_at
    due = review_due(proposal.region, since)
    context = {
        "proposal": proposal,
        "who": _row(proposal, at, None)["who"],
        "lang": _foreign(proposal.language),
        "fields": [one for one in fields if one["is_words"]],
        "others": [one for one in fields if not one["is_words"]],
        "checks": [(str(one), str(one.label), one in typed["check"]) for one in Check],
        "words": typed["words"],
        "errors": wrong,
        "listed": [{"name": _anchor(name), "message": message} for name, message in wrong.items()],
        "since": since,
        "due": due,
        "is_late": due < at,
        "last": last if last is not None and last.outcome == ReviewOutcome.RETURNED else None,
        "is_compared": before is not None,
        "files": [
            {"name": row.name, "url": address(row)} for row in files_of(("proposal", proposal.pk), actor_of(request))
        ],
        "page_url": reverse("proposals:proposal", args=[proposal.pk, proposal.slug]),
    }
    return render(request, "proposals/review.html", context, status=status or (422 if wrong else 200))


def _anchor(name: str) -> str:
    return name if name in ("", "checklist", "words") else f"remark_{name}"


def _over(request: HttpRequest, proposal: Proposal, typed: dict[str, Any]) -> HttpResponse:
    """Somebody else was quicker, or its author took it back: what happened, and what was typed for nothing. A draft's
    words are its author's: its title is the one that was handed in.
    """
    done: Review | None = proposal.reviews.select_related("reviewer").first()
    if done is not None and proposal.submitted_at is not None and done.at < proposal.submitted_at:
        done = None  # of an earlier round
    own = done is not None and done.reviewer_id == actor_of(request).account_id
    is_seen = proposal.state != ProposalState.DRAFT
    read = None if is_seen else proposal.versions.order_by("-number").first()
    context = {
        "title": proposal.title if is_seen else str(read.fields.get("title", "")) if read is not None else "",
        "state": proposal.get_state_display(),
        "done": done,
        "is_own": own,
        "typed": typed,
        "labels": field_labels(),
        "page_url": reverse("proposals:proposal", args=[proposal.pk, proposal.slug]),
        "is_seen": is_seen,
    }
    return render(request, "proposals/review_over.html", context, status=409 if request.method == "POST" else 200)
