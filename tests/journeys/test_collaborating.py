# SPDX-License-Identifier: EUPL-1.2
"""Two organisations and a facilitator, from a need in plain words to a collaboration that both confirmed, and the
question three months later. With FILANDA_SHOTS set to a directory, each screen is kept there as a picture.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Installation
from tests.journeys.test_people import entered
from tests.journeys.test_staff import signed_in
from tests.journeys.visiting import NARROW, SIDES, Visits, no_sideways

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NEED = "We look for somebody who measures milk quality with optical sensors on the farm."


@dataclass(frozen=True)
class Two:
    """Accounts of two organisations' admins, both validated, and the organisations' names and ids."""

    owner: str
    owner_body: str
    partner: str
    partner_body: str
    owner_id: int
    partner_id: int


@pytest.fixture(scope="module")
def two(installation: Installation) -> Two:
    """Two organisations with evidence, the partner's the nearest to the need, each given an admin who has not written a
    proposal yet.
    """
    told = installation.python(
        "import json",
        "from filanda.components.proposals.models import Proposal",
        "from filanda.capabilities.matching.queries import match",
        "from filanda.directory.organisations.models import Organisation",
        "from filanda.directory.people.models import Person",
        "from filanda.kernel.identity.actors import VISITOR",
        "from filanda.kernel.identity.models import Account, Role, RoleGrant",
        "from filanda.kernel.regions.models import Region",
        "from filanda.kernel.regions.scoped import in_region",
        "region = Region.objects.get(slug='altariva')",
        "with in_region(region):",
        "    facilitator = Account.objects.get(email='facilitator@altariva.example')",
        "    taken = Proposal.objects.values('owner')",
        "    staff = ['facilitator', 'region_administrator', 'organisation_admin']",
        "    people = list(Person.objects.filter(is_invented=True, account__isnull=False).exclude(account__in=taken)",
        "        .exclude(account__role_grants__role__in=staff).order_by('pk')[:2])",
        "    spoken = set(RoleGrant.objects.filter(role='organisation_admin').values_list('scope_id', flat=True))",
        f"    found = match({NEED!r}, region=region, actor=VISITOR, limit=20).organisations",
        "    near = [one.organisation_id for one in found if one.organisation_id not in spoken]",
        "    bodies = [Organisation.objects.get(pk=number) for number in (near[-1], near[0])]",
        "    for person, body in zip(people, bodies):",
        "        Person.objects.filter(pk=person.pk).update(state='validated', facilitator=facilitator, language='en')",
        "        RoleGrant.objects.create(region=region, account=person.account, role=Role.ORGANISATION_ADMIN,",
        "            scope_kind='organisation', scope_id=body.pk)",
        "    print(json.dumps([people[0].account.email, bodies[0].name, people[1].account.email, bodies[1].name,",
        "        bodies[0].pk, bodies[1].pk]))",
    )
    return Two(*json.loads(told.strip().splitlines()[-1]))


_number = 0


def kept(page: Page, name: str) -> None:
    """The page is not wider than the window, axe finds nothing, and, where asked for, a picture of it is kept."""
    global _number
    _number += 1
    no_sideways(page)
    page.evaluate(f"window.axe ?? (() => {{ {AXE_FILE_PATH.read_text(encoding='utf-8')} }})()")
    found = page.evaluate("(rules) => axe.run({ runOnly: rules })", RULES)
    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == [], page.url
    if shots := os.environ.get("FILANDA_SHOTS"):
        page.screenshot(path=Path(shots) / f"{_number:02}-{name}.png", full_page=True)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def in_outbox(visits: Visits, installation: Installation, address: str, subject: str) -> Page:
    """The newest e-mail to `address` whose subject has these words, opened in the demonstration's outbox."""
    installation.command("worker", "--until-empty")
    page = visits.begin()
    page.goto(f"/demo/outbox/?to={address}")
    page.locator("table tbody th a", has_text=re.compile(subject)).first.click()
    return page


