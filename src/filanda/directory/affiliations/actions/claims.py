# SPDX-License-Identifier: EUPL-1.2
"""Claims: somebody says that they may speak for an organisation, and proves it.

By a code sent to an address at its own domain (ten minutes, one use, five attempts, only a keyed hash is stored), or by
a document that a facilitator, never the claimant, looks at. Nobody takes over a body that others speak for: a code that
proves a claim to such a one becomes a request to its admins, and a document is the facilitator's to weigh.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from filanda.directory.affiliations.domains import checked_address
from filanda.directory.affiliations.errors import (
    AlreadyBelongs,
    AlreadySpokenFor,
    CodeNotUsable,
    CodeWrong,
    NotProvenYet,
    ReasonMissing,
    TooManyCodes,
)
from filanda.directory.affiliations.models import Claim, ClaimState, JoinRequest, RequestState
from filanda.directory.affiliations.queries import admin_accounts, has_admins, names_of, staff_accounts
from filanda.directory.affiliations.steps import (
    account_id_of,
    become_admin,
    lock_organisation,
    page_path,
    people_path,
    standing_before,
    tell,
)
from filanda.directory.organisations.models import Organisation, OrganisationState
from filanda.directory.people.models import Person
from filanda.directory.people.steps import touches
from filanda.kernel.identity.actors import PLATFORM, Actor
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.journal.actions import record
from filanda.kernel.limits import Limit, TooMany, take
from filanda.kernel.mail.links import absolute
from filanda.kernel.mail.steps import post
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region
from filanda.kernel.signin.codes import ALPHABET, LENGTH
from filanda.kernel.signin.models import EmailCode, Purpose
from filanda.kernel.text.folding import clean
from filanda.kernel.workflow import move

__all__ = [
    "CODE_LASTS",
    "GUESSES",
    "LAPSES_AFTER",
    "ask_claim",
    "give_claim_document",
    "grant_claim",
    "lapse_claims",
    "prove_claim",
    "prove_claim_by_sign_in",
    "refuse_claim",
    "send_claim_code",
]

CODE_LASTS = timedelta(minutes=10)
GUESSES = 5  # of one code
CODES = 5  # of one claim
SIGN_IN_PROVES = timedelta(minutes=30)
LAPSES_AFTER = timedelta(days=14)  # without a step of whoever claims
LAPSES_WITH_DOCUMENT = timedelta(days=60)  # it is staff who have to act, so it may take longer
MESSAGE_LENGTH = 1000
LIMITS = {
    "claims_asked": Limit(10, timedelta(days=1)),  # by one account
    "claim_codes_to_address": Limit(10, timedelta(days=1)),  # by others: nobody's mailbox is filled
    "claim_guesses": Limit(25, timedelta(days=1)),  # by one account, at whatever claims
}


def ask_claim(*, actor: Actor, organisation: Organisation, now: datetime, message: str = "") -> Claim:
    """Begin a claim, or go on with the one that is open. Raises AlreadyBelongs, TooManyCodes, Forbidden."""
    with transaction.atomic(durable=True):
        locked = lock_organisation(organisation.pk)
        claim = _open_claim(actor, locked, now, clean(message)[:MESSAGE_LENGTH])
    return claim


def send_claim_code(
    *, actor: Actor, organisation: Organisation, email: str, language: str, now: datetime, message: str = ""
) -> Claim:
    """Send a code to `email`, which must be at the organisation's own domain. Earlier codes are of no use any more.

    Raises AddressNotOurs, AlreadySpokenFor, AlreadyBelongs, TooManyCodes, Forbidden, MoveNotPossible.
    """
    address = checked_address(email, organisation.website)
    with transaction.atomic(durable=True):
        locked = lock_organisation(organisation.pk)
        claim = _open_claim(actor, locked, now, clean(message)[:MESSAGE_LENGTH])
        if has_admins(locked.pk):
            raise AlreadySpokenFor
        if address != claim.account.email:  # what others ask for shuts the owner of an address out of nothing
            _take("claim_codes_to_address", address, locked.region, now)
        if claim.codes_sent >= CODES:
            raise TooManyCodes
        text = "".join(secrets.choice(ALPHABET) for _place in range(LENGTH))
        move(
            claim,
            "send_code",
            actor=actor,
            now=now,
            email=address,
            code_hash=_hash(claim, text),
            code_expires_at=now + CODE_LASTS,
            code_sent_at=now,
            codes_sent=claim.codes_sent + 1,
            attempts=0,
        )
        post(
            region=locked.region,
            to=address,
            template="affiliations/mail/claim_code",
            language=language,
            context={
                "code": text,
                "minutes": int(CODE_LASTS.total_seconds() // 60),
                "organisation": locked.name,
                "url": absolute(locked.region, language, reverse("ownership:claim", args=[locked.pk])),
            },
            secret=True,
            not_after=now + CODE_LASTS,
        )
        _record("code_sent", actor, claim)
    return claim


def prove_claim(*, actor: Actor, claim: Claim, code: str, now: datetime) -> Claim | JoinRequest:
    """Use the code up. Returns the claim, granted; or, if others have become admins meanwhile, the request to them.

    Raises CodeWrong, CodeNotUsable, Forbidden, MoveNotPossible. Wrong guesses are counted and journalled.
    """
    problem: Exception | None = None
    result: Claim | JoinRequest = claim
    with transaction.atomic(durable=True):
        organisation = lock_organisation(claim.organisation_id)
        claim.refresh_from_db(from_queryset=Claim.objects.select_for_update(of=("self",)))
        require(actor, "affiliations.claims.own", claim)
        problem = _code_problem(actor, claim, code, now)
        if problem is None:
            result = _granted_to_claimant(actor, claim, organisation, now)
    if problem is not None:
        raise problem
    return result


def prove_claim_by_sign_in(
    *, actor: Actor, organisation: Organisation, now: datetime, message: str = ""
) -> Claim | JoinRequest:
    """Prove a claim with the address that `actor` signed in with: its code was used in the last half hour, and a second
    one to the same address would prove nothing more.

    Raises NotProvenYet, AddressNotOurs, AlreadySpokenFor, AlreadyBelongs, Forbidden.
    """
    with transaction.atomic(durable=True):
        locked = lock_organisation(organisation.pk)
        account = Account.objects.select_for_update().get(pk=account_id_of(actor))
        address = checked_address(account.email, locked.website)
        if not was_just_proven(account, now):
            raise NotProvenYet
        claim = _open_claim(actor, locked, now, clean(message)[:MESSAGE_LENGTH])
        if has_admins(locked.pk):
            raise AlreadySpokenFor
        claim.email = address
        claim.save(update_fields=["email"])
        result = _granted_to_claimant(actor, claim, locked, now)
    return result


def was_just_proven(account: Account, now: datetime) -> bool:
    """Whether a code sent to the account's address opened a session in the last half hour. One query."""
    used = EmailCode.objects.filter(
        purpose=Purpose.SIGN_IN, address=account.email, used_at__gt=now - SIGN_IN_PROVES, used_at__lte=now
    )
    return used.exists()


