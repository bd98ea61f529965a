# SPDX-License-Identifier: EUPL-1.2
"""Reports, decisions, appeals: who may, what follows, who is told; nobody judges their own cause."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.timezone import now

from filanda.capabilities.moderation import actions
from filanda.capabilities.moderation.links import read_link
from filanda.capabilities.moderation.models import Appeal, Decision, Measure, Report, ReportState, Suspension
from filanda.capabilities.moderation.personal import FORGOTTEN, collect, erase, forget_decided, waiting
from filanda.capabilities.moderation.queries import figures, queue, years
from filanda.capabilities.moderation.suspensions import may_write
from filanda.capabilities.notifications.models import Notification
from filanda.capabilities.notifications.queries import notification_page
from filanda.directory.people.models import Person
from filanda.kernel.identity.actors import VISITOR, actor_for
from filanda.kernel.journal import chain
from filanda.kernel.mail.models import Message
from filanda.kernel.policies import Forbidden
from filanda.kernel.workflow import all_pairs

pytestmark = pytest.mark.django_db


def acting(account):
    return actor_for(account, has_second_factor=True)


@pytest.fixture
def world(notes, person, region):
    """A note by Ada in the open; Bea reports; Fausta is a facilitator, Gina another."""

    class World:
        ada, bea, eva = person("ada"), person("bea"), person("eva")
        fausta, gina = person("fausta", "facilitator"), person("gina", "facilitator")
        book = notes

        def report(self, actor=None, **changes):
            given = {
                "category": "advertising",
                "text": "Only sells.",
                "language": "en",
                "thing": ("note", 1),
                **changes,
            }
            return actions.report(actor=actor or acting(self.bea), region=region, now=now(), **given)

        def decide(self, report, by=None, measure="removed", **more):
            return actions.decide(
                actor=acting(by or self.fausta), report=report, measure=measure, reasons="Rule 3.", now=now(), **more
            )

    made = World()
    notes.notes[1] = ("Cheap looms", "public")
    notes.authors[1] = made.ada.pk
    return made


def test_a_report_keeps_what_was_said_and_is_acknowledged(world):
    made = world.report()
    assert (made.said, made.title, made.author_id) == ("words of Cheap looms", "Cheap looms", world.ada.pk)
    message = Message.objects.get()
    assert (message.to, message.template) == ("bea@example.org", "moderation/mail/received")


def test_reporting_twice_is_reporting_once_and_two_people_are_two(world):
    assert world.report().pk == world.report().pk
    world.report(acting(world.eva))
    assert (Report.objects.count(), len(queue(acting(world.fausta), now()))) == (2, 1)


def test_a_visitor_reports_with_a_name_and_an_address(world):
    with pytest.raises(ValidationError) as caught:
        world.report(VISITOR, text=" ", category="nonsense")
    assert sorted(caught.value.message_dict) == ["category", "email", "name", "text"]
    made = world.report(VISITOR, name="Nora", email="Nora@Example.org")
    assert (made.reporter, made.reporter_email) == (None, "nora@example.org")
    assert world.report(VISITOR, name="Nora", email="nora@example.org").pk == made.pk


@pytest.mark.parametrize("thing", [("note", 9), ("note", 2), ("shelf", 1), ("nothing", 1)])
def test_what_one_does_not_see_cannot_be_reported_nor_told_from_nothing(world, thing):
    world.book.notes[2] = ("Secret", "space:9")
    with pytest.raises(actions.NotReportable):
        world.report(thing=thing)


@pytest.mark.parametrize(
    ("measure", "more", "state"),
    [
        ("none", {}, None),
        ("warned", {}, None),
        ("hidden", {}, "hidden"),
        ("removed", {}, "removed"),
        ("suspended", {"suspend_days": 7}, "removed"),
    ],
)
def test_a_decision_does_what_it_says_and_both_sides_are_told(world, measure, more, state):
    first, second = world.report(), world.report(acting(world.eva))
    Message.objects.all().delete()
    made = world.decide(first, measure=measure, **more)
    assert world.book.state.get(1) == state
    second.refresh_from_db()
    assert (second.state, second.decision) == (ReportState.DECIDED, made)
    told = {(message.to, message.template.rpartition("/")[2]) for message in Message.objects.all()}
    expected = {("bea@example.org", "outcome"), ("eva@example.org", "outcome")}
    assert told == expected | ({("ada@example.org", "statement")} if measure != "none" else set())
    statement = Message.objects.filter(template__endswith="statement").first()
    assert statement is None or not re.search(r"\bbea\b", str(statement.context))  # who reported is nobody's to know
    assert bool(may_write(acting(world.ada), None)) is (measure != "suspended")


def test_suspended_means_until_the_day_and_reversed_means_at_once(world):
    made = world.decide(world.report(), measure="suspended", suspend_days=7)
    ada = acting(world.ada)
    assert not may_write(ada, None)
    assert not may_write(ada, 5)
    assert may_write(ada, None, now() + timedelta(days=8))
    contest = actions.appeal(actor=ada, decision=made, text="It was no advertisement.", now=now())
    actions.decide_appeal(actor=acting(world.gina), appeal=contest, is_upheld=False, reasons="True.", now=now())
    assert may_write(acting(world.ada), None)
    assert (world.book.state[1], Suspension.objects.filter(lifted_at=None).count()) == ("shown", 0)


def test_nobody_decides_about_themselves_or_what_they_reported(world, person):
    world.book.authors[1] = world.fausta.pk
    made = world.report()
    with pytest.raises(Forbidden):
        world.decide(made)
    assert queue(acting(world.fausta), now()) == []
    world.book.notes[3] = ("Other", "public")
    own = world.report(acting(world.gina), thing=("note", 3))
    with pytest.raises(Forbidden):
        world.decide(own, by=world.gina)


@pytest.mark.parametrize("who", ["ada", "bea", "eva"])
def test_who_has_no_such_role_decides_nothing(world, who):
    made = world.report()
    with pytest.raises(Forbidden):
        world.decide(made, by=getattr(world, who))


def test_roles_sleep_without_a_second_factor(world, person):
    keeper = person("mia", space=("space_moderator", 5))
    world.book.spaces[1] = 5
    made = world.report()
    for account in (world.fausta, keeper):
        with pytest.raises(Forbidden):
            actions.decide(actor=actor_for(account), report=made, measure="none", reasons="x", now=now())


def test_who_looks_after_a_space_sees_its_reports_and_no_others(world, person):
    world.book.spaces[1] = 5
    world.report()
    assert len(queue(acting(person("mia", space=("space_moderator", 5))), now())) == 1
    for account in (person("noa", space=("space_moderator", 6)), person("leo", space=("space_member", 5)), world.eva):
        assert queue(acting(account), now()) == []


def test_the_second_decision_comes_too_late(world):
    made = world.report()
    world.decide(made)
    with pytest.raises(actions.AlreadyDecided):
        world.decide(made, by=world.gina, measure="none")
    assert Decision.objects.count() == 1


def test_an_appeal_goes_to_somebody_else(world):
    made = world.decide(world.report())
    with pytest.raises(Forbidden):
        actions.appeal(actor=acting(world.eva), decision=made, text="Not mine.", now=now())
    contest = actions.appeal(actor=acting(world.ada), decision=made, text="Wrong.", now=now())
    with pytest.raises(ValidationError):
        actions.appeal(actor=acting(world.bea), decision=made, text="Me too.", now=now())
    for account in (world.fausta, world.eva, world.ada):
        with pytest.raises(Forbidden):
            actions.decide_appeal(actor=acting(account), appeal=contest, is_upheld=True, reasons="So.", now=now())
    actions.decide_appeal(actor=acting(world.gina), appeal=contest, is_upheld=True, reasons="So.", now=now())
    assert (Report.objects.get().state, world.book.state[1]) == (ReportState.UPHELD, "removed")
    with pytest.raises(actions.AlreadyDecided):
        actions.decide_appeal(actor=acting(world.gina), appeal=contest, is_upheld=False, reasons="No.", now=now())


def test_six_months_and_no_longer(world):
    made = world.decide(world.report())
    with pytest.raises(ValidationError):
        actions.appeal(actor=acting(world.ada), decision=made, text="Wrong.", now=now() + timedelta(days=184))
    assert actions.appeal(actor=acting(world.ada), decision=made, text="Wrong.", now=now() + timedelta(days=182))


def test_whoever_reported_appeals_against_nothing_being_done(world):
    made = world.decide(world.report(), measure="none")
    contest = actions.appeal(actor=acting(world.bea), decision=made, text="Look again.", now=now())
    actions.decide_appeal(actor=acting(world.gina), appeal=contest, is_upheld=False, reasons="Indeed.", now=now())
    assert Report.objects.get().state == ReportState.IN_REVIEW  # to be decided anew
    assert not Message.objects.filter(to="ada@example.org").exists()  # who was never told is not told of this either
    world.decide(Report.objects.get(), by=world.gina, measure="removed")
    assert (world.book.state[1], Decision.objects.count()) == ("removed", 2)


def test_what_was_decided_before_it_was_decided_anew_stays_in_the_record_until_it_is_forgotten(world, region):
    old = world.decide(world.report(), measure="none")
    contest = actions.appeal(actor=acting(world.bea), decision=old, text="Look again.", now=now())
    actions.decide_appeal(actor=acting(world.gina), appeal=contest, is_upheld=False, reasons="Indeed.", now=now())
    new = world.decide(Report.objects.get(), by=world.gina)
    assert [row.pk for row in Report.objects.all() if row.decision_id == old.pk] == []
    assert old.first_report() == new.first_report() == Report.objects.get()
    assert contest in Appeal.objects.visible_to(acting(world.fausta))
    assert old in Decision.objects.visible_to(acting(world.fausta))
    for account in (world.ada, world.eva):
        assert contest not in Appeal.objects.visible_to(acting(account))
    assert old not in Decision.objects.visible_to(acting(world.eva))
    later = now() + timedelta(days=400)
    forget_decided(region, later, later)
    assert set(Decision.objects.values_list("reasons", flat=True)) == {FORGOTTEN}
    assert set(Decision.objects.values_list("author", flat=True)) == {None}


@pytest.mark.parametrize(("language", "day"), [("it", "11 maggio 2026"), ("en", "May 11, 2026")])
def test_days_in_statements_are_written_as_the_reader_writes_them(world, region, language, day):
    author = Person.objects.create(region=region, account=world.ada, name="Ada", sort_key="ada")
    author.language = language
    author.save()
    at = datetime(2026, 5, 4, 12, tzinfo=UTC)
    report = world.report()
    actions.decide(actor=acting(world.fausta), report=report, measure="suspended", reasons="R.", suspend_days=7, now=at)
    context = Message.objects.get(template="moderation/mail/statement").context
    assert context["until"] == day
    assert context["where_words"].endswith(day)
    assert context["appeal_until"] == {"it": "3 novembre 2026", "en": "Nov. 3, 2026"}[language]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"measure": "burned"}, "measure"),
        ({"reasons": "  "}, "reasons"),
        ({"ground": "mood"}, "ground"),
        ({"measure": "suspended", "suspend_days": 0}, "suspend_days"),
        ({"measure": "suspended", "suspend_days": 5000}, "suspend_days"),
    ],
)
def test_a_decision_that_lacks_something_says_what(world, changes, field):
    given = {"measure": "hidden", "reasons": "Rule 3.", **changes}
    with pytest.raises(ValidationError) as caught:
        actions.decide(actor=acting(world.fausta), report=world.report(), now=now(), **given)
    assert list(caught.value.message_dict) == [field]


def test_every_state_and_move():
    moves = {(state, move) for state, move, target in all_pairs(Report.workflow) if target is not None}
    assert moves == {
        ("received", "take"),
        ("received", "decide"),
        ("in_review", "decide"),
        ("decided", "appeal"),
        ("appealed", "uphold"),
        ("appealed", "reverse"),
        ("appealed", "reopen"),
        ("upheld", "appeal"),
    }


def test_moderators_are_told_but_those_concerned_are_not(world, person, follow):
    mia = person("mia", space=("space_moderator", 5))
    ugo = person("ugo", space=("space_manager", 5))
    world.book.spaces[1] = 5
    world.book.authors[1] = ugo.pk
    world.report()
    chain.extend()
    follow()
    assert list(Notification.objects.values_list("account", flat=True)) == [mia.pk]


def test_staff_are_told_where_everybody_who_keeps_order_is_concerned(world, person, follow):
    ugo = person("ugo", space=("space_manager", 5))
    world.book.spaces[1], world.book.authors[1] = 5, ugo.pk
    world.report()
    chain.extend()
    follow()
    assert sorted(Notification.objects.values_list("account", flat=True)) == sorted([world.fausta.pk, world.gina.pk])


def test_figures_add_up(world):
    world.report(acting(world.eva))
    made = world.decide(world.report(), measure="none", is_unfounded=True)
    actions.appeal(actor=acting(world.bea), decision=made, text="Look again.", now=now())
    found = figures(now().year)
    assert (found.reports, found.by_category["advertising"], found.by_measure["none"]) == (2, 2, 1)
    assert (found.appeals, found.upheld, found.reversed, found.unfounded) == (1, 0, 0, 2)
    assert found.median_hours is not None
    assert figures(now().year - 1).reports == 0


def test_what_waits_stands_on_the_home_of_who_decides(world):
    world.report()
    assert [(line.count, line.url_name) for line in waiting(acting(world.fausta))] == [(1, "moderation:queue")]
    assert list(waiting(acting(world.ada))) == []


def test_a_person_takes_it_out_and_goes_and_the_figures_stay(world):
    made = world.decide(world.report())
    actions.appeal(actor=acting(world.ada), decision=made, text="Wrong.", now=now())
    assert [row["text"] for row in collect(world.ada)["appeals.json"]] == ["Wrong."]
    assert [row["text"] for row in collect(world.bea)["reports.json"]] == ["Only sells."]
    erase(world.ada, True)
    erase(world.bea, True)
    row = Report.objects.get()
    assert (row.text, row.said, row.reporter, row.author, Appeal.objects.get().text) == ("", "", None, None, "")
    assert row.title == ""
    assert figures(now().year).by_measure[Measure.REMOVED] == 1


def test_settled_reports_are_forgotten_and_open_ones_are_not(world, region):
    world.decide(world.report())
    world.book.notes[3] = ("Other", "public")
    world.report(thing=("note", 3))
    later = now() + timedelta(days=400)
    assert forget_decided(region, later, later) == 1
    assert sorted(Report.objects.values_list("text", flat=True)) == ["", "Only sells."]


def test_the_queue_takes_the_same_queries_for_one_and_for_many(world, django_assert_num_queries):
    keeper = acting(world.fausta)
    for number in range(2, 12):
        world.book.notes[number] = (f"Note {number}", "public")
        world.report(thing=("note", number))
    with django_assert_num_queries(3):
        assert len(queue(keeper, now())) == 10


def test_another_region_sees_nothing_of_it(world, other_region):
    from filanda.kernel.regions.scoped import in_region

    world.report()
    with in_region(other_region):
        assert (Report.objects.count(), figures(now().year).reports) == (0, 0)


def test_who_reported_it_too_does_not_decide_the_report_of_another(world):
    made = world.report()
    world.report(acting(world.fausta))
    (case,) = queue(acting(world.fausta), now())
    assert (case.may_decide, case.why_not != "") == (False, True)
    with pytest.raises(Forbidden):
        world.decide(made)
    world.decide(made, by=world.gina)
    assert set(Report.objects.values_list("state", flat=True)) == {ReportState.DECIDED}


def test_each_side_appeals_once_one_after_the_other(world):
    made = world.decide(world.report(), measure="hidden")
    contest = actions.appeal(actor=acting(world.bea), decision=made, text="Too mild.", now=now())
    actions.decide_appeal(actor=acting(world.gina), appeal=contest, is_upheld=True, reasons="It is enough.", now=now())
    with pytest.raises(ValidationError):
        actions.appeal(actor=acting(world.bea), decision=made, text="Again.", now=now())
    contest = actions.appeal(actor=acting(world.ada), decision=made, text="Too hard.", now=now())
    actions.decide_appeal(actor=acting(world.gina), appeal=contest, is_upheld=False, reasons="Right.", now=now())
    assert (world.book.state[1], Report.objects.get().state) == ("shown", ReportState.REVERSED)


def test_an_author_to_whom_nothing_was_done_has_nothing_to_appeal_against(world):
    made = world.decide(world.report(), measure="none")
    with pytest.raises(Forbidden):
        actions.appeal(actor=acting(world.ada), decision=made, text="Still.", now=now())


def test_a_visitor_follows_and_appeals_by_the_link_of_the_e_mail(world, region):
    made = world.report(VISITOR, name="Nora", email="nora@example.org")
    sent = Message.objects.get().context
    assert (sent["text"], "/reports/link/" in sent["url"]) == ("", True)
    token = sent["url"].rstrip("/").rpartition("/")[2]
    assert read_link(token, region.pk) == made
    assert read_link(token, region.pk + 1) is None
    assert read_link("x" + token, region.pk) is None
    with pytest.raises(ValidationError):
        actions.appeal_by_link(report=made, text="Too early.", now=now())
    world.decide(made, measure="none")
    contest = actions.appeal_by_link(report=made, text="Look again.", now=now())
    with pytest.raises(ValidationError):
        actions.appeal_by_link(report=made, text="And again.", now=now())
    actions.decide_appeal(actor=acting(world.gina), appeal=contest, is_upheld=True, reasons="It is fine.", now=now())
    with pytest.raises(ValidationError):
        actions.appeal_by_link(report=made, text="And again.", now=now())
    assert Report.objects.get().state == ReportState.UPHELD


def test_what_was_hidden_can_be_shown_again_and_its_author_is_told(world, follow):
    made = world.decide(world.report(), measure="hidden")
    with pytest.raises(Forbidden):
        actions.show_again(actor=acting(world.ada), decision=made, now=now())
    actions.show_again(actor=acting(world.fausta), decision=made, now=now())
    with pytest.raises(actions.AlreadyDecided):
        actions.show_again(actor=acting(world.gina), decision=made, now=now())
    assert world.book.state[1] == "shown"
    chain.extend()
    follow()
    with translation.override("en"):
        lines, _gone, _next = notification_page(actor_for(world.ada))
    assert [line.sentence for line in lines if "shown again" in line.sentence]


def test_an_appeal_against_one_decision_does_not_undo_another(world):
    before = world.decide(world.report(), measure="hidden")
    actions.show_again(actor=acting(world.fausta), decision=before, now=now())
    world.decide(world.report(), measure="removed")
    contest = actions.appeal(actor=acting(world.ada), decision=before, text="Wrong.", now=now())
    actions.decide_appeal(actor=acting(world.gina), appeal=contest, is_upheld=False, reasons="Yes.", now=now())
    assert world.book.state[1] == "removed"


def test_the_author_finds_the_decision_in_the_list_and_gets_one_e_mail(world, follow):
    world.decide(world.report(), measure="warned")
    chain.extend()
    follow()
    row = Notification.objects.get(account=world.ada)
    assert (row.mail_due_at, row.thing_kind, row.audience) == (None, "decision", f"account:{world.ada.pk}")
    assert [line.thing.url_name for line in notification_page(actor_for(world.ada))[0]] == ["moderation:decision"]
    assert Message.objects.filter(to="ada@example.org").count() == 1


def test_the_statement_says_where_and_how_long(world):
    world.decide(world.report(), measure="suspended", suspend_days=7)
    context = Message.objects.get(template__endswith="statement").context
    assert "2" in context["where_words"].rpartition(" ")[2]


def test_forgetting_takes_the_words_of_both_sides(world, region):
    made = world.decide(world.report())
    contest = actions.appeal(actor=acting(world.ada), decision=made, text="Wrong.", now=now())
    actions.decide_appeal(actor=acting(world.gina), appeal=contest, is_upheld=True, reasons="So.", now=now())
    later = now() + timedelta(days=400)
    forget_decided(region, later, later)
    made.refresh_from_db()
    contest.refresh_from_db()
    assert (made.author, made.reasons, contest.account) == (None, FORGOTTEN, None)
    assert (contest.text, contest.reasons) == ("", FORGOTTEN)


def test_a_year_in_which_there_was_only_an_appeal_has_figures(world):
    made = world.decide(world.report())
    long_ago = now() - timedelta(days=800)
    Report.objects.update(created_at=long_ago)
    Decision.objects.update(decided_at=long_ago)
    Appeal.objects.create(region=made.region, decision=made, account=world.ada, text="x", made_at=now())
    assert set(years()) == {long_ago.year, now().year}
    assert figures(now().year).appeals == 1
