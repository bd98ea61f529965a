# SPDX-License-Identifier: EUPL-1.2
"""Permissions, events, personal data, retention and what waits, of legal texts."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Role
from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.legal import personal
from filanda.kernel.legal.models import STAFF, Feedback
from filanda.kernel.legal.policies import is_their_own
from filanda.kernel.manifests import Manifest, PersonalData, Retention, Waiting
from filanda.kernel.policies import Permission


def _waiting(actor: Actor) -> Iterable[Waiting]:
    if not actor.roles & STAFF:
        return
    waiting = list(Feedback.objects.open().order_by("created_at").values_list("created_at", flat=True)[:100])
    if waiting:
        yield Waiting(
            _now("Feedback about accessibility"), "administration:feedback", count=len(waiting), since=waiting[0]
        )


manifest = Manifest(
    permissions=(
        Permission("legal.publish", _("Publish legal texts"), roles=frozenset({Role.REGION_ADMINISTRATOR})),
        Permission("legal.consent", _("Agree to legal texts, and take that back"), everybody=True, rule=is_their_own),
        Permission("legal.agree_invented", _("Let invented people agree (the platform only)")),
        Permission("legal.feedback.give", _("Say that a page cannot be used"), everybody=True),
        Permission("legal.feedback.handle", _("Deal with feedback about accessibility"), roles=STAFF),
    ),
    events=(
        EventType("legal.text.published", _("A legal text was published"), Audience.PUBLIC, Erasure.NOTHING),
        EventType("legal.consent.given", _("Somebody agreed to a legal text"), Audience.OPERATORS, Erasure.NOTHING),
        EventType("legal.consent.withdrawn", _("Somebody took a consent back"), Audience.OPERATORS, Erasure.NOTHING),
        EventType(
            "legal.demo.agreed", _("Invented people agreed to a legal text"), Audience.OPERATORS, Erasure.NOTHING
        ),
        EventType("legal.feedback.given", _("Feedback about accessibility came"), Audience.STAFF, Erasure.NOTHING),
        EventType(
            "legal.feedback.handled", _("Feedback about accessibility was dealt with"), Audience.STAFF, Erasure.NOTHING
        ),
    ),
    personal_data=(
        PersonalData(
            "legal",
            _("What you agreed to, and what you said of pages"),
            personal.collect,
            personal.erase,
            readdress=personal.readdress,
        ),
    ),
    retention=(
        Retention("legal.feedback", _("Feedback about accessibility, once dealt with"), 365, personal.forget_feedback),
    ),
    waiting=_waiting,
)
