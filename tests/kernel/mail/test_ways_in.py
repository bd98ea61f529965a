# SPDX-License-Identifier: EUPL-1.2
"""The three ways in, and the demonstration's: a provider's webhook, a mailbox, a pipe, the outbox."""

import base64
import hashlib
import hmac
import json
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from filanda.kernel.mail.configuration import EmailSettingsWrong, email_settings
from filanda.kernel.mail.inbound.addresses import reply_address
from filanda.kernel.mail.inbound.mailbox import MailboxTrouble, empty_mailbox
from filanda.kernel.mail.inbound.taking import MOST_OCTETS, take_message
from filanda.kernel.mail.models import InboundMessage
from filanda.kernel.mail.tasks import fetch
from filanda.kernel.mail.webhooks import inbound_addresses
from filanda.kernel.regions.scoped import across_regions
from tests.kernel.mail.imap_server import Mailbox
from tests.mailing import deliver

SECRET = "bringer:n0t-guessed"


def take_all():
    with across_regions():
        numbers = list(InboundMessage.objects.filter(state="received").order_by("pk").values_list("pk", flat=True))
    return [take_message(number, now=timezone.now()) for number in numbers]


def plain(region, anna, body="Sì.", **headers):
    given = {"From": "anna@example.org", "To": reply_address(region, "note", 17, anna), "Subject": "Re: x"} | headers
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in given.items()]
    return ("\n".join([*lines, "Content-Type: text/plain; charset=utf-8"]) + f"\n\n{body}\n").encode()


# --- a provider's webhook


@pytest.fixture
def webhook(region, settings):
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET, "MAILGUN_WEBHOOK_SIGNING_KEY": "signing-key"}
    settings.ROOT_URLCONF = "tests.kernel.mail.inbound_urls"

    def send(path, payload, secret=SECRET, **given):
        headers = {"host": "test.example"}
        if secret:
            headers["authorization"] = f"Basic {base64.b64encode(secret.encode()).decode()}"
        client = Client(enforce_csrf_checks=True, headers=headers)
        return client.post(f"/mail/inbound/{path}", payload, **given).status_code

    return send


def postmark(address, **given):
    """The shape of Postmark's documentation for inbound webhooks."""
    return {
        "FromName": "Anna Verdi",
        "MessageStream": "inbound",
        "From": "anna@example.org",
        "FromFull": {"Email": "anna@example.org", "Name": "Anna Verdi", "MailboxHash": ""},
        "To": f'"Forum" <{address}>',
        "ToFull": [{"Email": address, "Name": "Forum", "MailboxHash": address.partition("+")[2].partition("@")[0]}],
        "Cc": "",
        "CcFull": [],
        "Bcc": "",
        "BccFull": [],
        "OriginalRecipient": address,
        "Subject": "Re: Polveri",
        "MessageID": "73e6d360-66eb-11e1-8e72-a8904824019b",
        "ReplyTo": "",
        "MailboxHash": "",
        "Date": "Fri, 1 Aug 2014 16:45:32 -04:00",
        "TextBody": "Sì, da tre anni.\n\nIl 17/11/26 10:32, Forum ha scritto:\n> Qualcuno?\n",
        "HtmlBody": "<p>Sì, da tre anni.</p>",
        "StrippedTextReply": "",
        "Tag": "",
        "Headers": [
            {"Name": "Return-Path", "Value": "<anna@example.org>"},
            {"Name": "Message-ID", "Value": "<1@mail.example>"},
            {"Name": "MIME-Version", "Value": "1.0"},
        ],
        "Attachments": [
            {
                "Name": "dati.csv",
                "Content": base64.b64encode(b"1;2").decode(),
                "ContentType": "text/csv",
                "ContentLength": 3,
            }
        ],
    } | given


def test_an_answer_comes_through_postmark(webhook, room, region, anna):
    payload = postmark(reply_address(region, "note", 17, anna))
    assert webhook("postmark/inbound/", payload, content_type="application/json") == 200
    assert take_all() == ["taken"]
    (reply,) = room.taken
    assert (reply.number, reply.text, reply.message_id) == (17, "Sì, da tre anni.", "<1@mail.example>")
    assert reply.attachments == [("dati.csv", "text/csv", b"1;2")]
    assert webhook("postmark/inbound/", payload, content_type="application/json") == 200  # it tries again
    assert take_all() == []
    assert InboundMessage.objects.get().source == "webhook"


def test_a_note_of_absence_comes_through_postmark_without_a_sender(webhook, room, region, anna):
    headers = [{"Name": "Return-Path", "Value": "<>"}, {"Name": "Message-ID", "Value": "<2@mail.example>"}]
    payload = postmark(reply_address(region, "note", 17, anna), Headers=headers)
    assert webhook("postmark/inbound/", payload, content_type="application/json") == 200
    assert take_all() == ["dropped"]


