# SPDX-License-Identifier: EUPL-1.2
"""An e-mail as it came (RFC 5322, MIME), read with patience: what programs send is often not what standards say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import collapse_rfc2231_value, getaddresses
from hashlib import sha256

from filanda.kernel.mail.inbound.markup import from_html
from filanda.kernel.mail.inbound.quotes import own_words

__all__ = ["Attachment", "Words", "addresses_in", "header", "message_id_of", "parse", "sender_of", "words_of"]

LONGEST_WORDS = 1_000_000  # octets of a text part that are read
_DEEPEST, _MOST_PARTS = 20, 200
# What mail programs add for each other.
_NOT_FILES = frozenset(
    {
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pgp-signature",
        "application/pgp-keys",
        "application/ms-tnef",
        "message/delivery-status",
        "message/disposition-notification",
        "text/rfc822-headers",
    }
)
_MOST_ADDRESSES = 200
_REPLY_ADDRESS = re.compile(r"[a-z0-9._-]{1,20}\+[a-z2-7]{24,60}@[a-z0-9.-]{1,200}", re.IGNORECASE)

Attachment = tuple[str, str, bytes]


def parse(raw: bytes) -> EmailMessage:
    """The message; defects are borne. An mbox line ("From …") before the headers is left out."""
    if raw.startswith(b"From "):
        raw = raw.partition(b"\n")[2]
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def header(message: Message, name: str) -> str:
    """A header in one line, "" without it; whatever stands in it."""
    try:
        value = str(message.get(name, ""))
    except Exception:  # noqa: BLE001 - the library raises many things for headers that are none
        value = next((str(raw) for known, raw in message.raw_items() if known.lower() == name.lower()), "")
    return " ".join(value.replace("\0", "").split())


def addresses_in(message: Message, *names: str) -> list[str]:
    """The addresses in these headers, in lower case, each once, in order."""
    values = []
    for name in names:
        for known, raw in message.raw_items():
            if known.lower() == name.lower():
                values.append(" ".join(str(raw).replace("\0", "").split())[:20_000])
    found = (address.strip().lower() for _name, address in getaddresses(values))
    return list(dict.fromkeys(address for address in found if "@" in address))[:_MOST_ADDRESSES]


def sender_of(message: Message) -> str:
    """The one address in From; "" for none or several (RFC 5322 allows several; nobody sends so)."""
    found = addresses_in(message, "From")
    return found[0][:320] if len(found) == 1 else ""


def message_id_of(message: Message, raw: bytes) -> str:
    """With its brackets; one made from the content for a message without."""
    found = re.match(r"<[^<>\s]{1,290}>", header(message, "Message-ID"))
    return found[0] if found else f"<{sha256(raw).hexdigest()}@no-message-id>"


@dataclass(frozen=True)
class Words:
    """`text` is Markdown source without quotes and signature; `html_dropped`: there was no text part."""

    text: str
    html_dropped: bool
    attachments: list[Attachment] = field(default_factory=list)


def words_of(message: EmailMessage) -> Words:
    """What somebody wrote, and what they attached. Pictures within the quote or the signature are not theirs."""
    plain: list[str] = []
    html: list[str] = []
    files: list[Message] = []
    for part in _parts(message):
        kind = part.get_content_type()
        is_file = part.get_content_disposition() == "attachment" or bool(_name_of(part))
        if kind in ("text/plain", "text/html") and not is_file:
            (plain if kind == "text/plain" else html).append(_text_of(part))
        elif kind not in _NOT_FILES:
            files.append(part)
    from_markup, pictures = from_html("\n".join(html)) if html else ("", frozenset())
    has_plain = any(text.strip() for text in plain)
    text = own_words("\n".join(plain) if has_plain else from_markup)
    # What is left of a quote that was not known as one must not give away the key to answering in somebody's name.
    text = _REPLY_ADDRESS.sub("…", text)
    # A picture that the HTML shows is one of the answer's own, or of what was left out; others are attached.
    whole = "\n".join(html)
    kept = [part for part in files if not (cid := _content_id(part)) or cid in pictures or f"cid:{cid}" not in whole]
    return Words(text, bool(html) and not has_plain, [_attachment(part, at) for at, part in enumerate(kept, 1)])


def _parts(message: Message, depth: int = 0) -> Iterator[Message]:
    """The leaves, in order. A message within the message is one leaf: it is attached, not written."""
    if depth > _DEEPEST:
        return
    payload = message.get_payload() if message.get_content_maintype() == "multipart" else None
    if not isinstance(payload, list):
        yield message
        return
    for part in payload[:_MOST_PARTS]:
        if isinstance(part, Message):
            yield from _parts(part, depth + 1)


def _bytes_of(part: Message) -> bytes:
    if part.get_content_maintype() == "message":
        inner = part.get_payload()
        inner = inner if isinstance(inner, list) else []
        return b"".join(one.as_bytes(policy=policy.compat32) for one in inner if isinstance(one, Message))
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


def _text_of(part: Message) -> str:
    raw = _bytes_of(part)[:LONGEST_WORDS]
    text = _decoded(raw, str(part.get_content_charset("us-ascii") or ""))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if str(part.get_param("format", "")).lower() == "flowed" and part.get_content_type() == "text/plain":
        text = _unflowed(text, deletes_space=str(part.get_param("delsp", "")).lower() == "yes")
    return text


def _decoded(raw: bytes, charset: str) -> str:
    """As declared; else, and for ASCII that is none, as UTF-8; else as Windows writes Western languages, which is also
    what programs mean by ISO 8859-1 (as the WHATWG Encoding Standard has it)."""
    declared = charset.strip("'\" ").lower()
    latin = declared in ("iso-8859-1", "latin1", "iso8859-1", "windows-1252", "cp1252", "iso-8859-15")
    for name in (
        "utf-8" if declared in ("us-ascii", "ascii", "") else "cp1252" if latin else declared,
        "utf-8",
        "cp1252",
    ):
        try:
            return raw.decode(name)
        except (UnicodeDecodeError, LookupError, ValueError):
            continue
    return raw.decode("utf-8", errors="replace")


def _unflowed(text: str, *, deletes_space: bool) -> str:
    """Lines that were folded for sending, in one again (RFC 3676 section 4.2)."""
    lines: list[str] = []
    depth_before, is_soft = -1, False
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        words = line[depth:].removeprefix(" ")
        if is_soft and depth == depth_before and words != "-- ":
            lines[-1] = (lines[-1][:-1] if deletes_space else lines[-1]) + words
        else:
            lines.append(f"{'>' * depth}{' ' if depth else ''}{words}")
        is_soft = words.endswith(" ") and words != "-- "
        depth_before = depth
    return "\n".join(lines)


def _content_id(part: Message) -> str:
    return header(part, "Content-ID").strip("<> ")


def _name_of(part: Message) -> str:
    try:
        name = part.get_filename()
    except Exception:  # noqa: BLE001 - a name that cannot be read is none
        return ""
    return collapse_rfc2231_value(name) if name else ""


def _attachment(part: Message, at: int) -> Attachment:
    """Its name is what stands after the last slash of either kind, without signs that no name has."""
    kind = part.get_content_type()
    name = re.split(r"[/\\]", _name_of(part))[-1]
    name = re.sub(r"[\0-\x1f\x7f]", "", name).strip(" .")[:150]
    if not name:
        ending = {"message/rfc822": ".eml", "text/plain": ".txt", "text/html": ".html"}.get(kind, "")
        name = f"{at}{ending or '.' + re.sub('[^a-z0-9]', '', kind.partition('/')[2])[:8]}"
    return name, kind, _bytes_of(part)
