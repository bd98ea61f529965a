# SPDX-License-Identifier: EUPL-1.2
"""What becomes of an e-mail that comes: once, from whom it says, never answered when a machine wrote it."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account
from filanda.kernel.journal.models import Event
from filanda.kernel.mail.actions import receive_message
from filanda.kernel.mail.arrival import bring
from filanda.kernel.mail.inbound import taking
from filanda.kernel.mail.inbound.addresses import reply_address
from filanda.kernel.mail.inbound.taking import MOST_OCTETS, take_message
from filanda.kernel.mail.manifest import manifest
from filanda.kernel.mail.models import InboundMessage, Message
from filanda.kernel.mail.queries import trouble_with
from filanda.kernel.mail.tasks import wake_received
from filanda.kernel.manifests.replies import ReplyRefused
from filanda.kernel.policies import Forbidden
from filanda.kernel.regions.scoped import across_regions
from tests.mailing import deliver

CORPUS = Path(__file__).parent / "replies"


def outcome(held):
    return (held.state, held.reason)


def refusals():
    told = Message.objects.filter(template="mail/mail/answer_refused").order_by("pk")
    return [message.to for message in told]


def test_an_answer_reaches_its_room(arrive, room, region, anna):
    held = arrive("Sì, anche noi.\n\nIl 17/11/26 10:32, Forum ha scritto:\n> Qualcuno?\n")
    assert outcome(held) == ("taken", "")
    (reply,) = room.taken
    assert (reply.region, reply.account, reply.number) == (region, anna, 17)
    assert (reply.text, reply.html_dropped, reply.attachments) == ("Sì, anche noi.", False, [])
    assert reply.message_id == held.message_id
    assert (held.kind, held.number, held.account, held.region) == ("note", 17, anna, region)
    with across_regions():
        events = list(
            Event.objects.filter(type__startswith="mail.answer").order_by("pk").values_list("type", "payload")
        )
    assert [kind for kind, _payload in events] == ["mail.answer.received", "mail.answer.settled"]
    assert "anna" not in str(events)


def test_whoever_wrote_is_told_which_attachments_the_room_left_out(arrive, room):
    room.left_out = [("foto.heic", "Not this kind.")]
    assert arrive("Eccola.").state == "taken"
    (told,) = deliver("anna@example.org")
    assert "foto.heic: Not this kind." in told.text
    assert "Eccola" not in told.text


@pytest.mark.parametrize("header", ["To", "Cc", "Delivered-To", "X-Original-To"])
def test_the_address_is_found_wherever_mail_servers_leave_it(arrive, room, region, anna, header):
    address = reply_address(region, "note", 4, anna).upper()
    arrive(headers={"To": "Forum <forum@example.org>"} | {header: f'"Forum, di prova" <{address}>'})
    assert [reply.number for reply in room.taken] == [4]


def test_the_address_may_be_known_to_the_mail_server_alone(arrive, room, region, anna):
    arrive(headers={"To": "undisclosed-recipients:;"}, recipients=[reply_address(region, "note", 5, anna)])
    assert [reply.number for reply in room.taken] == [5]


def test_the_same_message_is_taken_once_however_it_comes(arrive, room, region, anna):
    first = arrive(headers={"Message-ID": "<1@mail.example>"})
    assert arrive(headers={"Message-ID": "<1@mail.example>"}) is None
    assert take_message(first.pk, now=timezone.now()) is None
    assert arrive("Un'altra.", headers={"Message-ID": "<2@mail.example>"}).state == "taken"
    without = {"headers": {"Message-ID": ""}}
    assert arrive("Senza.", **without).state == "taken"
    assert arrive("Senza.", **without) is None
    assert len(room.taken) == 3


def test_a_message_without_our_address_is_noted_without_its_words(arrive, room):
    held = arrive(headers={"To": "noreply@example.org"})
    assert outcome(held) == ("refused", "no_address")
    assert held.raw is None
    assert held.region is None
    assert (room.taken, refusals()) == ([], [])


def test_nobody_writes_in_anothers_name(arrive, room, region, anna):
    eve = {"From": "Anna <eve@example.org>"}
    assert outcome(arrive(headers=eve)) == ("refused", "wrong_sender")
    assert outcome(arrive("Di nuovo.", headers=eve)) == ("refused", "wrong_sender")
    both = {"From": "anna@example.org, eve@example.org"}
    assert outcome(arrive(headers=both)) == ("refused", "wrong_sender")
    assert room.taken == []
    assert refusals() == ["eve@example.org"]  # once a day
    (told,) = deliver("eve@example.org")
    assert "anna" not in told.text + told.subject  # nor to whom it was sent, nor what was in theirs
    assert "anche noi" not in told.text
    assert "Polveri" not in told.subject


def test_our_own_mail_server_may_say_that_a_sender_is_forged(arrive, room, settings):
    verdict = {"Authentication-Results": "mx.example.org; spf=fail; dmarc=fail (p=reject) header.from=example.org"}
    assert arrive(headers=verdict).state == "taken"  # it is nobody we asked
    settings.REPLY_AUTHSERV = "mx.example.org"
    assert outcome(arrive("Due.", headers=verdict)) == ("refused", "forged")
    assert arrive("Tre.", headers={"Authentication-Results": "mx.example.org; dmarc=pass"}).state == "taken"
    assert arrive("Quattro.", headers={"Authentication-Results": "evil.example; dmarc=fail"}).state == "taken"
    assert refusals() == []


def test_an_old_address_is_refused_with_what_to_do(arrive, room, settings):
    held = arrive(now=timezone.now() - timedelta(days=settings.REPLY_DAYS + 2))
    assert outcome(held) == ("refused", "expired")
    assert refusals() == ["anna@example.org"]


def test_an_account_that_has_gone_writes_no_more(arrive, room, anna):
    anna.is_active = False
    anna.save()
    assert outcome(arrive()) == ("refused", "gone")
    assert room.taken == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied (vacation)"},
        {"Auto-Submitted": "auto-generated"},
        {"Precedence": "bulk"},
        {"Precedence": "Junk"},
        {"Precedence": "list"},
        {"Return-Path": "<>"},
        {"X-Auto-Response-Suppress": "All"},
        {"X-Autoreply": "yes"},
        {"List-Id": "<forum.example.org>"},
        {"Subject": "Automatic reply: Polveri"},
        {"Subject": "=?utf-8?q?Risposta_automatica=3A_Polveri?="},
        {"From": "Mail Delivery System <MAILER-DAEMON@example.org>"},
        {"From": "noreply@example.org"},
    ],
    ids=lambda headers: "-".join(next(iter(headers.items()))),
)
def test_machines_are_left_aside_and_never_answered(arrive, room, headers):
    assert outcome(arrive(headers=headers)) == ("dropped", "automatic")
    assert (room.taken, refusals()) == ([], [])


def test_an_empty_envelope_sender_is_a_machine_too(arrive, room):
    assert outcome(arrive(envelope_sender="")) == ("dropped", "automatic")
    assert arrive("Io.", envelope_sender="anna@example.org", headers={"Auto-Submitted": "no"}).state == "taken"


def test_our_own_messages_do_not_come_back(arrive, room, write, settings):
    ours = write()
    assert outcome(arrive(headers={"Message-ID": ours.message_id})) == ("dropped", "ours")
    settings.EMAIL_SENDER = "anna@example.org"
    assert outcome(arrive()) == ("dropped", "ours")
    assert room.taken == []


def test_a_refusal_that_is_answered_by_a_machine_ends_there(arrive, room, region):
    arrive(headers={"From": "eve@example.org"})
    (told,) = deliver("eve@example.org")
    assert told.headers["Auto-Submitted"] == "auto-generated"
    absent = {"From": "eve@example.org", "Auto-Submitted": "auto-replied", "In-Reply-To": told.message_id}
    assert arrive(headers=absent).state == "dropped"
    assert len(refusals()) == 1


REPORT = """\
From: Mail Delivery System <mailer-daemon@mx.example.net>
To: noreply@filanda.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Message-ID: <{n}@mx.example.net>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; {to}
Original-Recipient: rfc822;{to}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b
Content-Type: {kind}

