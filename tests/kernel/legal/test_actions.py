# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from filanda.kernel.identity.actors import PLATFORM, VISITOR, actor_for
from filanda.kernel.identity.models import Account, Role, RoleGrant
from filanda.kernel.journal.models import Event
from filanda.kernel.legal.actions import (
    FeedbackWrong,
    TextWrong,
    VersionChanged,
    agree_invented,
    give_consent,
    give_feedback,
    handle_feedback,
    publish_text,
    withdraw_consent,
)
from filanda.kernel.legal.manifest import manifest
from filanda.kernel.legal.models import Consent, Feedback, LegalKind, LegalText
from filanda.kernel.legal.queries import current_text, current_texts, missing_consents, required_texts, versions_of
from filanda.kernel.legal.rendering import html_of
from filanda.kernel.legal.shipping import shipped
from filanda.kernel.legal.steps import record_consents
from filanda.kernel.mail.models import Message
from filanda.kernel.policies import Forbidden
from filanda.kernel.regions.scoped import in_region

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def somebody(region, name, role):
    account = Account.objects.create_account(email=f"{name}@example.org", name=name)
    RoleGrant.objects.create(region=region, account=account, role=role)
    return account


@pytest.fixture
def anna(region):
    return somebody(region, "anna", Role.INNOVATOR)


@pytest.fixture
def administrator(region):
    return actor_for(somebody(region, "tommaso", Role.REGION_ADMINISTRATOR), has_second_factor=True)


def publish(administrator, region, kind="terms", based_on=1, **more):
    values = {
        "texts": {"it": f"Nuovo {based_on}", "en": f"New {based_on}"},
        "changes": "It is shorter.",
        "requires_consent": True,
    } | more
    return publish_text(actor=administrator, region=region, kind=kind, based_on=based_on, now=NOW, **values)


@pytest.mark.parametrize("kind", LegalKind.values)
@pytest.mark.parametrize("language", ["it", "en"])
def test_every_text_is_there_from_the_first_day(region, kind, language):
    text = current_text(region, kind)
    assert (text.version, text.is_shipped, text.pk) == (1, True, None)
    html = str(html_of(text.texts[language], language, region, {"need_days": 30, "forget_months": 6}))
    assert "{" not in html
    assert "<h1>" not in html
    assert len(html) > 700
    assert LegalText.objects.count() == 0


def test_what_depends_on_the_region_is_filled_in_when_it_is_read(region):
    region.contact_email = "dpo@example.org"
    region.settings = {
        "legal": {"controller": "Ente <b>di</b> prova [x](http://evil)"},
        "retention": {"files.settled": 33},
    }
    html = str(html_of("{controller} {contact} {region} {unknown}\n\n{retention}", "it", region))
    assert "Ente b di /b prova x (" in html  # no tag, no words over another address; a bare address is a link
    assert "dpo@example.org" in html
    assert "Regione di prova" in html
    assert "{unknown}" in html
    assert "33" in html
    assert "<b>" not in html
    assert ">x</a>" not in html


def test_publishing_makes_the_next_version_and_keeps_the_old_ones(region, administrator):
    second = publish(administrator, region)
    assert second.version == 2
    third = publish(administrator, region, based_on=2)
    assert [text.version for text in versions_of(region, "terms")] == [3, 2, 1]
    assert versions_of(region, "terms")[2].texts == shipped("terms")
    assert current_texts(region)["terms"].pk == third.pk
    event = Event.objects.filter(type="legal.text.published").first()
    assert event.payload["version"] == 2


def test_two_who_write_at_once_are_told(region, administrator):
    publish(administrator, region)
    with pytest.raises(VersionChanged, match="2") as conflict:
        publish(administrator, region, based_on=1)
    assert conflict.value.current.texts["en"] == "New 1"
    assert current_text(region, "terms").version == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"texts": {"it": "solo"}}, "en"),
        ({"texts": {"it": "  ", "en": "x"}}, "it"),
        ({"texts": {"it": "x" * 60_001, "en": "x"}}, "it"),
        ({"changes": " "}, "changes"),
        ({"changes": "x" * 501}, "changes"),
        ({"texts": shipped("terms")}, ""),
    ],
)
def test_what_cannot_be_published_is_said_in_a_sentence(region, administrator, change, field):
    with pytest.raises(TextWrong, match=r"\.$") as wrong:
        publish(administrator, region, **change)
    assert wrong.value.field == field
    assert LegalText.objects.count() == 0


def test_only_administrators_publish(region, anna, administrator):
    facilitator = actor_for(somebody(region, "giulia", Role.FACILITATOR), has_second_factor=True)
    for actor in (VISITOR, actor_for(anna), facilitator):
        with pytest.raises(Forbidden):
            publish(actor, region)
    with pytest.raises(ValueError):
        publish(administrator, region, kind="sandwich")


def test_people_agree_to_a_version_and_are_asked_again_when_it_changes(
    region, anna, administrator, django_assert_num_queries
):
    actor = actor_for(anna)
    with django_assert_num_queries(1):
        assert [(text.kind, text.version) for text in missing_consents(anna.pk, region)] == [("terms", 1)]
    assert [text.kind for text in required_texts(region)] == ["terms"]
    made = give_consent(actor=actor, region=region, seen="terms:1", language="it", now=NOW)
    assert [(consent.text.version, consent.language) for consent in made] == [(1, "it")]
    with django_assert_num_queries(1):
        assert missing_consents(anna.pk, region) == []
    assert give_consent(actor=actor, region=region, seen="terms:1", language="it", now=NOW) == []
    publish(administrator, region)
    assert [text.version for text in missing_consents(anna.pk, region)] == [2]
    with pytest.raises(VersionChanged):
        give_consent(actor=actor, region=region, seen="terms:1", language="it", now=NOW)
    give_consent(actor=actor, region=region, seen="terms:2", language="en", now=NOW)
    publish(administrator, region, based_on=2, requires_consent=False)
    assert missing_consents(anna.pk, region) == []
    assert Event.objects.filter(type="legal.consent.given").count() == 2


