# SPDX-License-Identifier: EUPL-1.2
"""The question to each side, by e-mail, with a signed link that needs no sign-in."""

from __future__ import annotations

from datetime import timedelta

from django.core import signing
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import override

from filanda.capabilities.introductions.models import DAYS_OPEN, Introduction, Side
from filanda.capabilities.introductions.steps import answerers, name_of
from filanda.directory.people.languages import language_of
from filanda.kernel.identity.models import Account
from filanda.kernel.mail.links import absolute
from filanda.kernel.mail.steps import post
from filanda.kernel.regions.working import time_zone

__all__ = ["ask_sides", "side_and_account", "token_of"]

_SALT = "filanda.introductions.answer"
LINK_DAYS = DAYS_OPEN + 7  # who comes late reads what became of it


def token_of(side: Side, account: Account) -> str:
    """What the link carries: this side, answered by this account, in this region."""
    return signing.dumps([side.pk, account.pk, side.region_id], salt=_SALT)


def side_and_account(token: str, region_id: int) -> tuple[Side, Account] | None:
    """What `token` stands for in that region; None for one that is wrong, too old, or of somebody who no longer answers
    for that side. Three queries at most.
    """
    try:
        number, account_id, place = signing.loads(token, salt=_SALT, max_age=timedelta(days=LINK_DAYS))
    except (signing.BadSignature, ValueError, TypeError):
        return None
    if place != region_id:
        return None
    rows = Side.objects.select_related("introduction__region", "organisation", "account")
    side = rows.filter(pk=number).first()
    if side is None:
        return None
    found = [account for account in answerers(side) if account.pk == account_id]
    return (side, found[0]) if found else None


def ask_sides(introduction: Introduction, *, is_again: bool) -> int:
    """Post the question to those who answer for a side that has not, in the caller's transaction. Returns how many."""
    region, sides = introduction.region, list(introduction.sides.select_related("organisation", "account"))
    posted = 0
    for side in sides:
        if side.consented_at is not None or side.refused_at is not None:
            continue
        other = next(one for one in sides if one.pk != side.pk)
        for account in answerers(side):
            language = language_of(account, region)
            with override(language):
                until = date_format(introduction.lapses_at.astimezone(time_zone(region)), "DATE_FORMAT")
            post(
                region=region,
                to=account.email,
                template="introductions/mail/asked",
                language=language,
                context={
                    "why": introduction.why,
                    "organisation": side.organisation.name if side.organisation is not None else "",
                    "other": name_of(other) if other.is_public else "",
                    "is_again": is_again,
                    "until": until,
                    "url": absolute(region, language, reverse("collaborating:consent", args=[token_of(side, account)])),
                },
                account=account,
                thread_id=f"introduction-{introduction.pk}",
            )
            posted += 1
    return posted
