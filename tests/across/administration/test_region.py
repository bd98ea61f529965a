# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import pytest

from filanda.across.administration.actions.region import RegionWrong, SettingsChanged, change_region
from filanda.across.administration.settings import PARTS, retentions, stamp_of, themes, values_of
from filanda.kernel.identity.actors import VISITOR, actor_for
from filanda.kernel.identity.models import Role
from filanda.kernel.journal.models import Event
from filanda.kernel.policies import Forbidden
from filanda.kernel.regions.middleware import forget_hosts

NAMES = {
    "names": {"it": "Altariva", "en": "Altariva"},
    "languages": ["it", "en"],
    "default_language": "it",
    "contact_email": "ciao@example.org",
    "theme": "altariva",
}
UNI = {
    "id": "uni",
    "name": "Università",
    "server_url": "https://login.uni.example",
    "client_id": "filanda",
    "secret_env": "FILANDA_OIDC_UNI",
    "trusts_email": True,
    "acr_second_factor": "mfa, two",
    "secret": "do not keep me",
}
GOOD = {
    "names": NAMES,
    "home": {"title": {"it": "Chi cerchi?"}, "lead": {"en": "Hello"}, "examples": {"it": ["uno", " ", "due"]}},
    "people": {"may_choose": False, "assigns": "nobody", "validates": False},
    "retention": {"files.settled": "30", "legal.feedback": "365"},
    "controller": {"controller": "Ente di prova, via Roma 1"},
    "providers": {"providers": [UNI]},
}


def change(actor, region, part, given, seen=None):
    region.refresh_from_db()
    stamp = stamp_of(values_of(region, part)) if seen is None else seen
    return change_region(actor=actor, region=region, part=part, given=given, seen=stamp)


@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_changed_with_what_it_was_in_the_journal(region, administrator, part):
    before = values_of(region, part)
    changed = change(administrator, region, part, GOOD[part])
    event = Event.objects.get(type="administration.region.changed")
    assert event.payload == {"part": part, "old": before, "new": values_of(changed, part)}
    region.refresh_from_db()
    assert values_of(region, part) == values_of(changed, part)
    assert values_of(region, part) != before
    change(administrator, region, part, GOOD[part])
    assert Event.objects.filter(type="administration.region.changed").count() == 1  # nothing new, nothing written


def test_values_are_kept_clean(region, administrator):
    for part, given in GOOD.items():
        change(administrator, region, part, given)
    region.refresh_from_db()
    assert region.home_texts["examples"]["it"] == ["uno", "due"]
    assert region.settings["retention"] == {"files.settled": 30}  # the other is as it comes
    assert region.settings["facilitators"] == {"may_choose": False, "assigns": "nobody", "validates": False}
    (provider,) = region.settings["oidc"]
    assert "secret" not in provider
    assert provider["acr_second_factor"] == ["mfa", "two"]


def test_parts_do_not_disturb_each_other(region, administrator):
    region.settings = {"something": "else", "retention": {"files.settled": 12}}
    region.save()
    change(administrator, region, "people", GOOD["people"])
    region.refresh_from_db()
    assert region.settings["something"] == "else"
    assert region.settings["retention"] == {"files.settled": 12}


