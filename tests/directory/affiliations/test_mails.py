# SPDX-License-Identifier: EUPL-1.2
import pytest

from filanda.directory.affiliations import actions
from filanda.kernel.mail.rendering import render

CONTEXT = {
    "organisation": "Seta & <Figli>",
    "name": "Anna <Conti>",
    "code": "ABCDEF",
    "minutes": 10,
    "days": 14,
    "message": "Line one\nLine <two>",
    "reason": "Because",
    "is_admin": True,
    "is_member": True,
    "email": "anna@seta.example",
    "url": "https://test.example/it/join/",
}
TEMPLATES = [
    *("admin_beside_you", "belonging_ended", "claim_beside_you", "claim_code", "claim_granted", "claim_lapsed"),
    *(
        "claim_refused",
        "claim_taken_back",
        "claim_to_decide",
        "founded",
        "invited",
        "invited_to_claim",
        "made_admin",
        "request_accepted",
    ),
    *("request_asked", "request_declined", "without_admin"),
]


def test_every_e_mail_is_here():
    from pathlib import Path

    place = Path(actions.__file__).parents[1] / "jinja2" / "affiliations" / "mail"
    assert sorted(path.stem for path in place.glob("*.html")) == TEMPLATES


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("name", TEMPLATES)
def test_every_e_mail_is_rendered(region, name, language):
    mail = render(f"affiliations/mail/{name}", region=region, language=language, context=dict(CONTEXT))
    assert "\n" not in mail.subject
    assert "Seta & <Figli>" in mail.subject or name == "request_asked"
    assert "Seta & <Figli>" in mail.text
    assert "<Figli>" not in mail.html
    assert CONTEXT["url"] in mail.text
    assert ("ABCDEF" in mail.text) == (name == "claim_code")
