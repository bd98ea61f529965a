# SPDX-License-Identifier: EUPL-1.2
"""Against a small server that speaks clamd's INSTREAM over a real socket."""

from __future__ import annotations

import socket
import struct
import threading

import pytest

from filanda.capabilities.files import scanning
from filanda.capabilities.files.actions import FileRefused, scan_again, store
from filanda.capabilities.files.models import StoredFile
from filanda.capabilities.files.scanning import ScannerAway, scan
from filanda.kernel.identity.actors import PLATFORM, actor_for
from tests.capabilities.files.conftest import PDF, upload
from tests.mailing import deliver

BAD = b"this stands for a virus"


def read(connection, count):
    got = b""
    while len(got) < count:
        piece = connection.recv(count - len(got))
        if not piece:
            raise ConnectionError
        got += piece
    return got


def answer(connection):
    assert read(connection, 10) == b"zINSTREAM\0"
    content = b""
    while True:
        (length,) = struct.unpack("!I", read(connection, 4))
        if not length:
            break
        content += read(connection, length)
    is_bad = BAD in content or b"EICAR-STANDARD-ANTIVIRUS" in content
    connection.sendall(b"stream: Some.Virus FOUND\0" if is_bad else b"stream: OK\0")


@pytest.fixture(params=["unix", "tcp"])
def scanner(request, settings, tmp_path):
    if request.param == "unix":
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(str(tmp_path / "clamd"))
        settings.CLAMAV = f"unix:{tmp_path / 'clamd'}"
    else:
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        settings.CLAMAV = f"127.0.0.1:{listening.getsockname()[1]}"
    listening.listen()

    def serve():
        while True:
            try:
                connection, _peer = listening.accept()
            except OSError:
                return
            with connection:
                answer(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join(5)


def test_clean_files_pass_and_others_are_refused(scanner):
    scan(b"nothing bad" * 20_000)
    with pytest.raises(FileRefused, match="antivirus"):
        scan(b"x" * 200_000 + BAD)


def answered_by(settings, tmp_path, act):
    """A scanner that does `act(connection)` for one file."""
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(tmp_path / "odd"))
    listening.listen()
    settings.CLAMAV = f"unix:{tmp_path / 'odd'}"

    def serve():
        connection, _peer = listening.accept()
        with connection, listening:
            act(connection)

    threading.Thread(target=serve, daemon=True).start()


def test_what_is_too_large_for_the_scanner_is_refused_for_good(settings, tmp_path):
    def hang_up(connection):  # as clamd does beyond its StreamMaxLength, while the rest is still being sent
        read(connection, 70_000)
        connection.sendall(b"INSTREAM size limit exceeded. ERROR\0")

    answered_by(settings, tmp_path, hang_up)
    with pytest.raises(FileRefused) as refused:
        scan(b"x" * 5_000_000)
    assert refused.type is FileRefused  # not ScannerAway: an e-mail with it is not tried again


def test_a_scanner_that_says_a_little_now_and_then_is_not_waited_for(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(scanning, "TIMEOUT", 0.2)

    def drip(connection):
        try:
            while True:
                connection.sendall(b".")
                gone.wait(0.02)
        except OSError:
            gone.set()

    gone = threading.Event()
    answered_by(settings, tmp_path, drip)
    with pytest.raises(ScannerAway):
        scan(b"x")
    assert gone.wait(30)


def test_an_upload_goes_through_the_scanner(scanner, region, anna, claim):
    def keep(content):
        store(
            actor=actor_for(anna), region=region, subject=("claim", claim.pk), kind="document", upload=upload(content)
        )

    keep(PDF)
    with pytest.raises(FileRefused):
        keep(PDF.replace(b"/Catalog", b"/Catalog" + BAD))
    assert StoredFile.objects.count() == 1


def test_nothing_is_taken_while_the_scanner_is_away(settings, tmp_path):
    for place in (f"unix:{tmp_path / 'nobody'}", "127.0.0.1:9", "nonsense"):
        settings.CLAMAV = place
        with pytest.raises(ScannerAway):
            scan(PDF)


def test_files_are_taken_and_marked_where_the_installation_says_so(settings, region, anna, claim, tmp_path):
    settings.CLAMAV, settings.CLAMAV_AWAY = f"unix:{tmp_path / 'nobody'}", "accept"
    kept = store(actor=actor_for(anna), region=region, subject=("claim", claim.pk), kind="document", upload=upload(PDF))
    assert kept.is_unscanned
    settings.CLAMAV = ""
    kept = store(actor=actor_for(anna), region=region, subject=("claim", claim.pk), kind="document", upload=upload(PDF))
    assert not kept.is_unscanned


def test_the_file_that_every_scanner_knows_is_refused_in_a_community_too(scanner, region):
    from filanda.capabilities.files.actions import inspect

    eicar = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
    assert inspect("shared", upload(b"words", "words.txt")).extension == "txt"
    with pytest.raises(FileRefused, match="antivirus"):
        inspect("shared", upload(eicar, "eicar.txt"))


def test_what_came_while_the_scanner_was_away_is_scanned_once_it_is_back(scanner, settings, region, anna, claim):
    def keep(content):
        return store(
            actor=actor_for(anna), region=region, subject=("claim", claim.pk), kind="document", upload=upload(content)
        )

    there, settings.CLAMAV, settings.CLAMAV_AWAY = settings.CLAMAV, "nonsense", "accept"
    good, bad = keep(PDF), keep(PDF.replace(b"/Catalog", b"/Catalog" + BAD))
    assert scan_again(actor=PLATFORM, region=region) == (0, 0)  # away still
    settings.CLAMAV = there
    assert scan_again(actor=PLATFORM, region=region) == (1, 1)
    assert scan_again(actor=PLATFORM, region=region) == (0, 0)
    (left,) = StoredFile.objects.all()
    assert (left.pk, left.is_unscanned) == (good.pk, False)
    (told,) = deliver("anna@example.org")
    assert bad.name in told.text
