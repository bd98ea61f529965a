# SPDX-License-Identifier: EUPL-1.2
"""Where proposals show outside their own pages: the API, previews and lines, files, the site map, one's own data."""

from __future__ import annotations

from random import Random

import pytest
from django.db import transaction

from filanda.capabilities.files.models import FileAudience, FileKind, StoredFile
from filanda.components.proposals.demo.seeding import seed_proposals
from filanda.components.proposals.demo.talks import talk
from filanda.components.proposals.demo.texts import PLACES, proposal_text, slots_of
from filanda.components.proposals.models import (
    Admission,
    ExpressionOfInterest,
    Proposal,
    ProposalState,
    ProposalVersion,
    Rung,
    SavedSearch,
)
from filanda.components.proposals.queries.reading import lines
from filanda.components.proposals.telling import personal
from filanda.kernel.identity.actors import PLATFORM, VISITOR
from filanda.kernel.regions.scoped import in_region
from filanda.spaces.demo.texts import communities
from filanda.spaces.models import Openness
from tests.components.proposals.making import SUMMARY, TEXT, let_in, make_proposal
from tests.signing import sign_in
from tests.spaces.making import NOW, a_person, act, make_space

pytestmark = pytest.mark.django_db


@pytest.fixture
def here(region):
    with in_region(region):
        yield region


@pytest.fixture
def anna(here):
    return a_person(here, "Anna Conti")


@pytest.fixture
def bruno(here):
    return a_person(here, "Bruno Riva")


def test_api_gives_public_rungs_whoever_asks(here, anna, bruno, client, indexed):
    one = make_proposal(here, anna, "Looms")
    let_in(one, bruno)
    full = make_proposal(here, anna, "Open looms", text_for=Rung.PUBLIC)
    make_proposal(here, anna, "Draft", state=ProposalState.DRAFT)
    space = make_space(here, "Secret dyes", openness=Openness.PRIVATE, members=[bruno])
    private = make_proposal(here, bruno, "Indigo", space=space)
    indexed()
    sign_in(client, bruno)
    listed = client.get("/api/v1/proposals").json()
    assert {row["title"]: row["summary"] for row in listed["proposals"]} == {"Looms": None, "Open looms": SUMMARY}
    assert listed["total"] == 2
    assert all(str(space.pk) != one["value"] for one in listed["facets"] if one["name"] == "space")
    assert client.get(f"/api/v1/proposals/{one.pk}").json()["html"] is None
    assert "zirconia" in client.get(f"/api/v1/proposals/{full.pk}").json()["html"]
    for number in (private.pk, 10**18, 999_999):
        answer = client.get(f"/api/v1/proposals/{number}")
        assert answer.status_code == 404
        assert "Indigo" not in answer.content.decode()
    assert client.get("/api/v1/proposals?q=zirconia").json()["total"] == 1
    assert client.get("/api/v1/proposals?kind=evil").status_code == 422


@pytest.mark.parametrize("many", [1, 3])
def test_lines_hold_the_ladder_in_two_queries(here, anna, bruno, many, django_assert_num_queries):
    rows = [make_proposal(here, anna, f"Looms {number}") for number in range(many)]
    ids = [row.pk for row in rows]
    actor = act(bruno)
    with django_assert_num_queries(2):
        found = lines(actor, ids)
    assert all(line.excerpt == SUMMARY for line in found.values())
    with django_assert_num_queries(1):
        found = lines(VISITOR, ids)
    assert all("probes" not in line.excerpt for line in found.values())


def test_files_stand_on_the_rung_of_the_text(here, anna, bruno):
    one = make_proposal(here, anna)
    made = StoredFile.objects.create(
        region=here,
        subject_kind="proposal",
        subject_id=one.pk,
        kind=FileKind.DOCUMENT,
        name="drawing.pdf",
        media_type="application/pdf",
        size=3,
        sha256="0" * 64,
        key="drawing",
        audience=FileAudience.SUBJECT,
        uploaded_by=anna,
    )

    def opens(actor) -> bool:
        return StoredFile.objects.visible_to(actor).filter(pk=made.pk).exists()

    assert [opens(actor) for actor in (act(anna), act(bruno), VISITOR)] == [True, False, False]
    let_in(one, bruno)
    assert opens(act(bruno))


def test_sitemap_and_robots(here, anna, client):
    make_proposal(here, anna, "Sensors for looms")
    make_proposal(here, anna, "Ended looms", state=ProposalState.CLOSED)
    space = make_space(here, "Secret dyes", openness=Openness.PRIVATE, members=[anna])
    make_proposal(here, anna, "Indigo", space=space)
    here.is_invented = False
    here.save()
    site = client.get("/sitemap-1.xml")
    assert site.status_code == 200
    text = site.content.decode()
    assert "/en/proposals/" in text
    assert "sensors-for-looms" in text
    assert "indigo" not in text
    assert "ended-looms" not in text
    assert "/it/proposals/list.csv" in client.get("/robots.txt").content.decode()


