# SPDX-License-Identifier: EUPL-1.2
"""Messages through a real mail server, which refuses, vanishes and kills as they do."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from filanda.kernel.identity.actors import actor_for
from filanda.kernel.identity.models import Account
from filanda.kernel.mail.manifest import manifest
from filanda.kernel.mail.models import AddressMark, Message
from filanda.kernel.mail.sending import IN_TRANSIT, PAUSES, send_message
from filanda.kernel.mail.steps import address_works
from filanda.kernel.mail.tasks import wake

ROOT = Path(__file__).parents[3]


def send(message, after=timedelta(0)):
    """The state after a try, `after` some time."""
    state = send_message(message.pk, now=timezone.now() + after)
    message.refresh_from_db()
    return state


def test_what_arrives_has_two_parts_and_the_headers_of_an_automatic_message(letterbox, write, region):
    region.contact_email = "info@region.example"
    region.save()
    message = write(language="it")
    assert send(message) == "sent"
    (got,) = letterbox.received
    assert got["From"] == "Regione di prova <noreply@filanda.example>"
    assert (got["To"], got["Reply-To"]) == ("anna@example.org", "info@region.example")
    assert got["Message-ID"] == message.message_id
    assert message.message_id.endswith("@filanda.example>")
    assert (got["Auto-Submitted"], got["Content-Language"]) == ("auto-generated", "it")
    assert "List-Unsubscribe" not in got
    text, html = got.get_body(("plain",)), got.get_body(("html",))
    assert got.get_content_type() == "multipart/alternative"
    assert "https://a.example/en/" in text.get_content()
    assert 'href="https://a.example/en/"' in html.get_content()
    assert "fonts.googleapis" not in html.get_content()
    assert max(len(line) for line in letterbox.raw[0].split(b"\r\n")) <= 998
    assert (message.state, message.attempts, message.context) == ("sent", 1, None)


def test_a_message_that_was_sent_is_not_sent_again(letterbox, write):
    message = write()
    send(message)
    assert send(message, timedelta(days=1)) is None
    assert len(letterbox.received) == 1


def test_one_click_unsubscribing_is_offered_where_it_applies(letterbox, write):
    send(write(unsubscribe_url="https://a.example/u/1"))
    (got,) = letterbox.received
    assert got["List-Unsubscribe"] == "<https://a.example/u/1>"
    assert got["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "https://a.example/u/1" in got.get_body(("plain",)).get_content()
    assert "https://a.example/u/1" in got.get_body(("html",)).get_content()


def test_a_server_that_refuses_at_first_gets_the_message_once(letterbox, write):
    letterbox.answers = ["451 4.7.1 come back later", "452 4.3.1 full"]
    message = write()
    assert send(message) == "queued"
    assert send(message) is None  # too soon
    assert send(message, timedelta(seconds=PAUSES[0])) == "queued"
    assert message.last_error.startswith("SMTPDataError")
    assert send(message, timedelta(seconds=PAUSES[0] + PAUSES[1] + 1)) == "sent"
    assert [got["Message-ID"] for got in letterbox.received] == [message.message_id]
    assert message.attempts == 3


def test_a_server_that_is_away_is_tried_again_and_the_address_is_not_in_the_error(letterbox, write, settings):
    settings.EMAIL_PORT, port = 9, settings.EMAIL_PORT
    message = write()
    assert send(message) == "queued"
    assert "ConnectionRefused" in message.last_error
    assert "anna" not in message.last_error
    settings.EMAIL_PORT = port
    assert send(message, timedelta(seconds=PAUSES[0])) == "sent"
    assert message.attempts == 2


def test_a_connection_that_breaks_after_the_message_costs_one_duplicate_with_the_same_id(letterbox, write):
    letterbox.vanishes = True
    message = write()
    assert send(message) == "sending"
    assert "anna" not in message.last_error
    letterbox.vanishes = False
    assert send(message) is None  # too soon
    assert send(message, timedelta(seconds=PAUSES[1] + 1)) == "sent"
    assert [got["Message-ID"] for got in letterbox.received] == [message.message_id] * 2


def test_a_message_nobody_could_take_is_given_up_in_the_end(letterbox, write, settings):
    settings.EMAIL_PORT = 9
    message = write(secret=True)
    assert send(message, timedelta(minutes=59, seconds=55)) == "failed"  # the next try would be too late
    assert message.context is None
    assert send(message, timedelta(hours=2)) is None


def test_a_secret_goes_when_it_is_sent_and_never_shows_in_the_queue(letterbox, write, region):
    message = write(secret=True, context={"path": "https://a.example/?token=SECRETTOKEN"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT args::text FROM procrastinate_jobs WHERE task_name = 'mail.send'")
        assert "SECRETTOKEN" not in str(cursor.fetchall())
    send(message)
    assert "SECRETTOKEN" in letterbox.received[0].get_body(("plain",)).get_content()
    assert message.context is None


def test_an_address_that_does_not_exist_is_written_to_once(letterbox, write):
    letterbox.unknown = {"anna@example.org"}
    account = Account.objects.create_account(email="anna@example.org")
    assert list(manifest.waiting(actor_for(account))) == []
    message = write(account=account)
    assert send(message) == "failed"
    assert "anna" not in message.last_error
    letterbox.unknown = set()
    assert send(write()) == "suppressed"
    assert send(write("other@example.org")) == "sent"
    (line,) = manifest.waiting(actor_for(account))
    assert line.url_name == "signin:account"
    address_works("Anna@example.org")
    assert list(manifest.waiting(actor_for(account))) == []
    assert send(write()) == "sent"


def test_a_code_is_tried_once_a_day_in_spite_of_a_bounce(letterbox, write):
    letterbox.unknown = {"anna@example.org"}
    send(write())
    assert send(write(secret=True)) == "suppressed"
    tomorrow = timedelta(days=1, minutes=1)
    in_time = timezone.now() + timedelta(days=3)
    letterbox.unknown = set()
    assert send(write(secret=True, not_after=in_time), tomorrow) == "sent"
    assert send(write(secret=True, not_after=in_time), tomorrow) == "suppressed"
    assert send(write(not_after=in_time), tomorrow) == "suppressed"


def test_a_message_refused_for_what_it_is_says_nothing_about_the_address(letterbox, write):
    letterbox.answers = ["554 5.7.1 spam"]
    assert send(write()) == "failed"
    assert AddressMark.objects.count() == 0


@pytest.mark.parametrize("name", ["Nasty\r\nBcc: victim@example.org", "Nasty\nX-Evil: 1", 'Ne"sty, <a@b.example>'])
def test_a_name_cannot_add_headers_or_recipients(letterbox, write, region, name):
    region.names = {"en": name, "it": name}
    region.save()
    assert send(write()) == "sent"
    (got,) = letterbox.received
    assert got["Bcc"] is None
    assert got["X-Evil"] is None
    assert [address.addr_spec for address in got["From"].addresses] == ["noreply@filanda.example"]
    assert "\n" not in got["Subject"]


def test_what_people_write_is_text_in_the_html_part(letterbox, write, region):
    region.names = {"en": "<script>alert(1)</script> & Co </mj-text>"}
    region.save()
    send(write())
    (got,) = letterbox.received
    html = got.get_body(("html",)).get_content()
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; Co &lt;/mj-text&gt;" in html
    assert "<script>alert(1)</script> & Co </mj-text>" in got.get_body(("plain",)).get_content()


def test_invented_people_get_no_real_message(letterbox, write):
    message = write("giulia@altariva.example")
    assert send(message) == "suppressed"
    assert letterbox.received == []


def test_a_message_that_cannot_be_written_waits_and_keeps_no_other(letterbox, write):
    message = write()
    Message.objects.filter(pk=message.pk).update(template="mail/mail/of-another-version")
    assert send(message) == "queued"
    assert message.last_error == "mail/mail/of-another-version: TemplateNotFound"
    assert message.not_before > timezone.now()
    Message.objects.filter(pk=message.pk).update(template="mail/mail/trial")
    assert send(message, timedelta(seconds=PAUSES[0] + 1)) == "sent"


def test_messages_that_lost_their_job_are_found(write, region, letterbox, settings):
    write()
    assert wake(timezone.now()) == 0
    assert wake(timezone.now() + timedelta(minutes=2)) == 1
    settings.EMAIL_CONFIGURED, settings.DEMO = False, False
    assert wake(timezone.now() + timedelta(minutes=2)) == 0


class TestKilled:
    """The process that sends is killed, for real, when the server has got the message and has not answered yet."""

    @pytest.fixture
    def run(self, transactional_db, letterbox, settings):
        known = connection.settings_dict
        url = f"postgresql:///{known['NAME']}?host={known['HOST']}&user={known['USER']}&port={known['PORT'] or 5432}"
        environment = os.environ | {
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "filanda.site.settings",
            "FILANDA_DATABASE_POOL": "0",
            "FILANDA_EMAIL_URL": f"smtp://127.0.0.1:{settings.EMAIL_PORT}",
        }

        def send_in_a_process(message, moment, is_killed):
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.kernel.mail.send_one", str(message.pk), moment.isoformat()],
                cwd=ROOT,
                env=environment,
                stdout=subprocess.PIPE,
            )
            letterbox.kill = (lambda: process.pid) if is_killed else None
            said, _errors = process.communicate(timeout=120)
            return said.decode().strip(), process.returncode

        return send_in_a_process

    def test_there_is_one_duplicate_at_most_and_it_has_the_same_id(self, run, write, letterbox):
        message = write()
        begin = timezone.now()
        assert run(message, begin, is_killed=True) == ("", -9)
        message.refresh_from_db()
        assert message.state == "sending"
        # Left alone while the process might still be at it, then handed over once more.
        assert run(message, begin + timedelta(seconds=30), is_killed=False)[0] == "None"
        assert run(message, begin + IN_TRANSIT, is_killed=False)[0] == "sent"
        assert run(message, begin + 3 * IN_TRANSIT, is_killed=False)[0] == "None"
        assert [got["Message-ID"] for got in letterbox.received] == [message.message_id] * 2

    def test_after_a_second_accident_it_is_given_up(self, run, write, letterbox):
        message = write()
        begin = timezone.now()
        run(message, begin, is_killed=True)
        run(message, begin + IN_TRANSIT, is_killed=True)
        run(message, begin + 2 * IN_TRANSIT, is_killed=False)
        assert len(letterbox.received) == 2
        assert Message.objects.get(pk=message.pk).state == "failed"
