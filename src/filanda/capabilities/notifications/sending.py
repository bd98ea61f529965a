# SPDX-License-Identifier: EUPL-1.2
"""E-mails of what people are told. What an e-mail says is decided when it goes: what was read meanwhile is left out,
and so is what its reader may not see any more. A message and the mark that it went are one commit: nothing goes twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db import transaction
from django.db.models import Min
from django.urls import reverse
from django.utils import translation

from filanda.capabilities.notifications.choices import KIND_LABELS
from filanda.capabilities.notifications.models import Channel, Notification, Preferences
from filanda.capabilities.notifications.queries import Line, lines_of
from filanda.capabilities.notifications.timing import due_at, is_quiet, zone_of
from filanda.capabilities.notifications.unsubscribing import unsubscribe_path
from filanda.directory.people.languages import language_of
from filanda.kernel.identity.actors import Actor, actor_for
from filanda.kernel.identity.models import Account
from filanda.kernel.mail.inbound.addresses import reply_address
from filanda.kernel.mail.links import absolute
from filanda.kernel.mail.steps import post
from filanda.kernel.manifests import reply_handlers
from filanda.kernel.regions.models import Region

__all__ = ["send_due"]

ACCOUNTS_A_RUN = 500
MOST_LINES = 12  # a digest is read in one look
_STRENGTH = ("mention", "reply", "author", "manager", "follow", "member")


def send_due(region: Region, now: datetime, most: int = ACCOUNTS_A_RUN) -> int:
    """Post the e-mails that are due in `region`, one for each person and channel. Returns how many messages."""
    due = Notification.objects.filter(mail_due_at__lte=now).order_by().values("account")
    waiting = due.annotate(first=Min("mail_due_at")).order_by("first").values_list("account", flat=True)[:most]
    return sum(_send_to(region, account_id, now) for account_id in list(waiting))


def _send_to(region: Region, account_id: int, now: datetime) -> int:
    with transaction.atomic():
        rows = list(
            Notification.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(account=account_id, mail_due_at__lte=now)
            .select_related("event")
            .order_by("created_at", "pk")
        )
        account = Account.objects.filter(pk=account_id, is_active=True).first()
        own = Preferences.objects.filter(account=account_id).first()
        rows = _put_off(region, rows, own, now)
        wanted = [row for row in rows if row.read_at is None and row.dropped_at is None]
        if account is None or (own is not None and own.no_mail_since is not None):
            wanted = []
        sent = _compose(region, account, wanted, now) if account is not None and wanted else []
        gone = {row.pk for row in sent}
        Notification.objects.filter(pk__in=gone).update(mailed_at=now)
        Notification.objects.filter(pk__in=[row.pk for row in rows]).update(mail_due_at=None)
        return len({_bundle(row) for row in sent})


def _put_off(region: Region, rows: list[Notification], own: Preferences | None, now: datetime) -> list[Notification]:
    """Let what is not urgent wait where the reader's quiet hours have begun since it became due. Returns the rest."""
    zone = zone_of(region)
    if own is None or not is_quiet(now.astimezone(zone).hour, (own.quiet_from, own.quiet_until)):
        return rows
    late = {row.pk for row in rows if row.channel == Channel.AT_ONCE and not row.is_urgent}
    until = due_at(Channel.AT_ONCE, now, zone, (own.quiet_from, own.quiet_until))
    Notification.objects.filter(pk__in=late).update(mail_due_at=until)
    return [row for row in rows if row.pk not in late]


def _bundle(row: Notification) -> str:
    return row.channel if row.channel in (Channel.DAILY, Channel.WEEKLY) else Channel.AT_ONCE


def _compose(region: Region, account: Account, rows: Sequence[Notification], now: datetime) -> list[Notification]:
    """Post the messages for `rows`. Returns the rows that went; the others are no longer theirs to see."""
    # As with a second factor: it is about somebody's own mailbox, which has proved itself; excerpts need none of it.
    actor, plain = actor_for(account, has_second_factor=True), actor_for(account)
    theirs = rows if actor.is_member else []  # else they have left the region since
    language = language_of(account, region)
    sent: list[Notification] = []
    with translation.override(language):
        for bundle, of_bundle in groupby(sorted(theirs, key=_bundle), key=_bundle):
            lines = lines_of(actor, list(of_bundle))
            if not lines:
                continue
            open_lines = {line.notification.pk for line in lines_of(plain, [line.notification for line in lines])}
            _post(region, account, actor, language, bundle, lines, open_lines)
            sent += [line.notification for line in lines]
    missed = {row.pk for row in rows} - {row.pk for row in sent}
    Notification.objects.filter(pk__in=missed).update(dropped_at=now)
    return sent


