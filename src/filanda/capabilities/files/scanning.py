# SPDX-License-Identifier: EUPL-1.2
"""Asking ClamAV about a file, where one is configured (FILANDA_CLAMAV). Speaks INSTREAM, as clamd(8) describes it."""

from __future__ import annotations

import socket
import struct

from django.conf import settings
from django.utils.translation import gettext as _

from filanda.capabilities.files.inspecting import FileRefused

__all__ = ["ScannerAway", "scan"]

TIMEOUT = 30.0  # seconds, for the whole file
_CHUNK = 64 * 1024


class ScannerAway(FileRefused):
    """The scanner does not answer, and nothing is taken unscanned."""

    def __init__(self) -> None:
        super().__init__(_("Files cannot be checked for viruses at the moment, so none is taken. Try again later."))


def scan(content: bytes) -> None:
    """Have `content` looked at. Without a configured scanner, nothing happens. Raises FileRefused, ScannerAway."""
    place: str = settings.CLAMAV
    if not place:
        return
    try:
        with _connected(place) as connection:
            connection.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), _CHUNK):
                chunk = content[start : start + _CHUNK]
                connection.sendall(struct.pack("!I", len(chunk)) + chunk)
            connection.sendall(struct.pack("!I", 0))
            answer = b""
            while not answer.endswith(b"\0") and len(answer) < 4096:
                piece = connection.recv(4096)
                if not piece:
                    break
                answer += piece
    except (OSError, ValueError) as error:
        raise ScannerAway from error
    verdict = answer.rstrip(b"\0\n").strip()
    if verdict.endswith(b" FOUND"):
        raise FileRefused(_("The virus scanner found something in this file, so it is not taken."))
    if not verdict.endswith(b"OK"):
        raise ScannerAway


def _connected(place: str) -> socket.socket:
    """`place`: "unix:/run/clamav/clamd.ctl" or "host:3310"."""
    if place.startswith("unix:"):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(TIMEOUT)
        try:
            connection.connect(place.removeprefix("unix:"))
        except OSError:
            connection.close()
            raise
        return connection
    host, _colon, port = place.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=TIMEOUT)
