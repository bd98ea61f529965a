# SPDX-License-Identifier: EUPL-1.2
"""An answer by e-mail becomes a post."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.utils.timezone import now
from django.utils.translation import gettext as _

from filanda.capabilities.files.actions import FileRefused, QuotaReached, ScannerAway, inspect
from filanda.capabilities.files.models import FileKind
from filanda.capabilities.threads.actions import answer
from filanda.capabilities.threads.errors import NotPossible
from filanda.capabilities.threads.models import Thread
from filanda.kernel.identity.actors import actor_for
from filanda.kernel.manifests.replies import InboundReply, LeftOut, ReplyHandler, ReplyRefused

__all__ = ["HANDLER", "take"]


def take(reply: InboundReply) -> LeftOut:
    """Write what somebody answered, as they, if they still may. The same message twice is one post. An attachment that
    is not taken does not keep their words from being posted: it is left out, and they are told.
    """
    actor = actor_for(reply.account)
    thread = Thread.objects.visible_to(actor).filter(pk=reply.number).first()
    if thread is None:
        raise ReplyRefused(_("The discussion that you answered is not there any more, or not for you to see."))
    uploads: list[UploadedFile] = []
    left_out: list[tuple[str, str]] = []
    for name, declared, content in reply.attachments:
        upload = SimpleUploadedFile(name, content, content_type=declared)
        try:
            inspect(FileKind.DOCUMENT, upload)
            uploads.append(upload)
        except ScannerAway:  # tried again later
            raise
        except FileRefused as refused:
            left_out.append((name, str(refused)))
    if left_out and not uploads and not reply.text:
        raise ReplyRefused(" ".join(f"{name}: {sentence}" for name, sentence in left_out))
    key = hashlib.sha256(reply.message_id.encode()).hexdigest()[:40]

    def post(files: Sequence[UploadedFile]) -> None:
        answer(actor=actor, thread=thread, source=reply.text, key=key, via_mail=True, uploads=files, now=now())

    try:
        try:
            post(uploads)
        except QuotaReached as reached:
            if not reply.text:
                raise
            left_out += [(upload.name or "", str(reached)) for upload in uploads]
            post(())
    except ScannerAway:
        raise
    except (NotPossible, FileRefused) as refused:
        raise ReplyRefused(str(refused)) from refused
    return left_out


HANDLER = ReplyHandler("thread", take)
