# SPDX-License-Identifier: EUPL-1.2
"""The form of a proposal in three short steps. A draft keeps itself while somebody types; all works without scripts.
The version that was seen goes along with every save, so that two windows do not overwrite each other.
"""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from filanda.capabilities.collaborations.models import Cooperation
from filanda.capabilities.files import actions as files
from filanda.capabilities.files.inspecting import DOCUMENT_BYTES, FileRefused
from filanda.capabilities.files.models import FileKind, StoredFile
from filanda.capabilities.files.receiving import FileTooBig, received, takes_files
from filanda.capabilities.needs.models import SavedNeed
from filanda.components.proposals.actions import writing as actions
from filanda.components.proposals.contents import Locked, Outdated
from filanda.components.proposals.forms import writing as forms
from filanda.components.proposals.models import SUMMARY_MOST, Proposal, ProposalKind, ProposalState
from filanda.components.proposals.policies.writing import may_publish
from filanda.components.proposals.views import writing_pages as pages
from filanda.components.proposals.views.moving import find_own, page_of, told_of_submission
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.requests import actor_of, signed_in
from filanda.kernel.policies import Forbidden, require
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.text.folding import clean
from filanda.kernel.ui.numbers import id_in, whole
from filanda.kernel.workflow import MoveNotPossible

__all__ = ["calls", "edit", "new", "places", "save_draft", "topics"]

