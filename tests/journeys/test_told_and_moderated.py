# SPDX-License-Identifier: EUPL-1.2
"""Being told and being moderated: report, decide, appeal; the list, the choices, the link that ends e-mails."""

from __future__ import annotations

import json

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Installation
from tests.journeys.test_people import entered
from tests.journeys.test_staff import signed_in
from tests.journeys.visiting import NARROW, SIDES, Visits, no_sideways

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
MEMBER = "innovator@altariva.example"


@pytest.fixture(scope="module")
def case(installation: Installation) -> dict[str, str]:
    """What the demonstration has to decide: a report, an appeal, a decision and its author, a link that ends e-mails, a
    thing to report, and a report by a visitor with its link.
    """
    told = installation.python(
        "import json",
        "from django.utils.timezone import now",
        "from django.utils.translation import override",
        "from filanda.capabilities.moderation.actions import report",
        "from filanda.capabilities.moderation.links import report_path",
        "from filanda.capabilities.moderation.models import Appeal, Report",
        "from filanda.capabilities.notifications.unsubscribing import unsubscribe_path",
        "from filanda.capabilities.threads.models import Post",
        "from filanda.kernel.identity.actors import VISITOR",
        "from filanda.kernel.regions.models import Region",
        "from filanda.kernel.regions.scoped import in_region",
        "region = Region.objects.get(slug='altariva')",
        "with in_region(region), override('en'):",
        "    open_ones = Report.objects.filter(state='received', reporter__email='innovator@altariva.example')",
        "    appealed = Appeal.objects.get(is_upheld=None)",
        "    shown = Post.objects.filter(thread__audience='public', state='shown', number__gt=1)",
        "    post = shown.exclude(pk__in=Report.objects.values('thing_id')).order_by('pk')[0]",
        "    by_nora = report(actor=VISITOR, region=region, thing=('post', post.pk), category='other', text='Old.',",
        "        name='Nora', email='nora@visitor.example', language='en', now=now())",
        "    author = appealed.decision.author",
        "    print(json.dumps({'report': open_ones[0].pk, 'appeal': appealed.pk, 'decision': appealed.decision_id,",
        "        'own': Report.objects.get(decision=appealed.decision).pk, 'author': author.email, 'post': post.pk,",
        "        'link': report_path(by_nora),",
        "        'end': unsubscribe_path(author, region, kind='news', channel='weekly')}))",
    )
    found: dict[str, str] = json.loads(told.strip().splitlines()[-1])
    return found


def press_on(page: Page, name: str) -> None:
    """Reach a button by its place in the order of the keyboard, and press it there."""
    button = page.get_by_role("button", name=name, exact=True)
    button.focus()
    page.keyboard.press("Enter")


def test_a_visitor_reports_by_keyboard_and_nothing_typed_is_lost(visits: Visits, case: dict[str, str]) -> None:
    page = visits.begin(expected=(422,))
    page.goto(f"/en/report/?thing=post:{case['post']}")
    page.locator("#category").focus()
    page.keyboard.type("It only")
    page.keyboard.press("Tab")
    page.keyboard.type("It sells something.")
    press_on(page, "Send the report")
    expect(page.locator("[role=alert], .error-summary").first).to_be_visible()
    expect(page.locator("#text")).to_have_value("It sells something.")
    page.locator("#name").fill("Nora Prati")
    page.locator("#email").fill("nora.prati@visitor.example")
    press_on(page, "Send the report")
    expect(page.locator("h1")).to_contain_text("has arrived")


def test_decide_and_decide_about_an_appeal(visits: Visits, installation: Installation, case: dict[str, str]) -> None:
    page = signed_in(visits, role="community_manager")
    page.goto("/en/moderation/")
    page.locator(f"a[href$='/moderation/{case['report']}/']").click()
    page.get_by_role("radio", name="It stays, and its author is warned").check()
    page.locator("#rule").fill("Rule 3")
    press_on(page, "Decide, and tell those concerned")
    expect(page.locator(".error-summary, [role=alert]").first).to_be_visible()
    expect(page.locator("#rule")).to_have_value("Rule 3")
    page.locator("#reasons").fill("It names a product and answers nothing.")
    press_on(page, "Decide, and tell those concerned")
    expect(page.get_by_role("status").filter(has_text="Decided")).to_be_visible()

    page = signed_in(visits)
    page.goto(f"/en/moderation/appeals/{case['appeal']}/")
    page.get_by_role("radio", name="No: it is reversed").check()
    page.locator("#reasons").fill("The number is the company's own.")
    press_on(page, "Decide, and tell those concerned")
    expect(page.get_by_role("status").filter(has_text="Decided")).to_be_visible()
    author = entered(visits, installation, case["author"])
    author.goto(f"/en/decisions/{case['decision']}/")
    expect(author.locator("main")).to_contain_text("reversed after an appeal")


def test_a_link_ends_e_mails_without_signing_in(visits: Visits, case: dict[str, str]) -> None:
    page = visits.begin(NARROW)
    page.goto(case["end"])
    press_on(page, "End them")
    expect(page.locator("h1")).to_contain_text("no more of these e-mails")


@pytest.mark.parametrize(("language", "width"), SIDES)
def test_axe_finds_nothing(
    visits: Visits, installation: Installation, case: dict[str, str], width: int, language: str
) -> None:
    visitor = visits.begin(width)
    member, author = (entered(visits, installation, email, width) for email in (MEMBER, case["author"]))
    manager, facilitator = (signed_in(visits, width, role) for role in ("community_manager", "facilitator"))
    pages = [
        *((visitor, path) for path in (f"report/?thing=post:{case['post']}", "transparency/")),
        *((visitor, case[name].removeprefix("/en/")) for name in ("link", "end")),
        *((member, path) for path in ("notifications/", "notifications/choices/", "following/", "bookmarks/")),
        *((member, path) for path in ("reports/", f"reports/{case['own']}/")),
        (author, f"decisions/{case['decision']}/"),
        *((manager, path) for path in ("moderation/", f"moderation/{case['report']}/")),
        (facilitator, f"moderation/appeals/{case['appeal']}/"),
    ]
    for page, path in pages:
        page.goto(f"/{language}/{path}")
        no_sideways(page)
        page.evaluate(f"window.axe ?? (() => {{ {AXE_FILE_PATH.read_text(encoding='utf-8')} }})()")
        found = page.evaluate("(rules) => axe.run({ runOnly: rules })", RULES)
        assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == [], path
