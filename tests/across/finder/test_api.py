# SPDX-License-Identifier: EUPL-1.2
"""What the API answers, and to whom."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from filanda.across.finder import asked
from filanda.across.finder.records import plain
from filanda.capabilities.matching import vectors
from filanda.capabilities.matching.embedding import embedder
from filanda.capabilities.needs.models import SavedNeed
from filanda.directory.organisations.models import (
    EvidenceKind,
    HelixRole,
    MergedOrganisation,
    OrganisationState,
    Site,
    Size,
)
from filanda.kernel.kept import forget_all
from filanda.kernel.regions.scoped import across_regions
from tests.across.finder.conftest import body, index, piece

MATCHES, LIST = "/api/v1/matches", "/api/v1/organisations"
NEED = "Cerchiamo chi misura i batteri nel latte"


def ask(client, text=NEED, *, path=MATCHES, **members):
    return client.post(path, {"text": text, **members}, content_type="application/json")


def names(answer):
    return [one["name"] for one in answer.json()["organisations"]]


def test_codes_are_those_of_the_models():
    from typing import get_args

    assert set(get_args(asked.HelixRoleCode)) == set(HelixRole.values)
    assert set(get_args(asked.SizeCode)) == set(Size.values)
    assert set(get_args(asked.StateCode)) == set(OrganisationState.values)
    assert set(get_args(asked.EvidenceKindCode)) == set(EvidenceKind.values)


# Matches


def test_a_need_finds_organisations_with_the_evidence_that_says_so(client, place):
    answer = client.post(f"{MATCHES}?lang=en", {"text": NEED}, content_type="application/json")
    found = answer.json()
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert (found["language"], found["text_only"], found["total"]) == ("it", True, 2)
    assert {one["name"] for one in found["organisations"]} == {"Caseificio Valdorsa", "Laboratorio Microbi"}
    dairy = next(one for one in found["organisations"] if one["id"] == place.dairy.pk)
    assert dairy["url"] == f"http://test.example/en/organisations/{place.dairy.pk}/caseificio-valdorsa/"
    assert (dairy["helix_role"], dairy["size"]) == ("industry", "small")
    assert dairy["province"] == {"code": "XA01", "name": "Valdorsa"}
    assert (dairy["is_close"], dairy["counted"]) == (True, 1)
    [evidence] = dairy["evidence"]
    assert (evidence["id"], evidence["title"], evidence["kind"]) == (
        place.sensors.pk,
        "Sensori per il latte",
        "project",
    )
    assert (evidence["year"], evidence["language"], evidence["share"]) == (2020, "it", 1.0)
    assert (evidence["by_meaning"], evidence["by_words"]) == (False, True)
    assert "<mark>batteri</mark>" in evidence["excerpt_html"]
    assert evidence["excerpt"] == place.sensors.text
    assert evidence["title_html"] == "Sensori per il <mark>latte</mark>"
    assert found["notices"] == ["This region is invented: no person or body in it exists."]


def test_nothing_of_the_need_is_stored(client, place):
    ask(client)
    with across_regions():
        assert not SavedNeed.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key || value FROM kernel_cache")
        assert all("batteri" not in row[0] for row in cursor.fetchall())
        cursor.execute("SELECT count(*) FROM journal_event")
        assert cursor.fetchone() == (0,)


def test_neither_text_nor_query_is_logged(client, place, caplog):
    with caplog.at_level("DEBUG"):
        ask(client)
        client.get(f"{LIST}?q=segretissimo-bisogno")
        ask(client, "x" * 30_000 + "batteri")
    own = [record for record in caplog.records if not record.name.startswith("django.db")]
    assert own
    assert all("batteri" not in record.getMessage() and "bisogno" not in record.getMessage() for record in own)


def test_filters_limit_and_language_of_a_need(client, place):
    assert names(ask(client, filters={"helix_role": ["academia"]})) == ["Laboratorio Microbi"]
    assert names(ask(client, filters={"helix_role": ["academia", "industry"], "s3": ["FOOD"]})) == [
        "Caseificio Valdorsa"
    ]
    assert names(ask(client, filters={"province": ["XX"]})) == []
    limited = ask(client, limit=1).json()
    assert (len(limited["organisations"]), limited["total"]) == (1, 2)
    assert ask(client, language="en").json()["language"] == "en"


def test_excerpts_in_plain_text_keep_what_looks_like_markup(client, region, place):
    piece(region, "Latte <b>vivo</b> & co", place.town, text="Batteri <script>alert(1)</script> &amp; latte.")
    index(region)
    found = next(one for one in ask(client).json()["organisations"] if one["id"] == place.town.pk)
    [evidence] = found["evidence"]
    assert evidence["title"] == "Latte <b>vivo</b> & co"
    assert evidence["title_html"] == "<mark>Latte</mark> &lt;b&gt;vivo&lt;/b&gt; &amp; co"
    assert evidence["excerpt"] == "Batteri <script>alert(1)</script> &amp; latte."
    assert "<script>" not in evidence["excerpt_html"]


def test_plain_takes_only_marks_away():
    from markupsafe import Markup

    assert plain(Markup("a <mark>b</mark>  &lt;mark&gt; &amp;amp;")) == "a b  <mark> &amp;"


# Who sees what


@pytest.mark.parametrize("path", [f"{LIST}?limit=100", f"{LIST}?q=segretissima", f"{LIST}?q=batteri&sort=name"])
def test_hidden_foreign_and_outside_bodies_are_in_no_list_and_no_count(client, staff_client, place, path):
    for one in (client, staff_client):
        answer = one.get(path).json()
        assert "Segretissima" not in str(answer)
        assert "Straniero" not in str(answer)
        assert "Dairy of Elsewhere" not in names(one.get(path))
        assert answer["total"] == len(answer["organisations"])
        for facet in answer["facets"]:
            assert all(value["count"] <= answer["total"] for value in facet["values"])


def test_a_session_is_not_honoured(client, staff_client, place):
    """A facilitator sees hidden bodies on pages; the API takes everybody for a visitor."""
    assert staff_client.get(f"/it/organisations/{place.hidden.pk}/segretissima-srl/").status_code == 200
    assert staff_client.get(f"{LIST}/{place.hidden.pk}").status_code == 404
    assert "Segretissima" not in ask(staff_client).content.decode()
    assert staff_client.get("/api/v1/suggestions?q=segretissim").json() == {"suggestions": []}
    assert client.get("/api/v1/suggestions?q=segretissim").json() == {"suggestions": []}


@pytest.mark.parametrize("which", ["hidden", "outside", "stranger"])
def test_what_may_not_be_seen_looks_like_what_is_not_there(client, place, which):
    pk = getattr(place, which).pk
    answer, missing = client.get(f"{LIST}/{pk}"), client.get(f"{LIST}/987654321")
    assert answer.status_code == missing.status_code == 404
    assert answer.json() == {**missing.json(), "detail": missing.json()["detail"].replace("987654321", str(pk))}


def test_the_other_region_sees_its_own_alone(other_client, other_region, place):
    index(other_region)
    assert names(other_client.get(LIST)) == ["Caseificio Straniero"]
    assert other_client.get(f"{LIST}/{place.dairy.pk}").status_code == 404
    assert names(ask(other_client)) == ["Caseificio Straniero"]


def test_a_hidden_body_is_no_partner_and_no_party(client, place):
    found = client.get(f"{LIST}/{place.dairy.pk}").json()
    assert [one["name"] for one in found["partners"]] == ["Dairy of Elsewhere", "Laboratorio Microbi"]
    assert "Segretissima" not in str(found)
    outside = found["partners"][0]
    assert (outside["id"], outside["url"]) == (None, None)


# The directory


def test_the_directory_with_counts_words_and_the_best_evidence(client, place):
    found = client.get(f"{LIST}?q=batteri&helix_role=industry&helix_role=academia").json()
    assert (found["total"], found["offset"], found["limit"], found["sort"]) == (2, 0, 20, "relevance")
    assert {one["best_evidence"]["title"] for one in found["organisations"]} == {"Sensori per il latte"}
    roles = next(facet for facet in found["facets"] if facet["name"] == "helix_role")
    assert [(one["value"], one["count"], one["is_chosen"]) for one in roles["values"]] == [
        ("academia", 1, True),
        ("industry", 1, True),
    ]
    dairy = next(one for one in found["organisations"] if one["id"] == place.dairy.pk)
    assert (dairy["concepts"], dairy["evidence_count"]) == (["Latte"], 2)


def test_the_directory_by_name_in_pages_with_links(client, place):
    first = client.get(f"{LIST}?limit=1&helix_role=industry&helix_role=academia&helix_role=government")
    assert names(first) == ["Caseificio Valdorsa"]
    links = dict(re.findall(r'<([^>]+)>; rel="(\w+)"', first.headers["Link"]))
    links = {relation: address for address, relation in links.items()}
    assert set(links) == {"first", "next", "last"}
    seen, address = [], f"{LIST}?limit=1"
    while address:
        answer = client.get(address)
        seen += names(answer)
        following = re.search(r'<http://test\.example([^>]+)>; rel="next"', answer.headers["Link"])
        address = following and following[1]
    assert seen == ["Caseificio Valdorsa", "Comune di Orsago", "Laboratorio Microbi"]
    second = client.get(links["next"].removeprefix("http://test.example"))
    assert "helix_role=industry&helix_role=academia&helix_role=government" in second.headers["Link"]
    assert 'rel="prev"' in second.headers["Link"]
    beyond = client.get(f"{LIST}?offset=500")
    assert (names(beyond), beyond.json()["total"]) == ([], 3)
    assert '?offset=0>; rel="prev"' in beyond.headers["Link"]


def test_labels_follow_lang_then_accept_language_then_the_region(client, place):
    def topic(**asked):
        answer = client.get(f"/api/v1/concepts?scheme=s3{asked.pop('query', '')}", headers=asked.get("headers", {}))
        return answer.json()["concepts"][0]["label"], answer.headers["Content-Language"]

    assert topic() == ("Nutrizione", "it")
    assert topic(headers={"Accept-Language": "fr, en-GB;q=0.8, it;q=0.5"}) == ("Nutrition", "en")
    assert topic(headers={"Accept-Language": "en"}, query="&lang=it") == ("Nutrizione", "it")
    client.cookies["language"] = "en"
    assert topic() == ("Nutrizione", "it")
    assert "Accept-Language" in client.get(LIST).headers["Vary"]
    assert "/en/organisations/" in client.get(f"{LIST}?lang=en").json()["organisations"][0]["url"]


# One organisation


def test_an_organisation_with_all_that_is_public(client, region, place):
    region.data_notices = ["Data from the test. CC BY 4.0."]
    region.save()
    from filanda.kernel.regions.middleware import forget_hosts

    forget_hosts()
    found = client.get(f"{LIST}/{place.dairy.pk}?lang=en").json()
    assert found["other_names"] == ["CASEIFICIO VALDORSA SPA"]
    assert found["identifiers"] == [{"scheme": "vat", "label": "VAT number", "value": "IT00000000000", "url": None}]
    assert found["sites"][0]["street"] == "Via Roma 1"
    assert found["concepts"] == [
        {"scheme": "s3", "code": "FOOD.1", "label": "Milk", "origin": "suggested", "evidence_count": 0}
    ]
    assert [one["title"] for one in found["evidence"]["items"]] == ["Fresh cheese line", "Sensori per il latte"]
    assert found["evidence"]["by_kind"] == [{"kind": "product", "count": 1}, {"kind": "project", "count": 1}]
    assert found["notices"][-1] == "Data from the test. CC BY 4.0."


def test_evidence_in_pages_and_by_kind(client, place):
    address = f"{LIST}/{place.dairy.pk}"
    first = client.get(f"{address}?per_page=1")
    assert [one["title"] for one in first.json()["evidence"]["items"]] == ["Fresh cheese line"]
    assert f'<http://test.example{address}?per_page=1&page=2>; rel="next"' in first.headers["Link"]
    assert [one["id"] for one in client.get(f"{address}?per_page=1&page=2").json()["evidence"]["items"]] == [
        place.sensors.pk
    ]
    beyond = client.get(f"{address}?per_page=1&page=3").json()["evidence"]
    assert (beyond["items"], beyond["page"], beyond["pages"], beyond["total"]) == ([], 3, 2, 2)
    only = client.get(f"{address}?evidence_kind=project").json()["evidence"]
    assert ([one["id"] for one in only["items"]], only["total"]) == ([place.sensors.pk], 2)


def test_of_a_person_neither_address_nor_tax_code_nor_point(client, region, place):
    trader = body(region, "Rossi Maria", legal_kind="sole_trader", is_natural_person=True)
    trader.identifiers.create(region=region, scheme="tax_code", value="RSSMRA80A41F205X")
    Site.objects.filter(organisation=trader).update(latitude=45.1, longitude=9.1, postcode="20100")
    found = client.get(f"{LIST}/{trader.pk}").json()
    assert found["identifiers"] == []
    [site] = found["sites"]
    assert (site["street"], site["postcode"], site["latitude"], site["longitude"]) == (None, None, None, None)
    assert site["municipality"] == "Orsago"


def test_a_merged_body_leads_to_what_it_became(client, region, place):
    MergedOrganisation.objects.create(region=region, old_id=4711, organisation=place.dairy)
    MergedOrganisation.objects.create(region=region, old_id=4712, organisation=place.hidden)
    answer = client.get(f"{LIST}/4711?per_page=1", follow=True)
    assert answer.redirect_chain == [(f"{place.dairy.pk}?per_page=1", 301)]
    assert answer.json()["id"] == place.dairy.pk
    assert client.get(f"{LIST}/4712").status_code == 404


def test_an_unsafe_website_is_not_given(client, region, place):
    place.dairy.website = "javascript:alert(1)"
    place.dairy.save()
    assert client.get(f"{LIST}/{place.dairy.pk}").json()["website"] is None


# Concepts and suggestions


def test_concepts_of_a_scheme_and_by_words(client, place):
    found = client.get("/api/v1/concepts?scheme=s3").json()
    assert [(one["code"], one["broader"], one["depth"]) for one in found["concepts"]] == [
        ("FOOD", None, 0),
        ("FOOD.1", "FOOD", 1),
    ]
    assert found["total"] == 2
    paged = client.get("/api/v1/concepts?scheme=s3&limit=1&offset=1")
    assert [one["code"] for one in paged.json()["concepts"]] == ["FOOD.1"]
    assert 'rel="prev"' in paged.headers["Link"]
    assert [one["slug"] for one in client.get("/api/v1/schemes").json()["schemes"]] == ["s3"]


def test_concepts_are_found_by_the_beginnings_of_their_words(client, place):
    from filanda.directory.taxonomies.models import Concept

    Concept.objects.filter(code="FOOD.1").update(search_key=" food 1 latte milk")
    found = client.get("/api/v1/concepts?scheme=s3&q=mil").json()
    assert ([one["code"] for one in found["concepts"]], found["concepts"][0]["broader"], found["total"]) == (
        ["FOOD.1"],
        "FOOD",
        None,
    )


def test_an_unknown_scheme_names_those_that_there_are(client, place):
    answer = client.get("/api/v1/concepts?scheme=nothing")
    assert answer.status_code == 404
    assert "s3" in answer.json()["detail"]


def test_suggestions(client, place):
    assert client.get("/api/v1/suggestions?q=case").json() == {
        "suggestions": [
            {
                "kind": "organisation",
                "id": place.dairy.pk,
                "text": "Caseificio Valdorsa",
                "url": f"http://test.example/it/organisations/{place.dairy.pk}/caseificio-valdorsa/",
            }
        ]
    }
    assert client.get("/api/v1/suggestions?q=c").json() == {"suggestions": []}
    [title] = client.get("/api/v1/suggestions?q=sensor").json()["suggestions"]
    assert (title["kind"], title["url"]) == (
        "evidence",
        "http://test.example/it/organisations/?q=Sensori+per+il+latte",
    )


# HTTP


def test_answers_are_fresh_for_a_minute_and_then_compared(client, place):
    for path in (LIST, f"{LIST}/{place.dairy.pk}", "/api/v1/schemes", "/api/v1/openapi.json"):
        first = client.get(path)
        assert first.headers["Cache-Control"] == "public, max-age=60"
        again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["Access-Control-Allow-Origin"] == "*"
    place.dairy.name = "Caseificio Nuovo"
    place.dairy.save()
    etag = first.headers["ETag"]
    assert client.get(f"{LIST}/{place.dairy.pk}", headers={"If-None-Match": etag}).status_code == 200


def test_any_origin_may_ask_and_nobody_is_recognised(client, place):
    asked = client.options(
        MATCHES, headers={"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    )
    assert (asked.status_code, asked.content) == (204, b"")
    assert asked.headers["Access-Control-Allow-Origin"] == "*"
    assert asked.headers["Access-Control-Allow-Methods"] == "OPTIONS, POST"
    assert "Content-Type" in asked.headers["Access-Control-Allow-Headers"]
    for answer in (asked, ask(client), client.get(LIST), client.get("/api/v1/nothing"), client.get(f"{LIST}?limit=0")):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert not answer.cookies


def test_no_token_is_asked_for_even_of_those_who_are_signed_in(region, place):
    from django.test import Client

    strict = Client(headers={"host": "test.example"}, enforce_csrf_checks=True)
    assert ask(strict).status_code == 200


def test_head_is_get_without_a_body(client, place):
    answer = client.head(LIST)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(client.get(LIST).content))


# Cost


@pytest.mark.parametrize(
    ("path", "most"),
    [(f"{LIST}?q=latte", 5), (LIST, 3), ("/api/v1/concepts?scheme=s3", 4), ("/api/v1/suggestions?q=la", 2)],
)
def test_the_number_of_queries_is_small_and_the_same_for_more_rows(client, region, place, path, most):
    client.get(path)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    before = cost()
    for number in range(3):
        piece(region, f"Latte {number}", body(region, f"Lattaio {number}"), text="Batteri nel latte.")
    index(region)
    assert cost() == before <= most


def test_an_organisation_and_a_need_cost_at_most_eight_queries(client, region, place):
    """With vectors: the ranker's queries are all there."""
    model = embedder()
    assert model is not None
    forget_all()
    while vectors.embed_some(region, model):
        pass
    vectors.place(region, model, is_last=True)
    forget_all()

    def cost(work):
        work()  # what is kept in memory for some seconds
        with CaptureQueriesContext(connection) as queries:
            assert work().status_code == 200
        return len(queries)

    assert ask(client).json()["text_only"] is False
    page = f"{LIST}/{place.dairy.pk}"
    before = cost(lambda: ask(client)), cost(lambda: client.get(page))
    assert before[0] <= 8
    assert before[1] <= 5
    for number in range(2):
        piece(region, f"Latte {number}", place.dairy, body(region, f"Lattaio {number}"), text="Batteri nel latte.")
    index(region)
    # Found by words before they are embedded: one query more asks whether they are near in meaning.
    assert cost(lambda: ask(client)) <= 8
    while vectors.embed_some(region, model):
        pass
    vectors.place(region, model, is_last=True)
    forget_all()
    assert (cost(lambda: ask(client)), cost(lambda: client.get(page))) == before
    forget_all()


def test_a_body_hidden_after_indexing_is_gone_at_once(client, place):
    place.dairy.hidden_at = now()
    place.dairy.save()
    assert "Caseificio Valdorsa" not in names(client.get(LIST))
    assert "Caseificio Valdorsa" not in names(ask(client))
    assert client.get("/api/v1/suggestions?q=case").json() == {"suggestions": []}
