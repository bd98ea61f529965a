# SPDX-License-Identifier: EUPL-1.2
"""The one-question e-mail of a check-in, and the signed links in it."""

from __future__ import annotations

from datetime import timedelta

from django.core import signing
from django.urls import reverse
from django.utils.translation import override

from filanda.capabilities.collaborations.models import CheckIn, CheckInAnswer, Collaboration, Party
from filanda.directory.affiliations.queries import admin_accounts
from filanda.directory.people.languages import language_of
from filanda.kernel.identity.models import Account
from filanda.kernel.mail.links import absolute
from filanda.kernel.mail.steps import post

__all__ = ["LINK_DAYS", "ask", "check_in_of", "recipients", "token_of"]

_SALT = "filanda.collaborations.check-in"
LINK_DAYS = 90


def token_of(check_in: CheckIn) -> str:
    """What the link carries: this check-in, in this region; good for ninety days."""
    return signing.dumps([check_in.pk, check_in.region_id], salt=_SALT)


def check_in_of(token: str, region_id: int) -> CheckIn | None:
    """The check-in that `token` leads to in that region; None for one that is wrong, too old or gone."""
    try:
        number, place = signing.loads(token, salt=_SALT, max_age=timedelta(days=LINK_DAYS))
    except (signing.BadSignature, ValueError, TypeError):
        return None
    if place != region_id:
        return None
    rows = CheckIn.objects.select_related("collaboration", "party", "party__organisation", "region")
    found: CheckIn | None = rows.filter(pk=number).first()
    return found


def recipients(party: Party) -> list[Account]:
    """Whom a side is asked through: who answered for it, else the admins of its organisation."""
    account = party.account
    if account is not None and account.is_active:
        return [account]
    return [one for one in admin_accounts(party.organisation_id) if one.is_active] if party.organisation_id else []


def ask(check_in: CheckIn, collaboration: Collaboration, account: Account) -> None:
    """Post the question to `account`, in the caller's transaction."""
    region = check_in.region
    language = language_of(account, region)
    page = absolute(region, language, reverse("collaborating:check-in", args=[token_of(check_in)]))
    with override(language):
        answers = [[value, str(label), f"{page}?answer={value}"] for value, label in CheckInAnswer.choices]
    post(
        region=region,
        to=account.email,
        template="collaborations/mail/check_in",
        language=language,
        context={
            "title": collaboration.title,
            "months": check_in.months,
            "answers": answers,
            "url": page,
            "days": LINK_DAYS,
        },
        account=account,
        thread_id=f"collaboration-{collaboration.pk}",
    )
