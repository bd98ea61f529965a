# SPDX-License-Identifier: EUPL-1.2
"""Newsletters of a community: the list, one to be read, and writing it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from filanda.across.communities import actions
from filanda.across.communities.letters import sections_of
from filanda.across.communities.models import Newsletter
from filanda.across.communities.policies import LETTERS
from filanda.kernel.policies import decide, require
from filanda.kernel.text.markdown import to_html
from filanda.kernel.ui.addresses import lead
from filanda.kernel.ui.numbers import whole
from filanda.spaces.pages import SpacePage, space_page

A_PAGE = 60


def _find(page: SpacePage, number: int) -> Newsletter:
    rows = Newsletter.objects.visible_to(page.actor).filter(space=page.space, pk=number)
    found: Newsletter | None = rows.select_related("space__region", "region").first()
    if found is None:
        raise Http404
    return found


def _version(request: HttpRequest) -> int:
    given = request.POST.get("version", "")
    return whole(given)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def letters(request: HttpRequest, slug: str) -> HttpResponse:
    """The newsletters that the reader may see; POST drafts one."""
    page = space_page(request, slug, tab="health")
    if request.method == "POST":
        try:
            made = actions.draft_letter(actor=page.actor, space=page.space, now=now())
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("communities:letters", slug)
        return redirect("communities:letter-edit", slug, made.pk)
    rows = Newsletter.objects.visible_to(page.actor).filter(space=page.space)[:A_PAGE]
    may_write = bool(decide(page.actor, LETTERS, page.space))
    return render(request, "communities/letters.html", {"page": page, "rows": rows, "may_write": may_write})


def _context(page: SpacePage, letter: Newsletter) -> dict[str, Any]:
    return {
        "page": page,
        "letter": letter,
        "intro": to_html(letter.intro),
        "sections": [
            {
                "title": section.title,
                "lines": [
                    {
                        "value": f"{line.kind}:{line.id}",
                        "title": line.title,
                        "language": line.language,
                        "excerpt": line.excerpt,
                        "url": lead(line),
                    }
                    for line in section.lines
                ],
            }
            for section in sections_of(page.actor, letter)
        ],
        "may_write": bool(decide(page.actor, LETTERS, page.space)),
    }


@never_cache
@require_safe
def letter(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One newsletter, as this reader may see it; a draft is a preview for those who write it."""
    page = space_page(request, slug, tab="health")
    return render(request, "communities/letter.html", _context(page, _find(page, number)))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Change a draft: title, introduction, which lines stay."""
    page = space_page(request, slug, tab="health")
    row = _find(page, number)
    require(page.actor, LETTERS, page.space)
    if not row.is_draft:
        return redirect("communities:letter", slug, row.pk)
    values = {"title": row.title, "intro": row.intro, "version": row.version}
    kept = {f"{line['kind']}:{line['id']}" for line in row.lines}
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        kept = set(request.POST.getlist("line"))
        values |= {"title": request.POST.get("title", ""), "intro": request.POST.get("intro", "")}
        try:
            actions.edit_letter(
                actor=page.actor,
                letter=row,
                title=str(values["title"]),
                intro=str(values["intro"]),
                kept=sorted(kept),
                version=_version(request),
            )
        except ValidationError as error:
            errors, status = {name: " ".join(words) for name, words in error.message_dict.items()}, 422
        except actions.Outdated as error:
            errors, status = {"": str(error)}, 409
        else:
            return redirect("communities:letter", slug, row.pk)
    context = _context(page, row) | {
        "values": values,
        "kept": kept,
        "errors": {name: [words] for name, words in errors.items()},
        "summary": [{"name": name, "message": words} for name, words in errors.items()],
    }
    return render(request, "communities/letter_edit.html", context, status=status)


@require_POST
def send(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Send it."""
    page = space_page(request, slug, tab="health")
    row = _find(page, number)
    try:
        actions.send_letter(actor=page.actor, letter=row, version=_version(request), now=now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except actions.Outdated as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It is on its way to the members who follow this community."))
    return redirect("communities:letter", slug, row.pk)


@require_POST
def drop(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Throw a draft away."""
    page = space_page(request, slug, tab="health")
    row = _find(page, number)
    try:
        actions.drop_letter(actor=page.actor, letter=row, version=_version(request))
    except actions.Outdated as error:
        messages.error(request, str(error))
        return redirect("communities:letter", slug, row.pk)
    messages.success(request, _("The draft is thrown away."))
    return redirect("communities:letters", slug)