From: noreply@filanda.example
To: {to}
Message-ID: {message_id}

--b--
"""


@pytest.mark.parametrize(
    ("action", "status", "kind", "state", "trouble"),
    [
        ("failed", "5.1.1", "text/rfc822-headers", "bounce", True),
        ("failed", "5.1.1", "message/rfc822", "bounce", True),
        ("failed", "5.2.2", "message/rfc822", "bounce", False),
        ("delayed", "4.4.1", "message/rfc822", "dropped", False),
    ],
)
def test_a_report_of_a_mail_server_marks_the_address(arrive, write, action, status, kind, state, trouble):
    sent = write("gone@example.net")
    given = {"n": 1, "to": "gone@example.net", "action": action, "status": status, "kind": kind}
    held = arrive(raw=REPORT.format(**given, message_id=sent.message_id).encode(), envelope_sender="")
    assert outcome(held) == (state, "report")
    assert (trouble_with("gone@example.net") is not None) is trouble


def test_nobody_marks_an_address_with_a_report_of_their_own(arrive, write):
    sent = write("anna@example.org")
    given = {"action": "failed", "status": "5.1.1", "kind": "message/rfc822"}
    arrive(raw=REPORT.format(**given, n=1, to="anna@example.org", message_id="<filanda.made-up@x>").encode())
    arrive(raw=REPORT.format(**given, n=2, to="luca@example.org", message_id=sent.message_id).encode())
    assert trouble_with("anna@example.org") is None
    assert trouble_with("luca@example.org") is None


def test_only_a_quote_is_refused_with_what_to_do(arrive, room):
    assert outcome(arrive("\n\nIl 17/11/26 10:32, Forum ha scritto:\n> Qualcuno?\n")) == ("refused", "empty")
    assert refusals() == ["anna@example.org"]


def with_files(count, size=3):
    parts = [b"--b\nContent-Type: text/plain; charset=utf-8\n\nEcco.\n"]
    for at in range(count):
        parts.append(
            f'--b\nContent-Type: text/csv\nContent-Disposition: attachment; filename="../../d{at}.csv"\n\n'.encode()
            + b"1;2" * (size // 3)
            + b"\n"
        )
    return (b"".join(parts) + b"--b--\n").decode()


MIXED = {"Content-Type": 'multipart/mixed; boundary="b"'}


def test_attachments_are_kept_under_their_last_name(arrive, room):
    arrive(with_files(2), headers=MIXED)
    (reply,) = room.taken
    assert reply.text == "Ecco."
    assert reply.attachments == [("d0.csv", "text/csv", b"1;2"), ("d1.csv", "text/csv", b"1;2")]


def test_files_alone_are_an_answer(arrive, room):
    arrive(with_files(1).replace("Ecco.", ""), headers=MIXED)
    assert [(reply.text, len(reply.attachments)) for reply in room.taken] == [("", 1)]


def test_more_files_than_are_taken_do_not_keep_the_words_from_being_posted(arrive, room):
    assert arrive(with_files(12), headers=MIXED).state == "taken"
    (reply,) = room.taken
    assert (reply.text, len(reply.attachments)) == ("Ecco.", 10)
    (told,) = deliver("anna@example.org")
    assert [name in told.text for name in ("d9.csv", "d10.csv", "d11.csv")] == [False, True, True]


def test_too_large_is_refused_and_not_cut(arrive, room):
    large = arrive(with_files(1, MOST_OCTETS), headers=MIXED)
    assert outcome(large) == ("refused", "too_large")
    assert len(large.raw) < 1000  # the headers, to tell by
    assert outcome(arrive("parola " * 10_000)) == ("refused", "too_large")
    assert room.taken == []
    assert refusals() == ["anna@example.org"] * 2


def test_what_a_room_refuses_is_told_in_its_words(arrive, room):
    room.fails = [ReplyRefused("La nota è chiusa.")]
    assert outcome(arrive()) == ("refused", "room")
    (told,) = deliver("anna@example.org")
    assert "La nota è chiusa." in told.text
    assert "Polveri" in told.subject


def test_what_goes_wrong_in_a_room_is_tried_again_and_then_told(arrive, room):
    room.fails = [RuntimeError("for anna@example.org")] * (len(taking.PAUSES) + 1)
    held = arrive()
    assert (held.state, held.last_error) == ("received", "RuntimeError: for …")
    for pause in taking.PAUSES:
        assert take_message(held.pk, now=held.not_before - timedelta(seconds=1)) is None
        assert held.not_before > timezone.now() + timedelta(seconds=pause - 60)
        state = take_message(held.pk, now=held.not_before)
        held.refresh_from_db()
    assert (state, outcome(held)) == ("failed", ("failed", "error"))
    assert refusals() == ["anna@example.org"]
    assert held.raw is not None


def test_a_room_that_works_again_takes_it(arrive, room):
    room.fails = [RuntimeError("for now")]
    held = arrive()
    assert take_message(held.pk, now=held.not_before) == "taken"
    assert len(room.taken) == 1


def test_an_accident_while_taking_is_noticed_by_the_clock(arrive, room):
    room.fails = [KeyboardInterrupt()]  # as when the process is ended
    with pytest.raises(KeyboardInterrupt):
        arrive()
    held = InboundMessage.objects.get()
    assert held.state == "taking"
    assert take_message(held.pk, now=timezone.now()) is None  # somebody may be at it
    later = timezone.now() + taking.IN_HAND
    assert wake_received(later) == 0
    later += timedelta(minutes=2)
    assert wake_received(later) == 1
    assert take_message(held.pk, now=later) == "taken"


def test_another_region_does_not_see_it_and_its_addresses_lead_there_only(arrive, room, region, other_region, anna):
    held = arrive(headers={"To": reply_address(other_region, "note", 3, anna)})
    assert (held, InboundMessage.objects.count()) == (held, 0)
    with across_regions():
        assert InboundMessage.objects.get().region == other_region


def test_only_the_platform_receives(region, room):
    with pytest.raises(Forbidden):
        receive_message(actor=Actor(account_id=1), raw=b"From: a@b.example\n\n", source="pipe", now=timezone.now())


@pytest.mark.parametrize(
    "raw",
    [
        b"\n",
        b"\0\0\0",
        b"no headers at all",
        b"From: =?utf-8?q?=FF=FE?= <\n\nx",
        b"From: a@b\nTo: " + b"<" * 5000 + b"\n\n",
        b"Content-Type: multipart/mixed\n\nno boundary",
        b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\nContent-Type: multipart/mixed; boundary=b\n\n" * 300,
        b"Message-ID: \nFrom: x\nDate: tomorrow\nContent-Type: text/plain; charset*=\xff\n\n\xff",
    ],
)
def test_what_is_hardly_an_email_does_no_harm(arrive, room, raw):
    held = arrive(raw=raw)
    assert outcome(held) == ("refused", "no_address")
    assert room.taken == []


def test_the_words_go_after_two_weeks_and_the_rest_after_three_months(arrive, room, region):
    arrive()
    arrive(headers={"To": "nobody@example.org"})
    kept = {retention.name: retention for retention in manifest.retention}
    now = timezone.now()
    assert kept["mail.answer_words"].apply(region, now + timedelta(seconds=1), now) == 1
    assert not InboundMessage.objects.exclude(raw=None).exists()
    assert kept["mail.answers"].apply(region, now + timedelta(seconds=1), now) == 2
    with across_regions():
        assert InboundMessage.objects.count() == 0


def test_answers_leave_with_whoever_wrote_them(arrive, room, region, anna):
    held = arrive("Le mie parole.\n")
    luca = Account.objects.create_account(email="luca@example.org")
    arrive(headers={"From": "luca@example.org"})
    (kept,) = manifest.personal_data
    (listed,) = kept.collect(anna)["answers.json"]
    assert (listed["state"], listed["message_id"]) == ("taken", held.message_id)
    ((name, file),) = kept.files(anna)
    assert name.startswith("answers/")
    assert "Le mie parole." in file.read().decode()
    kept.erase(anna, True)
    assert [row.sender for row in InboundMessage.objects.all()] == ["luca@example.org"]
    kept.erase(luca, True)
    assert InboundMessage.objects.count() == 0


def test_every_answer_of_the_corpus_goes_all_the_way(room, region, anna):
    address = reply_address(region, "note", 17, anna).encode()
    told = 0
    for path in sorted(CORPUS.glob("*.eml")):
        held = bring(path.read_bytes().replace(b"reply+TOKEN@in.example", address), "imap")
        state = take_message(held.pk, now=timezone.now())
        if path.with_suffix(".txt").read_text():
            assert (path.stem, state) == (path.stem, "taken")
            assert room.taken[-1].text == path.with_suffix(".txt").read_text(encoding="utf-8").rstrip("\n")
        else:
            told += 1
            assert state == "refused"
    assert (told, len(room.taken)) == (1, 42)
