# SPDX-License-Identifier: EUPL-1.2
"""What pages of suggestions, the panel and the weekly letter never show: another's answer, words above the reader's
rung, hidden evidence, proposals that the reader may not know of.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import translation

from filanda.across.collaborating.accepting import accept_interest
from filanda.across.matchmaking import letters, queries
from filanda.across.matchmaking.actions import dismiss
from filanda.across.matchmaking.exposure import count_exposure
from filanda.across.matchmaking.models import LetterLine, Showing
from filanda.components.proposals.actions.ending import begin_talks
from filanda.components.proposals.models import ExpressionOfInterest, InterestState, Proposal
from filanda.directory.organisations.models import EvidenceParty, Organisation
from filanda.directory.people.models import Person
from filanda.kernel.identity.models import Role, RoleGrant
from filanda.kernel.mail.models import Message
from filanda.kernel.mail.rendering import render
from tests.across.matchmaking.conftest import read_things
from tests.signing import sign_in
from tests.spaces.making import NOW, a_person, act, make_space, staff

ANSWER = "We bring quokka enzymes"
# What differs between two answers to the same request, whatever they show.
_VOLATILE = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"|\?v=[0-9a-f]+')


@pytest.fixture
def carla(world):
    """A member whose words are near to every proposal of the world, and who speaks for the dairy."""
    made = a_person(world.region, "Carla Neri", headline="Bacteria in milk and cheese; dampers of railway wheels")
    RoleGrant.objects.create(
        region=world.region,
        account=made,
        role=Role.ORGANISATION_ADMIN,
        scope_kind="organisation",
        scope_id=world.bodies["Caseificio"].pk,
    )
    read_things(world.region)
    return made


def seen_by(world, account, *, own=None):
    """Everything that this room shows `account`: pages, the panel for words like the need's, the letter as sent."""
    client = sign_in(Client(headers={"host": "test.example"}), account)
    pages = [client.get("/en/for-you/")]
    ids = re.findall(r' id="([^"]+)"', pages[0].content.decode())
    assert [one for one, times in Counter(ids).items() if times > 1] == []
    if own is not None:
        pages.append(client.get(f"/en/proposals/{own.pk}/matches/"))
    typed = {"title": world.need.title, "summary": "bacteria in milk, dampers of wheels", "kind": "look_for"}
    pages.append(client.post("/en/proposals/panel/", typed))
    assert all(page.status_code == 200 for page in pages)
    LetterLine.objects.all().delete()
    Message.objects.filter(template="matchmaking/mail/for_you").delete()
    letters.send_letter(account_id=account.pk, region=world.region, level=0.1, now=NOW)
    message = Message.objects.filter(template="matchmaking/mail/for_you").first()
    letter = ""
    if message is not None:
        mail = render(message.template, region=world.region, language="en", context=message.context)
        letter = f"{mail.subject}\n{mail.text}\n{mail.html}"
    return SimpleNamespace(
        pages=[_VOLATILE.sub("", page.content.decode()) for page in pages],
        letter=letter,
        everything="\n".join([*(page.content.decode() for page in pages), letter]),
    )


def answered(world, account, proposal, body=None, text=ANSWER):
    return ExpressionOfInterest.objects.create(
        region=world.region,
        proposal=proposal,
        author=account,
        organisation=body,
        state=InterestState.SENT,
        sent_at=NOW,
        brings=text,
    )


def test_nothing_changes_for_others_when_somebody_answers(world, carla):
    """Not a word, not a place, not a number: neither for who might answer too, nor for who wrote another proposal."""
    before = {carla: seen_by(world, carla), world.bruno: seen_by(world, world.bruno, own=world.offer)}
    Showing.objects.all().delete()
    eva = a_person(world.region, "Eva Blu")
    for proposal in (world.need, world.trains):
        answered(world, eva, proposal, world.bodies["Treni"])
        Proposal.objects.filter(pk=proposal.pk).update(answers_count=1)
    count_exposure(world.region, NOW)
    after = {carla: seen_by(world, carla), world.bruno: seen_by(world, world.bruno, own=world.offer)}
    for reader in before:
        assert after[reader].pages == before[reader].pages
        assert "quokka" not in after[reader].everything
        assert "Eva Blu" not in after[reader].everything


@pytest.mark.parametrize("has_answered", [False, True])
def test_a_letter_tells_nobody_that_somebody_else_was_accepted(world, carla, has_answered):
    """Eva is accepted, with a group and an entry in the register: neither a word nor a place changes in the letter."""
    eva = a_person(world.region, "Eva Blu")
    if has_answered:
        answered(world, carla, world.need, text="We bring wallaby broth")
    begin_talks(actor=act(world.anna), proposal=world.need, now=NOW)
    chosen = answered(world, eva, world.need)
    before = seen_by(world, carla)
    Showing.objects.all().delete()
    accept_interest(
        actor=act(world.anna),
        interest=chosen,
        opens_group=True,
        registers=True,
        kind="pilot",
        words=ANSWER,
        now=NOW,
    )
    count_exposure(world.region, NOW)
    after = seen_by(world, carla)
    assert before.letter
    assert _of_links(after.letter) == _of_links(before.letter)
    assert after.pages == before.pages
    for secret in ("quokka", "Eva Blu", "zirconia"):
        assert secret not in after.everything