def test_from_a_need_to_a_confirmed_collaboration(visits: Visits, installation: Installation, two: Two) -> None:
    # A need, typed by somebody who need not be known.
    owner = entered(visits, installation, two.owner)
    owner.goto("/en/")
    owner.locator("textarea[name=text]").fill(NEED)
    owner.locator("form:has(textarea[name=text]) button[type=submit]").first.click()
    owner.get_by_role("link", name="Make it a proposal that others answer").click()

    # A draft, in three short steps; beside it, who could answer.
    expect(owner.locator("#summary")).to_have_value(NEED)
    owner.locator("#title").fill("Optical sensors for milk, on the farm")
    expect(owner.locator("#panel li, #panel article").first).to_be_visible()
    kept(owner, "draft")
    press(owner, "Continue")
    owner.locator("#partners_bring").fill("A sensor that stands the humidity of a milking parlour.")
    press(owner, "Continue")
    owner.locator("#organisation").select_option(str(two.owner_id))
    kept(owner, "who-reads-it")
    press(owner, "Send it")
    expect(owner.locator("main")).to_contain_text("A facilitator reads it")
    found = re.search(r"/en/proposals/\d+/", owner.url)
    assert found is not None
    address = found[0]

    # The facilitator returns it with a reason beside the field.
    facilitator = signed_in(visits)
    facilitator.goto("/en/proposals/review/")
    facilitator.get_by_role("link", name="Optical sensors for milk, on the farm").first.click()
    kept(facilitator, "review")
    facilitator.locator("details:has(#remark_summary) summary").click()
    facilitator.locator("#remark_summary").fill("Say what a partner gets out of it.")
    press(facilitator, "Return it with reasons")

    # The reason stands beside the field; mended, it is sent again.
    owner.goto(f"{address}edit/what/")
    expect(owner.locator("main")).to_contain_text("Say what a partner gets out of it.")
    kept(owner, "returned")
    owner.locator("#summary").fill(f"{NEED} Our twelve farms are the test site, and we pay for the trial.")
    press(owner, "Continue")
    press(owner, "Continue")
    press(owner, "Send it")
    expect(owner.locator("main")).to_contain_text("A facilitator reads it")
    facilitator.goto("/en/proposals/review/")
    facilitator.get_by_role("link", name="Optical sensors for milk, on the farm").first.click()
    for box in facilitator.locator("#checklist input").all():
        box.check()
    press(facilitator, "Approve and publish")
    owner.goto(address)
    expect(owner.locator(".track [aria-current=step]")).to_contain_text("Published")
    kept(owner, "published")

    # The partner reads of it in the weekly letter.
    installation.python(
        "from django.utils.timezone import now",
        "from filanda.across.matchmaking import reading",
        "from filanda.across.matchmaking.letters import quality_level, send_letter",
        "from filanda.capabilities.matching.embedding import embedder",
        "from filanda.kernel.identity.models import Account",
        "from filanda.kernel.regions.models import Region",
        "from filanda.kernel.regions.scoped import in_region",
        "region, model = Region.objects.get(slug='altariva'), embedder()",
        "with in_region(region):",
        "    if model is not None:",
        "        reading.read_all(region, model, lambda: True)",
        f"    account = Account.objects.get(email={two.partner!r})",
        "    told = send_letter(account_id=account.pk, region=region, level=quality_level(), now=now())",
        "    assert told, 'nothing was near enough'",
    )
    letter = in_outbox(visits, installation, two.partner, "may fit you")
    kept(letter, "letter")

    # And answers, for the organisation.
    partner = entered(visits, installation, two.partner)
    partner.goto(address)
    expect(partner.locator("main")).to_contain_text("Our twelve farms are the test site")
    partner.get_by_role("link", name="Answer this proposal").first.click()
    partner.locator("#organisation").select_option(str(two.partner_id))
    partner.locator("#brings").fill("We built such a sensor for goats; it has run for two years.")
    partner.locator("#questions").fill("How many animals are milked at a time?")
    kept(partner, "answer")
    press(partner, "Send")
    expect(partner.locator("main")).to_contain_text("Sent")

    # The owner reads it and accepts: a group, and a line of the register.
    owner.goto("/en/proposals/answers/")
    owner.get_by_role("link", name=re.compile(re.escape(two.partner_body))).first.click()
    expect(owner.locator("main")).to_contain_text("it has run for two years")
    kept(owner, "answer-received")
    owner.get_by_role("link", name="Accept…").click()
    owner.locator("#opens_group").check()
    owner.locator("#registers").check()
    owner.locator("#kind").select_option("pilot")
    kept(owner, "accept")
    press(owner, "Accept")
    owner.get_by_role("link", name="Go to the group").click()
    expect(owner.locator("h1, .space-head").first).to_contain_text("Optical sensors")
    kept(owner, "group")

    # The other side confirms: it counts.
    partner.goto("/en/collaborations/mine/")
    partner.get_by_role("link", name=re.compile("Optical sensors")).first.click()
    kept(partner, "is-this-so")
    press(partner, "Yes, we are doing this together")
    expect(partner.locator(".track [aria-current=step]")).to_contain_text("Active")
    kept(partner, "confirmed")

    # Three months later: one question, one click, no signing in.
    installation.python(
        "from datetime import timedelta",
        "from django.utils.timezone import now",
        "from filanda.capabilities.collaborations.actions import send_due_check_ins",
        "from filanda.kernel.regions.models import Region",
        "from filanda.kernel.regions.scoped import in_region",
        "region = Region.objects.get(slug='altariva')",
        "with in_region(region):",
        "    send_due_check_ins(region=region, now=now() + timedelta(days=95))",
    )
    asked = in_outbox(visits, installation, two.partner, "How is it going")
    link = re.search(r"/en/check-ins/[^\s\"?<]+/\?answer=goes_on", asked.content())
    if link is None:  # the message stands in a frame of its own
        link = re.search(r"/en/check-ins/[^\s\"?<]+/\?answer=goes_on", asked.frames[-1].content())
    assert link is not None
    visitor = visits.begin(NARROW)
    visitor.goto(link[0])
    kept(visitor, "how-is-it-going")
    press(visitor, "Send")
    expect(visitor.get_by_role("status").filter(has_text="Thank you")).to_be_visible()


@pytest.mark.parametrize(("language", "width"), SIDES)
def test_axe_finds_nothing(visits: Visits, installation: Installation, two: Two, width: int, language: str) -> None:
    visitor, member = visits.begin(width), entered(visits, installation, two.partner, width)
    facilitator = signed_in(visits, width)
    pages = [
        *((visitor, path) for path in ("proposals/", "collaborations/", "collaborations/?kind=pilot")),
        *(
            (member, path)
            for path in ("proposals/new/", "proposals/mine/", "proposals/answers/", "proposals/searches/")
        ),
        *((member, path) for path in ("collaborations/mine/", "collaborations/report/", "for-you/", "introductions/")),
        *((facilitator, path) for path in ("proposals/review/", "introductions/new/")),
    ]
    for page, path in pages:
        page.goto(f"/{language}/{path}")
        kept(page, re.sub(r"\W+", "-", path).strip("-"))
