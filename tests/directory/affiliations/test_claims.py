# SPDX-License-Identifier: EUPL-1.2
from datetime import timedelta

import pytest

from filanda.directory.affiliations.actions import claims as actions
from filanda.directory.affiliations.actions.taking_back import take_claim_back
from filanda.directory.affiliations.domains import AddressNotOurs
from filanda.directory.affiliations.errors import (
    AlreadyBelongs,
    AlreadySpokenFor,
    CodeNotUsable,
    CodeWrong,
    NotProvenYet,
    ReasonMissing,
    TooManyCodes,
)
from filanda.directory.affiliations.models import Claim, JoinRequest, Position
from filanda.kernel.identity.actors import PLATFORM, VISITOR, actor_for
from filanda.kernel.identity.models import Role, RoleGrant
from filanda.kernel.journal.models import Event
from filanda.kernel.mail.models import Message
from filanda.kernel.policies import Forbidden
from filanda.kernel.regions.scoped import in_region
from filanda.kernel.workflow import MoveNotPossible, all_pairs
from tests.directory.affiliations.making import (
    NOW,
    account,
    admin,
    afresh,
    body,
    code_in,
    facilitator,
    just_proven,
    last_mail,
    member,
    person,
)

ADDRESS = "anna@polialta.example"


def send(actor, organisation, email=ADDRESS, now=NOW):
    return actions.send_claim_code(actor=actor, organisation=organisation, email=email, language="en", now=now)


def given(actor, organisation, now=NOW):
    claim = actions.ask_claim(actor=actor, organisation=organisation, now=now)
    return actions.give_claim_document(actor=actor, claim=claim, message="I am the dean", now=now)


def test_a_code_at_the_own_domain_makes_an_admin(region):
    organisation, anna = body(region), member(region)
    claim = send(anna, organisation)
    assert (claim.state, claim.email, claim.attempts) == ("code_sent", ADDRESS, 0)
    code = code_in(last_mail(ADDRESS))
    assert bytes(claim.code_hash) != code.encode()

    done = actions.prove_claim(actor=anna, claim=claim, code=f" {code.lower()[:3]}-{code[3:]} ", now=NOW)

    organisation.refresh_from_db()
    assert (done.state, done.code_hash, organisation.state) == ("granted", None, "claimed")
    assert afresh(anna).scope_ids("organisation", Role.ORGANISATION_ADMIN) == {organisation.pk}
    held = Position.objects.get(person__account=anna.account_id)
    assert (held.organisation_id, held.is_confirmed, held.ended_on) == (organisation.pk, True, None)
    names = list(Event.objects.filter(type__startswith="affiliations.").order_by("pk").values_list("type", flat=True))
    assert names == [
        "affiliations.claim.asked",
        "affiliations.claim.code_sent",
        "affiliations.claim.granted",
    ]
    assert Event.objects.get(type="affiliations.claim.granted").touches["organisation"] == [organisation.pk]


def test_a_code_is_used_once(region):
    organisation, anna = body(region), member(region)
    claim = send(anna, organisation)
    code = code_in(last_mail(ADDRESS))
    actions.prove_claim(actor=anna, claim=claim, code=code, now=NOW)
    with pytest.raises(CodeNotUsable):
        actions.prove_claim(actor=anna, claim=claim, code=code, now=NOW)
    assert RoleGrant.objects.filter(role=Role.ORGANISATION_ADMIN).count() == 1


def test_guessing_ends_after_five_and_is_journalled(region):
    organisation, anna = body(region), member(region)
    claim = send(anna, organisation)
    code = code_in(last_mail(ADDRESS))
    for left in (4, 3, 2, 1):
        with pytest.raises(CodeWrong) as wrong:
            actions.prove_claim(actor=anna, claim=claim, code="AAAAAA", now=NOW)
        assert wrong.value.left == left
    with pytest.raises(CodeNotUsable):
        actions.prove_claim(actor=anna, claim=claim, code="AAAAAA", now=NOW)
    with pytest.raises(CodeNotUsable):  # the right one, too late
        actions.prove_claim(actor=anna, claim=claim, code=code, now=NOW)
    assert Event.objects.filter(type="affiliations.claim.guessed_wrong").count() == 5
    assert not afresh(anna).scoped


def test_guessing_goes_on_over_codes_and_claims_only_for_so_long(region):
    anna = member(region)
    wrong = 0
    for number in range(8):
        organisation = body(region, f"Body {number}", f"https://body{number}.example")
        for _code in range(2):
            try:
                claim = send(anna, organisation, f"a@body{number}.example")
            except TooManyCodes:
                break
            for _guess in range(5):
                try:
                    actions.prove_claim(actor=anna, claim=claim, code="AAAAAA", now=NOW)
                except CodeWrong:
                    wrong += 1
                except CodeNotUsable:
                    break
    assert wrong <= actions.LIMITS["claim_guesses"].most


