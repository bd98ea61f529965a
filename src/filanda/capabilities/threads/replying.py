# SPDX-License-Identifier: EUPL-1.2
"""An answer by e-mail becomes a post."""

from __future__ import annotations

import hashlib

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.timezone import now
from django.utils.translation import gettext as _

from filanda.capabilities.files.inspecting import FileRefused
from filanda.capabilities.files.scanning import ScannerAway
from filanda.capabilities.threads.actions import answer
from filanda.capabilities.threads.errors import NotPossible
from filanda.capabilities.threads.models import Thread
from filanda.kernel.identity.actors import actor_for
from filanda.kernel.manifests.replies import InboundReply, ReplyHandler, ReplyRefused

__all__ = ["HANDLER", "take"]


def take(reply: InboundReply) -> None:
    """Write what somebody answered, as they, if they still may. The same message twice is one post."""
    actor = actor_for(reply.account)
    thread = Thread.objects.visible_to(actor).filter(pk=reply.number).first()
    if thread is None:
        raise ReplyRefused(_("The discussion that you answered is not there any more, or not for you to see."))
    uploads = [
        SimpleUploadedFile(name, content, content_type=declared) for name, declared, content in reply.attachments
    ]
    try:
        answer(
            actor=actor,
            thread=thread,
            source=reply.text,
            key=hashlib.sha256(reply.message_id.encode()).hexdigest()[:40],
            via_mail=True,
            uploads=uploads,
            now=now(),
        )
    except ScannerAway:  # tried again later
        raise
    except (NotPossible, FileRefused) as refused:
        raise ReplyRefused(str(refused)) from refused


HANDLER = ReplyHandler("thread", take)