def give_claim_document(*, actor: Actor, claim: Claim, now: datetime, message: str = "") -> Claim:
    """The document is stored under ("claim", id): let a facilitator look at it. They are told, and so are the admins.

    Raises Forbidden, MoveNotPossible.
    """
    with transaction.atomic(durable=True):
        organisation = lock_organisation(claim.organisation_id)
        words = clean(message)[:MESSAGE_LENGTH]
        move(claim, "give_document", actor=actor, now=now, code_hash=None, **({"message": words} if words else {}))
        person = Person.objects.present().filter(account=claim.account_id).first()
        names = names_of([claim.account])
        told = {"organisation": organisation.name, "name": names.get(claim.account_id, str(claim.account))}
        staff = [one for one in staff_accounts(person) if one.pk != claim.account_id] or [
            one for one in staff_accounts() if one.pk != claim.account_id
        ]
        tell(
            staff,
            "claim_to_decide",
            region=organisation.region,
            path=reverse("ownership:claims"),
            context=told,
        )
        tell(
            admin_accounts(organisation.pk),
            "claim_beside_you",
            region=organisation.region,
            path=people_path(organisation),
            context=told,
            besides=claim.account_id,
        )
        _record("document_given", actor, claim)
    return claim


def grant_claim(*, actor: Actor, claim: Claim, now: datetime, reason: str = "") -> Claim:
    """A facilitator has seen the document: the organisation is verified, the claimant one of its admins.

    Raises Forbidden, MoveNotPossible.
    """
    with transaction.atomic(durable=True):
        organisation = lock_organisation(claim.organisation_id)
        admins = admin_accounts(organisation.pk)
        move(
            claim,
            "grant",
            actor=actor,
            now=now,
            decided_by_id=actor.account_id,
            reason=clean(reason)[:MESSAGE_LENGTH],
            code_hash=None,
            **standing_before(organisation, claim.account),
        )
        become_admin(
            actor=actor,
            organisation=organisation,
            account=claim.account,
            reason="claim by document",
            state=OrganisationState.VERIFIED,
        )
        _tell_granted(claim, organisation, admins)
        _record("granted", actor, claim, organisation)
    return claim


