# SPDX-License-Identifier: EUPL-1.2
"""Permissions, events, waiting lines and personal data of leaving and taking out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from filanda.across.privacy.models import Archive, Leaving
from filanda.across.privacy.queries import leaving_of
from filanda.across.privacy.steps import forget_archives
from filanda.directory.affiliations.queries import organisations_without_admins
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.manifests import Manifest, PersonalData, Waiting
from filanda.kernel.policies import Decision, Permission
from filanda.kernel.ui.moments import day_of

_LISTED = 5


def _is_own(actor: Actor, account: Any) -> Decision:
    if account is not None and actor.account_id == account.pk:
        return Decision(True)
    return Decision(False, gettext_lazy("Sign in first: everybody takes out and erases their own data only."))


def _event(name: str, label: Any) -> EventType:
    # Payloads hold counts and choices; whom it was about is in subject and actor, which erasing takes away.
    return EventType(name, label, Audience.OPERATORS, Erasure.NOTHING)


def _collect(account: Account) -> Mapping[str, Any]:
    leaving = Leaving.objects.filter(account=account).values("asked_at", "erase_at", "keeps_contributions").first()
    return {"leaving.json": leaving} if leaving else {}


def _erase(account: Account, keeps: bool) -> None:
    forget_archives(account)


def _waiting(actor: Actor) -> Iterator[Waiting]:
    leaving = leaving_of(actor)
    if leaving is not None:
        day = day_of(leaving.erase_at)
        yield Waiting(
            _("You leave on %(day)s: until then you can change your mind") % {"day": day},
            "privacy:mine",
            since=leaving.asked_at,
        )
    for archive in Archive.objects.visible_to(actor).usable(now()):
        yield Waiting(_("Your data are ready to be taken out"), "privacy:mine", since=archive.ready_at)
    if Role.FACILITATOR in actor.roles:
        for body in organisations_without_admins().order_by("name")[:_LISTED]:
            label = _("Nobody speaks for %(organisation)s any more: find a new admin") % {"organisation": body.name}
            yield Waiting(label, "ownership:overview", (body.pk,))


manifest = Manifest(
    permissions=(
        Permission(
            "privacy.archives.ask", gettext_lazy("Take out all of one’s own data"), everybody=True, rule=_is_own
        ),
        Permission("privacy.leaving.ask", gettext_lazy("Leave, and change one’s mind"), everybody=True, rule=_is_own),
        Permission("privacy.archives.purge", gettext_lazy("Delete old archives (the platform only)")),
        Permission("privacy.people.erase", gettext_lazy("Erase those who left (the platform only)")),
        Permission("privacy.retention.apply", gettext_lazy("Delete what is kept for a time (the platform only)")),
    ),
    events=(
        _event("privacy.archive.asked", gettext_lazy("Somebody asked for all their data")),
        _event("privacy.leaving.asked", gettext_lazy("Somebody asked to leave")),
        _event("privacy.leaving.taken_back", gettext_lazy("Somebody who was leaving stays")),
        _event("privacy.person.erased", gettext_lazy("Somebody who left was erased")),
        _event("privacy.retention.applied", gettext_lazy("What was kept for a time was deleted")),
    ),
    personal_data=(PersonalData("privacy", gettext_lazy("That you are leaving"), _collect, _erase),),
    waiting=_waiting,
)