def test_a_consent_can_be_taken_back_by_whoever_gave_it(region, anna):
    (consent,) = give_consent(actor=actor_for(anna), region=region, seen="terms:1", language="it", now=NOW)
    other = actor_for(somebody(region, "bruno", Role.INNOVATOR))
    with pytest.raises(Forbidden):
        withdraw_consent(actor=other, consent=consent, now=NOW)
    with pytest.raises(Forbidden):
        give_consent(actor=VISITOR, region=region, seen="terms:1", language="it", now=NOW)
    withdraw_consent(actor=actor_for(anna), consent=consent, now=NOW + timedelta(days=1))
    assert [text.version for text in missing_consents(anna.pk, region)] == [1]
    give_consent(actor=actor_for(anna), region=region, seen="terms:1", language="it", now=NOW)
    assert Consent.objects.count() == 2


def test_another_region_has_texts_and_consents_of_its_own(region, other_region, anna, administrator):
    publish(administrator, region)
    give_consent(actor=actor_for(anna), region=region, seen="terms:2", language="it", now=NOW)
    with in_region(other_region):
        assert current_text(other_region, "terms").version == 1
        assert [text.version for text in missing_consents(anna.pk, other_region)] == [1]


def test_joining_records_what_was_agreed_to(region, anna, transactional_step):
    transactional_step(
        lambda: record_consents(actor=actor_for(anna), region=region, account_id=anna.pk, language="it", now=NOW)
    )
    assert missing_consents(anna.pk, region) == []


@pytest.fixture
def transactional_step():
    from django.db import transaction

    def run(step):
        with transaction.atomic():
            return step()

    return run


def test_feedback_reaches_the_staff(region, administrator):
    region.contact_email = "region@example.org"
    region.save()
    made = give_feedback(
        actor=VISITOR, region=region, message="Non leggo", page="/it/", email="Anna@Example.org", language="it", now=NOW
    )
    assert made.email == "anna@example.org"
    assert [(message.to, message.template) for message in Message.objects.all()] == [
        ("region@example.org", "legal/mail/feedback")
    ]
    (line,) = list(manifest.waiting(administrator))
    assert (line.count, line.since) == (1, NOW)
    assert list(manifest.waiting(VISITOR)) == []
    with pytest.raises(FeedbackWrong):
        handle_feedback(actor=administrator, feedback=made, note=" ", now=NOW)
    handle_feedback(actor=administrator, feedback=made, note="Contrasto corretto.", now=NOW)
    assert list(manifest.waiting(administrator)) == []
    with pytest.raises(Forbidden):
        handle_feedback(actor=VISITOR, feedback=made, note="x", now=NOW)
    assert "Non leggo" not in str(list(Event.objects.values_list("payload", flat=True)))


def test_without_an_address_of_the_region_its_administrators_get_it(region, administrator):
    give_feedback(actor=VISITOR, region=region, message="x", page="", email="", language="en", now=NOW)
    assert list(Message.objects.values_list("to", flat=True)) == ["tommaso@example.org"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"message": " "}, "message"),
        ({"message": "x" * 4001}, "message"),
        ({"page": "x" * 301}, "page"),
        ({"email": "nope"}, "email"),
    ],
)
def test_feedback_that_cannot_be_read_is_said_so(region, values, field):
    given = {"message": "x", "page": "", "email": ""} | values
    with pytest.raises(FeedbackWrong, match=r"\.$") as wrong:
        give_feedback(actor=VISITOR, region=region, language="it", now=NOW, **given)
    assert wrong.value.field == field
    assert Feedback.objects.count() == 0


def test_export_erasure_and_retention(region, anna, administrator):
    give_consent(actor=actor_for(anna), region=region, seen="terms:1", language="it", now=NOW)
    (personal,) = manifest.personal_data
    assert personal.collect(anna)["consents.json"][0]["text"] == "terms"
    personal.erase(anna, True)
    assert Consent.objects.count() == 0
    assert personal.collect(anna) == {}
    (retention,) = manifest.retention
    made = give_feedback(actor=VISITOR, region=region, message="x", page="", email="", language="it", now=NOW)
    later = NOW + timedelta(days=400)
    before = later - timedelta(days=retention.days)
    assert retention.apply(region, before, later) == 0
    handle_feedback(actor=administrator, feedback=made, note="x", now=NOW)
    assert retention.apply(region, before, later) == 1


def test_no_consent_twice(region, anna):
    (consent,) = give_consent(actor=actor_for(anna), region=region, seen="terms:1", language="it", now=NOW)
    twin = Consent(region=region, account=anna, text=consent.text, language="it")
    with pytest.raises(ValidationError):
        twin.full_clean()


def test_invented_people_agree_by_themselves_and_real_ones_never(region, anna, administrator, other_region):
    rita = somebody(region, "rita", Role.INNOVATOR)
    rita.is_invented = True
    rita.save()
    assert agree_invented(actor=PLATFORM, region=region, now=NOW) == 1
    assert agree_invented(actor=PLATFORM, region=region, now=NOW) == 0
    assert missing_consents(rita.pk, region) == []
    assert len(missing_consents(anna.pk, region)) == 1
    with pytest.raises(Forbidden):
        agree_invented(actor=administrator, region=region, now=NOW)
    with pytest.raises(ValueError):
        agree_invented(actor=PLATFORM, region=other_region, now=NOW)