def test_a_large_answer_comes_through_postmark(webhook, room, region, anna, settings):
    content = base64.b64encode(b"1" * 3 * settings.DATA_UPLOAD_MAX_MEMORY_SIZE).decode()
    file = {"Name": "a.bin", "Content": content, "ContentType": "application/octet-stream", "ContentLength": 1}
    payload = postmark(reply_address(region, "note", 17, anna), Attachments=[file])
    assert webhook("postmark/inbound/", payload, content_type="application/json") == 200
    assert take_all() == ["taken"]
    assert len(room.taken[0].attachments[0][2]) == 3 * settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def mailgun(address, **given):
    """The fields of Mailgun's documentation for parsed messages, signed."""
    stamp, token = "1461261330", "06c96bafc3f42a66b9edd546347a2fe18dc23461fe80dc52f0"
    headers = [["X-Envelope-From", "<anna@example.org>"], ["From", "Anna <anna@example.org>"], ["To", address]]
    headers += [["Subject", "Re: Polveri"], ["Message-Id", "<3@mail.example>"], ["Mime-Version", "1.0"]]
    return {
        "token": token,
        "timestamp": stamp,
        "signature": hmac.new(b"signing-key", f"{stamp}{token}".encode(), hashlib.sha256).hexdigest(),
        "recipient": address,
        "sender": "anna@example.org",
        "from": "Anna <anna@example.org>",
        "subject": "Re: Polveri",
        "message-headers": json.dumps(headers),
        "body-plain": "Sì, da tre anni.\n\nIl 17/11/26 10:32, Forum ha scritto:\n> Qualcuno?\n",
        "body-html": "<p>Sì, da tre anni.</p>",
        "stripped-text": "Sì",
    } | given


def test_an_answer_with_a_file_comes_through_mailgun(webhook, room, region, anna):
    file = SimpleUploadedFile("dati.csv", b"1;2", content_type="text/csv")
    payload = mailgun(reply_address(region, "note", 17, anna)) | {"attachment-count": "1", "attachment-1": file}
    assert webhook("mailgun/inbound/", payload) == 200
    assert take_all() == ["taken"]
    (reply,) = room.taken
    assert (reply.text, reply.attachments) == ("Sì, da tre anni.", [("dati.csv", "text/csv", b"1;2")])


def test_nobody_else_brings_messages(webhook, room, region, anna):
    address = reply_address(region, "note", 17, anna)
    for secret in ("", "bringer:guessed", "n0t-guessed:bringer"):
        assert webhook("postmark/inbound/", postmark(address), secret, content_type="application/json") == 403
    assert webhook("mailgun/inbound/", mailgun(address, signature="0" * 64)) == 400
    with across_regions():
        assert InboundMessage.objects.count() == 0


def test_without_a_secret_there_is_no_address_to_bring_to(client):
    assert inbound_addresses("postmark", {}) == []
    assert inbound_addresses("", {"WEBHOOK_SECRET": SECRET}) == []
    assert [one.name for one in inbound_addresses("brevo", {"WEBHOOK_SECRET": SECRET})] == ["brevo_inbound_webhook"]
    assert client.post("/mail/inbound/postmark/inbound/", {}, content_type="application/json").status_code == 404


# --- a mailbox


@pytest.fixture(params=[True, False], ids=["uidplus", "plain"])
def mailbox(request):
    box = Mailbox(has_uidplus=request.param)
    yield box
    box.close()


def settings_of(box, password='p"w d'):
    port = box.server.server_address[1]
    url = f"imap://{quote('replies@example.org', safe='')}:{quote(password, safe='')}@127.0.0.1:{port}"
    return email_settings({"FILANDA_EMAIL_IMAP_URL": url})["REPLY_MAILBOX"]


def test_the_mailbox_is_emptied_into_the_rooms(mailbox, room, region, anna, settings):
    settings.REPLY_MAILBOX = settings_of(mailbox)
    mailbox.put(plain(region, anna, "Uno.", Message_ID="<1@x>"))
    mailbox.put(plain(region, anna, "Due)\r\n* BYE {3}\r\n", Message_ID="<2@x>"))
    mailbox.put(plain(region, anna, "Uno.", Message_ID="<1@x>"))
    kept_there = mailbox.put(plain(region, anna, "Già cancellato."))
    mailbox.deleted.add(kept_there)
    assert fetch.func() == 3
    assert take_all() == ["taken", "taken"]
    assert [reply.text for reply in room.taken] == ["Uno.", "Due)\n* BYE {3}"]
    assert list(mailbox.messages) == ([kept_there] if mailbox.has_uidplus else [])
    assert fetch.func() == 0
    assert not any("p\\" in command for command in mailbox.commands)


