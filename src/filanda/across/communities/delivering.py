# SPDX-License-Identifier: EUPL-1.2
"""Newsletters on their way: a batch is one transaction under the letter's lock, the mark that it went to somebody is
written with the message. So nobody gets it twice, whoever is killed, and however many workers there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation

from filanda.across.communities.letters import sections_of, still_there
from filanda.across.communities.models import Delivery, Newsletter, NewsletterState
from filanda.capabilities.follows.queries import followers
from filanda.capabilities.notifications.choices import Choices
from filanda.capabilities.notifications.models import Channel, Preferences
from filanda.capabilities.notifications.unsubscribing import unsubscribe_path
from filanda.directory.people.languages import language_of
from filanda.kernel.identity.actors import actor_for
from filanda.kernel.identity.models import Account
from filanda.kernel.jobs.queue import region_job
from filanda.kernel.jobs.stopping import stop_requested
from filanda.kernel.mail.links import absolute
from filanda.kernel.mail.steps import post
from filanda.kernel.regions.models import Region
from filanda.kernel.text.markdown import parse, plain_text
from filanda.kernel.ui.addresses import lead
from filanda.spaces.models import SCOPE
from filanda.spaces.policies import may_read
from filanda.spaces.queries import role_in

__all__ = ["BATCH", "deliver_batch", "deliver_letter"]

BATCH = 50
KIND = "news"  # of notices: who wants no news by e-mail gets no newsletter


def deliver_batch(letter_id: int, now: datetime, most: int = BATCH) -> bool:
    """Post the letter to the next followers. Whether there may be more."""
    with transaction.atomic():
        rows = Newsletter.objects.select_for_update(of=("self",)).select_related("space__region", "region")
        letter = rows.filter(pk=letter_id, state=NewsletterState.SENDING).first()
        if letter is None:
            return False
        wanted = [pk for pk in followers([(SCOPE, letter.space_id)]) if pk > letter.cursor][:most]
        if not wanted:
            letter.state = NewsletterState.SENT
            letter.save(update_fields=["state"])
            return False
        chosen = Choices(wanted)
        silent = set(
            Preferences.objects.filter(account__in=wanted, no_mail_since__isnull=False).values_list(
                "account", flat=True
            )
        )
        had = set(Delivery.objects.filter(newsletter=letter, account__in=wanted).values_list("account", flat=True))
        lines = still_there(letter)
        for account in Account.objects.filter(pk__in=wanted, is_active=True).order_by("pk"):
            if account.pk in silent | had:
                continue
            if chosen.of(account.pk, KIND, letter.space_id) in (Channel.PRODUCT, Channel.OFF):
                continue
            letter.sent_count += _post(letter, lines, account, now)
        letter.cursor = wanted[-1]
        letter.save(update_fields=["cursor", "sent_count"])
        return True


def _post(letter: Newsletter, lines: Mapping[str, list[int]], account: Account, now: datetime) -> bool:
    """One message, if they still are a member who reads there. Lines are those that they may see today."""
    actor, space, region = actor_for(account), letter.space, letter.region
    if not role_in(actor, space) or not may_read(actor, space):
        return False
    language = language_of(account, region)
    with translation.override(language):
        sections = [
            {
                "title": section.title,
                "lines": [
                    {
                        "title": line.title,
                        "language": line.language,
                        "excerpt": line.excerpt,
                        "url": absolute(region, language, lead(line)),
                    }
                    for line in section.lines
                ],
            }
            for section in sections_of(actor, letter, lines)
        ]
        if not sections and not letter.intro:
            return False
        Delivery.objects.create(region=region, newsletter=letter, account=account, sent_at=now)
        post(
            region=region,
            to=account.email,
            account=account,
            template="communities/mail/letter",
            language=language,
            context={
                "title": letter.title,
                "space": space.name,
                "intro": plain_text(parse(letter.intro)).splitlines(),
                "sections": sections,
                "new_members": letter.new_members,
                "url": absolute(region, language, reverse("communities:letter", args=[space.slug, letter.pk])),
                "choices_url": absolute(region, language, reverse("following:choices")),
            },
            unsubscribe_url=absolute(
                region, language, unsubscribe_path(account, region, kind=KIND, channel=Channel.WEEKLY)
            ),
            thread_id=f"newsletter-{letter.pk}",
        )
    return True


@region_job("communities.deliver_letter", periodic="*/10 * * * *")
def deliver_letter(*, region: Region, letter_id: int | None = None) -> int:
    """Send a newsletter on, or (by the clock) those that a stopped worker has left. Returns how many batches."""
    rows = Newsletter.objects.filter(state=NewsletterState.SENDING)
    waiting = rows.filter(pk=letter_id) if letter_id is not None else rows
    batches = 0
    for pk in list(waiting.order_by("pk").values_list("pk", flat=True)):
        while not stop_requested() and deliver_batch(pk, timezone.now()):
            batches += 1
    return batches