@pytest.mark.parametrize(
    ("part", "given", "field"),
    [
        ("names", NAMES | {"languages": []}, "languages"),
        ("names", NAMES | {"languages": ["xx"]}, "languages"),
        ("names", NAMES | {"languages": ["en"]}, "default_language"),
        ("names", NAMES | {"names": {"it": " ", "en": "x"}}, "name_it"),
        ("names", NAMES | {"names": {"it": "x" * 81, "en": "x"}}, "name_it"),
        ("names", NAMES | {"contact_email": "nope"}, "contact_email"),
        ("names", NAMES | {"theme": "../../etc/passwd"}, "theme"),
        ("names", NAMES | {"colour": "#ff8800"}, "colour"),
        ("names", NAMES | {"colour": "red;}body{display:none"}, "colour"),
        ("home", {"title": {"it": "x" * 91}}, "title_it"),
        ("home", {"lead": {"en": "x" * 301}}, "lead_en"),
        ("home", {"examples": {"it": ["x"] * 7}}, "examples_it"),
        ("home", {"examples": {"it": ["x" * 201]}}, "examples_it"),
        ("people", {"assigns": "everybody"}, "assigns"),
        ("retention", {"files.settled": "0"}, "retention-files.settled"),
        ("retention", {"files.settled": "3651"}, "retention-files.settled"),
        ("retention", {"files.settled": "-1"}, "retention-files.settled"),
        ("retention", {"files.settled": "²"}, "retention-files.settled"),
        ("controller", {"controller": ""}, "controller"),
        ("controller", {"controller": "x" * 301}, "controller"),
        ("providers", {"providers": [UNI | {"server_url": "javascript:alert(1)"}]}, "server_url"),
        ("providers", {"providers": [UNI | {"secret_env": "DATABASE_URL"}]}, "secret_env"),
        ("providers", {"providers": [UNI, UNI]}, "id"),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field(region, administrator, part, given, field):
    with pytest.raises(RegionWrong) as wrong:
        change(administrator, region, part, given)
    assert set(wrong.value.errors) == {field}
    assert wrong.value.errors[field].endswith(".")
    assert Event.objects.count() == 0


def test_two_administrators_at_once_see_each_other(region, administrator):
    seen = stamp_of(values_of(region, "people"))
    change(administrator, region, "people", GOOD["people"], seen)
    with pytest.raises(SettingsChanged) as conflict:
        change(administrator, region, "people", {"may_choose": True, "assigns": "nobody"}, seen)
    assert conflict.value.current == GOOD["people"]


def test_nobody_else_changes_a_region(region, tommaso, person, other_region):
    strangers = [
        VISITOR,
        actor_for(person("anna")),
        actor_for(person("giulia", Role.FACILITATOR), has_second_factor=True),
        actor_for(tommaso),
        actor_for(person("carla", Role.REGION_ADMINISTRATOR, region=other_region), has_second_factor=True),
    ]
    for actor in strangers:
        for part in PARTS:
            with pytest.raises(Forbidden):
                change(actor, region, part, GOOD[part])


PAGE = "/it/administration/region/"


@pytest.mark.parametrize("part", [part for part in PARTS if part != "providers"])
def test_every_part_has_a_screen(region, tommaso, at, part):
    client = at(tommaso)
    page = client.get(f"{PAGE}{part}/").content.decode()
    stamp = stamp_of(values_of(region, part))
    assert f'value="{stamp}"' in page
    assert client.get(f"/en/administration/region/{part}/").status_code == 200


def test_the_screen_of_names_saves_refuses_and_shows_conflicts(region, tommaso, at):
    client, page = at(tommaso), PAGE + "names/"
    fields = {
        "name_it": "Altariva",
        "name_en": "Altariva",
        "languages": ["it", "en"],
        "default_language": "it",
        "contact_email": "nope",
        "theme": themes()[0],
        "seen": stamp_of(values_of(region, "names")),
    }
    wrong = client.post(page, fields)
    assert wrong.status_code == 422
    assert 'value="nope"' in wrong.content.decode()
    assert client.post(page, fields | {"contact_email": "a@example.org"}).headers["Location"] == PAGE
    assert "a@example.org" in client.get(PAGE).content.decode()
    conflict = client.post(page, fields | {"contact_email": "b@example.org"})
    assert conflict.status_code == 409
    text = conflict.content.decode()
    assert "a@example.org" in text
    assert 'value="b@example.org"' in text
    region.refresh_from_db()
    assert f'value="{stamp_of(values_of(region, "names"))}"' in text  # sent again, it replaces


def test_the_screens_of_the_other_parts_save(region, tommaso, at):
    client = at(tommaso)

    def send(part, **fields):
        region.refresh_from_db()
        return client.post(f"{PAGE}{part}/", fields | {"seen": stamp_of(values_of(region, part))})

    assert send("home", title_it="Chi cerchi?", examples_it="uno\r\ndue").status_code == 302
    assert send("home", title_it="x" * 200).status_code == 422
    assert send("people", assigns="nobody").status_code == 302
    assert send("people", assigns="").status_code == 422
    assert send("retention", **{f"retention-{name}": "40" for name in retentions()}).status_code == 302
    assert send("retention", **{"retention-files.settled": "many"}).status_code == 422
    assert send("controller", controller="Ente").status_code == 302
    forget_hosts()  # as the commit does, which a test's transaction never comes to
    assert "Chi cerchi?" in client.get("/it/").content.decode()
    assert "Ente" in client.get("/it/privacy/").content.decode()


def test_providers_are_added_changed_and_removed_and_no_secret_is_shown(region, tommaso, at, monkeypatch):
    monkeypatch.setenv("FILANDA_OIDC_UNI", "the-real-secret")
    client = at(tommaso)

    def seen():
        region.refresh_from_db()
        return stamp_of(values_of(region, "providers"))

    new = PAGE + "providers/new/"
    assert client.get(PAGE + "providers/").status_code == 200
    fields = {key: value for key, value in UNI.items() if key != "trusts_email"} | {"trusts_email": "1"}
    assert client.post(new, fields | {"seen": seen(), "id": "UNI!"}).status_code == 422
    assert client.post(new, fields | {"seen": seen()}).status_code == 302
    listed = client.get(PAGE + "providers/").content.decode()
    assert "Università" in listed
    one = PAGE + "providers/0/"
    shown = client.get(one).content.decode()
    assert "the-real-secret" not in listed + shown
    assert "http://test.example/sign-in/callback/uni/" in shown
    assert client.post(one, fields | {"seen": "stale"}).status_code == 409
    assert client.post(one, fields | {"seen": seen(), "name": "Ateneo"}).status_code == 302
    assert client.get(PAGE + "providers/1/").status_code == 404
    assert client.post(one + "remove/", {"seen": "stale"}).status_code == 302
    assert region.settings["oidc"]
    assert client.post(one + "remove/", {"seen": seen()}).status_code == 302
    region.refresh_from_db()
    assert region.settings["oidc"] == []


def test_unknown_parts_are_not_found(region, tommaso, at):
    for part in ("sandwich", "providers2"):
        assert at(tommaso).get(f"{PAGE}{part}/").status_code == 404
