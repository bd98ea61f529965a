# SPDX-License-Identifier: EUPL-1.2
"""Authors of different answers never learn of each other, on any path: what a reader sees is, word for word, what they
saw before somebody else answered, was read, written to, put on the shortlist and declined.
"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import NoReverseMatch, reverse
from django.utils import translation

from filanda.across.collaborating.accepting import accept_interest
from filanda.across.communities.actions import draft_letter, send_letter
from filanda.across.communities.delivering import deliver_batch
from filanda.capabilities.collaborations.actions import confirm, set_public
from filanda.capabilities.collaborations.models import Collaboration
from filanda.capabilities.follows.models import Follow
from filanda.capabilities.notifications.following import follow
from filanda.capabilities.notifications.models import Notification
from filanda.capabilities.notifications.sending import send_due
from filanda.capabilities.threads.actions import answer as say
from filanda.capabilities.threads.models import Post, Thread
from filanda.components.news.actions import publish_news, write_news
from filanda.components.proposals.actions import answering as actions
from filanda.components.proposals.actions.ending import begin_talks
from filanda.components.proposals.models import ExpressionOfInterest, Proposal
from filanda.directory.organisations.models import Organisation
from filanda.kernel.identity.models import Role, RoleGrant
from filanda.kernel.journal import chain
from filanda.kernel.kept import forget_all
from filanda.kernel.mail.models import Message, OutboxMessage
from filanda.kernel.manifests import manifests, things
from tests.components.proposals.answers import answer_it, speaks_for
from tests.components.proposals.making import SUMMARY, make_proposal
from tests.mailing import deliver
from tests.signing import sign_in
from tests.spaces.making import NOW, a_person, act, make_space, staff

pytestmark = pytest.mark.django_db
SECRET = "Xylophanes lacquer"
_CHANGING = re.compile(
    r'name="(csrfmiddlewaretoken|key)" value="[^"]*"|nonce-[\w+/=-]+|nonce="[^"]*"|<time[^>]*>[^<]*</time>'
    r'|"at": "[^"]*"|<updated>[^<]*</updated>'
    r"|The chain of the installation has [\d.,]+ events[^<]*"  # of all regions and rooms together
)


@pytest.fixture
def people(region):
    """The owner, two who answer, the proposal's facilitator, another one, an administrator, a member."""
    named = {
        key: a_person(region, name)
        for key, name in (
            ("anna", "Anna Conti"),
            ("bruno", "Bruno Sala"),
            ("carla", "Carla Neri"),
            ("fede", "Fede Galli"),
            ("gino", "Gino Riva"),
            ("mia", "Mia Longo"),
        )
    }
    for key in ("fede", "gino"):
        RoleGrant.objects.create(region=region, account=named[key], role=Role.FACILITATOR)
    return named | {"ada": staff(region)}


def _addresses(proposal: Proposal, own: ExpressionOfInterest) -> list[str]:
    """Every page on which a proposal or an answer may show."""
    names = [
        ("proposals:directory", []),
        ("proposals:feed", []),
        ("proposals:csv", []),
        ("proposals:json", []),
        ("proposals:mine", []),
        ("proposals:proposal", [proposal.pk, proposal.slug]),
        ("proposals:answer", [proposal.pk]),
        ("proposals:answers", []),
        ("proposals:interest", [own.pk]),
        ("proposals:admissions", [proposal.pk]),
        ("proposals:space", [proposal.space.slug]),
        ("spaces:home", [proposal.space.slug]),
        ("collaborating:introductions", []),
        ("collaborating:register", []),
        ("following:notifications", []),
        ("finder:home", []),
        ("administration:journal", []),
    ]
    found = []
    with translation.override("en"):
        for name, args in names:
            try:
                found.append(reverse(name, args=args))
            except NoReverseMatch:  # a room that is not there shows nothing
                continue
    return [*found, "/api/v1/proposals", f"/api/v1/proposals/{proposal.pk}", "/en/proposals/?q=lacquer"]


def _seen(client, addresses) -> dict[str, tuple[int, str]]:
    found = {}
    for address in addresses:
        response = client.get(address)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        found[address] = (response.status_code, _CHANGING.sub("", body.decode()))
    return found


