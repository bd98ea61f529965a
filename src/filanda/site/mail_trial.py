# SPDX-License-Identifier: EUPL-1.2
"""A trial message for `filanda mail try`: posted and sent as every other, but at once."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from filanda.kernel.mail.links import absolute
from filanda.kernel.mail.models import Message, MessageState
from filanda.kernel.mail.sending import has_outbox, send_message
from filanda.kernel.mail.steps import post
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import across_regions
from filanda.site.failures import Failure


def send_trial(address: str, slug: str) -> str:
    """Send it, and return the sentence that says how it went. Raises Failure."""
    with across_regions():
        region = Region.objects.filter(**({"slug": slug} if slug else {})).order_by("is_invented", "pk").first()
        if region is None:
            raise Failure("there is no such region. Run: filanda region list")
        if not settings.EMAIL_CONFIGURED and not has_outbox(region):
            raise Failure("no mail server is configured. Set FILANDA_EMAIL_URL (docs/operations.md).")
        language = region.default_language
        home = absolute(region, language, "/")
        try:
            with transaction.atomic():
                message = post(
                    region=region, to=address, template="mail/mail/trial", language=language, context={"path": home}
                )
        except ValidationError:
            raise Failure("this is no e-mail address: it should look like anna@example.org.") from None
        send_message(message.pk, now=timezone.now())
        return _outcome(Message.objects.get(pk=message.pk), region)


def _outcome(message: Message, region: Region) -> str:
    if message.state == MessageState.SENT:
        if has_outbox(region):
            return "The message is in the demonstration's outbox, at /demo/outbox/."
        return f"The mail server took the message {message.message_id}. Look whether it arrives."
    if message.state == MessageState.SUPPRESSED:
        raise Failure("a mail server said before that this address does not exist, so nothing is sent there.")
    raise Failure(f"the message was not sent: {message.last_error}")
