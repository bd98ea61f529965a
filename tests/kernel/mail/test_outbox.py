# SPDX-License-Identifier: EUPL-1.2
import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from filanda.kernel.identity.models import Account
from filanda.kernel.mail.links import absolute
from filanda.kernel.mail.manifest import manifest
from filanda.kernel.mail.models import Message, OutboxMessage
from filanda.kernel.mail.rendering import colours, to_text
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


def test_the_text_part_says_what_the_html_part_says():
    text = to_text(
        '<mjml><mj-head><mj-title>S</mj-title><mj-attributes><mj-button align="left" /></mj-attributes></mj-head>'
        "<mj-body>"
        "<mj-text>Ciao &lt;b&gt; &amp; <a href='https://a.example/x?a=1&amp;b=2'>qui</a>,<br />poi</mj-text>"
        '<mj-button href="https://a.example/?t=1&amp;u=2">Vai</mj-button>'
        "<mj-text><ul><li>uno</li><li>due</li></ul></mj-text><mj-divider /></mj-body></mjml>"
    )
    assert text == (
        "Ciao <b> & qui (https://a.example/x?a=1&b=2),\npoi\n\nVai:\nhttps://a.example/?t=1&u=2\n\n- uno\n- due\n\n"
        "------------------------\n"
    )


@pytest.mark.parametrize("theme", ["altariva", "lombardia", "never-compiled"])
def test_a_message_has_the_colours_of_the_region(theme):
    known = colours(theme)
    assert known["main"] == ("#732e50" if theme == "altariva" else known["main"])
    assert all(re.fullmatch(r"#[0-9a-f]{6}", value) for value in known.values())


def test_links_lead_to_the_regions_main_host_in_the_readers_language(region, settings):
    assert absolute(region, "en", "/it/join/?a=1") == "http://test.example:8000/en/join/?a=1"
    assert absolute(region, "it", "/join/") == "http://test.example:8000/it/join/"
    settings.TRUSTED_PROXIES = 1
    assert absolute(region, "it", "/join/") == "http://test.example/it/join/"
    region.hosts.update(host="test.localhost")  # nothing stands between this machine and itself
    assert absolute(region, "it", "/join/") == "http://test.localhost:8000/it/join/"
    region.hosts.update(host="test.example")
    settings.HTTPS = True
    assert absolute(region, "xx", "/it/") == "https://test.example/it/"
    for path in ("//evil.example/", "https://evil.example/", "join/"):
        with pytest.raises(ValueError, match="one slash"):
            absolute(region, "it", path)


def test_old_messages_are_forgotten_and_waiting_ones_are_not(region):
    post_one(region)
    deliver()
    waiting = post_one(region)
    kept = {retention.name: retention for retention in manifest.retention}["mail.messages"]
    later = timezone.now() + timedelta(days=kept.days + 1)
    assert kept.apply(region, later - timedelta(days=kept.days), later) == 1
    assert list(Message.objects.values_list("pk", flat=True)) == [waiting.pk]


def test_leaving_takes_every_message_along(region):
    account = Account.objects.create_account(email="anna@example.org")
    post_one(region, account=account)
    deliver()
    post_one(region, to="other@example.org")
    (kept,) = manifest.personal_data
    assert [one["template"] for one in kept.collect(account)["messages.json"]] == ["mail/mail/trial"]
    kept.erase(account, keeps=True)
    assert [message.to for message in Message.objects.all()] == ["other@example.org"]
    assert OutboxMessage.objects.count() == 0