EDITABLE = (ProposalState.DRAFT, ProposalState.PUBLISHED, ProposalState.IN_TALKS)
TITLE_SHOWN = 90  # characters of a need taken for a title
FILES = 10


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The first step. `?kind=`, `?need=` (the token of a saved need), `?space=`. The key of the form makes the draft
    once, however often it is sent: by the page itself while somebody types (`autosave`), then by a button.
    """
    actor, region = signed_in(request), active_region()
    spaces = forms.spaces_of(actor, region)
    if request.method != "POST":
        asked = request.GET.get("space", "")
        space = next((one for one in spaces if asked in (str(one.pk), one.slug)), spaces[0] if spaces else None)
        if space is None:
            raise Http404
        require(actor, "proposals.propose", space)
        values = _first_values(request, region)
        return _shown(request, actor, "what", values, None, key=secrets.token_hex(16), space=space.pk)
    typed = forms.read(request.POST, "what", actor, region)
    key, wanted = request.POST.get("key", "")[:40], request.POST.get("space", "")
    space = next((one for one in spaces if str(one.pk) == wanted), None)
    is_silent = "go" not in request.POST
    if space is None:
        raise Http404(_("You do not propose there. Choose where it stands in the region, or in a community of yours."))
    if is_silent and not any(clean(typed.values[name]) for name in ("title", "summary")):
        return HttpResponse(status=204)
    known = Proposal.objects.filter(owner=actor.account_id, key=key).first() if key else None
    if known is not None:
        return _save(request, actor, known, "what", typed, key=key)
    if typed.errors:
        if is_silent:
            return _kept(request, 0, " ".join(typed.errors.values()))
        return _shown(request, actor, "what", typed.values, None, errors=typed.errors, key=key, space=space.pk)
    kind = typed.fields.pop("kind")
    need = _need(request)
    if need is not None and len(need.text) > SUMMARY_MOST:
        typed.fields["source"] = need.text
    call = forms.chosen_call(_call_id(request), actor, {})
    if call is not None:
        typed.fields |= {"funding_call": call, "cooperation": [Cooperation.CONSORTIUM]}
    made = actions.create_draft(
        actor=actor, region=region, space=space, kind=kind, fields=typed.fields, key=key, now=now()
    )
    if is_silent:
        response = _kept(request, made.version, _("Draft saved"))
        response.headers["HX-Replace-Url"] = reverse("proposals:edit", args=[made.pk, "what"])
        return response
    return _next(request, actor, made, "what")


@takes_files(DOCUMENT_BYTES)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, number: int, step: str) -> HttpResponse:
    """One step. POST `go`: next, back, keep, submit, preview, find (a place), suggest (topics), add-file, or
    `remove_file` with its id.
    """
    if step not in forms.STEPS:
        raise Http404
    actor = signed_in(request)
    proposal = find_own(actor, number)
    require(actor, "proposals.write", proposal)
    if request.method != "POST":
        if proposal.state not in EDITABLE:
            messages.warning(request, str(Locked(proposal.state)))
            return page_of(proposal)
        return _shown(request, actor, step, forms.stored_values(proposal), proposal)
    typed = forms.read(request.POST, step, actor, proposal.region)
    return _save(request, actor, proposal, step, typed)


@never_cache
@require_POST
def save_draft(request: HttpRequest, number: int) -> HttpResponse:
    """Keep what is being typed on a `step`: the version that was kept, and a word for the page."""
    actor = actor_of(request)
    proposal = find_own(actor, number)
    step = request.POST.get("step", "")
    if step not in forms.STEPS:
        raise Http404
    return _save(request, actor, proposal, step, forms.read(request.POST, step, actor, proposal.region), is_silent=True)


@never_cache
@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """Areas whose name begins so: ?place_q=, and the one that is chosen: ?place="""
    actor, region = actor_of(request), active_region()
    if not actor.is_member:
        raise Http404
    found = pages.place_options(region, request.GET.get("place_q", "")[:80], request.GET.get("place", "")[:20])
    return render(request, "proposals/_places.html", {"places": found, "place_q": request.GET.get("place_q", "")})


@never_cache
@require_safe
def calls(request: HttpRequest) -> HttpResponse:
    """Funding calls with these words: ?funding_q=, and the one that is chosen: ?funding_call="""
    actor, region = actor_of(request), active_region()
    if not actor.is_member:
        raise Http404
    q = request.GET.get("funding_q", "")[:80]
    found = pages.call_options(actor, region, q, request.GET.get("funding_call", "")[:20])
    return render(request, "proposals/_calls.html", {"calls": found, "funding_q": q})


@never_cache
@require_POST
def topics(request: HttpRequest) -> HttpResponse:
    """Topics near to what a proposal says now, those that are ticked kept."""
    actor = actor_of(request)
    number = request.POST.get("proposal", "")
    proposal = find_own(actor, id_in(number) or 0)
    ticked = request.POST.getlist("concepts")[:50]
    found = pages.topic_options(proposal, ticked, suggests=True)
    return render(request, "proposals/_topics.html", {"topics": found, "asked": True})


def _first_values(request: HttpRequest, region: Region) -> dict[str, Any]:
    kind = request.GET.get("kind", "")
    values = {"kind": kind if kind in ProposalKind.values else ProposalKind.LOOK_FOR.value, "title": "", "summary": ""}
    need = _need(request)
    if need is not None:
        text = clean(need.text)
        first = text.split("\n")[0].split(". ")[0]
        values["title"] = first if len(first) <= TITLE_SHOWN else first[:TITLE_SHOWN].rsplit(" ", 1)[0] + "…"
        values["summary"] = text if len(text) <= SUMMARY_MOST else text[: SUMMARY_MOST - 1].rsplit(" ", 1)[0] + "…"
    return values


def _need(request: HttpRequest) -> SavedNeed | None:
    token = request.POST.get("need", "") or request.GET.get("need", "")
    return SavedNeed.objects.all().behind(token, now()) if token else None


def _call_id(request: HttpRequest) -> str:
    """The funding call from whose page somebody came."""
    return (request.POST.get("call", "") or request.GET.get("call", ""))[:20]


def _save(
    request: HttpRequest,
    actor: Actor,
    proposal: Proposal,
    step: str,
    typed: forms.Typed,
    *,
    key: str = "",
    is_silent: bool = False,
) -> HttpResponse:
    """Keep a step of what exists already. `is_silent`: sent by the page itself, while somebody types."""
    go = request.POST.get("go", "")
    is_silent = is_silent or (not go and "remove_file" not in request.POST)
    version = _version(request)
    is_draft = proposal.state == ProposalState.DRAFT
    if is_silent and key:  # the page has learnt of its draft only now
        version = version or proposal.version
    good = {name: value for name, value in typed.fields.items() if name not in typed.errors}
    if go in ("preview", "find", "suggest") and not is_draft:  # nothing is published by looking at it
        return _shown(request, actor, step, typed.values, proposal, errors=typed.errors, go=go, version=version)
    if typed.errors and not is_draft:
        return _shown(request, actor, step, typed.values, proposal, errors=typed.errors, version=version)
    action = actions.save_draft if is_draft or is_silent else actions.change
    try:
        kept = action(actor=actor, proposal=proposal, fields=good, version=version, now=now())
    except ValidationError as error:
        errors = {name: " ".join(sentences) for name, sentences in error.message_dict.items()}
        return _shown(request, actor, step, typed.values, proposal, errors=errors, version=version)
    except Outdated as error:
        if is_silent:
            return _kept(request, version, str(error) + " " + _("Choose “Keep” to see them."))
        there = find_own(actor, proposal.pk)
        return _shown(request, actor, step, typed.values, there, theirs=there, version=there.version, key=key)
    except (Locked, Forbidden) as error:
        if is_silent:
            return _kept(request, version, str(error))
        errors = {"": str(error)}
        return _shown(request, actor, step, typed.values, proposal, errors=errors, version=version, status=409)
    if is_silent:
        words = " ".join(typed.errors.values()) or _("Draft saved")
        return _kept(request, kept.version, words)
    proposal = find_own(actor, kept.pk)
    if typed.errors or go in ("preview", "find", "suggest"):
        return _shown(request, actor, step, typed.values, proposal, errors=typed.errors, go=go, key=key)
    if go == "add-file" or "remove_file" in request.POST:
        return _files(request, actor, proposal, step, typed.values)
    return _next(request, actor, proposal, step)


def _next(request: HttpRequest, actor: Actor, proposal: Proposal, step: str) -> HttpResponse:
    """Where a button leads once everything is kept."""
    names = list(forms.STEPS)
    at, go = names.index(step), request.POST.get("go", "")
    if proposal.state == ProposalState.IN_REVIEW:
        messages.success(request, _("It says something else now, so a facilitator reads it again before it is shown."))
        return page_of(proposal)
    if go == "submit" and proposal.state == ProposalState.DRAFT:
        try:
            done = actions.submit(actor=actor, proposal=proposal, now=now())
        except ValidationError as error:
            errors = {name: " ".join(sentences) for name, sentences in error.message_dict.items()}
            return _shown(request, actor, "what", forms.stored_values(proposal), proposal, errors=errors)
        except (Forbidden, MoveNotPossible) as error:
            messages.warning(request, str(error))
            return page_of(proposal)
        messages.success(request, told_of_submission(done))
        return page_of(done)
    if go == "next" and at + 1 < len(names):
        return redirect("proposals:edit", number=proposal.pk, step=names[at + 1])
    if go == "back" and at > 0:
        return redirect("proposals:edit", number=proposal.pk, step=names[at - 1])
    is_draft = proposal.state == ProposalState.DRAFT
    messages.success(request, _("Your draft is kept. Nobody else sees it.") if is_draft else _("Changed."))
    return page_of(proposal)


def _files(request: HttpRequest, actor: Actor, proposal: Proposal, step: str, values: dict[str, Any]) -> HttpResponse:
    """Add an attachment, or take one away."""
    subject = ("proposal", proposal.pk)
    wanted = request.POST.get("remove_file", "")
    try:
        if wanted:
            mine = StoredFile.objects.filter(subject_kind=subject[0], subject_id=subject[1])
            file = mine.filter(pk=id_in(wanted) or 0).first()
            if file is None:
                raise Http404
            files.remove(actor=actor, file=file)
        else:
            upload = received(request, "file")
            if upload is None:
                raise ValidationError(_("Choose a file first."))
            if StoredFile.objects.filter(subject_kind=subject[0], subject_id=subject[1]).count() >= FILES:
                raise ValidationError(_("%(most)d files are enough. Take one away first.") % {"most": FILES})
            files.store(
                actor=actor,
                region=proposal.region,
                subject=subject,
                kind=FileKind.DOCUMENT,
                upload=upload,
                now=now(),
            )
    except ValidationError as error:
        return _shown(request, actor, step, values, proposal, errors={"file": " ".join(error.messages)})
    except (FileRefused, FileTooBig, Forbidden) as error:
        return _shown(request, actor, step, values, proposal, errors={"file": str(error)})
    address = reverse("proposals:edit", args=[proposal.pk, step])
    return HttpResponseRedirect(address + "#attachments")


def _version(request: HttpRequest) -> int:
    given = request.POST.get("version", "")
    return whole(given)


def _kept(request: HttpRequest, version: int, words: str) -> HttpResponse:
    return render(request, "proposals/_kept.html", {"version": version, "words": words})


def _shown(
    request: HttpRequest,
    actor: Actor,
    step: str,
    values: dict[str, Any],
    proposal: Proposal | None,
    *,
    errors: dict[str, str] | None = None,
    theirs: Proposal | None = None,
    go: str = "",
    version: int | None = None,
    key: str = "",
    space: int = 0,
    status: int = 0,
) -> HttpResponse:
    """The step with what was typed."""
    wrong = errors or {}
    place_q, funding_q = request.POST.get("place_q", "")[:80], request.POST.get("funding_q", "")[:80]
    context = pages.step_page(
        actor,
        active_region(),
        step,
        values,
        proposal,
        theirs=theirs,
        go=go,
        place_q=place_q,
        funding_q=funding_q,
    )
    context |= {
        "errors": wrong,
        "listed": [{"name": name, "message": message} for name, message in wrong.items()],
        "version": proposal.version if version is None and proposal is not None else version or 0,
        "key": key,
        "need": request.POST.get("need", "") or request.GET.get("need", ""),
        "space_id": space or (proposal.space_id if proposal is not None else 0),
        "place_q": place_q,
        "funding_q": funding_q,
        "call_id": _call_id(request),
        "most_mb": DOCUMENT_BYTES // (1024 * 1024),
        "is_trusted": proposal is not None and step == "who" and bool(may_publish(actor, proposal)),
        "told": [{"kind": one.level_tag, "text": str(one)} for one in messages.get_messages(request)],
    }
    code = status or (409 if theirs is not None else 422 if wrong else 200)
    return render(request, "proposals/write.html", context, status=code)
