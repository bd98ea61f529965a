# SPDX-License-Identifier: EUPL-1.2
"""What only a demonstration has: signing in as one of its invented people, in an invented region."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from django.conf import settings
from django.contrib import auth
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.utils.timezone import now
from django.utils.translation import get_language, override
from django.views.decorators.http import require_POST

from filanda.directory.affiliations.steps import become_admin
from filanda.directory.organisations.models import Organisation, OrganisationState
from filanda.directory.people.actions import AlreadyHere, join_region
from filanda.directory.people.models import Visibility
from filanda.kernel.identity.actors import PLATFORM, Actor
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.identity.sessions import mark_second_factor
from filanda.kernel.legal.actions import agree_invented
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.signin.actions import grant_role
from filanda.kernel.signin.opening import open_session, redirect_onwards
from filanda.site.desk import seed_desk
from filanda.site.order import seed_order
from filanda.site.together import seed_together
from filanda.spaces.demo.seeds import enter_some


@dataclass(frozen=True)
class Invented:
    """One person of each role. `email` is at a name that nobody can own (RFC 2606)."""

    role: Role
    email: str
    name: str
    headline: str = ""


PEOPLE = {
    "innovator": Invented(
        Role.INNOVATOR, "innovator@altariva.example", "Elena Rovati", "Sensori a basso consumo, dalla prova al campo"
    ),
    "organisation_admin": Invented(
        Role.ORGANISATION_ADMIN, "organisation@altariva.example", "Marco Lenzi", "Responsabile dei progetti"
    ),
    "community_manager": Invented(
        Role.SPACE_MANAGER, "community@altariva.example", "Sara Colombi", "Anima le comunità sulla manifattura"
    ),
    "facilitator": Invented(Role.FACILITATOR, "facilitator@altariva.example", "Giulia Ferrandi"),
    "administrator": Invented(Role.REGION_ADMINISTRATOR, "administrator@altariva.example", "Tommaso Belli"),
}


@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """POST role (a key of PEOPLE), the language of the page, and next: a page here.

    Not there outside a demonstration, nor in a region of real people.
    """
    region = active_region()
    if not settings.DEMO or not region.is_invented:
        raise Http404
    person = PEOPLE.get(request.POST.get("role", ""))
    if person is None:
        return HttpResponseBadRequest(f"role: {', '.join(PEOPLE)}\n", content_type="text/plain")
    account = _account(region, person)
    agree_invented(actor=PLATFORM, region=region, now=now())
    auth.logout(request)  # whoever was signed in before is not who this is
    open_session(request, account)
    mark_second_factor(request, "demo")
    language = request.POST.get("language", "")
    with override(language if language in dict(settings.LANGUAGES) else get_language()):
        return redirect_onwards(request, account, request.POST.get("next", ""), has_second_factor=True)


def seed_desk_of_staff(actor: Actor, region: Region) -> None:
    """Let what waits for the facilitator who is offered at "Sign in as" be there. The region must be active."""
    found = {
        role: Account.objects.filter(email=PEOPLE[role].email).first() or _account(region, PEOPLE[role])
        for role in ("facilitator", "organisation_admin")
    }
    seed_desk(actor, region, found["facilitator"], found["organisation_admin"])


def seed_together_of_people(actor: Actor, region: Region) -> None:
    """Let those who are offered have proposals, answers and introductions of their own."""
    wanted = ("organisation_admin", "innovator", "facilitator")
    spokesperson, innovator, facilitator = (
        Account.objects.filter(email=PEOPLE[role].email).first() or _account(region, PEOPLE[role]) for role in wanted
    )
    seed_together(actor, region, spokesperson, innovator, facilitator, now())


def seed_order_of_people(actor: Actor, region: Region) -> None:
    """Let reports wait for the manager and the facilitator who are offered, and the member be told something."""
    wanted = ("community_manager", "facilitator", "innovator")
    manager, facilitator, member = (
        Account.objects.filter(email=PEOPLE[role].email).first() or _account(region, PEOPLE[role]) for role in wanted
    )
    seed_order(actor, region, manager, facilitator, member)


def _account(region: Region, person: Invented) -> Account:
    """The account of an invented person, who is somebody in the region: made when they are first asked for."""
    if person.role in (Role.FACILITATOR, Role.REGION_ADMINISTRATOR):
        return grant_role(
            actor=PLATFORM,
            region=region,
            email=person.email,
            role=person.role,
            now=now(),
            name=person.name,
            is_invented=True,
        )
    account = grant_role(
        actor=PLATFORM,
        region=region,
        email=person.email,
        role=Role.INNOVATOR,
        now=now(),
        name=person.name,
        is_invented=True,
    )
    with contextlib.suppress(AlreadyHere):
        join_region(
            actor=PLATFORM,
            account=account,
            region=region,
            name=person.name,
            headline=person.headline,
            languages=("it", "en"),
            language=get_language() or "",
            listing=Visibility.PUBLIC,
            now=now(),
            is_invented=True,
        )
    if person.role == Role.ORGANISATION_ADMIN:
        _give_organisation(account)
    enter_some(region, account, as_manager=person.role == Role.SPACE_MANAGER)
    return account


def _give_organisation(account: Account) -> None:
    """Let `account` speak for the first organisation of the region, unless it speaks for one."""
    if account.role_grants.filter(role=Role.ORGANISATION_ADMIN, ended_at=None).exists():
        return
    with transaction.atomic(durable=True):
        listed = Organisation.objects.filter(hidden_at=None, is_external=False)
        organisation = listed.select_for_update().order_by("pk").first()
        if organisation is not None:
            become_admin(
                actor=PLATFORM,
                organisation=organisation,
                account=account,
                reason="demo",
                state=OrganisationState.CLAIMED,
            )
