# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from filanda.across.administration.actions.roles import RoleWrong, close_expired, end, grant
from filanda.across.administration.queries import people_called
from filanda.directory.affiliations.actions.requests import ask_to_join
from filanda.directory.affiliations.personal import waiting
from filanda.directory.organisations.models import Organisation
from filanda.kernel.identity.actors import PLATFORM, VISITOR, actor_for
from filanda.kernel.identity.models import Account, Role, RoleGrant
from filanda.kernel.journal.models import Event
from filanda.kernel.mail.models import Message
from filanda.kernel.policies import Forbidden
from filanda.kernel.regions.scoped import in_region
from tests.directory.affiliations import making

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def give(actor, region, email="anna@example.org", role=Role.FACILITATOR, reason="She knows the valley.", **more):
    return grant(actor=actor, region=region, email=email, role=role, reason=reason, now=NOW, **more)


def test_a_role_is_given_with_a_reason_and_an_e_mail(region, administrator, person):
    anna = person("anna")
    made = give(administrator, region, until=NOW + timedelta(days=30))
    assert (made.account, made.role, made.granted_by_id) == (anna, "facilitator", administrator.account_id)
    assert Role.FACILITATOR in actor_for(anna, has_second_factor=True).roles
    event = Event.objects.get(type="identity.role.granted")
    assert (event.account_id, event.payload["reason"]) == (administrator.account_id, "She knows the valley.")
    message = Message.objects.get()
    assert (message.to, message.template) == ("anna@example.org", "administration/mail/role_given")
    assert message.context["reason"] == "She knows the valley."


def test_whoever_has_no_account_gets_one(region, administrator):
    give(administrator, region, email=" Nuova@Example.org ")
    assert Account.objects.get(email="nuova@example.org").role_grants.count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "nope"}, "email"),
        ({"email": "tommaso@example.org"}, "email"),
        ({"role": "emperor"}, "role"),
        ({"role": Role.ORGANISATION_ADMIN}, "organisation"),
        ({"reason": "  "}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"until": NOW}, "until"),
    ],
)
def test_what_cannot_be_given_is_said_beside_its_field(region, administrator, change, field):
    with pytest.raises(RoleWrong, match=r"\.$") as wrong:
        give(administrator, region, **change)
    assert wrong.value.field == field
    assert RoleGrant.objects.count() == 1
    assert Message.objects.count() == 0


def test_a_role_of_the_region_takes_no_organisation(region, administrator, person):
    person("anna")
    body = Organisation.objects.create(region=region, name="Ottica", sort_key="ottica")
    with pytest.raises(RoleWrong) as wrong:
        give(administrator, region, organisation=body)
    assert wrong.value.field == "organisation"
    made = give(administrator, region, role=Role.ORGANISATION_ADMIN, organisation=body, until=NOW + timedelta(days=3))
    assert (made.scope_kind, made.scope_id, made.until) == ("organisation", body.pk, NOW + timedelta(days=3))
    body.refresh_from_db()
    assert body.state == "claimed"


def test_twice_is_refused_but_one_that_ran_out_is_followed_by_another(region, administrator, person):
    anna = person("anna")
    give(administrator, region)
    with pytest.raises(RoleWrong):
        give(administrator, region)
    RoleGrant.objects.filter(account=anna, role="facilitator").update(until=NOW - timedelta(days=1))
    give(administrator, region)
    states = RoleGrant.objects.filter(account=anna, role="facilitator").order_by("pk")
    assert [grant_.ended_at is None for grant_ in states] == [False, True]


def test_only_administrators_with_a_second_factor_give_and_end(region, tommaso, person, other_region):
    anna = person("anna")
    giulia = person("giulia", Role.FACILITATOR)
    outsider = person("carla", Role.REGION_ADMINISTRATOR, region=other_region)
    held = RoleGrant.objects.get(account=anna)
    for actor in (
        VISITOR,
        actor_for(anna),
        actor_for(giulia, has_second_factor=True),
        actor_for(tommaso, has_second_factor=False),
        actor_for(outsider, has_second_factor=True),
    ):
        with pytest.raises(Forbidden):
            give(actor, region, email="bruno@example.org")
        with pytest.raises(Forbidden):
            end(actor=actor, grant=held, reason="x", now=NOW)
        with pytest.raises(Forbidden):
            close_expired(actor=actor, region=region, now=NOW)
    assert Account.objects.filter(email="bruno@example.org").count() == 0


