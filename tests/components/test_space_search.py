# SPDX-License-Identifier: EUPL-1.2
"""One search over everything in a space: for each reader what they may see, of each kind."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from filanda.capabilities.threads.models import Post, Thread
from filanda.kernel.identity.actors import VISITOR
from filanda.spaces.models import Openness
from filanda.spaces.searching import search_space
from tests.components.proposals.making import make_proposal
from tests.components.test_homes import fill
from tests.signing import sign_in
from tests.spaces.making import NOW, a_person, act, make_space

pytestmark = pytest.mark.django_db
KINDS = ("discussions", "proposals", "documents", "events", "news")
WORDS = {"discussions": "thread", "documents": "document", "events": "event", "news": "news"}


def found(actor, space, q, **more):
    return {
        one.kind: [line["title"].striptags() for line in one.lines] for one in search_space(actor, space, q, **more)
    }


def test_of_each_kind_what_the_reader_may_see(region, indexed):
    anna, bruno, elio = (a_person(region, f"{name} Conti") for name in ("Anna", "Bruno", "Elio"))
    silk = make_space(region, "Silk", managers=[bruno], members=[anna])
    wool = make_space(region, "Wool", openness=Openness.PRIVATE, managers=[elio], members=[anna])
    for space in (silk, wool):
        fill(space, anna, NOW)
    indexed()
    out = {
        "discussions": "Thread shown",
        "documents": "Document shown",
        "events": "Event published",
        "news": "News out",
    }
    for actor, space in ((VISITOR, silk), (act(elio), silk), (act(anna), wool)):
        for name, word in WORDS.items():
            expected = {kind: [out[name]] if kind == name else [] for kind in KINDS}
            assert found(actor, space, word) == expected
    assert sorted(found(act(bruno), silk, "document")["documents"]) == ["Document for managers", "Document shown"]
    assert found(VISITOR, wool, "thread") == {kind: [] for kind in KINDS}


def test_the_page_shows_all_kinds_or_one(region, indexed, client):
    anna = a_person(region, "Anna Conti")
    silk, flax = (make_space(region, name, members=[anna]) for name in ("Silk", "Flax"))
    closed = make_space(region, "Wool", openness=Openness.PRIVATE, members=[anna])
    for space in (silk, flax, flax, flax):
        fill(space, anna, NOW)
    indexed()
    costs = {}
    for slug in ("flax", "silk", "flax"):
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(f"/en/communities/{slug}/search/?q=shown")
        costs[slug] = len(asked)
    assert costs["flax"] <= costs["silk"]
    html = answer.content.decode()
    assert re.findall(r'<h2 id="found-(\w+)"', html) == ["discussions", "documents"]
    assert "<mark>shown</mark>" in html
    assert re.findall(r'<span class="num">(\d)</span>', html)[:4] == ["6", "3", "0", "3"]
    one = client.get("/en/communities/silk/search/?q=shown&kind=documents").content.decode()
    assert re.findall(r'<h2 id="found-(\w+)"', one) == ["documents"]
    for nothing in ("?q=zzyzx", "?q=%00", "?q=shown&kind=documents&page=99", "?q=shown&kind=nothing", "", "?q="):
        assert client.get(f"/en/communities/silk/search/{nothing}").status_code == 200
    assert client.get(f"/en/communities/{closed.slug}/search/?q=shown").status_code == 404
    sign_in(client, anna)
    assert client.get(f"/en/communities/{closed.slug}/search/?q=shown").status_code == 200


def test_a_line_shows_the_piece_in_which_the_words_stand_and_leads_there(region, indexed):
    anna, bruno = a_person(region, "Anna Conti"), a_person(region, "Bruno Moro")
    silk = make_space(region, "Silk", members=[anna, bruno])
    place = {"place_kind": "space", "place_id": silk.pk, "last_author": anna, "last_post_at": NOW}
    common = {"region": region, "audience": silk.audience, "author": anna, "language": "en"}
    thread = Thread.objects.create(title="Dyes", posts_count=2, numbers_given=2, last_number=2, **place, **common)
    for number, author, words in ((1, anna, "Which dye?"), (2, bruno, f"{'Nothing yet. ' * 40} Indigo <b>holds</b>.")):
        Post.objects.create(
            region=region, thread=thread, number=number, author=author, language="en", created_at=NOW,
            source=words, html=f"<p>{words}</p>",
        )  # fmt: skip
    make_proposal(
        region,
        anna,
        "Probes",
        space=silk,
        summary="Of indigo.",
        summary_for="public",
        source="Woad",
        text_for="members",
    )
    indexed()
    lines = {one.kind: one.lines for one in search_space(VISITOR, silk, "indigo")}
    (shown,) = lines["discussions"]
    assert shown["excerpt"].startswith("… ")
    assert "<mark>Indigo</mark> holds." in shown["excerpt"]
    assert shown["url"].endswith(f"/{thread.pk}/p/2/")
    assert next(line["author"] for one in search_space(act(anna), silk, "indigo") for line in one.lines) == "Bruno Moro"
    assert lines["proposals"][0]["excerpt"] == "Of <mark>indigo</mark>."
    # Words that only members may read are found, and shown, to them alone.
    assert {one.kind: one.total for one in search_space(VISITOR, silk, "woad")}["proposals"] == 0
    (member,) = next(one.lines for one in search_space(act(bruno), silk, "woad") if one.kind == "proposals")
    assert "<mark>Woad</mark>" in member["excerpt"]
    assert found(act(bruno), silk, "indigo")["discussions"] == ["Dyes"]