def refuse_claim(*, actor: Actor, claim: Claim, reason: str, now: datetime) -> Claim:
    """Raises ReasonMissing without words, Forbidden, MoveNotPossible."""
    reason = clean(reason)[:MESSAGE_LENGTH]
    if not reason:
        raise ReasonMissing
    with transaction.atomic(durable=True):
        organisation = lock_organisation(claim.organisation_id)
        move(claim, "refuse", actor=actor, now=now, decided_by_id=actor.account_id, reason=reason, code_hash=None)
        tell(
            [claim.account],
            "claim_refused",
            region=organisation.region,
            path=reverse("ownership:claim", args=[organisation.pk]),
            context={"organisation": organisation.name, "reason": reason},
        )
        _record("refused", actor, claim)
    return claim


def lapse_claims(*, actor: Actor, region: Region, now: datetime) -> int:
    """End claims that nobody went on with. Returns how many. Raises Forbidden for anybody but the platform."""
    quiet = Claim.objects.filter(state__in=[ClaimState.ASKED, ClaimState.CODE_SENT])
    given = Claim.objects.filter(state=ClaimState.DOCUMENT_GIVEN)
    due = [
        *quiet.filter(state_changed_at__lte=now - LAPSES_AFTER).values_list("pk", flat=True),
        *given.filter(state_changed_at__lte=now - LAPSES_WITH_DOCUMENT).values_list("pk", flat=True),
    ]
    ended = 0
    for number in due:
        with transaction.atomic(durable=True):
            claim = Claim.objects.select_related("organisation", "account", "region").filter(pk=number).first()
            if claim is None or not _still_due(claim, now):
                continue
            move(claim, "lapse", actor=actor, now=now, code_hash=None)
            tell(
                [claim.account],
                "claim_lapsed",
                region=region,
                path=reverse("ownership:claim", args=[claim.organisation_id]),
                context={"organisation": claim.organisation.name},
            )
            _record("lapsed", actor, claim)
            ended += 1
    return ended


def _still_due(claim: Claim, now: datetime) -> bool:
    """Somebody may have acted since the list was made."""
    claim.refresh_from_db(from_queryset=Claim.objects.select_for_update(of=("self",)))
    if claim.state == ClaimState.DOCUMENT_GIVEN:
        return bool(claim.state_changed_at <= now - LAPSES_WITH_DOCUMENT)
    is_quiet = claim.state in (ClaimState.ASKED, ClaimState.CODE_SENT)
    return is_quiet and bool(claim.state_changed_at <= now - LAPSES_AFTER)


def _open_claim(actor: Actor, organisation: Organisation, now: datetime, message: str) -> Claim:
    """The actor's open claim on the locked organisation, made if there is none."""
    require(actor, "affiliations.claims.ask", organisation)
    if organisation.pk in actor.scope_ids("organisation", Role.ORGANISATION_ADMIN):
        raise AlreadyBelongs
    claim: Claim | None = (
        Claim.objects.select_for_update(of=("self",))
        .select_related("organisation", "account", "region")
        .open()
        .filter(organisation=organisation, account=actor.account_id)
        .first()
    )
    if claim is None:
        _take("claims_asked", f"account:{actor.account_id}", organisation.region, now)
        claim = Claim.objects.create(
            region=organisation.region,
            organisation=organisation,
            account_id=account_id_of(actor),
            message=message,
            created_at=now,
            state_changed_at=now,
        )
        _record("asked", actor, claim)
    elif message and message != claim.message:
        claim.message = message
        claim.save(update_fields=["message"])
    return claim


