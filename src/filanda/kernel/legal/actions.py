# SPDX-License-Identifier: EUPL-1.2
"""Publishing legal texts, agreeing to them, and telling that a page cannot be used."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.journal.actions import record
from filanda.kernel.legal.models import Consent, Feedback, LegalKind, LegalText
from filanda.kernel.legal.queries import current_text, missing_consents, required_texts
from filanda.kernel.legal.steps import kept_text, record_consents
from filanda.kernel.mail.steps import post
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region
from filanda.kernel.text.folding import clean

__all__ = [
    "FeedbackWrong",
    "TextWrong",
    "VersionChanged",
    "agree_invented",
    "give_consent",
    "give_feedback",
    "handle_feedback",
    "publish_text",
    "withdraw_consent",
]

TEXT_LENGTH = 60_000
CHANGES_LENGTH = 500
MESSAGE_LENGTH = 4_000
PAGE_LENGTH = 300
NOTE_LENGTH = 1_000
_MOST_TOLD = 20  # administrators who get an e-mail about feedback, where the region names no address


class TextWrong(ValueError):
    """A text cannot be published as it is. `field`: "changes" or a language; `str()` is the sentence for the reader."""

    def __init__(self, field: str, sentence: str) -> None:
        self.field = field
        super().__init__(sentence)


class VersionChanged(Exception):
    """Somebody else has published a version since the editor was opened. `current` is theirs."""

    def __init__(self, current: LegalText) -> None:
        self.current = current
        super().__init__(
            _("Somebody published version %(version)s while you were writing. Look at it, then publish yours again.")
            % {"version": current.version}
        )


class FeedbackWrong(ValueError):
    """`field`: "message", "page" or "email"; `str()` is the sentence for the reader."""

    def __init__(self, field: str, sentence: str) -> None:
        self.field = field
        super().__init__(sentence)


def publish_text(
    *,
    actor: Actor,
    region: Region,
    kind: str,
    texts: Mapping[str, str],
    changes: str,
    requires_consent: bool,
    based_on: int,
    now: datetime,
) -> LegalText:
    """Publish the next version of a text, in every language of the region. `based_on`: the version it was made from.

    Raises TextWrong, VersionChanged, Forbidden; ValueError for an unknown kind.
    """
    kind = LegalKind(kind)
    sources = {language: clean(texts.get(language, "").replace("\r\n", "\n")) for language in region.languages}
    changes = clean(changes)
    with transaction.atomic(durable=True):
        Region.objects.select_for_update(no_key=True).get(pk=region.pk)
        require(actor, "legal.publish")
        current = current_text(region, kind)
        if current.version != based_on:
            raise VersionChanged(current)
        for language, source in sources.items():
            if not source:
                raise TextWrong(language, _("This text is missing. Every language of the region needs one."))
            if len(source) > TEXT_LENGTH:
                raise TextWrong(
                    language, _("This text is too long: up to %(most)s characters fit.") % {"most": TEXT_LENGTH}
                )
        if not changes:
            raise TextWrong("changes", _("Say in one sentence what is new: people read this first."))
        if len(changes) > CHANGES_LENGTH:
            raise TextWrong(
                "changes", _("One sentence is enough: up to %(most)s characters.") % {"most": CHANGES_LENGTH}
            )
        before = {language: clean(source) for language, source in current.texts.items()}
        if sources == before and requires_consent == current.requires_consent:
            raise TextWrong("", _("Nothing has changed, so there is no new version to publish."))
        kept_text(current)  # a shipped version that held until now stays readable
        made: LegalText = LegalText.objects.create(
            region=region,
            kind=kind,
            version=current.version + 1,
            texts=sources,
            changes=changes,
            requires_consent=requires_consent,
            published_at=now,
            published_by_id=actor.account_id,
        )
        record(
            "legal.text.published",
            region=region,
            actor=actor,
            subject=made,
            payload={"kind": kind, "version": made.version, "changes": changes, "requires_consent": requires_consent},
        )
    return made


def give_consent(*, actor: Actor, region: Region, seen: str, language: str, now: datetime) -> list[Consent]:
    """Agree to everything that is asked for now. `seen`: what was shown, as "terms:2"; raises VersionChanged when that
    is not what holds any more, and Forbidden.
    """
    with transaction.atomic(durable=True):
        require(actor, "legal.consent")
        assert actor.account_id is not None
        Account.objects.select_for_update(no_key=True).get(pk=actor.account_id)
        missing = missing_consents(actor.account_id, region)
        shown = set(seen.split(","))
        for text in missing:
            if f"{text.kind}:{text.version}" not in shown:
                raise VersionChanged(text)
        return record_consents(
            actor=actor, region=region, account_id=actor.account_id, language=language, now=now, texts=missing
        )


def agree_invented(*, actor: Actor, region: Region, now: datetime) -> int:
    """In a region of invented people they all agree, as nobody is there to be asked. Returns how many did just now.

    Raises Forbidden for anybody but the platform; ValueError for a region of real people.
    """
    if not region.is_invented:
        raise ValueError("Nobody agrees for real people.")
    with transaction.atomic(durable=True):
        require(actor, "legal.agree_invented")
        made: list[Consent] = []
        for text in required_texts(region):
            given = Consent.objects.filter(text=text.pk, withdrawn_at=None, account=OuterRef("pk"))
            waiting = Account.objects.filter(~Exists(given), is_invented=True, role_grants__region=region)
            ids = list(waiting.values_list("pk", flat=True).distinct())
            if ids:
                kept = kept_text(text)
                language = region.default_language
                made += [
                    Consent(region=region, account_id=pk, text=kept, language=language, given_at=now) for pk in ids
                ]
        if made:
            Consent.objects.bulk_create(made, ignore_conflicts=True, batch_size=1000)
            record("legal.demo.agreed", region=region, actor=actor, payload={"people": len(made)})
    return len(made)


def withdraw_consent(*, actor: Actor, consent: Consent, now: datetime) -> None:
    """Take a consent back. What was done before stays right; the person is asked again. Raises Forbidden."""
    with transaction.atomic(durable=True):
        locked = Consent.objects.select_for_update().get(pk=consent.pk)
        require(actor, "legal.consent", locked)
        if locked.withdrawn_at is None:
            locked.withdrawn_at = now
            locked.save(update_fields=["withdrawn_at"])
            record("legal.consent.withdrawn", region=locked.region, actor=actor, subject=locked)


def give_feedback(
    *, actor: Actor, region: Region, message: str, page: str, email: str, language: str, now: datetime
) -> Feedback:
    """Tell the region's staff that something is hard or impossible to use: by e-mail, and as a line on their home.

    Raises FeedbackWrong. The caller limits how often.
    """
    message, page, address = clean(message), clean(page), clean(email).lower()
    if not message:
        raise FeedbackWrong("message", _("Say what you were trying to do, and what went wrong."))
    for field, text, most in (("message", message, MESSAGE_LENGTH), ("page", page, PAGE_LENGTH)):
        if len(text) > most:
            raise FeedbackWrong(
                field,
                _("This has %(length)s characters; up to %(most)s fit. Shorten it a little.")
                % {"length": len(text), "most": most},
            )
    if address:
        try:
            validate_email(address)
        except ValidationError:
            raise FeedbackWrong(
                "email", _("Give an e-mail address that we can answer, like anna@example.org, or leave it empty.")
            ) from None
    with transaction.atomic(durable=True):
        require(actor, "legal.feedback.give")
        made: Feedback = Feedback.objects.create(
            region=region,
            account_id=actor.account_id,
            message=message,
            page=page,
            email=address,
            language=language,
            created_at=now,
        )
        record("legal.feedback.given", region=region, actor=actor, subject=made, payload={"language": language})
        for to in _staff_addresses(region):
            post(
                region=region,
                to=to,
                template="legal/mail/feedback",
                language=region.default_language,
                context={"page": page, "message": message, "email": address},
            )
    return made


def handle_feedback(*, actor: Actor, feedback: Feedback, note: str, now: datetime) -> None:
    """Note that feedback was dealt with, and how. Raises Forbidden, FeedbackWrong. Twice is the same as once."""
    note = clean(note)[:NOTE_LENGTH]
    with transaction.atomic(durable=True):
        locked = Feedback.objects.select_for_update().get(pk=feedback.pk)
        require(actor, "legal.feedback.handle", locked)
        if not note:
            raise FeedbackWrong("note", _("Note what was done: the next one who reads this will want to know."))
        if locked.handled_at is None:
            locked.handled_at, locked.handled_by_id, locked.note = now, actor.account_id, note
            locked.save(update_fields=["handled_at", "handled_by", "note"])
            record("legal.feedback.handled", region=locked.region, actor=actor, subject=locked)


def _staff_addresses(region: Region) -> list[str]:
    """The region's own address, else its administrators'."""
    if region.contact_email:
        return [region.contact_email]
    grants = Account.objects.filter(
        role_grants__region=region,
        role_grants__role=Role.REGION_ADMINISTRATOR,
        role_grants__ended_at=None,
        is_active=True,
    )
    return list(grants.order_by("pk").values_list("email", flat=True).distinct()[:_MOST_TOLD])
