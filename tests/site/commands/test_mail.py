# SPDX-License-Identifier: EUPL-1.2
import pytest

from filanda.kernel.mail.models import OutboxMessage
from filanda.kernel.mail.queries import standing
from filanda.site.failures import Failure
from filanda.site.mail_trial import send_trial


def test_a_trial_message_is_sent_at_once(region):
    assert "/demo/outbox/" in send_trial("anna@example.org", "test")
    assert OutboxMessage.objects.get().to == "anna@example.org"
    assert standing().by_state["sent"] == 1


@pytest.mark.parametrize(
    ("address", "slug", "what"),
    [
        ("anna", "test", "no e-mail address"),
        ("a@b.example", "nowhere", "no such region"),
        ("a@b.example", "other", "no mail"),
    ],
)
def test_what_cannot_be_tried_is_said_in_a_sentence(region, other_region, address, slug, what):
    with pytest.raises(Failure, match=what):
        send_trial(address, slug)


def test_health_says_that_messages_wait(client, settings):
    assert client.get("/health/ready").json() == {"status": "ok"}
    settings.DEMO = False
    assert client.get("/health/ready").json()["email"] == "no mail server is configured: messages wait"
    settings.EMAIL_CONFIGURED = True
    assert client.get("/health/ready").json() == {"status": "ok"}
    assert 'filanda_mail_messages{state="queued"} 0.0' in client.get("/metrics").content.decode()
