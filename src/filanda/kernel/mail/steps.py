# SPDX-License-Identifier: EUPL-1.2
"""Posting a message as part of somebody's action. No transaction is opened here."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from filanda.kernel.identity.models import Account
from filanda.kernel.jobs.queue import enqueue
from filanda.kernel.mail import rendering, sending
from filanda.kernel.mail.links import host_of
from filanda.kernel.mail.marking import address_works, mark_address
from filanda.kernel.mail.models import Message
from filanda.kernel.regions.models import Region

__all__ = ["address_works", "mark_address", "post"]

_THREAD_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")
KEEPS_TRYING = timedelta(days=14)
KEEPS_TRYING_SECRET = timedelta(hours=1)


def post(
    *,
    region: Region | None,
    to: str,
    template: str,
    language: str,
    context: Mapping[str, Any],
    account: Account | None = None,
    secret: bool = False,
    unsubscribe_url: str = "",
    reply_to: str | None = None,
    thread_id: str = "",
    not_after: datetime | None = None,
) -> Message:
    """Write a message to `to` in the caller's transaction; a job renders and sends it after the commit.

    `template`: "signin/mail/code" is signin/jinja2/signin/mail/code.html, see "mail/base.html". `context`: JSON-able;
    the template also gets `region`, `language_code`, `origin`, `platform_name`. It is deleted once the message is sent
    or given up. `secret`: it holds a code or a link with a token, of no use later. `unsubscribe_url`: for what is not
    strictly part of what somebody asked for; a POST there unsubscribes (RFC 8058). `reply_to`: where answers go, as
    `inbound.addresses.reply_address` gives it (None and "": to the region's contact). `thread_id`: messages with the
    same one are shown together by mail programs; letters, digits and . _ - only, such as "thread-17". `not_after`:
    when the message is of no use any more (default: two weeks; a secret one: an hour, as those who waited for it have
    asked again by then).

    Raises ValidationError for what is no e-mail address, ValueError for a wrong `thread_id`, RuntimeError outside a
    transaction, TemplateDoesNotExist.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("mail.post belongs in the transaction of an action.")
    address = to.strip().lower()
    validate_email(address)
    if thread_id and not _THREAD_ID.fullmatch(thread_id):
        raise ValueError("A thread_id is made of letters, digits and . _ - only.")
    rendering.get_template(template)
    now = timezone.now()
    domain = (settings.EMAIL_SENDER.rpartition("@")[2] if settings.EMAIL_SENDER else "") or (
        host_of(region) if region else "localhost"
    )
    message: Message = Message.objects.create(
        region=region,
        account=account,
        to=address,
        language=_language(language, region),
        template=template,
        context=dict(context),
        secret=secret,
        unsubscribe_url=unsubscribe_url,
        reply_to=reply_to or "",
        thread_id=f"<{thread_id}@{domain}>" if thread_id else "",
        message_id=f"<filanda.{uuid.uuid4().hex}@{domain}>",
        posted_at=now,
        not_before=now,
        not_after=not_after or now + (KEEPS_TRYING_SECRET if secret else KEEPS_TRYING),
    )
    enqueue(sending.send, message_id=message.pk)
    return message


def _language(wanted: str, region: Region | None) -> str:
    """The nearest language that there are texts in, spoken in the region."""
    code = wanted.lower().split("-")[0]
    spoken = region.languages if region else [known for known, _name in settings.LANGUAGES]
    if code in spoken and code in dict(settings.LANGUAGES):
        return code
    return region.default_language if region else settings.LANGUAGE_CODE
