# SPDX-License-Identifier: EUPL-1.2
"""What other rooms hear of spaces: search documents, things, notices, waiting lines, settings, the demonstration."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from filanda.directory.taxonomies.models import Concept, ConceptScheme
from filanda.kernel.identity.actors import PLATFORM, VISITOR
from filanda.kernel.identity.models import RoleGrant
from filanda.kernel.journal.models import Event
from filanda.kernel.manifests import notices, search_sources, things
from filanda.kernel.policies import Forbidden
from filanda.kernel.regions.models import Region
from filanda.spaces import components, personal, rosters
from filanda.spaces.actions import founding, joining, looking_after
from filanda.spaces.actions import members as deciding
from filanda.spaces.components import ComponentKind
from filanda.spaces.demo.seeds import seed_spaces
from filanda.spaces.errors import SpaceWrong
from filanda.spaces.models import Membership, Pin, Space, SpaceConcept
from filanda.spaces.policies import takes_part
from tests.signing import sign_in
from tests.spaces.making import NOW, a_person, act, become, enter, go, make_space, staff

TEXTS = {"names": {"it": "Seta", "en": "Silk"}, "summaries": {"it": "Filare."}}


def document(space):
    return next(iter(search_sources()["space"].build([space.pk])), None)


def test_documents_of_private_spaces_are_for_their_members_alone(region):
    made = {openness: make_space(region, openness, openness=openness) for openness in ("open", "restricted", "private")}
    found = {openness: document(space).audience for openness, space in made.items()}
    assert found == {"open": ("public",), "restricted": ("public",), "private": (f"space:{made['private'].pk}",)}
    assert list(search_sources()["space"].all_ids()) == sorted(space.pk for space in made.values())


def test_what_is_inside_a_restricted_space_is_not_in_its_document(region):
    space = make_space(region, "Silk", openness="restricted", welcomes={"it": "segreto"}, questions={"it": "segreto"})
    assert "segreto" not in repr(document(space))


def test_a_private_space_is_a_thing_for_its_members_and_invited_only(region):
    anna, bruno = a_person(region), a_person(region, "Bruno Riva")
    space = make_space(region, openness="private", members=[anna])
    lines = things()["space"].lines
    assert set(lines(act(anna), [space.pk])) == {space.pk}
    for other in (VISITOR, act(bruno), act(staff(region))):
        assert lines(other, [space.pk]) == {}
    Membership.objects.create(region=region, space=space, account=bruno, state="invited")
    assert set(lines(act(bruno), [space.pk])) == {space.pk}


def told(verb):
    event = Event.objects.filter(type=f"spaces.membership.{verb}").latest("pk")
    (notice,) = notices()[event.type]
    return event, notice, {one.account_id for one in notice.recipients(event)}


def test_a_request_is_told_to_managers_and_its_answer_to_the_person(region):
    mara, anna = a_person(region, "Mara Neri"), a_person(region)
    space = make_space(region, "Silk", openness="restricted", managers=[mara])
    row = joining.ask_to_join(actor=act(anna), space=space, answer="I spin.", now=NOW)
    event, notice, who = told("asked")
    assert who == {mara.pk}
    kind, number = notice.about(event)
    line = things()[kind].lines(act(mara), [number])[number]
    assert "Anna Conti" in notice.sentence(event, line)
    assert notice.space(event) == space.pk
    deciding.decline_request(actor=act(mara), membership=row, reason="Only mills.", now=NOW)
    event, notice, who = told("declined")
    assert who == {anna.pk}
    assert things()[kind].lines(act(anna), [number])[number].excerpt == "Only mills."
    assert things()[kind].lines(act(a_person(region, "Bruno Riva")), [number]) == {}


def test_who_was_removed_from_a_private_space_is_still_told(region):
    mara, anna = a_person(region, "Mara Neri"), a_person(region)
    space = make_space(region, "Silk", openness="private", managers=[mara], members=[anna])
    row = Membership.objects.select_related("space", "account", "region").get(account=anna)
    deciding.remove_member(actor=act(mara), membership=row, reason="It is over.", now=NOW)
    _event, notice, who = told("removed")
    assert who == {anna.pk}
    assert notice.is_urgent
    line = things()["membership"].lines(act(anna), [row.pk])[row.pk]
    assert (line.url_name, line.excerpt) == ("spaces:mine", "It is over.")
    assert things()["space"].lines(act(anna), [space.pk]) == {}


def test_every_sentence_is_complete(region):
    mara, anna = a_person(region, "Mara Neri"), a_person(region)
    space = make_space(region, "Silk", managers=[mara], members=[anna])
    row = Membership.objects.get(account=anna)
    line = things()["membership"].lines(act(anna), [row.pk])[row.pk]
    names = [name for name in notices() if name.startswith("spaces.membership.")]
    assert len(names) == 9
    for name in names:
        (notice,) = notices()[name]
        event = Event(region=region, type=name, payload={"role": "space_manager", "space": space.pk})
        assert "Silk" in notice.sentence(event, line)


def test_what_waits(region):
    mara, anna, bruno = (a_person(region, name) for name in ("Mara Neri", "Anna Conti", "Bruno Riva"))
    space = make_space(region, "Silk", openness="restricted", managers=[mara], members=[bruno])
    joining.ask_to_join(actor=act(anna), space=space, answer="", now=NOW)
    assert [(one.url_name, one.count) for one in personal.waiting(act(mara))] == [("spaces:requests", 1)]
    assert list(personal.waiting(act(anna))) == []
    assert list(personal.waiting(act(staff(region)))) == []
    go(space, mara)
    assert [one.url_name for one in personal.waiting(act(staff(region)))] == ["spaces:appoint"]


def test_retention_takes_what_is_over_and_nothing_else(region):
    anna = a_person(region)
    for number, state in enumerate(("left", "declined", "removed", "banned", "active", "requested", "invited")):
        space = make_space(region, f"S{number}")
        Membership.objects.create(
            region=region, space=space, account=anna, state=state, reason="x", state_changed_at=NOW
        )
    later = NOW + timedelta(days=1)
    assert personal.forget_memberships(region, later, later) == 3
    assert personal.forget_invitations(region, later, later) == 1
    assert sorted(Membership.objects.values_list("state", flat=True)) == ["active", "banned", "requested"]


# Settings


@pytest.fixture
def followed():
    """A component that notes the spaces whose audience it was told to follow."""
    seen = []
    kind = ComponentKind(
        "tested", "Tested", "spaces:about", 99, follow_audience=lambda space: seen.append(space.audience)
    )
    components.register_component(kind)
    yield seen
    del components._registry["tested"]


def test_opening_and_closing_tells_every_component(region, followed):
    mara = a_person(region, "Mara Neri")
    space = make_space(region, managers=[mara])
    looking_after.set_openness(actor=act(mara), space=space, openness="private", now=NOW)
    looking_after.set_openness(actor=act(mara), space=space, openness="private", now=NOW)
    looking_after.set_openness(actor=act(mara), space=space, openness="open", now=NOW)
    assert followed == [f"space:{space.pk}", "public"]
    events = Event.objects.filter(type="spaces.space.opened_or_closed")
    assert [event.touches for event in events] == [{"space": [space.pk]}] * 2


def test_a_private_community_holds_no_listed_one(region):
    mara = a_person(region, "Mara Neri")
    space = make_space(region, managers=[mara])
    child = make_space(region, "Within", parent=space, managers=[mara])
    with pytest.raises(SpaceWrong):
        looking_after.set_openness(actor=act(mara), space=space, openness="private", now=NOW)
    looking_after.set_openness(actor=act(mara), space=child, openness="private", now=NOW)
    looking_after.set_openness(actor=act(mara), space=space, openness="private", now=NOW)
    with pytest.raises(SpaceWrong):
        looking_after.set_openness(actor=act(mara), space=child, openness="open", now=NOW)
    with pytest.raises(SpaceWrong):
        founding.open_community(actor=act(mara), region=region, texts=TEXTS, openness="open", parent=space, now=NOW)


def test_components_are_switched_off_and_on(region, client, followed):
    mara = a_person(region, "Mara Neri")
    space = make_space(region, "Silk", managers=[mara])
    assert b"Tested" in client.get("/it/communities/silk/").content
    looking_after.choose_components(actor=act(mara), space=space, on=[], settings={}, now=NOW)
    assert b"Tested" not in client.get("/it/communities/silk/").content
    with pytest.raises(SpaceWrong):
        looking_after.choose_components(actor=act(mara), space=space, on=["nothing"], settings={}, now=NOW)


def test_texts_are_checked_in_every_language(region, client):
    mara = a_person(region, "Mara Neri")
    space = make_space(region, "Silk", managers=[mara])
    sign_in(client, mara)
    typed = {"names-it": "", "names-en": "", "summaries-it": "x" * 401, "welcomes-it": "kept words"}
    answer = client.post("/it/communities/silk/settings/texts/", typed)
    assert answer.status_code == 422
    assert b"kept words" in answer.content
    assert b'href="#names-it"' in answer.content
    assert b'href="#summaries-it"' in answer.content
    typed |= {"names-it": "Seta", "summaries-it": "Filare."}
    assert client.post("/it/communities/silk/settings/texts/", typed).status_code == 302
    space.refresh_from_db()
    assert (space.names, space.summaries) == ({"it": "Seta"}, {"it": "Filare."})


def test_settings_keep_what_can_be_kept(region, client):
    mara = a_person(region, "Mara Neri")
    space = make_space(region, "Silk", managers=[mara])
    sign_in(client, mara)
    at = "/it/communities/silk/settings/"
    assert client.get(at).status_code == 200
    assert client.post(f"{at}openness/", {"openness": "private"}).status_code == 422
    assert client.post(f"{at}openness/", {"openness": "closed", "understood": "1"}).status_code == 422
    for number in ("-1", "21", "many", ""):
        assert client.post(f"{at}writing/", {"holds_first_posts": number}).status_code == 422
    assert client.post(f"{at}writing/", {"holds_first_posts": "2"}).status_code == 302
    assert client.post(f"{at}topics/", {"concepts": ["999999999"]}).status_code == 422
    assert client.post(f"{at}archive/").status_code == 422
    assert client.post(f"{at}archive/", {"understood": "1"}).status_code == 302
    space.refresh_from_db()
    assert space.archived_at is not None
    assert not takes_part(act(mara), space)
    assert client.post(f"{at}archive/").status_code == 302
    space.refresh_from_db()
    assert (space.archived_at, space.settings) == (None, {"holds_first_posts": 2})


def test_topics_come_from_the_region_s_list(region):
    mara = a_person(region, "Mara Neri")
    space = make_space(region, managers=[mara])
    scheme = ConceptScheme.objects.create(region=region, slug="s3", labels={"it": "S3"})
    concept = Concept.objects.create(scheme=scheme, code="health", labels={"it": "Salute", "en": "Health"})
    looking_after.choose_concepts(actor=act(mara), space=space, concept_ids=[concept.pk], now=NOW)
    assert document(space).facets["s3"] == ["health"]
    looking_after.choose_concepts(actor=act(mara), space=space, concept_ids=[], now=NOW)
    assert not SpaceConcept.objects.exists()


def test_the_directory_narrows_by_priority(region, client):
    scheme = ConceptScheme.objects.create(region=region, slug="s3", labels={"it": "S3"})
    top = Concept.objects.create(scheme=scheme, code="health", labels={"it": "Salute"})
    low = Concept.objects.create(
        scheme=scheme, code="health-digital", labels={"it": "Digitale"}, broader=top, ancestor_ids=[top.pk]
    )
    silk, _wool = make_space(region, "Silk"), make_space(region, "Wool")
    secret = make_space(region, "Secret", openness="private")
    for space in (silk, secret):
        SpaceConcept.objects.create(region=region, space=space, concept=low)
    page = client.get("/it/communities/?s3=health").content.decode()
    assert "Silk" in page
    assert "Wool" not in page
    assert "Secret" not in page
    assert '<span>Salute</span> <span class="num quiet">1</span>' in page
    assert "Wool" in client.get("/it/communities/?q=wo&view=list&sort=name&page=9").content.decode()
    assert client.get("/it/communities/?s3=%00&page=x&sort=evil&view=evil&q=%F0%9F%A7%B5").status_code == 200


def test_pins_show_only_what_all_readers_may_read(region):
    mara = a_person(region, "Mara Neri")
    space, wool = make_space(region, "Silk", managers=[mara]), make_space(region, "Wool")
    secret = make_space(region, "Secret", openness="private", managers=[mara])
    looking_after.pin_thing(actor=act(mara), space=space, thing=("space", wool.pk), now=NOW)
    looking_after.pin_thing(actor=act(mara), space=space, thing=("space", wool.pk), now=NOW)
    for thing in (("space", secret.pk), ("space", 10**9), ("nothing", 1)):
        with pytest.raises(SpaceWrong):
            looking_after.pin_thing(actor=act(mara), space=space, thing=thing, now=NOW)
    assert Pin.objects.count() == 1
    looking_after.unpin_thing(actor=act(mara), space=space, thing=("space", wool.pk), now=NOW)
    assert not Pin.objects.exists()


# Founding


def test_who_opens_communities_and_groups(region):
    anna, waiting = a_person(region), a_person(region, "Bruno Riva", state="waiting", validated=False)
    admin = act(staff(region))
    make = {"region": region, "texts": TEXTS, "now": NOW}
    with pytest.raises(Forbidden):
        founding.open_community(actor=act(anna), openness="open", **make)
    with pytest.raises(Forbidden):
        founding.open_group(actor=act(waiting), **make)
    space = founding.open_community(actor=admin, openness="open", **make)
    assert (space.slug, space.members_count) == ("seta", 1)
    group = founding.open_group(actor=act(anna), **make)
    assert group.is_private
    assert group.slug.startswith("seta-")
    assert not Space.objects.visible_to(admin).filter(pk=group.pk).exists()
    region.settings = {"communities": {"who_creates": "members"}}
    region.save()
    assert founding.open_community(actor=act(anna), openness="open", **make).slug == "seta-2"


def test_names_collide_with_no_private_space(region):
    anna = a_person(region)
    first = founding.open_group(actor=act(anna), region=region, texts=TEXTS, now=NOW)
    opened = founding.open_community(actor=act(staff(region)), region=region, texts=TEXTS, openness="open", now=NOW)
    assert opened.slug == "seta"
    assert first.slug != opened.slug


def test_each_region_has_the_space_that_is_itself(region, other_region):
    founding.ensure_region_spaces(actor=PLATFORM)
    founding.ensure_region_spaces(actor=PLATFORM)
    space = Space.objects.of_region(region)
    assert Space.objects.count() == 1
    assert takes_part(act(a_person(region)), space)
    assert not takes_part(VISITOR, space)
    assert Region.objects.filter(spaces__kind="region").count() == 2


def test_a_group_is_opened_and_found_by_its_people_only(region, client):
    sign_in(client, a_person(region))
    answer = client.post("/it/communities/groups/new/", {"names-it": "Gruppo di prova"})
    assert answer.status_code == 302
    assert b"Gruppo di prova" in client.get("/it/communities/").content
    assert client.post("/it/communities/groups/new/", {"names-it": " "}).status_code == 422
    assert client.get("/it/communities/new/").status_code == 403
    client.logout()
    assert b"Gruppo di prova" not in client.get("/it/communities/").content
    assert client.get(answer.url).status_code == 404
    assert client.get("/it/communities/groups/new/").status_code == 302


# Lists of people to invite


def test_a_list_says_what_is_wrong_with_each_row():
    text = "email;nome;ruolo\na@example.org;Ada;\nnobody;Bice;lettrice\nA@EXAMPLE.ORG;Ada;\nc@example.org;C;re\n"
    roster = rosters.read_roster(text)
    assert [(one.email, one.role.value) for one in roster.good] == [("a@example.org", "space_member")]
    assert [(row.number, sorted(row.errors)) for row in roster.bad] == [(3, ["email"]), (4, ["email"]), (5, ["role"])]
    assert [row.number for row in rosters.read_roster(rosters.written(roster.bad)).bad] == [2, 4]
    for nothing in ("", "   \n", "email,name\n", "x" * 300_000):
        with pytest.raises(rosters.RosterUnreadable):
            rosters.read_roster(nothing)


def test_a_list_is_sent_and_what_is_left_comes_back(region, client):
    mara = a_person(region, "Mara Neri")
    make_space(region, "Silk", managers=[mara])
    sign_in(client, mara)
    at = "/it/communities/silk/people/invite/list/"
    text = "zoe@example.org,Ada\nnobody\n"
    assert b"nobody" in client.post(at, {"list": text}).content
    answer = client.post(at, {"list": text, "send": "1"})
    assert answer.status_code == 200
    assert b"nobody" in answer.content
    assert b"zoe@example.org" not in answer.content
    assert b"zoe@example.org" in client.get("/it/communities/silk/people/invite/").content


# The demonstration


def test_the_demonstration_has_94_communities_once(region):
    people = [a_person(region, f"Persona {name}") for name in ("Uno", "Due", "Tre", "Quattro", "Cinque")]
    assert people
    assert seed_spaces(PLATFORM, region) == 94
    assert seed_spaces(PLATFORM, region) == 0
    spaces = list(Space.objects.all())
    assert all(space.members_count == Membership.objects.active().filter(space=space).count() for space in spaces)
    assert RoleGrant.objects.filter(scope_kind="space").count() == Membership.objects.active().count()
    assert all(not (space.parent and space.parent.is_private and not space.is_private) for space in spaces)


def test_roles_follow_what_is_written(region):
    anna = a_person(region)
    space = make_space(region, managers=[a_person(region, "Mara Neri")])
    enter(space, anna, "space_reader")
    assert not takes_part(act(anna), space)
    become(space, anna, "space_member")
    assert takes_part(act(anna), space)
    with transaction.atomic():
        Membership.objects.filter(account=anna).update(role="space_member")
    assert act(anna).scope_ids("space", "space_member") == {space.pk}