def _carla_answers(region, proposal, people) -> ExpressionOfInterest:
    """Carla answers for her house; the owner reads it, writes to her, puts it on the shortlist; all is told."""
    house = Organisation.objects.create(region=region, name="Vernici Segrete", sort_key="vernici segrete")
    speaks_for(region, people["carla"], house)
    interest = answer_it(proposal, people["carla"], organisation=house, brings=SECRET, questions=SECRET)
    actions.mark_read(actor=act(people["anna"]), interest=interest, now=NOW)
    thread = Thread.objects.get(pk=interest.thread_id)
    say(actor=act(people["anna"]), thread=thread, source=f"About the {SECRET}: what does it cost?", now=NOW)
    actions.shortlist(actor=act(people["anna"]), interest=interest, now=NOW)
    return interest


@pytest.mark.parametrize("reader", ["bruno", "mia", "ada", "gino", None])
def test_what_others_see_is_what_they_saw_before(region, client, people, indexed, reader):
    proposal = make_proposal(region, people["anna"], facilitator=people["fede"])
    own = answer_it(proposal, people["bruno"])
    follow(NOW)
    indexed()
    follow(NOW)
    if reader is not None:
        sign_in(client, people[reader])
    addresses = _addresses(proposal, own)
    _seen(client, addresses)  # the first visit says hello; what is compared is the second
    before = _seen(client, addresses)
    interest = _carla_answers(region, proposal, people)
    indexed()
    follow(NOW)
    after = _seen(client, addresses)
    assert after == before
    for move in ("", "accept/", "say/", "shortlist/", "decline/", "withdraw/"):
        address = f"/en/proposals/answers/{interest.pk}/{move}"
        statuses = {client.get(address).status_code, client.post(address, {"source": "x"}).status_code}
        assert statuses <= {302, 404, 405}
        assert SECRET not in client.get(address, follow=True).content.decode()
    interest.refresh_from_db()
    assert interest.state == "shortlisted"
    assert (Post.objects.filter(thread=interest.thread_id).count(), Thread.objects.count()) == (1, 2)


@pytest.mark.parametrize("reader", ["bruno", "mia", "ada", "gino"])
def test_things_rows_and_files_are_nobody_elses(region, people, reader):
    proposal = make_proposal(region, people["anna"], facilitator=people["fede"])
    answer_it(proposal, people["bruno"])
    interest = _carla_answers(region, proposal, people)
    posts = list(Post.objects.filter(thread=interest.thread_id).values_list("pk", flat=True))
    for actor in (act(people[reader]), act(people[reader], second_factor=False)):
        assert not ExpressionOfInterest.objects.visible_to(actor).filter(pk=interest.pk).exists()
        assert not Thread.objects.visible_to(actor).filter(pk=interest.thread_id).exists()
        assert not Post.objects.visible_to(actor).filter(pk__in=posts).exists()
        for kind, ids in (("interest", [interest.pk]), ("thread", [interest.thread_id]), ("post", posts)):
            assert dict(things()[kind].lines(actor, ids)) == {}


def test_both_sides_and_the_facilitator_see_it(region, people):
    proposal = make_proposal(region, people["anna"], facilitator=people["fede"])
    interest = _carla_answers(region, proposal, people)
    for key in ("anna", "carla", "fede"):
        actor = act(people[key])
        assert ExpressionOfInterest.objects.visible_to(actor).filter(pk=interest.pk).exists()
        assert Post.objects.visible_to(actor).filter(thread=interest.thread_id).exists()
        assert interest.pk in things()["interest"].lines(actor, [interest.pk])
    asleep = act(people["fede"], second_factor=False)
    assert not ExpressionOfInterest.objects.visible_to(asleep).exists()
    assert not Thread.objects.visible_to(asleep).exists()