def test_page_says_to_engines_what_everybody_may_read(here, anna, client):
    one = make_proposal(here, anna, summary_for=Rung.PUBLIC)
    page = client.get(f"/en/proposals/{one.pk}/", follow=True).content.decode()
    assert f'<meta name="description" content="{SUMMARY}">' in page
    assert "noindex" not in page
    space = make_space(here, "Looms", openness=Openness.RESTRICTED, members=[anna])
    closed = make_proposal(here, anna, space=space)
    page = sign_in(client, anna).get(f"/en/proposals/{closed.pk}/", follow=True).content.decode()
    assert "noindex" in page


def test_personal_data_is_collected(here, anna, bruno):
    one = make_proposal(here, anna)
    ProposalVersion.objects.create(region=here, proposal=one, number=1, fields={"title": "Before"}, by=anna)
    let_in(one, bruno, undertaken=True)
    SavedSearch.objects.create(region=here, account=bruno, name="Silk", query="q=silk")
    of_anna, of_bruno = personal.collect(anna), personal.collect(bruno)
    assert of_anna["proposals.json"][0]["text"] == TEXT
    assert of_anna["proposal-versions.json"][0]["fields"] == {"title": "Before"}
    assert of_bruno["proposals-read.json"][0]["undertaking"] == "I keep it to myself."
    assert TEXT not in str(of_bruno)
    assert of_bruno["proposal-searches.json"][0]["name"] == "Silk"
    assert "proposals.json" not in of_bruno


@pytest.mark.parametrize("keeps", [True, False])
def test_personal_data_is_erased(here, anna, bruno, keeps):
    from filanda.directory.organisations.models import Organisation

    mill = Organisation.objects.create(region=here, name="Mill", helix_role="industry")
    own = make_proposal(here, anna, "Of Anna alone")
    of_mill = make_proposal(here, anna, "Of the mill", organisation=mill)
    draft = make_proposal(here, anna, "Draft", state=ProposalState.DRAFT)
    answer = ExpressionOfInterest.objects.create(
        region=here, proposal=own, author=bruno, brings="Probes", state="sent", sent_at=NOW
    )
    ProposalVersion.objects.create(region=here, proposal=own, number=1, fields={"title": "Before"}, by=anna)
    let_in(make_proposal(here, bruno, "Of Bruno"), anna, undertaken=True)
    SavedSearch.objects.create(region=here, account=anna, name="Silk", query="q=silk")
    with transaction.atomic():
        personal.erase(anna, keeps)
    rows = {row.pk: row for row in Proposal.objects.all()}
    assert draft.pk not in rows
    assert (rows[own.pk].owner, rows[own.pk].state) == (None, "closed")
    assert rows[of_mill.pk].owner is None
    assert rows[of_mill.pk].state == ("published" if keeps else "closed")
    assert rows[of_mill.pk].title == ("Of the mill" if keeps else "")
    assert (rows[own.pk].source == TEXT) == keeps
    assert ProposalVersion.objects.filter(by=anna).count() == 0
    assert ProposalVersion.objects.exists() == keeps
    assert not Admission.objects.filter(account=anna).exists()
    assert not SavedSearch.objects.exists()
    answer.refresh_from_db()
    assert (answer.state, answer.brings) == ("lapsed", "Probes")  # what Bruno wrote is Bruno's


def test_demo_texts_never_repeat():
    made = [
        proposal_text(one, kind, language)
        for one in communities()
        for kind in ("look_for", "offer", "together")
        for language in ("it", "en")
    ]
    assert len({text.source for text in made}) == len(made)
    assert not any("{" in f"{text.title}{text.summary}{text.source}{text.partners_bring}" for text in made)


def test_invented_conversations_are_each_their_own():
    said, chance = set(), Random("talks")
    told = []
    for place, one in enumerate(communities()):
        language = ("it", "en")[place % 2]
        slots = slots_of(one, language, chance)
        for end in ("accepted", "declined", "withdrawn", "shortlisted", ""):
            length = 2 + place % 5
            talk_of = talk(slots, PLACES, language, chance, length=length, end=end, said=said)
            assert 1 <= len(talk_of) <= 6
            assert talk_of[0].side == "owner"
            told += [message.source for message in talk_of]
    assert len(told) > 1_000
    assert len(set(told)) == len(told)
    assert not [text for text in told if set("{}[]|") & set(text)]


def test_demo_belongs_into_an_invented_region_and_happens_once(here, anna):
    assert seed_proposals(PLATFORM, here, NOW) == 0  # no invented people or communities
    here.is_invented = False
    here.save()
    with pytest.raises(ValueError, match="invented"):
        seed_proposals(PLATFORM, here, NOW)
