# SPDX-License-Identifier: EUPL-1.2
"""Who may agree: people, for themselves."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from filanda.kernel.identity.actors import Actor
from filanda.kernel.legal.models import Consent
from filanda.kernel.policies import Decision

__all__ = ["is_their_own"]


def is_their_own(actor: Actor, consent: Consent | None) -> Decision:
    if actor.account_id is None:
        return Decision(False, _("Sign in first: whoever agrees must be somebody."))
    if consent is not None and consent.account_id != actor.account_id:
        return Decision(False, _("This is somebody else's consent."))
    return Decision(True)
