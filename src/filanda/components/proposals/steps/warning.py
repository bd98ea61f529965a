# SPDX-License-Identifier: EUPL-1.2
"""The e-mail before a proposal ends. No transaction is opened here."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils import translation

from filanda.components.proposals.models import Proposal
from filanda.components.proposals.renewing import renewal_token
from filanda.kernel.mail.links import absolute
from filanda.kernel.mail.steps import post
from filanda.kernel.manifests import language_for
from filanda.kernel.ui.moments import day_of

__all__ = ["warn_owner"]


def warn_owner(proposal: Proposal, now: datetime) -> None:
    """Write to who made it: when it ends, and the link that renews it. Nobody is written to who has left."""
    owner = proposal.owner
    if owner is None or not owner.is_active or not owner.email or proposal.expires_at is None:
        return
    language = language_for(owner, proposal.region)
    token = renewal_token(proposal)
    with translation.override(language):
        post(
            region=proposal.region,
            to=owner.email,
            template="proposals/mail/expiring",
            language=language,
            account=owner,
            context={
                "title": proposal.title,
                "end": day_of(proposal.expires_at),
                "months": proposal.months,
                "answers": proposal.answers_count,
                "renew_url": absolute(proposal.region, language, reverse("proposals:renew-by-link", args=[token])),
                "url": absolute(proposal.region, language, reverse("proposals:short", args=[proposal.pk])),
            },
            not_after=proposal.expires_at,
        )