def _post(
    region: Region,
    account: Account,
    actor: Actor,
    language: str,
    bundle: str,
    lines: Sequence[Line],
    open_lines: set[int],
) -> None:
    entries = _entries(region, language, lines, open_lines)
    single = entries[0] if len(entries) == 1 else None
    groups = [
        {"space": space, "entries": [entry.as_dict() for entry in of_space]}
        for space, of_space in groupby(_by_space(entries[:MOST_LINES]), key=lambda entry: entry.space)
    ]
    only = (
        lines[0].notification
        if len({(line.notification.kind, line.notification.space_id) for line in lines}) == 1
        else None
    )
    thread_id, reply_to = _answering(region, account, single)
    post(
        region=region,
        to=account.email,
        account=account,
        template="notifications/mail/told",
        language=language,
        context={
            "bundle": bundle,
            "single": single.as_dict() if single else None,
            "groups": groups,
            "more": max(0, len(entries) - MOST_LINES),
            "count": len(entries),
            "kind": str(KIND_LABELS[only.kind]) if only else "",
            "list_url": absolute(region, language, reverse("following:notifications")),
            "choices_url": absolute(region, language, reverse("following:choices")),
        },
        unsubscribe_url=absolute(
            region,
            language,
            unsubscribe_path(
                account, region, kind=only.kind if only and bundle == Channel.AT_ONCE else "", channel=bundle
            ),
        ),
        reply_to=reply_to,
        thread_id=thread_id,
    )


def _answering(region: Region, account: Account, single: _Entry | None) -> tuple[str, str | None]:
    """Where an answer by e-mail goes, and what keeps the e-mails of a conversation together in a mail program."""
    if single is None:
        return "", None
    handlers = reply_handlers()
    for kind, number in ((single.line.thing.kind, single.line.thing.id), *single.line.thing.inside):
        if kind in handlers:
            return f"{kind}-{number}", reply_address(region, kind, number, account)
    return "", None


@dataclass(frozen=True)
class _Entry:
    """What one line of an e-mail says: the latest of what happened in one conversation, and how much more."""

    line: Line
    url: str
    space: str
    more: int
    excerpt: str
    strength: int

    def as_dict(self) -> dict[str, object]:
        thing = self.line.thing
        return {
            "sentence": self.line.sentence,
            "title": thing.title,
            "excerpt": self.excerpt,
            "language": thing.language,
            "url": self.url,
            "space": self.space,
            "more": self.more,
        }


def _entries(region: Region, language: str, lines: Sequence[Line], open_lines: set[int]) -> list[_Entry]:
    """Lines gathered by conversation, the most relevant first: what names or answers the reader, then the newest."""
    gathered: dict[tuple[str, int], list[Line]] = {}
    for line in lines:
        thing = line.thing
        gathered.setdefault(
            thing.inside[0] if thing.kind == "post" and thing.inside else (thing.kind, thing.id), []
        ).append(line)
    entries = []
    for same in gathered.values():
        best = min(same, key=lambda line: (_strength(line), -line.at.timestamp()))
        thing = best.thing
        path = reverse("following:open", args=[best.notification.pk])
        entries.append(
            _Entry(
                line=best,
                url=absolute(region, language, path),
                space=best.space.title if best.space else "",
                more=len(same) - 1,
                excerpt=thing.excerpt if best.notification.pk in open_lines else "",
                strength=_strength(best),
            )
        )
    return sorted(entries, key=lambda entry: (entry.strength, -entry.line.at.timestamp()))


def _by_space(entries: Sequence[_Entry]) -> list[_Entry]:
    """Grouped by space, the group with the strongest entry first."""
    first: dict[str, int] = {}
    for place, entry in enumerate(entries):
        first.setdefault(entry.space, place)
    return sorted(entries, key=lambda entry: first[entry.space])


def _strength(line: Line) -> int:
    why = line.notification.why
    return _STRENGTH.index(why) if why in _STRENGTH else len(_STRENGTH)
