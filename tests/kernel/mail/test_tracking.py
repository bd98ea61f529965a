# SPDX-License-Identifier: EUPL-1.2
"""What a provider reports, in the payloads that django-anymail's own tests have for Postmark."""

import base64

import pytest
from django.test import Client

from filanda.kernel.journal.models import Event
from filanda.kernel.mail.models import AddressMark
from filanda.kernel.mail.queries import trouble_with
from filanda.kernel.mail.urls import report_addresses
from filanda.kernel.regions.scoped import across_regions

SECRET = "reporter:n0t-guessed"
BOUNCE = {
    "RecordType": "Bounce",
    "ID": 901542550,
    "Type": "HardBounce",
    "TypeCode": 1,
    "ServerID": 23,
    "MessageID": "2706ee8a-737c-4285-b032-ccd317af53ed",
    "Description": "The server was unable to deliver your message (ex: unknown user, mailbox not found).",
    "Details": "smtp;550 5.1.1 The email account that you tried to reach does not exist.",
    "Email": "bounce@example.com",
    "BouncedAt": "2016-04-27T16:28:50.3963933-04:00",
}
COMPLAINT = BOUNCE | {"RecordType": "SpamComplaint", "Type": "SpamComplaint", "Email": "spam@example.com"}
SOFT = BOUNCE | {"Type": "SoftBounce", "Email": "soft@example.com"}
DELIVERY = {"RecordType": "Delivery", "Recipient": "fine@example.com", "DeliveredAt": "2014-08-01T13:28:10-04:00"}


@pytest.fixture
def report(region, settings):
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}
    settings.ROOT_URLCONF = "tests.kernel.mail.reporting_urls"

    def send(payload, secret=SECRET):
        credentials = base64.b64encode(secret.encode()).decode()
        headers = {"host": "test.example"} | ({"authorization": f"Basic {credentials}"} if secret else {})
        client = Client(enforce_csrf_checks=True, headers=headers)
        return client.post("/mail/reports/postmark/tracking/", payload, content_type="application/json").status_code

    return send


def marks():
    return sorted(AddressMark.objects.values_list("reason", "times"))


def test_a_bounce_marks_the_address_and_not_in_plain(report):
    assert report(BOUNCE) == 200
    assert trouble_with("Bounce@example.com").reason == "hard"
    assert report(BOUNCE) == 200
    assert marks() == [("hard", 2)]
    with across_regions():
        event = Event.objects.filter(type="mail.address.marked").last()
    assert event.payload == {"reason": "hard"}


def test_complaints_and_soft_bounces_are_told_apart(report):
    assert [report(COMPLAINT), report(SOFT), report(DELIVERY)] == [200, 200, 200]
    assert marks() == [("complaint", 1), ("soft", 1)]
    assert trouble_with("soft@example.com") is None


@pytest.mark.parametrize("secret", ["", "reporter:guessed", "n0t-guessed:reporter"])
def test_nobody_else_may_report(report, secret):
    assert report(BOUNCE, secret=secret) == 400
    assert marks() == []


def test_without_a_secret_there_is_no_address_to_report_to(client):
    assert report_addresses("postmark", {}) == []
    assert report_addresses("", {"WEBHOOK_SECRET": SECRET}) == []
    assert [one.name for one in report_addresses("brevo", {"WEBHOOK_SECRET": SECRET})] == ["brevo_tracking_webhook"]
    assert client.post("/mail/reports/postmark/tracking/", BOUNCE, content_type="application/json").status_code == 404
