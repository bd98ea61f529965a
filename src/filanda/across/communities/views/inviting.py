# SPDX-License-Identifier: EUPL-1.2
"""Whom to invite: suggestions with their reasons, one tap to invite, one to put aside."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from filanda.across.communities import actions
from filanda.across.communities.models import NotForUs
from filanda.across.communities.policies import INVITE
from filanda.across.communities.suggesting import suggest
from filanda.across.communities.views.health import enter
from filanda.directory.organisations.models import Organisation
from filanda.directory.people.models import Person
from filanda.kernel.ui.numbers import id_in
from filanda.spaces.actions.inviting import checked, invite
from filanda.spaces.errors import NotAllowedIn, SpaceWrong, TooManyInvitations
from filanda.spaces.models import SpaceKind
from filanda.spaces.pages import SpacePage


def _enter(request: HttpRequest, slug: str) -> SpacePage:
    page = enter(request, slug, INVITE)
    if page.space.kind == SpaceKind.REGION:
        raise Http404
    return page


def _id(request: HttpRequest) -> int:
    given = request.POST.get("id", "")
    return id_in(given) or 0


@never_cache
@require_safe
def suggestions(request: HttpRequest, slug: str) -> HttpResponse:
    """People and organisations that would fit, and why."""
    page = _enter(request, slug)
    return render(request, "communities/suggestions.html", {"page": page, "found": suggest(page.actor, page.space)})


@require_POST
def ask(request: HttpRequest, slug: str) -> HttpResponse:
    """Invite the person `id`, as anybody is invited: whether they blocked somebody stays theirs."""
    page = _enter(request, slug)
    people = Person.objects.listed_to(page.actor).filter(pk=_id(request)).exclude(account=None)
    person = people.select_related("account").first()
    if person is None or person.account is None:
        raise Http404
    try:
        one = checked(person.account.email, person.name)
        invite(actor=page.actor, space=page.space, people=[one], language=get_language() or "it", now=now())
    except (SpaceWrong, TooManyInvitations, NotAllowedIn) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(name)s is invited.") % {"name": person.name})
    return redirect("communities:suggestions", slug)


@require_POST
def ask_organisation(request: HttpRequest, slug: str) -> HttpResponse:
    """Invite the organisation `id`: whoever speaks for it is told, or the facilitators where nobody does."""
    page = _enter(request, slug)
    row: Organisation | None = Organisation.objects.visible_to(page.actor).filter(pk=_id(request)).first()
    if row is None:
        raise Http404
    try:
        is_told = actions.ask_organisation(actor=page.actor, space=page.space, organisation=row, now=now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("communities:suggestions", slug)
    name = {"name": row.name}
    if is_told:
        messages.success(request, _("%(name)s is invited: those who speak for it are told.") % name)
    else:
        messages.success(
            request,
            _("Nobody speaks for %(name)s yet: the facilitators are told, who write to it.") % name,
        )
    return redirect("communities:suggestions", slug)


@require_POST
def put_aside(request: HttpRequest, slug: str) -> HttpResponse:
    """Do not suggest `id` of `kind` here again."""
    page = _enter(request, slug)
    kind, number = request.POST.get("kind", ""), _id(request)
    if kind == NotForUs.Kind.PERSON:
        is_known = Person.objects.listed_to(page.actor).filter(pk=number).exists()
    else:
        is_known = (
            kind == NotForUs.Kind.ORGANISATION
            and Organisation.objects.visible_to(page.actor).filter(pk=number).exists()
        )
    if not is_known:
        raise Http404
    actions.dismiss(actor=page.actor, space=page.space, kind=kind, target_id=number, now=now())
    messages.success(request, _("Put aside: not suggested for this community again."))
    return redirect("communities:suggestions", slug)
