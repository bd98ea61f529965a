# SPDX-License-Identifier: EUPL-1.2
"""What managers set in their space."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import now
from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from filanda.capabilities.matching.embedding import embedder
from filanda.capabilities.matching.suggesting import topics_for
from filanda.directory.taxonomies.queries import scheme_for, tree
from filanda.kernel.policies import decide, require
from filanda.kernel.ui.numbers import whole
from filanda.spaces.actions import looking_after as actions
from filanda.spaces.actions.looking_after import MB
from filanda.spaces.components import component_kinds
from filanda.spaces.errors import SpaceWrong
from filanda.spaces.forms import read_numbers, read_texts
from filanda.spaces.homes import line_shown, pinned_in
from filanda.spaces.models import Membership, MembershipState, Openness, Space, SpaceConcept, SpaceKind
from filanda.spaces.pages import SpacePage, space_page
from filanda.spaces.queries import component_setting, components_of
from filanda.spaces.steps import setting
from filanda.spaces.values import TEXTS

__all__ = ["pin", "room", "settings", "settings_part"]

ENOUGH_TOPICS = 3  # suggestions cost time: none for a community that says what it is about

Doing = Callable[[HttpRequest, SpacePage], str]


@never_cache
@require_http_methods(["GET", "HEAD"])
def settings(request: HttpRequest, slug: str) -> HttpResponse:
    page = space_page(request, slug, tab="settings")
    require(page.actor, "spaces.manage", page.space)
    return _page(request, page)


@never_cache
@require_POST
def settings_part(request: HttpRequest, slug: str, part: str) -> HttpResponse:
    """POST one part of the settings: texts, openness, components, topics, writing, room, archive."""
    page = space_page(request, slug, tab="settings")
    require(page.actor, "spaces.manage", page.space)
    doing = _PARTS.get(part)
    if doing is None:
        return redirect("spaces:settings", slug=slug)
    try:
        sentence = doing(request, page)
    except SpaceWrong as error:
        page.space.refresh_from_db()
        return _page(request, page, error.errors, part, 422)
    messages.success(request, sentence)
    return redirect(f"{reverse('spaces:settings', args=[slug])}#{part}")


def _texts(request: HttpRequest, page: SpacePage) -> str:
    region = page.space.region
    sent = [field for field in TEXTS if any(f"{field}-{language}" in request.POST for language in region.languages)]
    texts = read_texts(request.POST, region, sent)
    actions.update_texts(actor=page.actor, space=page.space, texts=texts, now=now())
    return _("Saved: everybody reads the new words now.")


def _openness(request: HttpRequest, page: SpacePage) -> str:
    wanted = request.POST.get("openness", "")
    if wanted != page.space.openness and "understood" not in request.POST:
        raise SpaceWrong({"understood": _("Read what follows, and tick that you want it.")})
    actions.set_openness(actor=page.actor, space=page.space, openness=wanted, now=now())
    return _("Done: what stands here is read by others from now on.")


def _components(request: HttpRequest, page: SpacePage) -> str:
    chosen = {
        kind.name: {name: f"{kind.name}-{name}" in request.POST for name, _label, _default in kind.settings}
        for kind in component_kinds()
    }
    on = request.POST.getlist("components")[:50]
    actions.choose_components(actor=page.actor, space=page.space, on=on, settings=chosen, now=now())
    return _("Done: the tabs above show what this community uses.")


def _topics(request: HttpRequest, page: SpacePage) -> str:
    ids = read_numbers(request.POST.getlist("concepts")[:100])
    actions.choose_concepts(actor=page.actor, space=page.space, concept_ids=ids, now=now())
    return _("Saved: people find this community under these topics.")


def _writing(request: HttpRequest, page: SpacePage) -> str:
    value = whole(request.POST.get("holds_first_posts"), default=-1)
    actions.set_settings(actor=page.actor, space=page.space, settings={"holds_first_posts": value}, now=now())
    return _("Saved.")


def _room(request: HttpRequest, page: SpacePage) -> str:
    for kind in components_of(page.space):
        text = request.POST.get(f"room-{kind.name}")
        if kind.room is not None and text is not None:
            given = None if not text.strip() else whole(text.strip(), most=10**9, default=-1)
            actions.set_room(actor=page.actor, space=page.space, component=kind.name, megabytes=given, now=now())
    return _("Saved.")


def _archive(request: HttpRequest, page: SpacePage) -> str:
    if page.space.archived_at is not None:
        actions.reopen_space(actor=page.actor, space=page.space, now=now())
        return _("It is taken up again: people write and join as before.")
    if "understood" not in request.POST:
        raise SpaceWrong({"archive": _("Tick that you want it: nobody will write here any more.")})
    actions.archive_space(actor=page.actor, space=page.space, now=now())
    return _("Archived: it can be read, and taken up again here.")


_PARTS: dict[str, Doing] = {
    "texts": _texts,
    "openness": _openness,
    "components": _components,
    "topics": _topics,
    "writing": _writing,
    "room": _room,
    "archive": _archive,
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def room(request: HttpRequest, slug: str) -> HttpResponse:
    """How much room the files of a community may take, for the region's administrators, who need not manage it."""
    page = space_page(request, slug, tab="about", at_door=True)
    require(page.actor, "spaces.room", page.space)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            messages.success(request, _room(request, page))
            return redirect("spaces:room", slug=slug)
        except SpaceWrong as error:
            errors = error.errors
            page.space.refresh_from_db()
    context = {
        "page": page,
        "rooms": _rooms(request if errors else None, page.space),
        "errors": {name: [sentence] for name, sentence in errors.items()},
        "listed_errors": [{"name": name, "message": sentence} for name, sentence in errors.items()],
    }
    return render(request, "spaces/room.html", context, status=422 if errors else 200)


