# SPDX-License-Identifier: EUPL-1.2
"""Turning a discussion into a document: which posts, under which title; and into a proposal."""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from filanda.across.journeys import actions, proposing
from filanda.capabilities.files.inspecting import FileRefused
from filanda.capabilities.threads.models import Post, PostState, Thread
from filanda.capabilities.threads.rendering import plain
from filanda.components.documents.queries import address_of, names_of
from filanda.kernel.policies import require
from filanda.kernel.ui.numbers import whole
from filanda.spaces.models import SCOPE
from filanda.spaces.pages import SpacePage, space_page
from filanda.spaces.queries import has_component

MOST_POSTS = 200
EXCERPT = 200


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def to_document(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Choose the posts and a title; POST writes the page and goes to it."""
    page = space_page(request, slug, tab="discussions")
    thread = _thread(page, number)
    if thread is None or not has_component(page.space, "documents"):
        raise Http404
    require(page.actor, actions.PERMISSION, page.space)
    posts = list(
        Post.objects.visible_to(page.actor).filter(thread=thread, state=PostState.SHOWN).order_by("number")[:MOST_POSTS]
    )
    values = {"title": thread.title, "key": secrets.token_urlsafe(12)}
    chosen = {post.number for post in posts}
    errors: dict[str, str] = {}
    if request.method == "POST":
        values = {name: request.POST.get(name, "") for name in values}
        chosen = {whole(one) for one in request.POST.getlist("post")}
        try:
            made = actions.to_document(
                actor=page.actor,
                space=page.space,
                thread=thread,
                title=values["title"],
                numbers=sorted(chosen),
                key=values["key"][:40],
                now=now(),
            )
        except ValidationError as error:
            found = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
            errors = {("posts" if name == "source" else name): " ".join(words) for name, words in found.items()}
        except FileRefused as error:
            errors = {"": str(error)}
        else:
            messages.success(request, _("The discussion is a document now. Both lead to each other."))
            return redirect("documents:document", *address_of(made))
    names = names_of(page.actor, [post.author_id for post in posts])
    context = {
        "page": page,
        "talk": thread,
        "back_url": reverse("discussions:short", args=[slug, thread.pk]),
        "posts": [
            {
                "number": post.number,
                "name": names[post.author_id],
                "at": post.created_at,
                "language": post.language,
                "excerpt": plain(post.source, EXCERPT),
                "is_chosen": post.number in chosen,
            }
            for post in posts
        ],
        "documents": [
            {"title": one.title, "url": reverse("documents:document", args=address_of(one))}
            for one in actions.documents_of(page.actor, thread)
        ],
        "values": values,
        "errors": {name: [words] for name, words in errors.items()},
        "summary": [{"name": name, "message": words} for name, words in errors.items()],
    }
    return render(request, "journeys/to_document.html", context, status=422 if errors else 200)


@never_cache
@require_POST
def to_proposal(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Begin a proposal with what the discussion says, and go on writing it."""
    page = space_page(request, slug, tab="discussions")
    thread = _thread(page, number)
    if thread is None or not has_component(page.space, "proposals"):
        raise Http404
    made = proposing.to_proposal(actor=page.actor, space=page.space, thread=thread, now=now())
    messages.success(request, _("This draft is made from the discussion. Nobody else sees it until you publish it."))
    return redirect("proposals:edit", made.pk, "what")


def _thread(page: SpacePage, number: int) -> Thread | None:
    rows = Thread.objects.visible_to(page.actor).in_place(SCOPE, page.space.pk).filter(moved_to=None)
    found: Thread | None = rows.filter(pk=number).first()
    return found