def test_each_hears_of_their_own_alone(region, people):
    follow(NOW)
    proposal = make_proposal(region, people["anna"], facilitator=people["fede"])
    own = answer_it(proposal, people["bruno"])
    other = _carla_answers(region, proposal, people)
    say(actor=act(people["bruno"]), thread=Thread.objects.get(pk=own.thread_id), source="Mine", now=NOW)
    actions.decline(actor=act(people["anna"]), interest=other, reason="no_fit", words=SECRET, now=NOW)
    chain.extend()
    follow(NOW)
    told = {}
    for row in Notification.objects.all():
        told.setdefault(row.account_id, set()).add((row.thing_kind, row.thing_id))
    of_own = {
        ("interest", own.pk),
        *(("post", pk) for pk in Post.objects.filter(thread=own.thread_id).values_list("pk", flat=True)),
    }
    of_other = {
        ("interest", other.pk),
        *(("post", pk) for pk in Post.objects.filter(thread=other.thread_id).values_list("pk", flat=True)),
    }
    names = {account.pk: key for key, account in people.items()}
    by_name = {names[account]: seen for account, seen in told.items()}
    assert sorted(by_name) == ["anna", "carla", "fede"]
    assert by_name["carla"] <= of_other
    assert by_name["carla"] & of_other
    assert by_name["anna"] <= of_own | of_other
    assert ("interest", own.pk) in by_name["anna"]
    addressed = {message.to: str(message.context) for message in Message.objects.all()}
    assert SECRET not in addressed.get(people["bruno"].email, "")


def test_the_owner_compares_and_counts(region, client, people):
    proposal = make_proposal(region, people["anna"], facilitator=people["fede"])
    answer_it(proposal, people["bruno"])
    _carla_answers(region, proposal, people)
    sign_in(client, people["anna"])
    listed = client.get(f"/en/proposals/answers/?proposal={proposal.pk}").content.decode()
    assert "2 answers" in listed
    compared = client.get(f"/en/proposals/answers/?proposal={proposal.pk}&compare=1").content.decode()
    assert SECRET in compared
    assert "Vernici Segrete" in compared
    assert sign_in(client, people["bruno"]).get(f"/en/proposals/answers/?proposal={proposal.pk}").status_code == 404


# After somebody else was accepted

PARTNER = "Vernici Segrete"


def _after_acceptance(proposal: Proposal) -> list[str]:
    """Where what came of an answer could show, beside `_addresses`."""
    with translation.override("en"):
        found = [
            reverse(name)
            for name in (
                "matchmaking:mine",
                "spaces:directory",
                "spaces:mine",
                "finder:organisations",
                "profiles:people",
            )
        ]
        found += [
            reverse("matchmaking:proposal", args=[proposal.pk]),
            reverse("spaces:feed", args=[proposal.space.slug]),
        ]
        found += [reverse("proposals:directory") + f"?q={word}" for word in ("Segrete", "Carla")]
    return [*found, "/api/v1/organisations", "/api/v1/people", "/api/v1/spaces"]


def _data_of(account) -> dict[str, object]:
    """What they take along when they ask for their data."""
    rooms = [data for room in manifests().values() for data in room.personal_data]
    return {f"{data.name}/{name}": words for data in rooms for name, words in data.collect(account).items()}


def _forget() -> None:
    """What is kept for seconds would hide what another minute tells."""
    cache.clear()
    forget_all()