@require_POST
def pin(request: HttpRequest, slug: str) -> HttpResponse:
    """POST thing ("thread:17"), with `unpin` to take it away; then back to `next`. For components' own screens too."""
    page = space_page(request, slug, tab="home")
    kind, _colon, number = request.POST.get("thing", "")[:80].partition(":")
    ids = read_numbers([number])
    key = (kind, ids[0] if ids else 0)
    try:
        if "unpin" in request.POST:
            actions.unpin_thing(actor=page.actor, space=page.space, thing=key, now=now())
        else:
            actions.pin_thing(actor=page.actor, space=page.space, thing=key, now=now())
    except SpaceWrong as error:
        messages.warning(request, str(error))
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None) or not back.startswith("/"):
        back = page.url
    return redirect(back)


def _page(
    request: HttpRequest, page: SpacePage, errors: dict[str, str] | None = None, part: str = "", status: int = 200
) -> HttpResponse:
    space, errors = page.space, errors or {}
    region = space.region
    typed = read_texts(request.POST, region, TEXTS) if part == "texts" else {}
    chosen = set(SpaceConcept.objects.filter(space=space).values_list("concept", flat=True))
    if part == "topics":
        chosen = set(read_numbers(request.POST.getlist("concepts")[:100]))
    scheme = scheme_for(region, "s3")
    govern = decide(page.actor, "spaces.govern", space)
    on = {kind.name for kind in components_of(space)}
    context: dict[str, Any] = {
        "page": page,
        "texts": [
            {
                "name": f"{field}-{language}",
                "field": field,
                "language": language,
                "language_name": get_language_info(language)["name_local"],
                "most": most,
                "value": typed.get(field, {}).get(language, "") if typed else getattr(space, field).get(language, ""),
            }
            for field, most in TEXTS.items()
            for language in region.languages
            if not (field == "questions" and space.openness != Openness.RESTRICTED)
        ],
        "opennesses": _opennesses(space, request.POST.get("openness", space.openness)),
        "may_govern": bool(govern),
        "why_not": "" if govern else str(govern.reason),
        "components": [
            {
                "name": kind.name,
                "label": str(kind.label),
                "is_on": kind.name in on,
                "settings": [
                    {
                        "name": f"{kind.name}-{name}",
                        "label": str(label),
                        "is_on": component_setting(space, kind.name, name),
                    }
                    for name, label, _default in kind.settings
                ],
            }
            for kind in component_kinds()
            if space.kind in kind.space_kinds
        ],
        "branches": tree(scheme, depth=2) if scheme is not None else [],
        "chosen": chosen,
        "suggested": _suggested(space, chosen),
        "rooms": _rooms(request, space) if part == "room" else _rooms(None, space),
        "holds": setting(space, "holds_first_posts"),
        "pins": [line_shown(line) for line in pinned_in(page.actor, space)],
        "may_open_child": space.kind == SpaceKind.COMMUNITY and space.parent_id is None,
        "errors": {name: [sentence] for name, sentence in errors.items()},
        "listed_errors": [{"name": name, "message": sentence} for name, sentence in errors.items()],
    }
    return render(request, "spaces/settings.html", context, status=status)


def _rooms(request: HttpRequest | None, space: Space) -> list[dict[str, Any]]:
    """How much room the files of each component take and may take, and what was typed. Two queries a component."""
    found = []
    for kind in components_of(space):
        if kind.room is None:
            continue
        room, name = kind.room(space), f"room-{kind.name}"
        own = space.settings.get(f"{kind.name}_mb") if isinstance(space.settings, dict) else None
        typed = request.POST.get(name, "")[:20] if request is not None else None
        found.append(
            {
                "name": name,
                "label": str(kind.label),
                "value": typed if typed is not None else "" if own is None else str(own),
                "used": filesizeformat(room.used),
                "most": filesizeformat(room.most),
                "used_mb": min(room.used, room.most) // MB,
                "most_mb": max(1, room.most // MB),
                "usual": room.usual // MB,
                "is_full": room.used >= room.most,
            }
        )
    return found


def _opennesses(space: Space, chosen: str) -> list[dict[str, Any]]:
    """Each way to be open, with what follows from choosing it now."""
    if space.kind != SpaceKind.COMMUNITY:
        return []
    asked = Membership.objects.filter(space=space, state=MembershipState.REQUESTED).count()
    waiting = ngettext(
        "%(n)s person who asked to join can then walk in.", "%(n)s people who asked to join can then walk in.", asked
    ) % {"n": asked}
    consequences = {
        Openness.OPEN: [
            _("Everything that was ever written here is read by everybody, and found by search engines."),
            *([waiting] if asked else []),
        ],
        Openness.RESTRICTED: [
            _("Only members read what stands here. It stays listed, with its name and summary; people ask to join."),
            _("What others have copied or search engines have kept is out of your reach."),
        ],
        Openness.PRIVATE: [
            _("Nobody but members knows of it: it is not listed, and its address tells others nothing."),
            _("People come in by invitation only; requests that wait are not answered by themselves."),
        ],
    }
    return [
        {
            "value": one.value,
            "label": str(one.label),
            "is_on": one.value == chosen,
            "is_now": one.value == space.openness,
            "consequences": [] if one.value == space.openness else consequences[one],
        }
        for one in Openness
    ]


def _suggested(space: Space, chosen: set[int]) -> list[Any]:
    """Topics near what the space says of itself, for a person to confirm."""
    text = ". ".join(filter(None, [space.name, space.summary]))
    if len(chosen) >= ENOUGH_TOPICS:
        return []
    return [one for one in topics_for(space.region, text, embedder(), limit=6) if one.pk not in chosen]
