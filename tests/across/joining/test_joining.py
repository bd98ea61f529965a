# SPDX-License-Identifier: EUPL-1.2
from datetime import UTC, datetime

import pytest
from django.test import Client

from filanda.directory.people.models import JoiningDraft, Person
from filanda.kernel.identity.models import Account
from tests.directory.affiliations.making import account
from tests.signing import sign_in


@pytest.fixture
def anna(client, region):
    """Signed in, and nobody here yet."""
    return sign_in(client, account("anna@polialta.example"), second_factor=False)


def you(client, **typed):
    page = client.get("/en/join/you/")
    seen = page.context["seen"] if page.context else ""
    return client.post("/en/join/you/", {"name": "Anna Conti", "seen": seen, **typed})


def test_smoke(anna, region):
    page = anna.get("/en/join/")
    assert page.headers["Location"] == "/en/join/you/"
    page = anna.get("/en/join/you/")
    assert page.status_code == 200
    import re

    seen = re.search(r'name="seen" value="([^"]*)"', page.content.decode())[1]
    page = anna.post("/en/join/you/", {"name": "Anna Conti", "purpose": "I look for partners", "seen": seen})
    assert page.status_code == 302, page.content.decode()
    page = anna.get(page.headers["Location"])
    assert page.status_code == 200
    page = anna.post("/en/join/organisation/", {"action": "none"})
    page = anna.get(page.headers["Location"])
    assert "Anna Conti" in page.content.decode()
