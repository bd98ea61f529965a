# SPDX-License-Identifier: EUPL-1.2
"""The screens: what each reader sees and may do, what is wrong with what is typed, and what it costs."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from filanda.capabilities.files.models import StoredFile
from filanda.components.events.actions import announcing, registering
from filanda.components.events.models import Registration, SpaceEvent
from filanda.directory.taxonomies.models import Concept, ConceptScheme
from filanda.kernel.identity.models import Role
from filanda.kernel.regions.scoped import in_region
from filanda.spaces.models import Openness, SpaceComponent, SpaceConcept, SpaceKind
from tests.components.events.conftest import details
from tests.spaces.making import a_person, act, make_space, staff

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def text_of(response) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode()).split())


def cost(client, path: str) -> int:
    """Queries of a page: the fewest of three requests, as some notes are written only now and then."""
    counts = []
    for _time in range(3):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200, path
        counts.append(len(asked))
    return min(counts)


def typed(**more) -> dict[str, str]:
    given = {
        "title": "A talk",
        "summary": "",
        "source": "About *silk*.",
        "starts_at": "2031-03-20T18:00",
        "ends_at": "2031-03-20T19:30",
        "time_zone": "Europe/Rome",
        "place": "The mill",
        "address": "",
        "online_url": "",
        "capacity": "",
        "register_until": "",
        "question_0": "What do you eat?",
        "required_0": "1",
    }
    return given | more


@pytest.fixture
def ahead():
    """Moments as details take them, from the clock that the screens ask."""
    begins = now() + timedelta(days=20)
    return {"starts_at": begins, "ends_at": begins + timedelta(hours=2)}


def test_from_the_form_to_the_place(world, enter):
    bruno, anna = enter(world.bruno), enter(world.anna)
    assert bruno.get(f"{world.root}new/").status_code == 200
    preview = bruno.post(f"{world.root}new/", typed(preview="1"))
    assert "<em>silk</em>" in preview.content.decode()
    assert not SpaceEvent.objects.exists()
    assert bruno.post(f"{world.root}new/", typed(keep="1")).status_code == 302
    event = SpaceEvent.objects.get()
    assert event.starts_at.isoformat() == "2031-03-20T17:00:00+00:00"
    url = world.url(event)
    assert anna.get(url).status_code == 404  # a draft
    assert anna.post(f"{world.root}{event.pk}/publish/").status_code == 404
    assert bruno.post(f"{world.root}{event.pk}/publish/").status_code == 302
    page = anna.get(url)
    assert "Thursday 20 March 2031, 18:00 – 19:30 (CET)" in text_of(page).replace("\u2060", "").replace(
        " –", " –"
    ).replace("–", " – ").replace("  ", " ")
    assert 'datetime="2031-03-20T18:00+01:00"' in page.content.decode()
    missing = anna.post(f"{world.root}{event.pk}/register/", {"answer_0": ""})
    assert missing.status_code == 422
    assert "The organisers need an answer" in text_of(missing)
    assert anna.post(f"{world.root}{event.pk}/register/", {"answer_0": "Bread"}, follow=True).status_code == 200
    assert "You are registered." in text_of(anna.get(url))
    assert "Bread" in text_of(bruno.get(f"{world.root}{event.pk}/people/"))
    assert "Bread" not in text_of(enter(world.sara).get(url))
    assert "Anna Conti" in text_of(enter(world.sara).get(url))
    assert "Anna Conti" not in text_of(enter(None).get(url))
    assert anna.post(f"{world.root}{event.pk}/leave/").status_code == 302
    assert Registration.objects.get().state == "cancelled"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("title", "", "Give it a title."),
        ("starts_at", "soon", "Give the day and the hour"),
        ("starts_at", "", "Say when it begins."),
        ("starts_at", "2031-03-30T02:30", "That hour does not exist"),
        ("starts_at", "0001-01-01T00:00", "This year cannot be meant"),
        ("ends_at", "2031-03-20T17:00", "It ends before it begins"),
        ("time_zone", "Europe/Nowhere", "Choose a time zone"),
        ("time_zone", "../../etc/passwd", "Choose a time zone"),
        ("place", "", "Say where"),
        ("online_url", "javascript:alert(1)", "no address of the web"),
        ("capacity", "many", "Give a number of places"),
        ("capacity", "0", "Give a number of places"),
        ("register_until", "2031-04-01T10:00", "longer than the event"),
        ("question_0", "x" * 300, "That is too long"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(world, enter, field, value, words):
    response = enter(world.bruno).post(f"{world.root}new/", typed(**{field: value}, publish="1"))
    assert response.status_code == 422
    body = response.content.decode()
    assert words in text_of(response)
    assert f'href="#{field}"' in body
    assert "About *silk*." in body  # nothing typed is lost
    assert not SpaceEvent.objects.exists()


def test_what_would_be_over_is_not_announced(world, enter):
    old = typed(starts_at="2020-03-20T18:00", ends_at="2020-03-20T19:30")
    assert enter(world.bruno).post(f"{world.root}new/", old | {"publish": "1"}).status_code == 422
    assert not SpaceEvent.objects.exists()


def test_two_editors_see_both_versions(world, enter, ahead):
    event = world.announce(**ahead)
    path = f"{world.root}{event.pk}/edit/"
    assert enter(world.bruno).post(path, typed(title="By Bruno", version="1")).status_code == 302
    late = enter(world.carlo).post(path, typed(title="By Carlo", version="1"))
    assert late.status_code == 409
    assert "By Bruno" in late.content.decode()
    assert "By Carlo" in late.content.decode()
    again = re.search(r'name="version" value="(\d+)"', late.content.decode())
    assert again is not None
    assert enter(world.carlo).post(path, typed(title="By Carlo", version=again[1])).status_code == 302
    event.refresh_from_db()
    assert event.title == "By Carlo"


def test_who_opens_what(world, enter, other_region, ahead):
    event = world.announce(online_url="https://meet.example/secret", **ahead)
    base = f"{world.root}{event.pk}/"
    with in_region(other_region):
        stranger = a_person(other_region, "Zoe Altrove")
    administrator = staff(world.region)
    for who in (None, stranger, world.dora, world.anna, administrator, world.bruno):
        client = enter(who)
        for path in (world.root, world.url(event), f"{base}event.ics", "/en/events/", f"{world.root}calendar.ics"):
            assert client.get(path).status_code == 200, (who, path)
        assert ("meet.example/secret" in client.get(world.url(event)).content.decode()) == (who == world.bruno)
        for path in ("edit/", "cancel/", "people/", "people.csv", "material/"):
            assert client.get(f"{base}{path}").status_code == (200 if who == world.bruno else 403), (who, path)
    for who, status in ((None, 302), (stranger, 403), (world.dora, 302), (world.anna, 302)):
        assert enter(who).post(f"{base}register/").status_code == status
    assert set(Registration.objects.values_list("account", flat=True)) == {world.dora.pk, world.anna.pk}
    assert "meet.example/secret" in enter(world.dora).get(world.url(event)).content.decode()
    assert "meet.example/secret" in enter(world.dora).get(f"{base}event.ics").content.decode().replace("\r\n ", "")
    assert "meet.example" not in enter(None).get(f"{world.root}calendar.ics").content.decode()


def test_a_private_space_shows_nothing_anywhere(world, enter, ahead):
    closed = make_space(world.region, "Closed", openness=Openness.PRIVATE, managers=[world.bruno], members=[world.anna])
    event = world.announce(space=closed, title="Whispered plan", **ahead)
    world.come(world.anna, event, now=now())
    root = "/en/communities/closed/events/"
    base = f"{root}{event.pk}/"
    paths = (root, f"{base}whispered-plan/", f"{base}event.ics", f"{root}calendar.ics", f"{base}people.csv")
    outsiders = (
        None,
        world.dora,
        world.sara,
        staff(world.region),
        staff(world.region, Role.FACILITATOR, "f@r.example"),
    )
    for who in outsiders:
        client = enter(who)
        nothing = client.get("/en/communities/nothing-there/events/")
        for path in paths:
            response = client.get(path)
            assert response.status_code == 404, (who, path)
            assert text_of(response) == text_of(nothing) or path.endswith("calendar.ics")
        assert client.post(f"{base}register/").status_code == 404
        for path in ("/en/events/", world.root, "/api/v1/events"):
            assert "Whispered" not in client.get(path).content.decode()
    anna = enter(world.anna)
    assert anna.get(f"{base}whispered-plan/").status_code == 200
    assert anna.get(f"{root}calendar.ics").status_code == 404  # a closed space has no feed for anybody
    own = re.search(r'value="(http[^"]+\.ics)"', anna.get("/en/events/calendar/").content.decode())
    assert own is not None
    feed = enter(None).get(own[1].replace("http://test.example", ""))
    assert "Whispered plan" in feed.content.decode()
    from tests.spaces.making import go

    go(closed, world.anna)
    feed = enter(None).get(own[1].replace("http://test.example", ""))
    assert feed.status_code == 200
    assert "Whispered" not in feed.content.decode()


def test_the_own_calendar_is_renewed(world, enter, other_region):
    anna = enter(world.anna)

    def address() -> str:
        found = re.search(r'value="http://test.example([^"]+\.ics)"', anna.get("/en/events/calendar/").content.decode())
        assert found is not None
        return found[1]

    first = address()
    assert address() == first
    visitor = enter(None)
    assert visitor.get(first).status_code == 200
    assert visitor.get(first, headers={"host": "other.example"}).status_code == 404
    assert anna.post("/en/events/calendar/").status_code == 302
    assert address() != first
    assert visitor.get(first).status_code == 404
    assert visitor.get(f"{first[:-8]}aaaa.ics").status_code == 404
    assert visitor.get("/en/events/calendar/").status_code == 302
    world.anna.is_active = False
    world.anna.save()
    assert visitor.get(address_of_inactive := first).status_code == 404, address_of_inactive


def test_members_announce_where_the_space_lets_them(world, enter):
    assert enter(world.anna).get(f"{world.root}new/").status_code == 403
    assert "Plan an event" not in text_of(enter(world.anna).get(world.root))
    SpaceComponent.objects.create(
        region=world.region, space=world.space, name="events", is_on=True, settings={"members_propose": True}
    )
    assert "Plan an event" in text_of(enter(world.anna).get(world.root))
    assert enter(world.anna).post(f"{world.root}new/", typed(publish="1")).status_code == 302
    assert SpaceEvent.objects.get().author_id == world.anna.pk


def test_the_attendance_list(world, enter, ahead):
    event = world.announce(questions=[("Name of your =dog", False)], **ahead)
    a_person(world.region, "=Formula Uno")
    world.come(a_person(world.region, "=Formula Uno"), event, "=1+1", now=now())
    world.come(world.anna, event, now=now())
    bruno = enter(world.bruno)
    table = bruno.get(f"{world.root}{event.pk}/people.csv").content.decode()
    assert "'=Formula Uno" in table
    assert "'=1+1" in table
    assert "Anna Conti" in table
    assert "@" not in table
    path = f"{world.root}{event.pk}/people/"
    assert bruno.post(path, {"came": "1"}).status_code == 409
    SpaceEvent.objects.update(starts_at=now() - timedelta(hours=3), ends_at=now() - timedelta(hours=1))
    anna = Registration.objects.get(account=world.anna)
    assert bruno.post(path, {"came": [str(anna.pk), "99999999999", "x"]}).status_code == 302
    assert dict(Registration.objects.values_list("account", "attended"))[world.anna.pk] is True


def test_material(world, enter, ahead, settings, tmp_path):
    from django.core.files.uploadedfile import SimpleUploadedFile

    event = world.announce(**ahead)
    path = f"{world.root}{event.pk}/material/"
    bruno = enter(world.bruno)
    assert bruno.post(path, {}).status_code == 422
    assert bruno.post(path, {"label": "", "url": "javascript:x"}).status_code == 422
    assert bruno.post(path, {"file": SimpleUploadedFile("x.pdf", b"no pdf")}).status_code == 422
    assert bruno.post(path, {"file": SimpleUploadedFile("slides.pdf", PDF)}).status_code == 302
    assert bruno.post(path, {"label": "Recording", "url": "https://video.example/1"}).status_code == 302
    page = enter(None).get(world.url(event))
    assert "slides.pdf" in text_of(page)
    assert "https://video.example/1" in page.content.decode()
    file = StoredFile.objects.get()
    assert bruno.post(path, {"remove_link": "https://video.example/1"}).status_code == 302
    assert bruno.post(path, {"remove_file": str(file.pk)}).status_code == 302
    assert not StoredFile.objects.exists()
    event.refresh_from_db()
    assert event.links == []


def test_cancelling_says_why(world, enter, ahead):
    event = world.announce(**ahead)
    path = f"{world.root}{event.pk}/cancel/"
    assert enter(world.bruno).post(path, {"reason": ""}).status_code == 422
    assert enter(world.bruno).post(path, {"reason": "The roof leaks."}).status_code == 302
    assert "The roof leaks." in text_of(enter(None).get(world.url(event)))
    assert enter(world.anna).post(f"{world.root}{event.pk}/register/").status_code == 409
    assert enter(world.bruno).post(path, {"reason": "Again"}).status_code == 409


def test_the_waiting_list_says_whose_turn_it_is(world, enter, ahead):
    event = world.announce(capacity=1, **ahead)
    for who in (world.sara, world.dora, world.anna):
        world.come(who, event, now=now())
    assert "number 2 of 2" in text_of(enter(world.anna).get(world.url(event)))
    world.leave(world.sara, event, now=now())
    assert "You are registered." in text_of(enter(world.dora).get(world.url(event)))
    assert "number 1 of 1" in text_of(enter(world.anna).get(world.url(event)))


def test_addresses(world, enter, ahead):
    event = world.announce(title="Edit", **ahead)
    assert world.url(event).endswith("/edit-event/")
    for short in ("other-words/", ""):
        assert enter(None).get(f"{world.root}{event.pk}/{short}").headers["Location"] == world.url(event)
    for bad in (10**30, 0, event.pk + 1):
        assert enter(None).get(f"{world.root}{bad}/edit-event/").status_code == 404
    other = make_space(world.region, "Wool", managers=[world.bruno])
    assert enter(None).get(f"/en/communities/{other.slug}/events/{event.pk}/edit-event/").status_code == 404
    SpaceComponent.objects.create(region=world.region, space=world.space, name="events", is_on=False)
    assert enter(None).get(world.url(event)).status_code == 404
    assert enter(None).get(f"{world.root}calendar.ics").status_code == 404


def test_region_list_by_month_and_priority(world, enter, region):
    scheme = ConceptScheme.objects.create(region=region, slug="s3", labels={"en": "S3"})
    silk = Concept.objects.create(scheme=scheme, code="silk", labels={"en": "Silk", "it": "Seta"})
    wool = Concept.objects.create(scheme=scheme, code="wool", labels={"en": "Wool", "it": "Lana"})
    below = Concept.objects.create(
        scheme=scheme, code="silk-dye", labels={"en": "Dye"}, broader=silk, ancestor_ids=[silk.pk]
    )
    SpaceConcept.objects.create(region=region, space=world.space, concept=below)
    begins = now() + timedelta(days=35)
    world.announce(title="The dye event", starts_at=begins, ends_at=begins + timedelta(hours=1))
    visitor = enter(None)
    assert "The dye event" in text_of(visitor.get("/en/events/"))
    assert "The dye event" in text_of(visitor.get(f"/en/events/?month={begins:%Y-%m}&priority=silk"))
    assert "The dye event" not in text_of(visitor.get(f"/en/events/?priority={wool.code}"))
    assert "The dye event" not in text_of(visitor.get("/en/events/?month=2020-01"))
    for odd in ("?month=2026-13", "?month=%00", "?priority=%27", "?page=99999999999999", "?page=-1"):
        assert visitor.get(f"/en/events/{odd}").status_code == 200


def test_queries_do_not_grow(world, enter, ahead):
    def more(count: int) -> SpaceEvent:
        for number in range(count):
            event = world.announce(title=f"Event {count}-{number}", **ahead)
            for guest in range(count):
                world.come(a_person(world.region, f"Guest Number{guest}", listing="public"), event, now=now())
        return event

    event = more(1)
    paths = lambda one: (  # noqa: E731
        *(world.root, world.url(one), "/en/events/", f"{world.root}calendar.ics"),
        *(f"{world.root}{one.pk}/event.ics", f"/en/communities/{world.space.slug}/"),
    )
    anna, visitor, bruno = enter(world.anna), enter(None), enter(world.bruno)
    for client in (anna, visitor, bruno):
        [client.get(path) for path in paths(event)]
    few = [[cost(client, path) for path in paths(event)] for client in (anna, visitor)]
    few_people = cost(bruno, f"{world.root}{event.pk}/people/")
    event = more(6)
    assert [[cost(client, path) for path in paths(event)] for client in (anna, visitor)] == few
    assert cost(bruno, f"{world.root}{event.pk}/people/") == few_people
    assert max(few[1]) <= 12, few


def test_the_regions_own_space(world, enter, ahead):
    own = make_space(world.region, "Whole", kind=SpaceKind.REGION)
    administrator = staff(world.region)
    made = announcing.publish_event(
        actor=act(administrator),
        event=announcing.write_event(actor=act(administrator), space=own, details=details(**ahead), now=now()),
        now=now(),
    )
    assert registering.register(actor=act(world.dora), event=made, now=now()).state == "registered"
