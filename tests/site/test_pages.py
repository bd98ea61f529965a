# SPDX-License-Identifier: EUPL-1.2
"""Legal pages: readable by everybody, in every version; asked for kindly; the form of the accessibility statement."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from filanda.kernel.identity.actors import actor_for
from filanda.kernel.identity.models import Account, Role, RoleGrant
from filanda.kernel.legal.actions import publish_text
from filanda.kernel.legal.models import Consent, Feedback
from tests.signing import sign_in

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def somebody(region, name, role=Role.INNOVATOR):
    account = Account.objects.create_account(email=f"{name}@example.org", name=name)
    RoleGrant.objects.create(region=region, account=account, role=role)
    return account


@pytest.fixture
def published(region):
    """Version 2 of the terms."""
    administrator = actor_for(somebody(region, "tommaso", Role.REGION_ADMINISTRATOR), has_second_factor=True)
    return publish_text(
        actor=administrator,
        region=region,
        kind="terms",
        texts={"it": "## Più breve\n\nCiao.", "en": "Shorter."},
        changes="Sono più brevi.",
        requires_consent=True,
        based_on=1,
        now=NOW,
    )


@pytest.mark.parametrize("page", ["privacy", "terms", "cookies", "accessibility"])
@pytest.mark.parametrize("language", ["it", "en"])
def test_everybody_reads_the_legal_texts(client, page, language):
    answer = client.get(f"/{language}/{page}/")
    assert answer.status_code == 200
    assert answer.content.decode().count("<h1>") == 1


def test_old_versions_stay_readable_and_say_so(client, published):
    now = client.get("/it/terms/").content.decode()
    assert "<h2>Più breve</h2>" in now
    assert "/it/legal/terms/1/" in now
    old = client.get("/it/legal/terms/1/").content.decode()
    assert "Più breve" not in old
    assert 'href="/it/terms/"' in old
    assert "noindex" in old
    for path in ("/it/legal/terms/3/", "/it/legal/terms/0/", "/it/legal/sandwich/1/"):
        assert client.get(path).status_code == 404


def test_who_has_not_agreed_is_asked_on_every_page_and_may_go_on_reading(client, region, published):
    anna = somebody(region, "anna")
    sign_in(client, anna)
    page = client.get("/it/how-matching-works/").content.decode()
    assert "/it/consent/?next=/it/how-matching-works/" in page
    asked = client.get("/it/consent/?next=/it/how-matching-works/")
    assert "Sono più brevi." in asked.content.decode()
    fields = {"seen": "terms:2", "next": "/it/how-matching-works/"}
    without = client.post("/it/consent/", fields)
    assert without.status_code == 422
    stale = client.post("/it/consent/", fields | {"agree": "1", "seen": "terms:1"})
    assert stale.status_code == 422
    agreed = client.post("/it/consent/", fields | {"agree": "1"})
    assert (agreed.status_code, agreed.headers["Location"]) == (302, "/it/how-matching-works/")
    assert Consent.objects.get().account_id == anna.pk
    assert "/it/consent/?next" not in client.get("/it/how-matching-works/").content.decode()


@pytest.mark.parametrize(
    "onward", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_agreeing_leads_nowhere_else(client, region, onward):
    sign_in(client, somebody(region, "anna"))
    answer = client.post("/it/consent/", {"agree": "1", "seen": "terms:1", "next": onward})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/it/home/")


def test_visitors_and_strangers_are_not_asked(client, region, other_region):
    assert "/consent/" not in client.get("/it/").content.decode()
    assert client.get("/it/consent/").status_code == 302
    anna = somebody(region, "anna")
    elsewhere = sign_in(Client(headers={"host": "other.example"}), anna)
    assert "/consent/" not in elsewhere.get("/it/how-matching-works/").content.decode()


def test_feedback_is_sent_once_and_limited(client, region):
    assert client.get("/it/accessibility/?page=/it/people/").content.decode().count("/it/people/") >= 1
    wrong = client.post("/it/accessibility/", {"message": "", "page": "La <b>mappa</b>", "email": "nope"})
    assert wrong.status_code == 422
    assert "La &lt;b&gt;mappa&lt;/b&gt;" in wrong.content.decode()
    for _time in range(4):
        sent = client.post("/it/accessibility/", {"message": "Non leggo.", "page": "", "email": ""})
        assert sent.headers["Location"] == "/it/accessibility/?sent=1#feedback"
    assert client.get("/it/accessibility/?sent=1").status_code == 200
    too_many = client.post("/it/accessibility/", {"message": "Ancora.", "page": "", "email": ""})
    assert too_many.status_code == 429
    assert "Ancora." in too_many.content.decode()
    assert Feedback.objects.count() == 4
