# SPDX-License-Identifier: EUPL-1.2
"""Asking ClamAV about a file, where one is configured (FILANDA_CLAMAV). Speaks INSTREAM, as clamd(8) describes it."""

from __future__ import annotations

import socket
import struct
from contextlib import suppress
from time import monotonic

import structlog
from django.conf import settings
from django.utils.translation import gettext as _

from filanda.capabilities.files.inspecting import FileRefused

__all__ = ["Infected", "ScannerAway", "ask", "scan"]

TIMEOUT = 30.0  # seconds, for the whole file
_CHUNK = 64 * 1024
log = structlog.get_logger("filanda.files")


class ScannerAway(FileRefused):
    """The scanner does not answer."""

    def __init__(self) -> None:
        super().__init__(_("Files cannot be checked for viruses at the moment, so none is taken. Try again later."))


class Infected(FileRefused):
    """The scanner found something."""

    def __init__(self) -> None:
        super().__init__(_("The virus scanner found something in this file, so it is not taken."))


def scan(content: bytes) -> bool:
    """Have `content` looked at; whether it was. Without a configured scanner, nothing happens, and nothing is amiss.

    Raises FileRefused, and ScannerAway unless the installation takes files unscanned meanwhile
    (FILANDA_CLAMAV_AWAY=accept): False then.
    """
    try:
        ask(content)
    except ScannerAway:
        if settings.CLAMAV_AWAY != "accept":
            raise
        log.warning("file taken unscanned: the scanner is away", size=len(content))
        return False
    return True


def ask(content: bytes) -> None:
    """Have `content` looked at. Raises Infected, ScannerAway, and FileRefused for what the scanner does not look at."""
    place: str = settings.CLAMAV
    if not place:
        return
    until = monotonic() + TIMEOUT
    try:
        with _connected(place) as connection:
            # A scanner that is given more than its StreamMaxLength says so, and hangs up in the middle.
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(b"zINSTREAM\0")
                for start in range(0, len(content), _CHUNK):
                    chunk = content[start : start + _CHUNK]
                    _still(connection, until)
                    connection.sendall(struct.pack("!I", len(chunk)) + chunk)
                connection.sendall(struct.pack("!I", 0))
            answer = b""
            while not answer.endswith(b"\0") and len(answer) < 4096:
                _still(connection, until)
                piece = connection.recv(4096)
                if not piece:
                    break
                answer += piece
    except (OSError, ValueError) as error:
        raise ScannerAway from error
    verdict = answer.rstrip(b"\0\n").strip()
    if b"size limit exceeded" in verdict:
        log.warning("file refused: it is larger than the scanner's StreamMaxLength", size=len(content))
        raise FileRefused(_("This file is larger than what the virus scanner looks at, so it is not taken."))
    if verdict.endswith(b" FOUND"):
        raise Infected
    if not verdict.endswith(b"OK"):
        raise ScannerAway


def _still(connection: socket.socket, until: float) -> None:
    """Wait no longer than `until` for what comes next. Raises TimeoutError after it."""
    left = until - monotonic()
    if left <= 0:
        raise TimeoutError
    connection.settimeout(left)


def _connected(place: str) -> socket.socket:
    """`place`: "unix:/run/clamav/clamd.ctl", "tcp://host:3310" or "host:3310"."""
    if place.startswith("unix:"):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(TIMEOUT)
        try:
            connection.connect(place.removeprefix("unix:"))
        except OSError:
            connection.close()
            raise
        return connection
    host, _colon, port = place.removeprefix("tcp://").rpartition(":")
    return socket.create_connection((host, int(port)), timeout=TIMEOUT)
