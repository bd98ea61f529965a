# SPDX-License-Identifier: EUPL-1.2
"""Every address, as visitor, as visitor of another region, as staff; and what must never show."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from filanda.capabilities.needs import limits
from filanda.capabilities.needs.models import IntroductionRequest, SavedNeed
from filanda.directory.organisations.models import MergedOrganisation, Organisation, OrganisationName
from filanda.kernel.regions.scoped import active_region, in_region
from tests.across.finder.conftest import body, index, piece

NEED = "Cerchiamo chi misura i batteri nel latte senza fermare la linea"


def text_of(response) -> str:
    return b"".join(response.streaming_content).decode() if response.streaming else response.content.decode()


def send(client, text, **fields):
    return client.post("/it/needs/", {"text": text} | fields)


def addresses(place) -> list[str]:
    dairy = f"/it/organisations/{place.dairy.pk}/caseificio-valdorsa/"
    return [
        "/it/",
        "/en/",
        "/it/organisations/",
        "/it/organisations/?q=latte",
        "/it/organisations/suggest?q=case",
        "/it/organisations.csv",
        dairy,
        dairy + "introduction/",
        dairy + "introduction/sent/",
        "/it/how-matching-works/",
        "/it/privacy/",
        "/it/accessibility/",
        "/robots.txt",
        "/sitemap.xml",
        "/sitemap-1.xml",
    ]


def test_every_address_answers_visitors_and_staff(client, staff_client, place):
    for address in addresses(place):
        for reader in (client, staff_client):
            assert reader.get(address).status_code == 200, address


def test_nothing_hidden_or_foreign_shows_to_visitors(client, other_client, other_region, place):
    index(other_region)
    token = SavedNeed.objects.create(region=place.dairy.region, text=NEED, language="it").token
    for address in [*addresses(place), f"/it/needs/{token}/", "/it/organisations/suggest?q=segret"]:
        shown = text_of(client.get(address))
        for word in ("Segretissim", "segretissim", "Progetto segret", "Straniero", "straniero"):
            assert word not in shown, (address, word)
    for address in ("/it/organisations/", "/it/organisations/?q=latte", "/it/organisations.csv", "/sitemap-1.xml"):
        shown = text_of(other_client.get(address))
        assert "Valdorsa" not in shown, address
        assert "valdorsa" not in shown, address


def test_counts_leave_the_hidden_out(client, place):
    shown = client.get("/it/organisations/").content.decode()
    assert "3 organizzazioni" in shown
    assert re.search(r'value="industry">[^/]*</span> <span class="num quiet">1</span>', shown, re.DOTALL)
    assert len(list(csv.reader(io.StringIO(text_of(client.get("/it/organisations.csv")))))) == 4


def test_staff_see_hidden_bodies_and_are_told(staff_client, place):
    response = staff_client.get(f"/it/organisations/{place.hidden.pk}/segretissima-srl/")
    assert response.status_code == 200
    assert "Questa pagina è nascosta" in response.content.decode()
    assert "Segretissima" in staff_client.get("/it/organisations/").content.decode()


@pytest.mark.parametrize("page", ["", "introduction/", "introduction/sent/"])
@pytest.mark.parametrize("who", ["hidden", "outside", "stranger"])
def test_pages_of_what_one_does_not_see_are_not_there(client, place, who, page):
    one = getattr(place, who)
    assert client.get(f"/it/organisations/{one.pk}/x/{page}").status_code == 404
    assert client.get(f"/it/organisations/{10**25}/x/{page}").status_code == 404
    if page == "introduction/":
        assert client.post(f"/it/organisations/{one.pk}/x/{page}", {"email": "a@example.org"}).status_code == 404
        assert not IntroductionRequest.objects.exists()


def test_another_region_does_not_answer_for_this_one(other_client, place):
    assert other_client.get(f"/it/organisations/{place.dairy.pk}/caseificio-valdorsa/").status_code == 404
    token = SavedNeed.objects.create(region=place.dairy.region, text=NEED).token
    assert other_client.get(f"/it/needs/{token}/").status_code == 404


def test_a_path_without_language_leads_to_the_readers(client, place):
    assert client.get("/", headers={"accept-language": "en"}).headers["Location"] == "/en/"
    assert client.get("/", headers={"accept-language": "it"}).headers["Location"] == "/it/"
    assert client.get("/organisations/?q=x", headers={"accept-language": "en"}).headers["Location"] == (
        "/en/organisations/?q=x"
    )


def test_pages_name_their_other_languages_and_their_one_address(client, place):
    shown = client.get("/it/organisations/?size=small&q=latte").content.decode()
    assert '<link rel="canonical" href="http://test.example/it/organisations/">' in shown
    assert 'hreflang="en" href="http://test.example/en/organisations/?size=small&amp;q=latte"' in shown


def test_the_menu_leads_staff_to_their_requests(client, staff_client, place):
    assert 'href="/it/workbench/"' in staff_client.get("/it/").content.decode()
    assert "workbench" not in client.get("/it/").content.decode()


# The organisation's page


def test_the_address_of_an_organisation_is_mended(client, place):
    own = f"/it/organisations/{place.dairy.pk}/caseificio-valdorsa/"
    for wrong in (
        f"/it/organisations/{place.dairy.pk}/?page=2",
        f"/it/organisations/{place.dairy.pk}/old-name/?page=2",
    ):
        response = client.get(wrong)
        assert (response.status_code, response.headers["Location"]) == (301, own + "?page=2")


def test_the_address_of_a_merged_organisation_leads_to_what_is_left(client, place, region):
    MergedOrganisation.objects.create(region=region, old_id=987654, organisation=place.dairy)
    MergedOrganisation.objects.create(region=region, old_id=987655, organisation=place.hidden)
    response = client.get("/it/organisations/987654/old-name/", follow=True)
    assert response.redirect_chain[-1] == (f"/it/organisations/{place.dairy.pk}/caseificio-valdorsa/", 301)
    assert client.get("/it/organisations/987655/old-name/").status_code == 404


def test_names_that_only_shout_are_not_other_names(client, place, region):
    OrganisationName.objects.create(region=region, organisation=place.dairy, text="CASEIFICIO VALDORSA")
    shown = client.get(f"/it/organisations/{place.dairy.pk}/caseificio-valdorsa/").content.decode()
    assert "CASEIFICIO VALDORSA SPA" in shown
    assert "CASEIFICIO VALDORSA<" not in shown
    assert "CASEIFICIO VALDORSA;" not in shown


def test_the_page_shows_evidence_partners_and_no_hidden_partner(client, place):
    shown = client.get(f"/it/organisations/{place.dairy.pk}/caseificio-valdorsa/").content.decode()
    for word in (
        "Sensori per il latte",
        "Fresh cheese line",
        "Laboratorio Microbi",
        "Dairy of Elsewhere",
        "IT00000000000",
        "<strong>freschi</strong>",
        "Via Roma 1",
    ):
        assert word in shown, word
    assert f"/organisations/{place.outside.pk}/" not in shown
    only = client.get(f"/it/organisations/{place.dairy.pk}/caseificio-valdorsa/?kind=product").content.decode()
    assert "Fresh cheese line" in only
    assert "Sensori per il latte" not in only


def test_a_link_to_a_piece_of_evidence_opens_its_page(client, place, region):
    for number in range(12):
        piece(region, f"Newer {number}", place.dairy, started_on=None if number % 2 else timezone.now().date())
    base = f"/it/organisations/{place.dairy.pk}/caseificio-valdorsa/"
    assert f'id="e{place.cheese.pk}"' in client.get(f"{base}?e={place.cheese.pk}").content.decode()
    oldest = client.get(f"{base}?page=2").content.decode()
    wanted = re.findall(r'id="e(\d+)"', oldest)
    assert wanted
    for one in wanted:
        assert f'id="e{one}"' in client.get(f"{base}?e={one}").content.decode()
    assert client.get(f"{base}?e=999999999&page=abc&kind=nothing").status_code == 200


def test_what_machines_read_is_true_and_cannot_leave_its_element(client, place, region):
    Organisation.objects.filter(pk=place.dairy.pk).update(name="</script><script>alert(1)</script> & C")
    response = client.get(f"/it/organisations/{place.dairy.pk}/", follow=True)
    shown = response.content.decode()
    assert "<script>alert" not in shown
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', shown, re.DOTALL)[1])
    assert data["name"] == "</script><script>alert(1)</script> & C"
    assert (data["@type"], data["address"]["addressLocality"]) == ("Corporation", "Orsago")
    assert data["identifier"] == [{"@type": "PropertyValue", "propertyID": "VAT", "value": "IT00000000000"}]


def test_a_sole_traders_tax_code_and_street_stay_private(client, place, region):
    from filanda.directory.organisations.models import Identifier

    trader = body(region, "Anna Bianchi", is_natural_person=True, legal_kind="sole_trader")
    Identifier.objects.create(region=region, organisation=trader, scheme="tax_code", value="BNCNNA80A41F205X")
    shown = client.get(f"/it/organisations/{trader.pk}/anna-bianchi/").content.decode()
    assert "BNCNNA80A41F205X" not in shown
    assert "Via Roma" not in shown
    assert "Orsago" in shown


def test_dangerous_addresses_are_not_linked(client, place):
    Organisation.objects.filter(pk=place.dairy.pk).update(website="javascript:alert(1)")
    shown = client.get(f"/it/organisations/{place.dairy.pk}/caseificio-valdorsa/").content.decode()
    assert "javascript:" not in shown


# The directory


def test_htmx_gets_the_results_alone_and_back_the_whole_page(client, place):
    part = client.get("/it/organisations/?q=latte", headers={"hx-request": "true"})
    whole = client.get("/it/organisations/?q=latte")
    back = client.get(
        "/it/organisations/?q=latte", headers={"hx-request": "true", "hx-history-restore-request": "true"}
    )
    assert part.content.decode().lstrip().startswith("<div")
    assert b"<!doctype html>" not in part.content
    assert b"<!doctype html>" in whole.content
    assert b"<!doctype html>" in back.content
    assert "HX-Request" in part.headers["Vary"]


def test_words_filters_and_chips(client, place):
    shown = client.get("/it/organisations/?q=batteri&helix_role=industry&s3=FOOD").content.decode()
    assert "Caseificio Valdorsa" in shown
    assert "Laboratorio Microbi" not in shown
    assert "Sensori per il" in shown  # the evidence that fits the words
    assert "Nutrizione" in shown
    assert 'href="/it/organisations/?q=batteri&amp;s3=FOOD"' in shown


def test_the_usual_order_has_no_name_so_that_typing_turns_to_relevance(client, place):
    without = client.get("/it/organisations/").content.decode()
    assert '<option value="" selected>Nome</option>' in without
    assert (
        '<option value="" selected>Più pertinenti</option>' in client.get("/it/organisations/?q=latte").content.decode()
    )
    chosen = client.get("/it/organisations/?q=latte&sort=name").content.decode()
    assert '<option value="name" selected>Nome</option>' in chosen


def test_a_page_beyond_the_last_is_the_last(client, place, region):
    for number in range(25):
        body(region, f"Azienda {number:02}")
    index(region)
    last = client.get("/it/organisations/?page=400").content.decode()
    assert "Laboratorio Microbi" in last
    assert client.get("/it/organisations/?page=2").content.decode().count('<p class="amount">') == 8


@pytest.mark.parametrize(
    "query",
    [
        "page=abc&sort=drop&helix_role=%00",
        "q=%00%01&page=-1",
        "q=" + "a" * 5000,
        "&".join(f"province={n}" for n in range(190)),
        "province='%3B DROP TABLE x--&q=\"*AND (",
        "q=%F0%9F%A7%80&s3=%F0%9F%A7%80",
        "q=%FF%FE&q=2&sort=&unknown=1",
        "page=99999999999999999999",
        "helix_role[]=1&helix_role=" + "x" * 3000,
        "page=%D9%A3",
    ],
)
def test_hostile_addresses_get_sane_answers(client, place, query):
    for path in ("/it/organisations/", "/it/organisations/suggest", "/it/organisations.csv"):
        response = client.get(f"{path}?{query}")
        assert response.status_code == 200, path
        assert text_of(response)


def test_an_address_of_a_thousand_parts_is_refused_with_a_page(client, place):
    response = client.get("/it/organisations/?" + "&".join(f"province={n}" for n in range(1000)))
    assert response.status_code == 400
    assert "Non è stato possibile capire" in response.content.decode()


def test_suggestions_lead_to_pages_and_searches(client, place):
    found = json.loads(client.get("/it/organisations/suggest?q=caseif").content)
    assert found == [
        {
            "kind": "organisation",
            "text": "Caseificio Valdorsa",
            "url": f"/it/organisations/{place.dairy.pk}/caseificio-valdorsa/",
        }
    ]
    evidence = json.loads(client.get("/it/organisations/suggest?q=sensori").content)
    assert evidence[0]["url"] == "/it/organisations/?q=Sensori+per+il+latte"
    assert json.loads(client.get("/it/organisations/suggest?q=c").content) == []


def test_the_export_has_the_lists_order_and_no_formula(client, place, region):
    body(region, "=HYPERLINK(1)")
    body(region, '+39 Telefoni, "Srl"')
    index(region)
    response = client.get("/it/organisations.csv?sort=name")
    shown = text_of(response)
    assert shown.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(shown.removeprefix("\ufeff"))))
    assert [row[0] for row in rows[1:]] == [
        '\'+39 Telefoni, "Srl"',
        "Caseificio Valdorsa",
        "Comune di Orsago",
        "'=HYPERLINK(1)",
        "Laboratorio Microbi",
    ]
    assert rows[2][-1] == f"http://test.example/it/organisations/{place.dairy.pk}/caseificio-valdorsa/"
    assert (rows[2][4], rows[2][6]) == ("Orsago", "2")
    assert response.headers["X-Total-Count"] == "5"


def test_an_export_that_is_broken_off_leaves_no_region_behind(client, place, other_region):
    export = iter(client.get("/it/organisations.csv").streaming_content)
    with in_region(other_region), translation.override("en"):
        assert [b"Caseificio" in next(export) for _ in range(2)] == [False, True]
        assert (active_region(), translation.get_language()) == (other_region, "en")


def test_an_export_that_is_cut_says_so(client, place, monkeypatch):
    from filanda.across.finder import queries

    monkeypatch.setattr(queries, "EXPORT_MOST", 2)
    monkeypatch.setattr(queries, "EXPORT_BATCH", 1)
    response = client.get("/it/organisations.csv")
    rows = list(csv.reader(io.StringIO(text_of(response))))
    assert len(rows) == 4
    assert "2" in rows[-1][0]
    assert "3" in rows[-1][0]
    assert "first-2-of-3" in response.headers["Content-Disposition"]


# A need


def test_a_need_is_kept_behind_a_random_address_and_answered(client, place):
    response = send(client, NEED)
    assert response.status_code == 303
    saved = SavedNeed.objects.get()
    assert response.headers["Location"] == f"/it/needs/{saved.token}/"
    assert (saved.text, saved.language) == (NEED, "it")
    page = client.get(response.headers["Location"])
    shown = page.content.decode()
    assert page.status_code == 200
    assert shown.index("Caseificio Valdorsa") < shown.index("Sensori per il")
    assert "<mark>batteri</mark>" in shown
    assert f"/introduction/?need={saved.token}" in shown
    assert "Comune di Orsago" not in shown
    assert "private" in page.headers["Cache-Control"]
    assert "noindex" in page.headers["X-Robots-Tag"]


def test_filters_of_a_need(client, place):
    token = SavedNeed.objects.create(region=place.dairy.region, text=NEED, language="it").token
    part = client.get(f"/it/needs/{token}/?helix_role=academia", headers={"hx-request": "true"}).content.decode()
    assert "<!doctype" not in part
    assert "Laboratorio Microbi" in part
    assert "Caseificio" not in part


def test_an_example_is_sent_as_the_need(client, place):
    send(client, "half a word", example="Sensori per il latte fresco")
    assert SavedNeed.objects.get().text == "Sensori per il latte fresco"


@pytest.mark.parametrize("token", ["A" * 22, "%00", "x", "É" * 30, "a" * 500])
def test_an_unknown_need_offers_the_box(client, place, token):
    response = client.get(f"/it/needs/{token}/")
    assert response.status_code == 404
    assert 'id="need-text"' in response.content.decode()
    assert "30 giorni" in response.content.decode()


def test_an_expired_need_is_gone(client, place, region):
    past = timezone.now() - timedelta(days=31)
    saved = SavedNeed.objects.create(region=region, text=NEED, created_at=past, expires_at=past + timedelta(days=30))
    response = client.get(f"/it/needs/{saved.token}/")
    assert response.status_code == 404
    assert NEED not in response.content.decode()


def test_who_opens_the_form_address_by_hand_gets_the_box(client, place):
    assert client.get("/it/needs/").headers["Location"] == "/it/"


@pytest.mark.parametrize(("text", "kept"), [("", ""), ("a", "a"), ("🧀", "🧀"), ("<b>", "&lt;b&gt;"), (" \x00 ", "")])
def test_too_short_a_need_is_explained_and_kept(client, place, text, kept):
    response = send(client, text)
    shown = response.content.decode()
    assert response.status_code == 422
    assert 'role="alert"' in shown
    assert kept in re.search(r"<textarea.*?>(.*?)</textarea>", shown, re.DOTALL)[1]
    assert not SavedNeed.objects.exists()


@pytest.mark.parametrize("letter", ["a", "è", "🧀 b"])
def test_too_long_a_need_is_explained_and_kept(client, place, letter):
    text = (letter * 100_000)[:100_000]
    response = send(client, text)
    assert response.status_code == 422
    assert text in response.content.decode()


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script> latte",
        "'; DROP TABLE organisations_organisation; -- latte",
        "батареи 电池 μπαταρία بطارية latte 🧀🧀🧀",
        "Wir suchen jemanden, der Bakterien in der Milch misst",
        "ქართული ენა და რძე",
        "a" * 20_000,
        "latte\r\n\tbatteri\u2028x\ufeff",
        "\ud7ff\ufffd latte",
    ],
)
def test_whatever_is_asked_gets_an_answer(client, place, text):
    response = client.post("/it/needs/", {"text": text}, follow=True)
    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()


def test_many_needs_are_slowed_down_kindly(client, place):
    for _ in range(30):
        assert send(client, NEED).status_code == 303
    response = send(client, NEED)
    assert response.status_code == 429
    assert 0 < int(response.headers["Retry-After"]) <= 3600
    assert NEED in response.content.decode()
    assert SavedNeed.objects.count() == 30


def test_an_answer_asked_for_again_and_again_takes_a_break(client, place, monkeypatch):
    monkeypatch.setitem(limits.LIMITS, "answer", limits.Limit(3, timedelta(hours=1)))
    address = send(client, NEED).headers["Location"]
    assert [client.get(address).status_code for _ in range(3)] == [200, 200, 200]
    response = client.get(address)
    assert response.status_code == 429
    assert NEED in response.content.decode()
    assert 0 < int(response.headers["Retry-After"]) <= 3600


def test_what_a_visitor_writes_in_front_of_the_proxy_counts_nothing(client, place, settings):
    settings.TRUSTED_PROXIES = 1
    for number in range(30):
        heard = f"203.0.113.{number}, 192.0.2.1"
        assert client.post("/it/needs/", {"text": NEED}, headers={"x-forwarded-for": heard}).status_code == 303
    heard = {"x-forwarded-for": "198.51.100.1, 192.0.2.1"}
    assert client.post("/it/needs/", {"text": NEED}, headers=heard).status_code == 429
    assert client.post("/it/needs/", {"text": NEED}, headers={"x-forwarded-for": "192.0.2.2"}).status_code == 303


def test_a_need_cannot_be_sent_from_another_site(region, place):
    strict = Client(headers={"host": "test.example"}, enforce_csrf_checks=True)
    assert strict.post("/it/needs/", {"text": NEED}).status_code == 403
    assert not SavedNeed.objects.exists()


# Introductions


def form_address(place) -> str:
    return f"/it/organisations/{place.dairy.pk}/caseificio-valdorsa/introduction/"


def test_an_email_address_is_enough(client, place):
    token = SavedNeed.objects.create(region=place.dairy.region, text=NEED, language="it").token
    form = client.get(f"{form_address(place)}?need={token}").content.decode()
    assert NEED in form
    response = client.post(form_address(place), {"email": "anna@example.org", "need": token})
    assert response.status_code == 303
    assert response.headers["Location"] == f"{form_address(place)}sent/?need={token}"
    request = IntroductionRequest.objects.get()
    assert (request.organisation, request.email, request.state, request.language) == (
        place.dairy,
        "anna@example.org",
        "received",
        "it",
    )
    assert request.need.token == token
    assert request.consent in form.replace("&#39;", "'")
    sent = client.get(response.headers["Location"]).content.decode()
    assert "anna@example.org" not in sent
    assert f"/it/needs/{token}/" in sent


def test_asking_twice_gets_the_same_answer(client, place):
    first, second = (client.post(form_address(place), {"email": "anna@example.org"}) for _ in range(2))
    assert (first.status_code, first.headers["Location"]) == (second.status_code, second.headers["Location"])
    assert IntroductionRequest.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"email": ""}, "email"),
        ({"email": "anna"}, "email"),
        ({"email": "a@example.org", "message": "x" * 4001}, "message"),
        ({"email": "a@example.org", "name": "x" * 201}, "name"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_lost(client, place, fields, wrong):
    response = client.post(form_address(place), {"name": "Anna B", "message": "Parliamo di latte"} | fields)
    shown = response.content.decode()
    assert response.status_code == 422
    assert f'id="{wrong}-error"' in shown
    assert fields.get("message", "Parliamo di latte") in shown
    assert fields.get("name", "Anna B") in shown
    assert not IntroductionRequest.objects.exists()


def test_many_requests_are_slowed_down_kindly(client, place):
    for number in range(8):
        assert client.post(form_address(place), {"email": f"a{number}@example.org"}).status_code == 303
    response = client.post(form_address(place), {"email": "b@example.org", "message": "Parliamo di latte"})
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 0
    assert "Parliamo di latte" in response.content.decode()
    assert IntroductionRequest.objects.count() == 8


def test_a_need_of_another_region_is_not_taken_along(client, place, other_region):
    with in_region(other_region):
        token = SavedNeed.objects.create(region=other_region, text="Altrui segreto", language="it").token
    assert "Altrui segreto" not in client.get(f"{form_address(place)}?need={token}").content.decode()
    client.post(form_address(place), {"email": "anna@example.org", "need": token})
    assert IntroductionRequest.objects.get().need is None


# Files for machines


def test_robots_and_sitemap(client, place, region):
    assert "Disallow: /\n" in client.get("/robots.txt").content.decode()
    region.is_invented = False
    region.contact_email = "info@example.org"
    region.save()
    from filanda.kernel.regions.middleware import forget_hosts

    forget_hosts()
    robots = client.get("/robots.txt").content.decode()
    assert "Disallow: /it/needs/" in robots
    assert "Sitemap: http://test.example/sitemap.xml" in robots
    assert "http://test.example/sitemap-1.xml" in client.get("/sitemap.xml").content.decode()
    part = client.get("/sitemap-1.xml").content.decode()
    assert f"http://test.example/en/organisations/{place.dairy.pk}/caseificio-valdorsa/" in part
    assert client.get("/sitemap-2.xml").status_code == 404
    security = client.get("/.well-known/security.txt").content.decode()
    assert "Contact: mailto:info@example.org" in security


def test_a_region_without_contact_has_no_security_file(client, place):
    assert client.get("/.well-known/security.txt").status_code == 404


def test_favicon(client, place):
    assert client.get("/favicon.ico").headers["Location"].endswith(".svg")


# Cost


@pytest.mark.parametrize("page", ["home", "directory", "search", "organisation", "need", "introduction"])
def test_queries_are_few_and_do_not_grow(client, place, region, page, monkeypatch):
    # What a process keeps for some seconds (hosts, names, the vector space) is kept for the length of this test.
    token = SavedNeed.objects.create(region=region, text=NEED, language="it").token
    address = {
        "home": "/it/",
        "directory": "/it/organisations/",
        "search": "/it/organisations/?q=latte",
        "organisation": f"/it/organisations/{place.dairy.pk}/caseificio-valdorsa/",
        "need": f"/it/needs/{token}/",
        "introduction": f"{form_address(place)}?need={token}",
    }[page]

    def queries() -> int:
        client.get(address)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    few = queries()
    for number in range(3):
        other = body(region, f"Latteria {number}")
        piece(region, f"Latte e batteri {number}", other, place.dairy, text="Batteri nel latte in linea.")
    index(region)
    assert queries() == few
    assert few <= 8
