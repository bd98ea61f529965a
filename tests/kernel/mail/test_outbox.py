# SPDX-License-Identifier: EUPL-1.2
import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from filanda.kernel.mail.links import absolute
from filanda.kernel.mail.models import Message, OutboxMessage
from filanda.kernel.mail.steps import post
from filanda.kernel.regions.scoped import in_region
from tests.mailing import deliver


def post_one(region, to="anna@example.org", **given):
    options = {"template": "mail/mail/trial", "language": "en", "context": {"path": absolute(region, "en", "/en/")}}
    with transaction.atomic():
        return post(region=region, to=to, **(options | given))


def test_a_message_of_a_demonstration_is_read_in_its_outbox(client, region):
    post_one(region, to="Anna@Example.org")
    assert client.get("/demo/outbox/").content.decode().count("anna@example.org") == 0
    (held,) = deliver()
    assert (held.to, held.subject) == ("anna@example.org", "A trial message of Test region")
    listed = client.get("/demo/outbox/").content.decode()
    assert "anna@example.org" in listed
    page = client.get(f"/demo/outbox/{held.pk}/")
    assert "Open the platform:" in page.content.decode()
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    html = client.get(f"/demo/outbox/{held.pk}/html")
    assert html.headers["Content-Security-Policy"].startswith("sandbox allow-popups")
    assert "script" not in html.headers["Content-Security-Policy"]
    assert html.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "http://test.example:8000/en/" in html.content.decode()


def test_the_outbox_is_there_in_a_demonstration_of_invented_people_only(client, region, other_region, settings):
    post_one(region)
    (held,) = deliver()
    addresses = ["/demo/outbox/", f"/demo/outbox/{held.pk}/", f"/demo/outbox/{held.pk}/html"]
    real = {"host": "other.example"}
    assert [client.get(address, headers=real).status_code for address in addresses] == [404, 404, 404]
    settings.EMAIL_CONFIGURED = True
    assert [client.get(address).status_code for address in addresses] == [404, 404, 404]
    settings.EMAIL_CONFIGURED, settings.DEMO = False, False
    assert [client.get(address).status_code for address in addresses] == [404, 404, 404]
    settings.DEMO = True
    assert [client.get(address).status_code for address in addresses] == [200, 200, 200]


def test_another_region_of_the_demonstration_does_not_see_it(client, region, other_region):
    post_one(region)
    (held,) = deliver()
    other_region.is_invented = True
    other_region.save()
    assert client.get("/demo/outbox/", headers={"host": "other.example"}).content.decode().count("anna@") == 0
    assert client.get(f"/demo/outbox/{held.pk}/", headers={"host": "other.example"}).status_code == 404


def test_a_message_of_a_real_region_waits_for_a_mail_server(other_region):
    with in_region(other_region):
        message = post_one(other_region)
        assert deliver() == []
        message.refresh_from_db()
        assert (message.state, message.attempts) == ("queued", 0)
        assert OutboxMessage.objects.count() == 0


def test_no_message_is_sent_for_what_was_rolled_back(region):
    with transaction.atomic():
        post(region=region, to="a@b.example", template="mail/mail/trial", language="it", context={"path": "/"})
        transaction.set_rollback(True)
    assert Message.objects.count() == 0


@pytest.mark.parametrize("address", ["", "anna", "a@b.example\nBcc: c@d.example", "a@b.example, c@d.example"])
def test_what_is_no_address_is_refused(region, address):
    with pytest.raises(ValidationError):
        post_one(region, to=address)