def _code_problem(actor: Actor, claim: Claim, code: str, now: datetime) -> Exception | None:
    """Why `code` does not prove the locked claim, counted; None when it does."""
    if claim.state != ClaimState.CODE_SENT or not claim.code_hash or claim.attempts >= GUESSES:
        return CodeNotUsable()
    if claim.code_expires_at is None or claim.code_expires_at <= now:
        return CodeNotUsable()
    typed = "".join(letter for letter in code.upper()[:50] if letter.isalnum())
    if hmac.compare_digest(bytes(claim.code_hash), _hash(claim, typed)):
        return None
    claim.attempts += 1
    try:
        _take("claim_guesses", f"account:{actor.account_id}", claim.region, now)
    except TooManyCodes:
        claim.attempts = GUESSES
    left = GUESSES - claim.attempts
    if left <= 0:
        claim.code_hash = None
    claim.save(update_fields=["attempts", "code_hash"])
    _record("guessed_wrong", actor, claim)
    return CodeWrong(left) if left > 0 else CodeNotUsable()


def _granted_to_claimant(actor: Actor, claim: Claim, organisation: Organisation, now: datetime) -> Claim | JoinRequest:
    """The proof holds. The organisation's row is locked, so nobody becomes its first admin at the same time."""
    if has_admins(organisation.pk, besides=claim.account_id):
        return _becomes_request(actor, claim, organisation, now)
    move(claim, "prove", actor=actor, now=now, code_hash=None, **standing_before(organisation, claim.account))
    become_admin(
        actor=actor,
        organisation=organisation,
        account=claim.account,
        reason="claim by e-mail at the organisation's domain",
        state=OrganisationState.CLAIMED,
    )
    _record("granted", actor, claim, organisation)
    return claim


def _becomes_request(actor: Actor, claim: Claim, organisation: Organisation, now: datetime) -> JoinRequest:
    """Others became admins while the code was on its way: they decide."""
    move(claim, "lapse", actor=PLATFORM, now=now, code_hash=None, reason="became a request to its admins")
    _record("lapsed", PLATFORM, claim)
    asked: JoinRequest
    asked, is_new = JoinRequest.objects.get_or_create(
        organisation=organisation,
        account=claim.account,
        state=RequestState.ASKED,
        defaults={
            "region": organisation.region,
            "message": claim.message,
            "created_at": now,
            "state_changed_at": now,
        },
    )
    if is_new:
        names = names_of([claim.account])
        tell(
            admin_accounts(organisation.pk),
            "request_asked",
            region=organisation.region,
            path=people_path(organisation),
            context={
                "organisation": organisation.name,
                "name": names.get(claim.account_id, str(claim.account)),
                "message": claim.message,
            },
        )
        record(
            "affiliations.request.asked",
            region=organisation.region,
            actor=actor,
            subject=asked,
            payload={"organisation": organisation.pk},
        )
    return asked


def _tell_granted(claim: Claim, organisation: Organisation, admins: list[Account]) -> None:
    names = names_of([claim.account])
    told = {"organisation": organisation.name, "name": names.get(claim.account_id, str(claim.account))}
    tell(
        [claim.account],
        "claim_granted",
        region=organisation.region,
        path=page_path(organisation),
        context={**told, "reason": claim.reason},
    )
    tell(
        admins,
        "admin_beside_you",
        region=organisation.region,
        path=people_path(organisation),
        context=told,
        besides=claim.account_id,
    )


def _record(verb: str, actor: Actor, claim: Claim, changed: Organisation | None = None) -> None:
    followed: dict[str, list[int]] = {}
    if changed is not None:
        followed = {"organisation": [changed.pk]}
        followed |= touches(*Person.objects.filter(account=claim.account_id))
    record(
        f"affiliations.claim.{verb}",
        region=claim.region,
        actor=actor,
        subject=claim,
        payload={"organisation": claim.organisation_id},
        touches=followed,
    )


def _take(what: str, who: str, region: Region, now: datetime) -> None:
    try:
        take(what, LIMITS[what], who=who, region=region, now=now)
    except TooMany:
        raise TooManyCodes from None


def _hash(claim: Claim, text: str) -> bytes:
    secret = hashlib.sha256(f"affiliations.claims/{settings.SECRET_KEY}".encode()).digest()
    return hmac.new(secret, f"{claim.pk}/{text}".encode(), hashlib.sha256).digest()
