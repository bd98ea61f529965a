# SPDX-License-Identifier: EUPL-1.2
"""A mailbox at any provider, emptied over IMAP (RFC 3501) once a minute.

The mailbox is the platform's alone: what has been kept here is deleted there, so that nobody's words lie around longer
than we say. A message is deleted only after it was committed; one that comes twice is known by its Message-ID.
"""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Callable, Mapping
from typing import Any

import structlog

from filanda.kernel.mail.inbound.taking import MOST_OCTETS

__all__ = ["MailboxTrouble", "empty_mailbox"]

TIMEOUT = 30  # seconds for the server to answer
AT_ONCE = 100  # messages a visit

log = structlog.get_logger("filanda.mail")


class MailboxTrouble(Exception):
    """The mailbox could not be read. `str()` names neither user nor password."""


def empty_mailbox(settings: Mapping[str, Any], keep: Callable[[bytes, int], object]) -> int:
    """Give every message, and its size in octets, to `keep`, then delete it there; return how many. `settings`:
    settings.REPLY_MAILBOX.

    A message for which `keep` raises stays, and the error is raised once the others are done. Of one that is too large
    only the headers are fetched. Raises MailboxTrouble.
    """
    try:
        server = _connect(settings)
    except (OSError, imaplib.IMAP4.error) as error:
        raise MailboxTrouble(f"The mailbox cannot be opened: {type(error).__name__}") from error
    try:
        return _empty(server, str(settings["folder"]), keep)
    except (OSError, imaplib.IMAP4.error) as error:
        raise MailboxTrouble(f"The mailbox cannot be read: {type(error).__name__}") from error
    finally:
        try:
            server.logout()
        except (OSError, imaplib.IMAP4.error) as error:
            log.info("the mailbox closed early", error=type(error).__name__)


def _connect(settings: Mapping[str, Any]) -> imaplib.IMAP4:
    host, port = str(settings["host"]), int(settings["port"])
    if settings["security"] == "tls":
        server: imaplib.IMAP4 = imaplib.IMAP4_SSL(host, port, ssl_context=ssl.create_default_context(), timeout=TIMEOUT)
    else:
        server = imaplib.IMAP4(host, port, timeout=TIMEOUT)
        if settings["security"] == "starttls":
            server.starttls(ssl.create_default_context())
    server.login(str(settings["user"]), str(settings["password"]))
    return server


def _empty(server: imaplib.IMAP4, folder: str, keep: Callable[[bytes, int], object]) -> int:
    _checked(server.select(f'"{folder}"'))
    found = _checked(server.uid("SEARCH", "UNDELETED"))[0] or b""
    kept, failed = [], None
    for number in found.decode("ascii").split()[:AT_ONCE]:
        fetched = _fetch(server, number)
        if fetched is None:
            continue
        try:
            keep(*fetched)
        except Exception as error:  # noqa: BLE001 - the others are not to wait for this one
            failed = error
            continue
        _checked(server.uid("STORE", number, "+FLAGS.SILENT", r"(\Deleted)"))
        kept.append(number)
    if kept and "UIDPLUS" in server.capabilities:
        _checked(server.uid("EXPUNGE", ",".join(kept)))  # RFC 4315: what others marked stays
    elif kept:
        _checked(server.expunge())
    if failed is not None:
        raise failed
    return len(kept)


def _fetch(server: imaplib.IMAP4, number: str) -> tuple[bytes, int] | None:
    """The message, not marked as seen; of a large one its headers. None if it has gone meanwhile."""
    sizes = _checked(server.uid("FETCH", number, "(RFC822.SIZE)"))
    words = b" ".join(part for part in sizes if isinstance(part, bytes)).upper().partition(b"RFC822.SIZE ")[2]
    size = int(words.split(b" ")[0].rstrip(b")") or 0) if words else 0
    section = "HEADER" if size > MOST_OCTETS else ""
    for part in _checked(server.uid("FETCH", number, f"(BODY.PEEK[{section}])")):
        if isinstance(part, tuple):
            return part[1], max(size, len(part[1]))
    return None


def _checked(answer: tuple[str, list[Any]]) -> list[Any]:
    kind, data = answer
    if kind != "OK":
        raise imaplib.IMAP4.error("The server refused a command.")
    return data
