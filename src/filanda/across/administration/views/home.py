# SPDX-License-Identifier: EUPL-1.2
"""The signed-in home: what waits for me, who helps me, my organisations, what to do next, what happened."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from filanda.across.administration.framing import SECTIONS
from filanda.across.administration.happenings import recent
from filanda.across.administration.queries import ProfileSteps, my_organisations, profile_steps, waiting_for
from filanda.directory.organisations.queries import slug_of
from filanda.directory.people.models import Person
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.identity.requests import signed_in
from filanda.kernel.manifests import Waiting
from filanda.kernel.policies import decide
from filanda.kernel.ui.addresses import address_or_none

__all__ = ["home"]


@never_cache
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Visitors are asked to sign in and come back; strangers to this region to join it."""
    actor = signed_in(request)
    account: Account = request.user  # type: ignore[assignment]
    person = Person.objects.filter(account=actor.account_id, erased_at=None).select_related("facilitator").first()
    mine = my_organisations(actor, person)
    steps = profile_steps(person, has_organisation=bool(mine)) if person is not None else None
    context = {
        "name": (person.name if person is not None else "") or account.name,
        "is_member": actor.is_member,
        "withheld": [str(Role(role).label) for role in sorted(actor.withheld)],
        "waiting": [line for line in map(_line, waiting_for(actor)) if line["url"]],
        "facilitator": _facilitator(person, account),
        "organisations": [
            {
                "name": body.name,
                "url": reverse("finder:organisation", args=[body.id, slug_of(body.name)]),
                "manage_url": address_or_none("ownership:overview", body.id) if body.may_manage else "",
                "words": body.title or (str(Role(body.role).label) if body.role else ""),
            }
            for body in mine
        ],
        "person": person is not None,
        "steps": _steps(steps) if steps is not None else None,
        "desks": _desks(actor),
        "happenings": [
            {
                "label": happened.label,
                "at": happened.at,
                "count": happened.count,
                "name": happened.organisation,
                "url": reverse("finder:organisation", args=[happened.organisation_id, slug_of(happened.organisation)])
                if happened.organisation_id
                else "",
            }
            for happened in recent(actor)
        ],
        "join_url": address_or_none("joining:start"),
        "account_url": address_or_none("signin:account"),
        "profile_url": address_or_none("profiles:edit"),
        "data_url": address_or_none("privacy:mine"),
    }
    return render(request, "administration/home.html", context)


def _line(line: Waiting) -> dict[str, Any]:
    return {
        "label": str(line.label),
        "url": address_or_none(line.url_name, *line.url_args, query=line.query),
        "count": line.count,
        "since": line.since,
    }


def _facilitator(person: Person | None, account: Account) -> dict[str, str] | None:
    if person is None or person.facilitator is None or person.facilitator_id == account.pk:
        return None
    return {"name": person.facilitator.name or _("Your facilitator"), "email": person.facilitator.email}


def _steps(steps: ProfileSteps) -> dict[str, Any]:
    words = {
        "headline": _("Say in one line what you do"),
        "skills": _("Add what you can do"),
        "interests": _("Add what you are interested in"),
        "organisation": _("Say which organisation you belong to"),
        "about": _("Write a few sentences about yourself"),
        "languages": _("Add the languages you speak"),
    }
    return {
        "missing": [{"name": name, "words": words[name]} for name in steps.missing],
        "done": steps.done,
        "most": steps.most,
        "is_waiting": steps.is_waiting,
        "is_returned": steps.is_returned,
    }


def _desks(actor: Actor) -> list[dict[str, str]]:
    """Where this reader works, besides their own things."""
    desks = [("workbench:queue", _("Workbench"), "desk.work")]
    desks += [("workbench:requests", _("Requests for an introduction"), "needs.requests.view")]
    desks += [(name, str(label), permission) for name, label, permission in SECTIONS]
    return [
        {"label": label, "url": address_or_none(name)} for name, label, permission in desks if decide(actor, permission)
    ]
