# SPDX-License-Identifier: EUPL-1.2
"""The link by which a listed body speaks without an account, and the e-mail that brings it. No transaction here."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core import signing

from filanda.directory.organisations.models import Organisation
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.mail.links import absolute
from filanda.kernel.mail.steps import post
from filanda.kernel.regions.models import Region

__all__ = ["LINK_DAYS", "say_token", "spoken_for", "write_to"]

LINK_DAYS = 30
_SALT = "filanda.organisations.say"


def say_token(organisation: Organisation) -> str:
    """What a signed link to an organisation's own say carries; valid for thirty days, for this region and body."""
    return signing.dumps([organisation.region_id, organisation.pk], salt=_SALT, compress=False)


def spoken_for(region: Region, token: str) -> int | None:
    """The id of the organisation whose link this is; None for one that is wrong, of another region, or too old."""
    try:
        region_id, organisation_id = signing.loads(token, salt=_SALT, max_age=timedelta(days=LINK_DAYS))
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return int(organisation_id) if region_id == region.pk else None


def write_to(
    organisation: Organisation,
    *,
    actor: Actor,
    email: str,
    language: str,
    claim_path: str,
    claim_days: int,
    now: datetime,
) -> None:
    """Write to a listed body that it is listed: its link to correct or object without an account, and `claim_path`, by
    which whoever has `email` claims its page within `claim_days`.
    """
    region = organisation.region
    page = f"/{language}/organisations/{organisation.pk}/"
    record("organisations.invitation.sent", region=region, actor=actor, subject=organisation)
    post(
        region=region,
        to=email,
        template="organisations/mail/invited_to_speak",
        language=language,
        context={
            "organisation": organisation.name,
            "email": email,
            "page_url": absolute(region, language, page),
            "say_url": absolute(region, language, f"{page}say/{say_token(organisation)}/"),
            "claim_url": absolute(region, language, claim_path),
            "claim_days": claim_days,
            "days": LINK_DAYS,
        },
        secret=True,
        not_after=now + timedelta(days=7),
    )
