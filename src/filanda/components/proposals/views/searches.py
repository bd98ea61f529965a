# SPDX-License-Identifier: EUPL-1.2
"""Searches of proposals that one keeps, and the link that ends their e-mails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from filanda.capabilities.search.queries import FacetCount
from filanda.components.proposals import facets
from filanda.components.proposals.actions import searching
from filanda.components.proposals.models import Frequency, SavedSearch
from filanda.components.proposals.parameters import Selection
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.requests import signed_in
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region
from filanda.kernel.ui.numbers import id_in, ids_in
from filanda.spaces.models import Space

__all__ = ["end", "searches"]

MOVES = ("keep", "change", "drop")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def searches(request: HttpRequest) -> HttpResponse:
    """The list, and a form to keep the search in the address."""
    actor = signed_in(request)
    require(actor, "proposals.searches.keep")
    if request.method != "POST":
        return _shown(request, actor, request.GET.urlencode())
    post = request.POST
    if post.get("move") not in MOVES:
        raise Http404
    if post["move"] == "keep":
        return _keep(request, actor)
    number = post.get("search", "")
    mine = SavedSearch.objects.filter(account=actor.account_id)
    kept = mine.filter(pk=id_in(number) or 0).first()
    if kept is None:
        raise Http404(_("This search is not among yours any more."))
    if post["move"] == "drop":
        searching.drop_search(actor=actor, search=kept)
        messages.success(request, _("Dropped: “%(name)s”.") % {"name": kept.name})
        return redirect("proposals:searches")
    try:
        searching.change_search(
            actor=actor, search=kept, name=post.get("name", ""), frequency=post.get("frequency", ""), now=now()
        )
    except ValidationError as error:
        return _shown(request, actor, "", changed=kept.pk, errors=error.message_dict, typed=post, status=422)
    messages.success(request, _("Saved."))
    return redirect("proposals:searches")


def _keep(request: HttpRequest, actor: Actor) -> HttpResponse:
    region: Region = request.region  # type: ignore[attr-defined]
    post = request.POST
    query = post.get("query", "")[:2_000]
    try:
        kept = searching.keep_search(
            actor=actor,
            region=region,
            name=post.get("name", ""),
            query=query,
            frequency=post.get("frequency", ""),
            now=now(),
        )
    except ValidationError as error:
        return _shown(request, actor, query, errors=error.message_dict, typed=post, status=422)
    except searching.TooManySearches as error:
        return _shown(request, actor, query, errors={"": [str(error)]}, typed=post, status=422)
    if kept.frequency == Frequency.NEVER:
        messages.success(request, _("Kept. You find it here; you get no e-mail."))
    else:
        messages.success(request, _("Kept. You get an e-mail when there is something new, and only then."))
    return redirect("proposals:searches")


def _shown(
    request: HttpRequest,
    actor: Actor,
    query: str,
    *,
    changed: int = 0,
    errors: Mapping[str, Any] | None = None,
    typed: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    region: Region = request.region  # type: ignore[attr-defined]
    rows = list(SavedSearch.objects.filter(account=actor.account_id))
    selection = Selection.read(QueryDict(query)).at_page(1)
    asked = selection.query_string().removeprefix("?")
    wanted = [Selection.read(QueryDict(row.query)) for row in rows]
    names = _names(region, actor, [selection, *wanted])
    typed = typed or {}
    errors = errors or {}
    context = {
        "is_asked": "query" in typed or bool(asked),
        "query": asked,
        "words": _words(selection, names),
        "name": typed.get("name", "") if not changed else "",
        "suggested": _words(selection, names)[:120],
        "frequency": typed.get("frequency") or Frequency.WEEKLY.value,
        "frequencies": [(value, str(label)) for value, label in reversed(Frequency.choices)],
        "errors": errors,
        "listed": [{"name": name, "message": " ".join(words)} for name, words in errors.items()],
        "changed": changed,
        "typed": typed,
        "rows": [
            {
                "id": row.pk,
                "name": row.name,
                "words": _words(one, names),
                "url": reverse("proposals:directory") + (f"?{row.query}" if row.query else ""),
                "frequency": row.frequency,
                "sent_at": row.sent_at,
            }
            for row, one in zip(rows, wanted, strict=True)
        ],
        "told": [{"kind": one.level_tag, "text": str(one)} for one in messages.get_messages(request)],
    }
    return render(request, "proposals/searches.html", context, status=status)


def _names(region: Region, actor: Actor, several: list[Selection]) -> facets.Names:
    # Only spaces that the reader may know of are named: a kept number tells nothing.
    chosen = {found for one in several for found in ids_in(one.filters.get("space", ()))}
    known = Space.objects.visible_to(actor).filter(pk__in=chosen) if chosen else ()
    counted = [FacetCount("space", str(space.pk), 1) for space in known]
    return facets.names_of(region, counted, Selection())


def _words(selection: Selection, names: facets.Names) -> str:
    parts = [f"“{selection.q}”"] if selection.q else []
    parts += [names.label(name, value) for name, values in selection.filters.items() for value in values]
    return " · ".join(parts) or _("All proposals")


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, token: str) -> HttpResponse:
    """Behind the link at the foot of an e-mail: GET asks, POST (RFC 8058 too) does it, without signing in."""
    region: Region = request.region  # type: ignore[attr-defined]
    is_done = request.method == "POST"
    found = searching.end_by_token(token=token, region=region) if is_done else searching.search_of_token(token, region)
    if found is None:
        raise Http404
    return render(request, "proposals/search_end.html", {"is_done": is_done, "name": found.name})