def test_a_code_lasts_ten_minutes(region):
    organisation, anna = body(region), member(region)
    claim = send(anna, organisation)
    code = code_in(last_mail(ADDRESS))
    with pytest.raises(CodeNotUsable):
        actions.prove_claim(actor=anna, claim=claim, code=code, now=NOW + timedelta(minutes=10))
    assert actions.prove_claim(actor=anna, claim=claim, code=code, now=NOW + timedelta(minutes=9)).state == "granted"


def test_a_new_code_ends_the_one_before(region):
    organisation, anna = body(region), member(region)
    claim = send(anna, organisation)
    first = code_in(last_mail(ADDRESS))
    claim = send(anna, organisation)
    second = code_in(last_mail(ADDRESS))
    assert Claim.objects.count() == 1
    with pytest.raises(CodeWrong):
        actions.prove_claim(actor=anna, claim=claim, code=first, now=NOW)
    assert actions.prove_claim(actor=anna, claim=claim, code=second, now=NOW).state == "granted"


def test_a_code_works_for_its_claim_only(region):
    anna = member(region)
    one, other = body(region), body(region, "Poli due", "https://www.polialta.example")
    send(anna, one)
    code = code_in(last_mail(ADDRESS))
    claim = send(anna, other)
    with pytest.raises(CodeWrong):
        actions.prove_claim(actor=anna, claim=claim, code=code, now=NOW)


def test_somebody_elses_code_is_of_no_use(region):
    organisation, anna = body(region), member(region)
    mallory = member(region, "mallory@elsewhere.example", "Mallory")
    claim = send(anna, organisation)
    with pytest.raises(Forbidden):
        actions.prove_claim(actor=mallory, claim=claim, code=code_in(last_mail(ADDRESS)), now=NOW)
    mine = send(mallory, organisation, "anna@polialta.example")  # a code that goes to Anna
    with pytest.raises(CodeWrong):
        actions.prove_claim(actor=mallory, claim=mine, code="GUESSX", now=NOW)


def test_nobodys_mailbox_is_filled(region):
    sent = 0
    for number in range(3):
        actor = member(region, f"m{number}@elsewhere.example", "Mallory")
        organisation = body(region, f"Body {number}")
        for _again in range(4):
            try:
                send(actor, organisation)
                sent += 1
            except TooManyCodes:
                pass
    assert sent == actions.LIMITS["claim_codes_to_address"].most
    assert Message.objects.filter(to=ADDRESS).count() == sent
    send(member(region, ADDRESS, "Its owner"), body(region, "Body 9"))  # what others did shuts them out of nothing


def test_other_addresses_make_no_claim(region):
    organisation, anna = body(region), member(region)
    with pytest.raises(AddressNotOurs):
        send(anna, organisation, "anna@gmail.com")
    assert not Claim.objects.exists()


def test_an_address_proven_by_signing_in_needs_no_second_code(region):
    organisation, anna = body(region), member(region)
    just_proven(region, ADDRESS, NOW - timedelta(minutes=5))
    done = actions.prove_claim_by_sign_in(actor=anna, organisation=organisation, now=NOW)
    organisation.refresh_from_db()
    assert (done.state, done.email, organisation.state) == ("granted", ADDRESS, "claimed")
    assert Message.objects.filter(to=ADDRESS).count() == 0


@pytest.mark.parametrize(
    ("minutes", "email"), [(31, ADDRESS), (-1, ADDRESS), (5, "bruno@polialta.example")], ids=["old", "future", "other"]
)
def test_an_address_not_proven_now_needs_a_code(region, minutes, email):
    organisation, anna = body(region), member(region)
    just_proven(region, email, NOW - timedelta(minutes=minutes))
    with pytest.raises(NotProvenYet):
        actions.prove_claim_by_sign_in(actor=anna, organisation=organisation, now=NOW)
    assert not Claim.objects.exists()
    assert not afresh(anna).scoped


def test_signing_in_with_another_domain_proves_nothing(region):
    organisation = body(region)
    mallory = member(region, "mallory@elsewhere.example", "Mallory")
    just_proven(region, "mallory@elsewhere.example")
    with pytest.raises(AddressNotOurs):
        actions.prove_claim_by_sign_in(actor=mallory, organisation=organisation, now=NOW)


def test_a_body_with_admins_is_not_taken_over_by_a_code(region):
    organisation = body(region)
    admin(region, organisation)
    anna = member(region)
    with pytest.raises(AlreadySpokenFor):
        send(anna, organisation)
    just_proven(region, ADDRESS)
    with pytest.raises(AlreadySpokenFor):
        actions.prove_claim_by_sign_in(actor=anna, organisation=organisation, now=NOW)
    assert not Claim.objects.exists()