@pytest.mark.parametrize("reader", ["bruno", "dino"])
def test_whoever_was_not_accepted_learns_nothing_of_who_was(region, client, people, indexed, reader):
    """Of two who answered, one waits and one was declined. That talks have begun, the owner had said already."""
    people["dino"] = a_person(region, "Dino Villa")
    proposal = make_proposal(region, people["anna"], facilitator=people["fede"])
    own = answer_it(proposal, people[reader])
    if reader == "dino":
        actions.decline(actor=act(people["anna"]), interest=own, reason="no_fit", words="Not now.", now=NOW)
    begin_talks(actor=act(people["anna"]), proposal=proposal, now=NOW)
    proposal.refresh_from_db()
    chosen = _carla_answers(region, proposal, people)
    indexed()
    follow(NOW)
    sign_in(client, people[reader])
    addresses = [*_addresses(proposal, own), *_after_acceptance(proposal)]
    with translation.override("en"):
        figures = [reverse("collaborating:register"), reverse("collaborating:figures-csv")]
    addresses = [one for one in addresses if one not in figures]
    _seen(client, addresses)
    _forget()
    before = _seen(client, addresses)
    told = list(Notification.objects.filter(account=people[reader]).values_list("pk", flat=True))
    mailed = Message.objects.filter(to=people[reader].email).count()
    data = _data_of(people[reader])

    accept_interest(
        actor=act(people["anna"]),
        interest=chosen,
        opens_group=True,
        registers=True,
        kind="pilot",
        words=SECRET,
        now=NOW,
    )
    made = Collaboration.objects.get()
    confirm(actor=act(people["carla"]), collaboration=made, now=NOW)
    set_public(actor=act(people["anna"]), collaboration=made, is_public=False, now=NOW)
    chain.extend()
    indexed()
    follow(NOW)
    _forget()

    after = _seen(client, addresses)
    assert [one for one in addresses if after[one] != before[one]] == []
    for address, (_status, body) in _seen(client, figures).items():  # of the whole region, in numbers
        assert PARTNER not in body, address
        assert proposal.title not in body, address
    with translation.override("en"):
        closed = [
            reverse("collaborating:collaboration", args=[made.pk]),
            reverse("spaces:home", args=[chosen.group.slug]),
            reverse("spaces:members", args=[chosen.group.slug]),
            reverse("proposals:interest", args=[chosen.pk]),
        ]
    assert {client.get(one).status_code for one in closed} == {404}
    assert list(Notification.objects.filter(account=people[reader]).values_list("pk", flat=True)) == told
    assert Message.objects.filter(to=people[reader].email).count() == mailed
    assert _data_of(people[reader]) == data
    actor = act(people[reader])
    for kind, number in (("interest", chosen.pk), ("collaboration", made.pk), ("space", chosen.group_id)):
        assert dict(things()[kind].lines(actor, [number])) == {}


def test_e_mails_of_a_community_tell_nothing_of_answers_nor_closed_words(region, people):
    """Its manager, who made a proposal there that only whom she lets in reads, sends the letter of the month: the
    others who answered, and members, read nothing of who was accepted; nor do digests tell them.
    """
    silk = make_space(region, "Silk", managers=[people["anna"]], members=[people["mia"], people["bruno"]])
    for key in ("mia", "bruno"):
        followed = {"thing_id": silk.pk, "level": "following"}
        Follow.objects.update_or_create(region=region, account=people[key], thing_kind="space", defaults=followed)
    closed = {"summary_for": "let_in", "text_for": "let_in", "facilitator": people["fede"]}
    proposal = make_proposal(region, people["anna"], space=silk, **closed)
    follow(NOW)
    answer_it(proposal, people["bruno"])
    chosen = _carla_answers(region, proposal, people)
    accept_interest(
        actor=act(people["anna"]),
        interest=chosen,
        opens_group=True,
        registers=True,
        kind="pilot",
        words=SECRET,
        now=NOW,
    )
    anna = act(people["anna"])
    item = write_news(actor=anna, space=silk, title="New loom", summary="", source="It weaves.", now=NOW)
    publish_news(actor=anna, item=item, now=NOW)
    soon = NOW + timedelta(days=1)
    letter = draft_letter(actor=anna, space=silk, now=soon)
    send_letter(actor=anna, letter=letter, version=letter.version, now=soon)
    while deliver_batch(letter.pk, soon, 50):
        pass
    chain.extend()
    follow(NOW)
    send_due(region, NOW + timedelta(days=8))
    deliver(now=NOW + timedelta(days=8))
    mails = {key: _mail_to(people[key].email) for key in ("mia", "bruno", "carla")}
    assert proposal.title in mails["carla"]
    for key in ("mia", "bruno"):
        assert "New loom" in mails[key]
        for secret in (SUMMARY, "zirconia", SECRET, PARTNER, "Carla"):
            assert secret not in mails[key], (key, secret)


def _mail_to(address: str) -> str:
    rows = OutboxMessage.objects.filter(to=address.lower())
    return "\n".join(f"{row.subject}\n{row.text}\n{row.html}" for row in rows)
