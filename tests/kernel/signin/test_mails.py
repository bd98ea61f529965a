# SPDX-License-Identifier: EUPL-1.2
"""Every e-mail of this room, whole, in both languages."""

import pytest

from filanda.kernel.identity.actors import actor_for
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.mail.rendering import render
from filanda.kernel.manifests import manifests
from filanda.kernel.signin.recovery import ask_for_recovery
from tests.kernel.signin.test_factors import NOW

CONTEXTS = {
    "code": {"code": "BCD234", "minutes": 10},
    "confirm": {"code": "BCD234", "minutes": 10},
    "new_address": {"code": "BCD234", "minutes": 10},
    "address_changed": {"new_address": "a•••@example.org"},
    "new_device": {"device": "Firefox, Linux", "at": "22 novembre 2026 11:00"},
    "factor_added": {"kind": "webauthn"},
    "factor_removed": {"kind": "totp"},
    "recovery_asked": {"days": 7},
    "recovery_to_decide": {"name": "Anna <b>Riva</b>", "address": "anna@example.org"},
    "recovery_refused": {"reason": "The voice & the name\nwere not <i>hers</i>."},
    "factors_recovered": {},
}


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("name", CONTEXTS)
def test_a_mail_says_what_happened_and_why_it_came(region, name, language):
    region.contact_email = "help@test.example"
    made = render(f"signin/mail/{name}", region=region, language=language, context=CONTEXTS[name])
    assert made.subject
    assert "\n" not in made.subject
    assert "&lt;b&gt;Riva" in made.html or name != "recovery_to_decide"
    assert "<i>hers" not in made.html
    assert region.names[language] in made.text
    if "code" in CONTEXTS[name]:
        assert "BCD234" in made.subject
        assert "BCD234" in made.text


def test_every_mail_is_among_them():
    from pathlib import Path

    from filanda.kernel import signin

    place = Path(signin.__file__).parent / "jinja2" / "signin" / "mail"
    assert {path.stem for path in place.glob("*.html")} == set(CONTEXTS)


def test_administrators_find_recoveries_on_their_home(region):
    anna = Account.objects.create_account(email="anna@example.org")
    admin = Account.objects.create_account(email="admin@example.org")
    admin.role_grants.create(region=region, role=Role.REGION_ADMINISTRATOR)
    ask_for_recovery(account=anna, region=region, words="", language="it", now=NOW)
    waiting = manifests()["signin"].waiting
    assert [line.count for line in waiting(actor_for(admin, has_second_factor=True))] == [1]
    assert list(waiting(actor_for(admin))) == []
    assert list(waiting(actor_for(anna))) == []
