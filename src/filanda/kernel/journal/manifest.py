# SPDX-License-Identifier: EUPL-1.2
"""The journal's own permission and event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from filanda.kernel.identity.models import Account
from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.journal.models import Event
from filanda.kernel.manifests import Manifest, PersonalData
from filanda.kernel.policies import Permission


def _collect(account: Account) -> Mapping[str, Any]:
    """What they did, and what happened to their account with the words said about it. What others are called, and what
    was said about others, is not theirs."""
    is_about = {"subject_type": Account._meta.model_name, "subject_id": account.pk}
    events = Event.objects.filter(Q(account=account) | Q(**is_about)).order_by("pk")
    return {
        "journal.json": [
            {
                "at": event.at,
                "what": event.type,
                "by_you": event.account_id == account.pk,
                "subject": f"{event.subject_type} {event.subject_id}" if event.subject_id else "",
                **(
                    {"said": event.payload}
                    if (event.subject_type, event.subject_id) == tuple(is_about.values())
                    else {}
                ),
            }
            for event in events.iterator(chunk_size=1000)
        ]
    }


def _erase(account: Account, keeps: bool) -> None:
    """Nothing here: whoever erases somebody takes them out of the journal last (`steps.take_out`), as the other rooms
    record what they erased."""


manifest = Manifest(
    permissions=(Permission("journal.erase", _("Take a person out of the journal (operators only)")),),
    events=(
        EventType(
            "journal.person.erased", _("A person was taken out of the journal"), Audience.OPERATORS, Erasure.NOTHING
        ),
    ),
    personal_data=(PersonalData("journal", _("What was recorded about what you did"), _collect, _erase),),
)
