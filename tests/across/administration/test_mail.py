# SPDX-License-Identifier: EUPL-1.2
"""What the administration's e-mails say, in both languages, with names that could be taken for markup."""

from __future__ import annotations

import pytest

from filanda.kernel.mail.rendering import render

GIVEN = {
    "role": "facilitator",
    "organisation": "",
    "until": "Feb. 1, 2027",
    "reason": "Conosce <la> valle & i setifici.",
    "url": "http://test.example/it/home/",
}
MESSAGES = {
    "administration/mail/role_given": GIVEN,
    "administration/mail/role_ended": GIVEN | {"organisation": "Ottica <b>Bruna</b> 100%"},
    "legal/mail/feedback": {"page": "/it/<people>/", "message": "Non leggo <b>nulla", "email": "100%a@example.org"},
}


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("template", MESSAGES)
def test_a_message_says_what_it_is_about(region, template, language):
    made = render(template, region=region, language=language, context=MESSAGES[template])
    assert made.subject.strip()
    assert "\n" not in made.subject
    words = MESSAGES[template].get("reason") or MESSAGES[template]["message"]
    assert words in made.text
    assert words not in made.html  # escaped there
    assert "<b>" not in made.html


def test_a_role_in_an_organisation_names_it(region):
    context = GIVEN | {"role": "organisation_admin", "organisation": "Ottica Bruna"}
    made = render("administration/mail/role_given", region=region, language="en", context=context)
    assert "Ottica Bruna" in made.text
    assert "Feb. 1, 2027" in made.text
    assert "http://test.example/it/home/" in made.text