def test_a_message_that_cannot_be_kept_stays_in_the_mailbox(mailbox, region, anna):
    kept = []

    def keep(raw, size):
        if b"Due" in raw:
            raise RuntimeError("no database")
        kept.append(raw)

    for words in ("Uno", "Due", "Tre"):
        mailbox.put(f"Subject: {words}\r\n\r\n{words}".encode())
    with pytest.raises(RuntimeError, match="no database"):
        empty_mailbox(settings_of(mailbox), keep)
    assert len(kept) == 2
    assert [raw[-3:] for raw in mailbox.messages.values()] == [b"Due"]


def test_of_a_message_that_is_too_large_only_the_headers_are_fetched(mailbox, room, region, anna, settings):
    settings.REPLY_MAILBOX = settings_of(mailbox)
    mailbox.put(plain(region, anna, "x" * (MOST_OCTETS + 1)))
    assert fetch.func() == 1
    assert take_all() == ["refused"]
    held = InboundMessage.objects.get()
    assert held.reason == "too_large"
    assert len(held.raw) < 1000
    assert mailbox.messages == {}


@pytest.mark.parametrize("trouble", ["password", "hangs up", "refuses", "gone"])
def test_trouble_with_the_mailbox_waits_for_the_next_minute(mailbox, region, anna, settings, trouble):
    mailbox.put(plain(region, anna))
    given = settings_of(mailbox, "wrong" if trouble == "password" else 'p"w d')
    mailbox.hangs_up_on = "BODY.PEEK" if trouble == "hangs up" else ""
    mailbox.refuses = {"SELECT"} if trouble == "refuses" else set()
    if trouble == "gone":
        given["port"] = 1
    with pytest.raises(MailboxTrouble) as caught:
        empty_mailbox(given, lambda raw, size: None)
    assert "wrong" not in str(caught.value)
    settings.REPLY_MAILBOX = given
    assert fetch.func() == 0
    assert len(mailbox.messages) == 1


def test_without_a_mailbox_nothing_is_fetched(settings):
    settings.REPLY_MAILBOX = {}
    assert fetch.func() == 0


@pytest.mark.parametrize(
    ("url", "security", "port", "folder"),
    [
        ("imaps://a%40b:c@mail.example/", "tls", 993, "INBOX"),
        ("imap+tls://a%40b:c@mail.example/Filanda%20in", "starttls", 143, "Filanda in"),
        ("imap://a%40b:c@localhost:1143", "", 1143, "INBOX"),
    ],
)
def test_a_mailbox_is_named_by_its_address(url, security, port, folder):
    found = SimpleNamespace(**email_settings({"FILANDA_EMAIL_IMAP_URL": url})["REPLY_MAILBOX"])
    assert (found.user, found.password, found.security) == ("a@b", "c", security)
    assert (found.port, found.folder) == (port, folder)


@pytest.mark.parametrize(
    "wrong",
    [
        {"FILANDA_EMAIL_IMAP_URL": "pop3://a:secret@mail.example"},
        {"FILANDA_EMAIL_IMAP_URL": "imaps://mail.example"},
        {"FILANDA_EMAIL_IMAP_URL": "imaps://a:secret@mail.example:port"},
        {"FILANDA_EMAIL_REPLIES": "nowhere"},
        {"FILANDA_EMAIL_REPLIES": "a-mailbox-with-a-long-name@example.org"},
        {"FILANDA_EMAIL_REPLY_DAYS": "never"},
        {"FILANDA_EMAIL_REPLY_DAYS": "0"},
        {"FILANDA_EMAIL_INBOUND": "nobody"},
    ],
)
def test_a_wrong_setting_is_said_in_a_sentence(wrong):
    with pytest.raises(EmailSettingsWrong) as caught:
        email_settings(wrong)
    assert next(iter(wrong)) in str(caught.value)
    assert "secret" not in str(caught.value)


def test_where_answers_go_is_said_by_a_domain_or_a_mailbox():
    assert email_settings({"FILANDA_EMAIL_REPLIES": "In.example.org"})["REPLY_ADDRESS"] == "reply@in.example.org"
    assert email_settings({"FILANDA_EMAIL_REPLIES": "forum@example.org"})["REPLY_ADDRESS"] == "forum@example.org"
    other = email_settings({"FILANDA_EMAIL_INBOUND": "mailgun", "ANYMAIL_WEBHOOK_SECRET": "a:b"})
    assert (other["REPLY_PROVIDER"], other["ANYMAIL"]["WEBHOOK_SECRET"]) == ("mailgun", "a:b")
    same = email_settings({"FILANDA_EMAIL_URL": "anymail+postmark://", "ANYMAIL_WEBHOOK_SECRET": "a:b"})
    assert same["REPLY_PROVIDER"] == "postmark"