def test_a_code_overtaken_by_another_admin_becomes_a_request(region):
    organisation, anna = body(region), member(region)
    claim = send(anna, organisation)
    code = code_in(last_mail(ADDRESS))
    admin(region, organisation)
    result = actions.prove_claim(actor=anna, claim=claim, code=code, now=NOW)
    assert isinstance(result, JoinRequest)
    claim.refresh_from_db()
    assert (claim.state, result.state, result.account_id) == ("lapsed", "asked", anna.account_id)
    assert not afresh(anna).scoped
    assert last_mail("bruno@polialta.example").template == "affiliations/mail/request_asked"


def test_an_admin_claims_nothing_twice(region):
    organisation = body(region)
    bruno = admin(region, organisation)
    with pytest.raises(AlreadyBelongs):
        actions.ask_claim(actor=bruno, organisation=organisation, now=NOW)


def test_a_document_is_decided_by_a_facilitator(region):
    organisation = body(region, website="")
    giulia = facilitator(region)
    anna = member(region)
    claim = given(anna, organisation)
    assert claim.state == "document_given"
    assert last_mail("giulia@region.example").template == "affiliations/mail/claim_to_decide"
    actions.grant_claim(actor=giulia, claim=claim, reason="Welcome", now=NOW)
    organisation.refresh_from_db()
    assert (claim.state, claim.decided_by_id, organisation.state) == ("granted", giulia.account_id, "verified")
    assert afresh(anna).scope_ids("organisation", Role.ORGANISATION_ADMIN) == {organisation.pk}
    assert last_mail(ADDRESS).template == "affiliations/mail/claim_granted"


def test_a_refusal_has_a_reason_that_is_sent(region):
    organisation, giulia, anna = body(region), facilitator(region), member(region)
    claim = given(anna, organisation)
    with pytest.raises(ReasonMissing):
        actions.refuse_claim(actor=giulia, claim=claim, reason="  ", now=NOW)
    actions.refuse_claim(actor=giulia, claim=claim, reason="The letter is of another body.", now=NOW)
    assert (claim.state, claim.reason) == ("refused", "The letter is of another body.")
    assert last_mail(ADDRESS).context["reason"] == "The letter is of another body."
    assert not afresh(anna).scoped
    assert given(anna, organisation).pk != claim.pk  # and may be tried again


def test_admins_are_told_of_a_claim_beside_them_and_keep_their_role(region):
    organisation, giulia = body(region), facilitator(region)
    bruno = admin(region, organisation)
    anna = member(region)
    claim = given(anna, organisation)
    assert last_mail("bruno@polialta.example").template == "affiliations/mail/claim_beside_you"
    actions.grant_claim(actor=giulia, claim=claim, now=NOW)
    assert last_mail("bruno@polialta.example").template == "affiliations/mail/admin_beside_you"
    assert afresh(bruno).scope_ids("organisation", Role.ORGANISATION_ADMIN) == {organisation.pk}


def test_nobody_decides_their_own_claim(region):
    organisation = body(region)
    giulia = facilitator(region)
    person(region, "giulia@region.example", "Giulia")
    giulia = afresh(giulia, second_factor=True)
    claim = given(giulia, organisation)
    for decide in (actions.grant_claim, actions.refuse_claim, take_claim_back):
        with pytest.raises(Forbidden):
            decide(actor=giulia, claim=claim, reason="Me", now=NOW)
    claim.refresh_from_db()
    assert claim.state == "document_given"


@pytest.mark.parametrize(("state", "move", "target"), list(all_pairs(Claim.workflow)))
def test_every_state_and_move(region, state, move, target):
    organisation, anna, giulia = body(region), member(region), facilitator(region)
    claim = actions.ask_claim(actor=anna, organisation=organisation, now=NOW)
    Claim.objects.filter(pk=claim.pk).update(
        state=state, code_hash=actions._hash(claim, "ABCDEF"), code_expires_at=NOW + timedelta(minutes=5)
    )
    claim.refresh_from_db()
    just_proven(region, ADDRESS)
    is_open = state in ("asked", "code_sent", "document_given")
    try:
        match move:
            case "send_code":
                claim = send(anna, organisation)
            case "give_document":
                actions.give_claim_document(actor=anna, claim=claim, now=NOW)
            case "prove" if state == "asked":
                claim = actions.prove_claim_by_sign_in(actor=anna, organisation=organisation, now=NOW)
            case "prove":
                actions.prove_claim(actor=anna, claim=claim, code="ABCDEF", now=NOW)
            case "grant":
                actions.grant_claim(actor=giulia, claim=claim, now=NOW)
            case "refuse":
                actions.refuse_claim(actor=giulia, claim=claim, reason="No", now=NOW)
            case "take_back":
                take_claim_back(actor=giulia, claim=claim, reason="A mistake", now=NOW)
            case "lapse":
                ended = actions.lapse_claims(actor=PLATFORM, region=region, now=NOW + timedelta(days=90))
                assert ended == (1 if target else 0)
                claim.refresh_from_db()
    except (MoveNotPossible, CodeNotUsable):
        moved = False
    else:
        moved = move != "lapse" or target is not None
    if move == "send_code" and not is_open:
        # A claim that ended stays so; sending a code begins another.
        assert Claim.objects.filter(state="code_sent").exclude(pk=Claim.objects.earliest("pk").pk).count() == 1
        assert Claim.objects.earliest("pk").state == state
        return
    assert moved == (target is not None)
    assert Claim.objects.get(pk=claim.pk).state == (target or state)