def test_ending_works_at_once_and_twice_is_once(region, administrator, person):
    giulia = person("giulia", Role.FACILITATOR)
    held = RoleGrant.objects.get(account=giulia)
    end(actor=administrator, grant=held, reason="Moved away.", now=NOW)
    end(actor=administrator, grant=held, reason="Moved away.", now=NOW)
    assert actor_for(giulia, has_second_factor=True).roles == frozenset()
    assert Event.objects.filter(type="identity.role.ended").count() == 1
    assert [message.template for message in Message.objects.all()] == ["administration/mail/role_ended"]
    with pytest.raises(RoleWrong):
        end(actor=administrator, grant=held, reason="", now=NOW)


def test_the_last_administrator_stays(region, administrator, tommaso, person):
    own = RoleGrant.objects.get(account=tommaso)
    with pytest.raises(RoleWrong, match="ultimo"):
        end(actor=administrator, grant=own, reason="Enough.", now=NOW)
    other = person("olga", Role.REGION_ADMINISTRATOR)
    grant_ = RoleGrant.objects.get(account=other)
    RoleGrant.objects.filter(pk=grant_.pk).update(until=NOW + timedelta(days=2))
    with pytest.raises(RoleWrong, match="ultimo"):  # the other one's time runs out by itself
        end(actor=administrator, grant=own, reason="Enough.", now=NOW)
    RoleGrant.objects.filter(pk=grant_.pk).update(until=None)
    other.is_active = False
    other.save()
    with pytest.raises(RoleWrong, match="ultimo"):
        end(actor=administrator, grant=own, reason="Enough.", now=NOW)
    other.is_active = True
    other.save()
    end(actor=administrator, grant=own, reason="Enough.", now=NOW)
    assert actor_for(tommaso, has_second_factor=True).roles == frozenset()


def test_grants_whose_time_is_over_are_closed(region, administrator, person):
    person("anna")
    made = give(administrator, region, until=NOW + timedelta(days=1))
    assert close_expired(actor=PLATFORM, region=region, now=NOW) == 0
    assert close_expired(actor=PLATFORM, region=region, now=NOW + timedelta(days=1)) == 1
    made.refresh_from_db()
    assert made.ended_at == NOW + timedelta(days=1)
    assert close_expired(actor=PLATFORM, region=region, now=NOW + timedelta(days=2)) == 0


def test_the_search_for_people_knows_nobody_of_another_region(region, other_region, person):
    person("anna")
    with in_region(other_region):
        person("annalisa", region=other_region)
    Account.objects.create_account(email="annabella@example.org", name="Annabella")
    assert [account.name for account in people_called("ann")] == ["Anna"]


LIST, GIVE = "/it/administration/roles/", "/it/administration/roles/give/"


def test_an_administrator_gives_and_ends_a_role_on_the_pages(region, tommaso, person, at):
    person("anna")
    client = at(tommaso)
    assert "anna@example.org" in client.get(f"{GIVE}?q=ann").content.decode()
    fields = {"email": "anna@example.org", "role": "facilitator", "until": "", "reason": ""}
    wrong = client.post(GIVE, fields | {"until": "tomorrow", "organisation": ""})
    assert wrong.status_code == 422
    wrong = client.post(GIVE, fields)
    assert wrong.status_code == 422
    assert 'href="#reason"' in wrong.content.decode()
    assert "anna@example.org" in wrong.content.decode()
    assert client.post(GIVE, fields | {"reason": "Conosce <la> valle."}).headers["Location"] == LIST
    listed = client.get(LIST).content.decode()
    assert "Conosce &lt;la&gt; valle." in listed
    made = RoleGrant.objects.get(role="facilitator")
    page = f"/it/administration/roles/{made.pk}/end/"
    assert client.get(page).status_code == 200
    assert client.post(page, {"reason": " "}).status_code == 422
    assert client.post(page, {"reason": "Ha cambiato lavoro."}).status_code == 302
    assert client.get(page).status_code == 404
    assert "Ha cambiato lavoro." in client.get(f"{LIST}?state=ended").content.decode()
    assert "Ha cambiato lavoro." not in client.get(LIST).content.decode()