def _of_links(letter: str) -> str:
    """A letter without what is signed anew each time."""
    return re.sub(r"https?://[^\s\"<>)]+", lambda found: found[0].partition("?")[0].split("/unsubscribe/")[0], letter)


def test_nobody_reads_words_above_their_rung(world, carla):
    Proposal.objects.filter(pk__in=[world.need.pk, world.trains.pk]).update(summary_for="let_in", text_for="let_in")
    read_things(world.region)
    for reader, own in ((carla, None), (world.bruno, world.offer)):
        seen = seen_by(world, reader, own=own)
        assert world.need.title in seen.everything
        assert "A dairy wants to know" not in seen.everything
        assert "zirconia" not in seen.everything
    assert "make freight trains quieter" not in seen_by(world, carla).everything


def test_hidden_evidence_is_named_nowhere(world, carla):
    """The piece of a body that is hidden goes with it, unless somebody else took part in it too."""
    title = "Rapid tests for cheese"
    assert title in seen_by(world, world.anna, own=world.need).everything
    assert title in seen_by(world, carla).everything  # "near to your …"
    dairy = world.bodies["Caseificio"]
    Organisation.objects.filter(pk=dairy.pk).update(hidden_at=NOW)
    facilitator = staff(world.region, Role.FACILITATOR, "fay@region.example")
    for reader in (world.anna, world.bruno, facilitator):
        own = {world.anna: world.need, world.bruno: world.offer, facilitator: world.need}[reader]
        seen = seen_by(world, reader, own=own)
        assert title not in seen.everything
        assert "Caseificio" not in seen.everything
    piece = EvidenceParty.objects.get(organisation=dairy).evidence
    EvidenceParty.objects.create(region=world.region, evidence=piece, organisation=world.bodies["Officina"])
    seen = seen_by(world, world.anna, own=world.need)
    assert title in seen.everything
    assert "Officina" in seen.everything
    assert "Caseificio" not in seen.everything


def test_what_the_reader_may_not_know_or_answer_is_suggested_nowhere(world, carla):
    seeker = ("person", Person.objects.get(account=carla).pk)
    dismiss(actor=act(carla), seeker=seeker, kind="proposal", object_id=world.trains.pk, reason="field", now=NOW)
    group = make_space(world.region, "Group", openness="private", managers=[world.anna])
    rows = Proposal.objects.filter(pk__in=[world.need.pk, world.trains.pk])
    before = rows.values("space", "audience", "state", "hidden_at", "expires_at", "closed_as", "suspended_from").first()
    ways = (
        {"hidden_at": NOW},
        {"state": "draft"},
        {"state": "closed", "closed_as": "no_partner"},
        {"state": "suspended", "suspended_from": "published"},
        {"expires_at": NOW - timedelta(days=1)},
        {"space": group, "audience": group.audience},
    )
    for changed in ways:
        rows.update(**before)
        assert world.need.pk in suggested(world, carla)
        rows.update(**changed)
        assert world.need.pk not in suggested(world, carla)
    # The last of these on the pages: what was said no to is kept, and its title is not shown to who may not know it.
    for reader, own in ((carla, None), (world.bruno, world.offer)):
        seen = seen_by(world, reader, own=own)
        assert world.need.title not in seen.letter
        assert all(f"/proposals/{world.need.pk}/" not in page for page in seen.pages)
    assert world.trains.title not in seen_by(world, carla).everything


def suggested(world, account):
    """Ids of the proposals that a member, and the side that offers something for milk, is told of."""
    person = Person.objects.get(account=account)
    for_them = queries.proposals_for(person, actor=act(account), now=NOW)
    for_body = queries.proposals_for(world.bodies["Caseificio"], actor=act(account), now=NOW)
    for_offer = queries.matches_for_proposal(world.offer, actor=act(world.bruno), now=NOW).proposals
    typed = queries.panel(world.need.title, "offer", region=world.region, actor=act(account), now=NOW).proposals
    return {one.id for one in (*for_them, *for_body, *for_offer, *typed)}


def test_the_letter_shows_what_its_reader_may_see_when_it_goes(world, carla, monkeypatch):
    """A proposal that goes into a private space between the search and the letter is not told."""
    group = make_space(world.region, "Group", openness="private", managers=[world.anna])
    found = queries.proposals_for

    def then_it_moves(*args, **options):
        answer = found(*args, **options)
        Proposal.objects.all().update(space=group, audience=group.audience)
        return answer

    monkeypatch.setattr(letters, "proposals_for", then_it_moves)
    with translation.override("en"):
        assert letters.send_letter(account_id=carla.pk, region=world.region, level=0.1, now=NOW) == 0
    assert not Message.objects.filter(template="matchmaking/mail/for_you").exists()
    assert not LetterLine.objects.exists()