# --- a pipe


@pytest.fixture
def pipe(monkeypatch):
    """`filanda mail receive`, in this process and on the test's database."""
    from contextlib import nullcontext

    import typer
    from typer.testing import CliRunner

    from filanda.site.commands import mail

    monkeypatch.setattr(mail, "django_ready", nullcontext)  # it would look for the installation's own database
    app = typer.Typer()
    mail.register(app)
    return lambda raw, *given: CliRunner().invoke(app, ["mail", "receive", *given], input=raw)


def test_a_mail_server_pipes_an_answer_in(pipe, room, region, anna):
    raw = plain(region, anna, "Sì.", Message_ID="<1@x>", To="undisclosed-recipients:;")
    given = ["--recipient", reply_address(region, "note", 17, anna), "--sender", "anna@example.org"]
    first, again = pipe(raw, *given), pipe(raw, *given)
    assert (first.exit_code, again.exit_code, again.stdout) == (0, 0, "known already\n")
    assert take_all() == ["taken"]
    assert [reply.text for reply in room.taken] == ["Sì."]
    assert pipe(plain(region, anna), "--sender", "").exit_code == 0
    assert take_all() == ["dropped"]


def test_a_mail_server_keeps_what_could_not_be_received(pipe, room, region, anna):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE mail_inboundmessage RENAME TO mail_away")
    result = pipe(plain(region, anna))
    assert (result.exit_code, "ProgrammingError" in result.stderr) == (75, True)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE mail_away RENAME TO mail_inboundmessage")


def test_nothing_on_the_pipe_is_said(pipe):
    assert "nothing on standard input" in str(pipe(b"\n").exception)


# --- the demonstration's outbox


def test_an_answer_in_the_outbox_goes_all_the_way(client, room, region, anna, write, settings):
    settings.REPLY_ADDRESS = ""  # a demonstration needs no settings
    write(reply_to=reply_address(region, "note", 17, anna), thread_id="note-17")
    write(context={"path": "/2"})
    with_reply, without = deliver("anna@example.org")
    assert with_reply.headers["Reply-To"].endswith("@replies.test.example")
    page = client.get(f"/demo/outbox/{with_reply.pk}/").content.decode()
    assert f'action="/demo/outbox/{with_reply.pk}/reply"' in page
    assert "/reply" not in client.get(f"/demo/outbox/{without.pk}/").content.decode()
    answer = {"answer": "Sì, **da tre anni**.\r\n\r\n- con azoto"}
    answered = client.post(f"/demo/outbox/{with_reply.pk}/reply", answer, follow=True)
    assert answered.redirect_chain == [(f"/demo/outbox/{with_reply.pk}/?answered", 302)]
    assert "notice-good" in answered.content.decode()
    assert take_all() == ["taken"]
    (reply,) = room.taken
    assert (reply.number, reply.account, reply.text) == (17, anna, "Sì, **da tre anni**.\n\n- con azoto")
    assert client.post(f"/demo/outbox/{without.pk}/reply", answer).status_code == 404
    assert client.get(f"/demo/outbox/{with_reply.pk}/reply").status_code == 405


def test_an_empty_answer_in_the_outbox_is_said_beside_the_field(client, room, region, anna, write):
    write(reply_to=reply_address(region, "note", 17, anna))
    (held,) = deliver()
    page = client.post(f"/demo/outbox/{held.pk}/reply", {"answer": "  "})
    assert page.status_code == 422
    assert 'id="answer-error"' in page.content.decode()
    assert InboundMessage.objects.count() == 0


def test_an_answer_that_nobody_takes_is_said_and_not_lost(client, room, region, anna, write):
    write(reply_to=reply_address(region, "note", 17, anna).replace("+", "+a"))
    (held,) = deliver()
    page = client.post(f"/demo/outbox/{held.pk}/reply", {"answer": "Le mie parole."})
    assert page.status_code == 422
    assert "Le mie parole." in page.content.decode()


def test_answering_is_for_the_demonstration_only(client, room, region, other_region, anna, write, settings):
    write(reply_to=reply_address(region, "note", 17, anna))
    (held,) = deliver()
    path, answer = f"/demo/outbox/{held.pk}/reply", {"answer": "Sì."}
    other_region.is_invented = True
    other_region.save()
    assert client.post(path, answer, headers={"host": "other.example"}).status_code == 404
    settings.EMAIL_CONFIGURED = True
    assert client.post(path, answer).status_code == 404
    settings.EMAIL_CONFIGURED, settings.DEMO = False, False
    assert client.post(path, answer).status_code == 404
    with across_regions():
        assert InboundMessage.objects.count() == 0
    settings.DEMO = True
    forged = Client(enforce_csrf_checks=True, headers={"host": "test.example"})
    assert forged.post(path, answer).status_code == 403