def test_an_organisation_is_named_whole_or_by_its_number(region, tommaso, person, at):
    bodies = [Organisation.objects.create(region=region, name="Ottica", sort_key="ottica") for _n in range(2)]
    fields = {"email": "anna@example.org", "role": "organisation_member", "until": "2027-01-31", "reason": "x"}
    client = at(tommaso)
    several = client.post(GIVE, fields | {"organisation": "OTTICA"})
    assert several.status_code == 422
    assert str(bodies[1].pk) in several.content.decode()
    assert client.post(GIVE, fields | {"organisation": "Otto"}).status_code == 422
    assert client.post(GIVE, fields | {"organisation": str(bodies[1].pk)}).status_code == 302
    made = RoleGrant.objects.get(role="organisation_member")
    assert (made.scope_id, made.until.isoformat()) == (bodies[1].pk, "2027-01-31T23:00:00+00:00")
    # What was typed is the last day on which it is held, and what is read.
    listed = client.get(LIST).content.decode()
    assert "31 gennaio 2027" in listed
    assert "1 febbraio 2027" not in listed
    assert Message.objects.get(to="anna@example.org").context["until"] == "31 gennaio 2027"


def test_filters_and_a_constant_number_of_queries(region, tommaso, person, at, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = at(tommaso)
    person("anna", Role.ORGANISATION_MEMBER, ("organisation", 1))
    client.get(LIST)
    with CaptureQueriesContext(connection) as few:
        client.get(LIST)
    for number in range(4):
        person(f"p{number}", Role.ORGANISATION_MEMBER, ("organisation", number + 2))
    with CaptureQueriesContext(connection) as many:
        page = client.get(LIST).content.decode()
    assert len(many) == len(few), [q["sql"][:160] for q in few] + ["-"] + [q["sql"][:160] for q in many]
    assert page.count("@example.org") == 6
    assert client.get(f"{LIST}?q=p3").content.decode().count("@example.org") == 1
    assert client.get(f"{LIST}?role=region_administrator").content.decode().count("@example.org") == 1
    assert client.get(f"{LIST}?page=99&role=nonsense").status_code == 200


def test_roles_in_a_private_group_are_no_administrators_business(region, administrator, tommaso, person, at):
    anna = person("anna", Role.SPACE_MEMBER, ("space", 17))
    grant = RoleGrant.objects.get(account=anna)
    client = at(tommaso)
    assert "anna@example.org" not in client.get("/en/administration/roles/").content.decode()
    assert client.get(f"/en/administration/roles/{grant.pk}/end/").status_code == 404
    with pytest.raises(RoleWrong) as caught:
        give(administrator, region, role=Role.SPACE_MANAGER)
    assert caught.value.field == "role"


@pytest.mark.parametrize("by", ["an administrator", "the clock"])
def test_where_the_last_admin_s_role_ends_the_facilitator_hears_of_it_and_of_who_waits(region, administrator, by):
    giulia, organisation = making.facilitator(region), making.body(region, state="claimed")
    bruno = making.admin(region, organisation)
    ask_to_join(actor=making.member(region), organisation=organisation, message="It is me", now=NOW)
    assert not [one for one in waiting(giulia) if one.url_name == "ownership:people"]
    held = RoleGrant.objects.get(account=bruno.account_id, role=Role.ORGANISATION_ADMIN)
    if by == "the clock":
        RoleGrant.objects.filter(pk=held.pk).update(until=NOW - timedelta(days=1))
        close_expired(actor=PLATFORM, region=region, now=NOW)
    else:
        end(actor=administrator, grant=held, reason="Moved away.", now=NOW)
    told = Message.objects.get(template="affiliations/mail/without_admin")
    assert (told.to, told.context["organisation"]) == ("giulia@region.example", organisation.name)
    assert [(one.url_args, one.count) for one in waiting(giulia) if one.url_name == "ownership:people"] == [
        ((organisation.pk,), 1)
    ]