def test_claims_lapse_when_nobody_goes_on(region):
    anna = member(region)
    organisations = [body(region, f"Body {n}", "https://www.polialta.example") for n in range(3)]
    asked = actions.ask_claim(actor=anna, organisation=organisations[0], now=NOW)
    sent = send(anna, organisations[1])
    document = given(anna, organisations[2])
    just_before, after = NOW + actions.LAPSES_AFTER - timedelta(seconds=1), NOW + actions.LAPSES_AFTER
    assert actions.lapse_claims(actor=PLATFORM, region=region, now=just_before) == 0
    assert actions.lapse_claims(actor=PLATFORM, region=region, now=after) == 2
    assert actions.lapse_claims(actor=PLATFORM, region=region, now=after) == 0
    for claim, state in ((asked, "lapsed"), (sent, "lapsed"), (document, "document_given")):
        claim.refresh_from_db()
        assert claim.state == state
    assert last_mail(ADDRESS).template == "affiliations/mail/claim_lapsed"
    assert actions.lapse_claims(actor=PLATFORM, region=region, now=NOW + actions.LAPSES_WITH_DOCUMENT) == 1
    actions.ask_claim(actor=anna, organisation=organisations[0], now=NOW)
    with pytest.raises(Forbidden):
        actions.lapse_claims(actor=anna, region=region, now=NOW + timedelta(days=90))


@pytest.mark.parametrize("who", ["visitor", "stranger", "other_member", "admin_elsewhere", "asleep"])
def test_who_may_not_decide(region, who):
    organisation, anna = body(region), member(region)
    giulia = facilitator(region)
    actor = {
        "visitor": lambda: VISITOR,
        "stranger": lambda: actor_for(account("stranger@elsewhere.example")),
        "other_member": lambda: member(region, "carla@elsewhere.example", "Carla"),
        "admin_elsewhere": lambda: admin(region, body(region, "Another")),
        "asleep": lambda: afresh(giulia),
    }[who]()
    claim = given(anna, organisation)
    for decide in (actions.grant_claim, actions.refuse_claim, take_claim_back):
        with pytest.raises(Forbidden):
            decide(actor=actor, claim=claim, reason="Because", now=NOW)
    visible = Claim.objects.visible_to(actor)
    assert not visible.exists()
    assert Claim.objects.get().state == "document_given"


def test_strangers_and_visitors_claim_nothing(region):
    organisation = body(region)
    for actor in (VISITOR, actor_for(account("stranger@elsewhere.example"))):
        with pytest.raises(Forbidden):
            actions.ask_claim(actor=actor, organisation=organisation, now=NOW)
        with pytest.raises(Forbidden):
            send(actor, organisation)
    assert not Claim.objects.exists()
    assert not Message.objects.exists()


def test_hidden_bodies_and_those_outside_are_not_claimed(region):
    anna = member(region)
    for organisation in (body(region, hidden_at=NOW), body(region, "Beyond", is_external=True)):
        with pytest.raises(Forbidden):
            send(anna, organisation)


def test_claims_of_another_region_are_not_there(region, other_region):
    with in_region(other_region):
        theirs = given(member(other_region), body(other_region))
    giulia = facilitator(region)
    assert not Claim.objects.visible_to(giulia).exists()
    anna = actor_for(account(ADDRESS))  # who is nobody in this region
    assert not anna.is_member
    with pytest.raises(Forbidden):
        actions.ask_claim(actor=anna, organisation=body(region), now=NOW)
    with in_region(other_region):
        assert theirs.state == "document_given"


def test_who_claims_too_much_takes_a_break(region):
    anna = member(region)
    for number in range(actions.LIMITS["claims_asked"].most):
        actions.ask_claim(actor=anna, organisation=body(region, f"Body {number}"), now=NOW)
    with pytest.raises(TooManyCodes):
        actions.ask_claim(actor=anna, organisation=body(region, "One more"), now=NOW)
