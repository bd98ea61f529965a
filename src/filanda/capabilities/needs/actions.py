# SPDX-License-Identifier: EUPL-1.2
"""What changes needs and requests.

The journal learns that something happened, to which row and in what language: never a need's text, an e-mail address,
a message or a note, so nothing has to be erased from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from filanda.capabilities.needs.models import (
    KEPT_FOR,
    IntroductionRequest,
    RequestOutcome,
    SavedNeed,
)
from filanda.capabilities.needs.personal import REQUESTS_KEPT
from filanda.directory.organisations.models import Organisation
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region
from filanda.kernel.text.folding import clean
from filanda.kernel.workflow import move

__all__ = [
    "MESSAGE_LENGTH",
    "NAME_LENGTH",
    "NEED_LENGTH",
    "EmailNotUsable",
    "ReasonMissing",
    "TextTooLong",
    "answer_request",
    "ask_for_introduction",
    "checked_email",
    "close_request",
    "purge",
    "save_need",
    "take_request",
]

EMAIL_LENGTH = 254
ALL_MESSAGES_LENGTH = 20_000  # of one request, when somebody asks again and again
MESSAGE_LENGTH = 4_000
NAME_LENGTH = 200
NEED_LENGTH = 20_000


class EmailNotUsable(ValueError):
    """The address is missing or cannot be one. `str()` is the sentence for the reader."""


class TextTooLong(ValueError):
    """More than a request can hold. `field`: "name" or "message"; `str()` is the sentence for the reader."""

    def __init__(self, field: str, length: int, most: int) -> None:
        self.field = field
        super().__init__(
            _("This has %(length)s characters; up to %(most)s fit. Shorten it a little.")
            % {"length": length, "most": most}
        )


class ReasonMissing(ValueError):
    """A request was refused without saying why. `str()` is the sentence for the reader."""


def save_need(
    *,
    actor: Actor,
    region: Region,
    text: str,
    language: str,
    now: datetime,
    filters: Mapping[str, Sequence[str]] | None = None,
) -> SavedNeed:
    """Keep a need for thirty days behind a random token. The caller has checked the text with the ranker's limits.

    Raises ValueError for an empty text or one of more than 20,000 characters.
    """
    text = clean(text)
    if not 0 < len(text) <= NEED_LENGTH:
        raise ValueError("A need has 1 to 20,000 characters.")
    with transaction.atomic(durable=True):
        require(actor, "needs.save")
        need: SavedNeed = SavedNeed.objects.create(
            region=region,
            text=text,
            language=language,
            filters={name: list(values) for name, values in (filters or {}).items()},
            created_at=now,
            expires_at=now + KEPT_FOR,
        )
        record(
            "needs.need.saved",
            region=region,
            actor=actor,
            subject=need,
            payload={"language": language, "characters": len(text)},
        )
    return need


def checked_email(email: str) -> str:
    """The address in lower case. Raises EmailNotUsable for one that is missing or cannot be answered."""
    address = clean(email).lower()
    if not address:
        raise EmailNotUsable(_("We need an e-mail address to answer you."))
    try:
        validate_email(address)
    except ValidationError:
        raise EmailNotUsable(_("Give an e-mail address that we can answer, like anna@example.org.")) from None
    if len(address) > EMAIL_LENGTH:
        raise EmailNotUsable(_("This e-mail address is too long to be one."))
    return address


def ask_for_introduction(
    *,
    actor: Actor,
    organisation: Organisation,
    email: str,
    consent: str,
    language: str,
    now: datetime,
    need: SavedNeed | None = None,
    name: str = "",
    message: str = "",
) -> IntroductionRequest:
    """Ask a facilitator to introduce whoever answers at `email` to `organisation`.

    Asking twice while the first request is open makes no second one: the need is taken over where there was none, a
    new message is added, and the open request is returned. Whoever asks gets the same answer both times, so that
    nobody can find out whether an address has asked before.

    Raises EmailNotUsable, TextTooLong, and Forbidden for an organisation that the actor does not see.
    """
    address, name, message = checked_email(email), clean(name), clean(message)
    for field, text, most in (("name", name, NAME_LENGTH), ("message", message, MESSAGE_LENGTH)):
        if len(text) > most:
            raise TextTooLong(field, len(text), most)
    with transaction.atomic(durable=True):
        # The body's row is the lock: two requests for it cannot both find none open.
        locked = Organisation.objects.select_for_update().get(pk=organisation.pk)
        require(actor, "needs.requests.ask", locked)
        request = IntroductionRequest.objects.open().filter(organisation=locked, email=address).first()
        if request is None:
            request = IntroductionRequest.objects.create(
                region_id=locked.region_id,
                need=need,
                organisation=locked,
                email=address,
                name=name,
                message=message,
                language=language,
                consent=consent,
                created_at=now,
                state_changed_at=now,
            )
            event = "needs.request.asked"
        else:
            if message and message not in request.message:
                request.message = f"{request.message}\n\n{message}".strip()
                if len(request.message) > ALL_MESSAGES_LENGTH:
                    raise TextTooLong("message", len(request.message), ALL_MESSAGES_LENGTH)
            request.name = request.name or name
            request.need = request.need or need
            request.save(update_fields=["message", "name", "need"])
            event = "needs.request.asked_again"
        record(
            event,
            region=locked.region,
            actor=actor,
            subject=request,
            payload={"organisation": locked.pk, "language": language, "has_need": request.need_id is not None},
        )
    return request


def take_request(*, actor: Actor, request: IntroductionRequest, now: datetime) -> None:
    """A facilitator takes the request on; others see by whom. Raises Forbidden, MoveNotPossible."""
    with transaction.atomic(durable=True):
        move(request, "take", actor=actor, now=now, handler_id=actor.account_id)
        record("needs.request.taken", region=request.region, actor=actor, subject=request)


def answer_request(*, actor: Actor, request: IntroductionRequest, now: datetime, note: str = "") -> None:
    """The facilitator has written to both sides; `note` says what. Raises Forbidden, MoveNotPossible."""
    note = clean(note)[:MESSAGE_LENGTH]
    with transaction.atomic(durable=True):
        move(request, "answer", actor=actor, now=now, note=note)
        record("needs.request.answered", region=request.region, actor=actor, subject=request)


def close_request(*, actor: Actor, request: IntroductionRequest, outcome: str, now: datetime, reason: str = "") -> None:
    """End the request. A need kept for it alone goes with the next purge.

    Raises ReasonMissing when it is refused without a reason, ValueError for an unknown outcome, Forbidden,
    MoveNotPossible.
    """
    if outcome not in RequestOutcome.values:
        raise ValueError(f"{outcome!r} is no outcome of a request.")
    reason = clean(reason)[:MESSAGE_LENGTH]
    if outcome == RequestOutcome.REFUSED and not reason:
        raise ReasonMissing(_("Say why it is refused: whoever asked has a right to know."))
    with transaction.atomic(durable=True):
        # An answer's note stays unless a reason replaces it.
        words = {"note": reason} if reason else {}
        move(request, "close", actor=actor, now=now, outcome=outcome, **words)
        record(
            "needs.request.closed",
            region=request.region,
            actor=actor,
            subject=request,
            payload={"outcome": outcome},
        )


def purge(*, actor: Actor, region: Region, now: datetime) -> tuple[int, int]:
    """Delete expired needs that no open request rests on, and forget who asked in requests closed long ago.

    Returns (needs deleted, requests forgotten). Raises Forbidden for anybody but the platform.
    """
    with transaction.atomic(durable=True):
        require(actor, "needs.purge")
        _rows, per_model = SavedNeed.objects.due_for_purge(now).delete()
        deleted = per_model.get(SavedNeed._meta.label, 0)
        kept = timedelta(days=REQUESTS_KEPT.days_in(region))
        forgotten = IntroductionRequest.objects.due_to_forget(now - kept).forget(now)
        if deleted or forgotten:
            record(
                "needs.purge.done",
                region=region,
                actor=actor,
                payload={"needs": deleted, "requests": forgotten},
            )
    return deleted, forgotten
