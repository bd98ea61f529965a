# SPDX-License-Identifier: EUPL-1.2
"""The queue: what shows to whom, who has it, and that nobody works against somebody else."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now as clock

from filanda.across.workbench.clocks import WorkingDays
from filanda.across.workbench.filling import fill, reader_s_first
from filanda.capabilities.desk import actions, personal
from filanda.capabilities.desk.errors import AlreadyDone, NothingToUndo, NotOfTheQueue, Wrong
from filanda.capabilities.desk.following import put_right
from filanda.capabilities.desk.models import Absence, DeskItem, DeskMove, DeskNote, MoveKind, SavedReply
from filanda.capabilities.desk.queries import today_in_region
from filanda.capabilities.moderation.actions import report
from filanda.capabilities.needs.models import IntroductionRequest
from filanda.capabilities.threads.actions import open_thread
from filanda.directory.people.models import Person, ValidationState
from filanda.kernel.identity.models import Role
from filanda.kernel.journal.models import Event
from filanda.kernel.policies import Forbidden
from filanda.kernel.regions.scoped import in_region
from tests.across.workbench.test_views import asked
from tests.signing import sign_in
from tests.spaces.making import a_person, act, make_space, staff

PAGE = "/en/workbench/"


def worker(region, name="marta", role=Role.FACILITATOR):
    return staff(region, role, f"{name}@region.example")


def browser(account, host="test.example", **how):
    return sign_in(Client(headers={"host": host}), account, **how)


def text_of(answer):
    return " ".join(answer.content.decode().split())


@pytest.fixture
def marta(region):
    return worker(region)


@pytest.fixture
def bruno(region):
    return worker(region, "bruno")


def waiting(region, count=1):
    made = [asked(region, number) for number in range(1, count + 1)]
    put_right(clock())
    items = {item.object_id: item for item in DeskItem.objects.filter(kind="need.request")}
    return [items[one.pk] for one in made]


def seen(*items, by=None):
    return {item.pk: by.pk if by else None for item in items}


def fresh(item):
    return DeskItem.objects.get(pk=item.pk)


# --- Who sees it


def test_visitors_members_and_the_sleeping_are_told_why_not(client, region, marta):
    waiting(region)
    assert client.get(PAGE).status_code == 403
    assert browser(a_person(region, "Anna Conti")).get(PAGE).status_code == 403
    asleep = browser(marta, second_factor=False).get(PAGE)
    assert asleep.status_code == 403
    assert "second factor" in text_of(asleep)


def test_facilitators_and_administrators_see_the_region_and_nobody_elsewhere(region, other_region, marta):
    waiting(region)
    ada = worker(region, "ada", Role.REGION_ADMINISTRATOR)
    for account in (marta, ada):
        assert "Ottica 1" in text_of(browser(account).get(PAGE))
    with in_region(other_region):
        stranger = worker(other_region, "olga")
    answer = browser(stranger, host="other.example").get(PAGE)
    assert answer.status_code == 200
    assert "Ottica 1" not in text_of(answer)


def test_a_manager_sees_the_queue_of_their_community_alone(region, marta):
    (need,) = waiting(region)
    gina, anna = a_person(region, "Gina Villa"), a_person(region, "Anna Conti")
    space = make_space(region, "Silk", managers=[gina], members=[anna])
    long_ago = clock() - timedelta(days=20)
    thread = open_thread(
        actor=act(anna), place=("space", space.pk), title="Chi tesse a mano?", source="Chi?", now=long_ago
    )
    type(thread).objects.filter(pk=thread.pk).update(created_at=long_ago)
    put_right(clock())
    page = text_of(browser(gina).get(PAGE))
    assert "Chi tesse a mano?" in page
    assert "Ottica" not in page
    assert browser(gina).get(f"{PAGE}items/{need.pk}/").status_code == 404
    for part in ("team/", "figures/"):
        assert browser(gina).get(PAGE + part).status_code == 403
    assert "Chi tesse" not in text_of(browser(marta).get(PAGE))


def test_nobody_counts_or_sees_what_is_about_themselves(region, marta, bruno):
    person, _new = Person.objects.get_or_create(account=marta, region=region, defaults={"name": "Marta"})
    Person.objects.filter(pk=person.pk).update(state=ValidationState.WAITING)
    put_right(clock())
    (item,) = DeskItem.objects.filter(kind="person.validation")
    assert browser(marta).get(f"{PAGE}items/{item.pk}/").status_code == 404
    assert "Nothing waits here" in text_of(browser(marta).get(PAGE))
    assert "One thing waits" in text_of(browser(bruno).get(PAGE))
    assert actions.take(actor=act(marta), seen=seen(item), now=clock()).done == []


def test_a_moderator_never_sees_a_report_about_themselves(region, marta):
    gina, anna = a_person(region, "Gina Villa"), a_person(region, "Anna Conti")
    space = make_space(region, "Silk", managers=[gina], members=[anna])
    thread = open_thread(actor=act(gina), place=("space", space.pk), title="Compra da me", source="Sconti", now=clock())
    post = thread.posts.get(number=1)
    report(
        actor=act(anna),
        region=region,
        thing=("post", post.pk),
        category="advertising",
        text="Ad.",
        language="it",
        now=clock(),
    )
    put_right(clock())
    (item,) = DeskItem.objects.filter(kind="report")
    assert item.queue == "role:facilitator"  # the only manager is concerned
    assert sorted(item.not_for) == sorted([gina.pk, anna.pk])
    assert not DeskItem.objects.visible_to(act(gina)).filter(kind="report").exists()
    assert "Compra da me" in text_of(browser(marta).get(PAGE))


# --- Order, clock, filters, cost


def test_what_is_over_its_target_for_longest_comes_first(region, marta):
    first, second, third = waiting(region, 3)
    at = clock()
    for item, hours in ((first, 50), (second, -90), (third, -20)):
        DeskItem.objects.filter(pk=item.pk).update(due_at=at + timedelta(hours=hours))
    page = text_of(browser(marta).get(PAGE))
    places = [page.index(f"Ottica {number}</a>") for number in (2, 3, 1)]
    assert places == sorted(places)
    assert "3 things wait" in page
    assert "2 of them over their target" in page


def test_clocks_count_working_days_of_the_region(region):
    friday = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    monday = friday + timedelta(days=3)
    days = WorkingDays(region, monday, [friday, monday, monday + timedelta(days=4, hours=1)])
    assert days.of(friday).urgency == "over"
    assert days.between_today_and(friday) == -1
    assert days.of(monday + timedelta(hours=2)).urgency == "today"
    assert days.between_today_and(monday + timedelta(days=4)) == 4


def test_filters_narrow_and_count(region, marta, bruno):
    mine, _free, theirs = waiting(region, 3)
    actions.take(actor=act(marta), seen=seen(mine), now=clock())
    actions.take(actor=act(bruno), seen=seen(theirs), now=clock())
    one = browser(marta)
    found = {
        whose: [number for number in (1, 2, 3) if f"Ottica {number}</a>" in text_of(one.get(f"{PAGE}?whose={whose}"))]
        for whose in ("", "mine", "free", "others", "all")
    }
    assert found == {"": [1, 2], "mine": [1], "free": [2], "others": [3], "all": [1, 2, 3]}
    for query in ("kind=need.request", "kind=nothing", "queue=role:facilitator", "whose=x&page=99999", "page=-1"):
        assert one.get(f"{PAGE}?{query}").status_code == 200
    assert "Nothing waits here" in text_of(one.get(f"{PAGE}?kind=report"))


def test_the_page_costs_the_same_queries_for_one_and_three(region, marta):
    one = browser(marta)
    counts = []
    for number in (1, 3):
        waiting(region, number)
        one.get(PAGE)
        with CaptureQueriesContext(connection) as queries:
            one.get(PAGE)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_what_is_done_meanwhile_does_not_show(region, marta):
    (_item,) = waiting(region)
    IntroductionRequest.objects.update(state="closed", outcome="made")
    page = text_of(browser(marta).get(PAGE))
    assert "Ottica" not in page


# --- Who has it


def test_two_take_one_item_one_has_it_and_the_other_is_told_who(region, marta, bruno):
    (item,) = waiting(region)
    first, second = browser(marta), browser(bruno)
    for one in (first, second):
        assert "Ottica 1" in text_of(one.get(PAGE))
    form = {"chosen": f"{item.pk}:0", "next": PAGE}
    first.post(f"{PAGE}move/take/", form)
    answer = second.post(f"{PAGE}move/take/", form, follow=True)
    assert fresh(item).holder == marta
    assert "Marta has taken this in the meantime" in text_of(answer)
    assert DeskMove.objects.filter(item=item, kind=MoveKind.TAKEN).count() == 1


def test_a_double_click_takes_once(region, marta):
    (item,) = waiting(region)
    form = {"chosen": f"{item.pk}:0", "next": PAGE}
    one = browser(marta)
    for _click in range(2):
        assert one.post(f"{PAGE}move/take/", form).status_code == 302
    assert DeskMove.objects.filter(item=item).count() == 1


def test_handing_over_stands_in_the_history_with_its_words(region, marta, bruno):
    (item,) = waiting(region)
    actions.take(actor=act(marta), seen=seen(item), now=clock())
    browser(marta).post(
        f"{PAGE}move/assign/", {"chosen": f"{item.pk}:{marta.pk}", "to": str(bruno.pk), "words": "Sono in ferie"}
    )
    assert fresh(item).holder == bruno
    page = text_of(browser(bruno).get(f"{PAGE}items/{item.pk}/"))
    assert "Handed over: Bruno" in page
    assert "Sono in ferie" in page
    payload = Event.objects.filter(type="desk.item.assigned").get().payload
    assert payload == {"items": [item.pk], "to": bruno.pk}


def test_nothing_is_given_to_who_does_not_work_there_or_is_concerned(region, marta, bruno):
    (item,) = waiting(region)
    anna = a_person(region, "Anna Conti")
    with pytest.raises(NotOfTheQueue):
        actions.assign(actor=act(marta), seen=seen(item), to=anna, now=clock())
    DeskItem.objects.filter(pk=item.pk).update(not_for=[bruno.pk])
    with pytest.raises(NotOfTheQueue):
        actions.assign(actor=act(marta), seen=seen(item), to=bruno, now=clock())
    with pytest.raises(Forbidden):
        actions.take(actor=act(anna), seen=seen(item), now=clock())


def test_many_at_once_and_undone_together_but_for_what_was_touched_since(region, marta, bruno):
    items = waiting(region, 3)
    moved = actions.take(actor=act(marta), seen=seen(*items), now=clock())
    assert sorted(moved.done) == sorted(item.pk for item in items)
    actions.assign(actor=act(marta), seen=seen(items[2], by=marta), to=bruno, now=clock())
    with pytest.raises(NothingToUndo):
        actions.undo(actor=act(bruno), batch=moved.batch, now=clock())
    browser(marta).post(f"{PAGE}undo/{moved.batch}/")
    assert [fresh(item).holder for item in items] == [None, None, bruno]
    with pytest.raises(NothingToUndo):
        actions.undo(actor=act(marta), batch=moved.batch, now=clock())


def test_what_was_decided_is_not_taken_even_before_the_desk_has_heard_of_it(region, marta):
    open_item, decided = waiting(region, 2)
    IntroductionRequest.objects.filter(pk=decided.object_id).update(state="closed", outcome="made")
    moved = actions.take(actor=act(marta), seen=seen(open_item, decided), now=clock())
    assert (moved.done, list(moved.missed)) == ([open_item.pk], [decided.pk])
    assert isinstance(moved.missed[decided.pk], AlreadyDone)
    assert fresh(decided).holder is None


def test_what_is_put_off_comes_back_on_its_morning(region, marta):
    (item,) = waiting(region)
    day = (clock() + timedelta(days=3)).date()
    one = browser(marta)
    one.post(f"{PAGE}move/snooze/", {"chosen": f"{item.pk}:0", "until": day.isoformat()})
    assert "Ottica" not in text_of(one.get(PAGE))
    assert "Ottica 1" in text_of(one.get(f"{PAGE}?whose=later"))
    until = fresh(item).snoozed_until
    assert until.astimezone(UTC).date() == day
    assert DeskItem.objects.shown(until).exists()
    for wrong in ("", "x", "2020-01-01", "9999-12-31"):
        answer = one.post(f"{PAGE}move/snooze/", {"chosen": f"{item.pk}:0", "until": wrong}, follow=True)
        assert "Choose" in text_of(answer)
    one.post(f"{PAGE}move/wake/", {"chosen": f"{item.pk}:0"})
    assert fresh(item).snoozed_until is None


def test_a_deputy_sees_the_items_of_whoever_is_away_as_own(region, marta, bruno):
    (item,) = waiting(region)
    actions.take(actor=act(marta), seen=seen(item), now=clock())
    one = browser(bruno)
    assert "Ottica" not in text_of(one.get(f"{PAGE}?whose=mine"))
    today = today_in_region(clock())
    answer = browser(marta).post(
        f"{PAGE}absences/",
        {"starts_on": today.isoformat(), "ends_on": (today + timedelta(days=5)).isoformat(), "deputy": str(bruno.pk)},
    )
    assert answer.status_code == 302
    assert "of Marta, who is away" in text_of(one.get(f"{PAGE}?whose=mine"))
    absence = Absence.objects.get()
    assert one.post(f"{PAGE}absences/{absence.pk}/delete/").status_code == 403
    assert browser(marta).post(f"{PAGE}absences/{absence.pk}/delete/").status_code == 302
    assert "Ottica" not in text_of(one.get(f"{PAGE}?whose=mine"))


def test_absences_that_cannot_be_are_said_beside_the_field(region, marta):
    one = browser(marta)
    for form in ({}, {"starts_on": "2026-12-10", "ends_on": "2026-12-01"}, {"starts_on": "x", "ends_on": "2026-12-01"}):
        answer = one.post(f"{PAGE}absences/", form)
        assert answer.status_code == 422
    with pytest.raises(Wrong):
        actions.say_absence(
            actor=act(marta), region=region, account=marta, starts_on=date(2026, 1, 1), ends_on=date(2026, 1, 2),
            deputy=marta, now=clock(),
        )  # fmt: skip


# --- Notes and replies


def test_notes_are_for_the_queue_and_go_by_their_author(region, marta, bruno):
    (item,) = waiting(region)
    page = f"{PAGE}items/{item.pk}/"
    assert browser(marta).post(f"{page}notes/", {"note": " "}).status_code == 422
    browser(marta).post(f"{page}notes/", {"note": "Richiama <b>martedì</b>"})
    assert "Richiama &lt;b&gt;martedì" in text_of(browser(bruno).get(page))
    note = DeskNote.objects.get()
    assert browser(bruno).post(f"{page}notes/{note.pk}/delete/").status_code == 403
    assert browser(marta).post(f"{page}notes/{note.pk}/delete/").status_code == 302
    assert not DeskNote.objects.exists()
    assert all("Richiama" not in str(event.payload) for event in Event.objects.all())


def test_a_saved_reply_fills_the_words_that_a_step_asks_for(region, marta):
    anna = a_person(region, "Anna Conti", validated=False)
    put_right(clock())
    (item,) = DeskItem.objects.filter(kind="person.validation")
    one = browser(marta)
    wrong = one.post(f"{PAGE}replies/", {"name": "Chi", "text_it": "Ciao {nome}", "queue": "role:facilitator"})
    assert wrong.status_code == 422
    assert "Ciao {nome}" in text_of(wrong)
    texts = {"text_it": "Ciao {name}, chi sei in {region}?", "text_en": "Dear {name}, who are you in {region}?"}
    one.post(f"{PAGE}replies/", {"name": "Chi", "queue": "role:facilitator", "is_shared": "1", **texts})
    reply = SavedReply.objects.get()
    assert 'name="question"' in text_of(one.get(f"{PAGE}items/{item.pk}/?act=2"))
    place, sent = f"{PAGE}items/{item.pk}/act/2/", {"asks": "question", "question": "So far."}
    page = one.post(place, sent | {"on": "item", "reply": f"{reply.pk}:it"}).content.decode()
    assert "So far.\n\nCiao Anna Conti, chi sei in Regione di prova?</textarea>" in page
    english = one.post(place, sent | {"reply": f"{reply.pk}:en"}).content.decode()
    assert "So far.\n\nDear Anna Conti, who are you in Test region?</textarea>" in english
    assert 'class="matches js-keys"' in english
    answer = one.post(f"/en/workbench/people/{item.object_id}/return/", {"question": "Chi sei?", "next": PAGE})
    assert answer.headers["Location"] == PAGE
    assert Person.objects.get(account=anna).state == ValidationState.RETURNED


def test_words_are_asked_for_in_place_and_never_lost(region, marta, bruno):
    anna = a_person(region, "Anna Conti", validated=False)
    put_right(clock())
    (item,) = DeskItem.objects.filter(kind="person.validation")
    one = browser(marta)
    place, sent = f"{PAGE}items/{item.pk}/act/2/?whose=all", {"asks": "question", "next": f"{PAGE}?whose=all"}
    assert "<textarea" not in text_of(one.get(PAGE))
    opened = text_of(one.get(f"{PAGE}?whose=all&ask={item.pk}.2"))
    assert 'name="question"' in opened
    assert f'action="{place}"' in opened
    empty = one.post(place, sent | {"question": " "})
    assert empty.status_code == 422
    assert "Write your words first" in text_of(empty)
    done = one.post(place, sent | {"question": "Which body?"}, follow=True)
    assert done.redirect_chain[0] == (f"/en/workbench/people/{item.object_id}/return/", 307)
    assert done.redirect_chain[1][0] == f"{PAGE}?whose=all"
    assert "Anna Conti was asked." in text_of(done)
    assert Person.objects.get(account=anna).return_reason == "Which body?"
    late = browser(bruno).post(place, sent | {"question": "Who are you, Anna?"})
    assert late.status_code == 409
    assert "Who are you, Anna?</textarea>" in text_of(late)
    assert Person.objects.get(account=anna).return_reason == "Which body?"


@pytest.mark.parametrize("ask", ["0.1", "1", "x.y", "{item}.1", "{item}.9", "99.2"])
def test_an_action_that_asks_for_nothing_opens_no_form(region, marta, ask):
    a_person(region, "Anna Conti", validated=False)
    put_right(clock())
    (item,) = DeskItem.objects.filter(kind="person.validation")
    answer = browser(marta).get(f"{PAGE}?ask={ask.format(item=item.pk)}")
    assert (answer.status_code, "<textarea" in text_of(answer)) == (200, False)


def test_who_may_not_see_an_item_does_nothing_with_it(region, other_region, marta):
    a_person(region, "Anna Conti", validated=False)
    put_right(clock())
    (item,) = DeskItem.objects.filter(kind="person.validation")
    sent = {"asks": "question", "question": "Who?"}
    place = f"{PAGE}items/{item.pk}/act/2/"
    member, manager = a_person(region, "Bice Riva"), a_person(region, "Gina Villa")
    make_space(region, "Silk", managers=[manager])
    assert [browser(who).post(place, sent).status_code for who in (member, manager)] == [403, 404]
    with in_region(other_region):
        stranger = worker(other_region, "olga")
    assert browser(stranger, host="other.example").post(place, sent).status_code == 404


def test_private_replies_are_their_owners(region, marta, bruno):
    reply = actions.save_reply(
        actor=act(marta), region=region, name="Mio", texts={"it": "Ciao"}, queue="role:facilitator", is_shared=False,
        now=clock(),
    )  # fmt: skip
    assert browser(bruno).get(f"{PAGE}replies/{reply.pk}/").status_code == 404
    with pytest.raises(Forbidden):
        actions.drop_reply(actor=act(bruno), reply=reply)
    assert browser(marta).post(f"{PAGE}replies/{reply.pk}/delete/").status_code == 302
    assert not SavedReply.objects.exists()


@pytest.mark.parametrize(
    ("words", "filled"),
    [
        ("{name}, {title} in {region}", "Anna, {name} in Lombardia"),
        ("{other} {{name}} {name", "{other} {Anna} {name"),
        ("{NAME} {}", "{NAME} {}"),
    ],
)
def test_fields_are_filled_once_and_nothing_else_is(words, filled):
    assert fill(words, {"name": "Anna", "title": "{name}", "region": "Lombardia"}) == filled


def test_replies_are_offered_in_the_reader_s_language_first():
    assert reader_s_first({"en": "Hello", "it": "Ciao", "de": "Hallo"}, "it") == ["it", "de", "en"]


def test_back_goes_to_addresses_of_ours_alone(region, marta):
    (item,) = waiting(region)
    one = browser(marta)
    for wrong in ("https://evil.example/", "//evil.example", "javascript:1", ""):
        answer = one.post(f"{PAGE}move/take/", {"chosen": f"{item.pk}:0", "next": wrong})
        assert answer.headers["Location"] == PAGE


@pytest.mark.parametrize("chosen", ["", "x", "1:x", "0:0", "99999999999999999999:1", "١:0"])
def test_strange_choices_do_nothing(region, marta, chosen):
    (item,) = waiting(region)
    browser(marta).post(f"{PAGE}move/take/", {"chosen": chosen})
    assert fresh(item).holder is None


# --- One's own data


def test_what_somebody_did_leaves_with_them_and_goes(region, marta, bruno):
    (item,) = waiting(region)
    actions.take(actor=act(marta), seen=seen(item), now=clock())
    actions.note(actor=act(marta), item=fresh(item), words="Richiama", now=clock())
    actions.say_absence(
        actor=act(marta), region=region, account=marta, starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 2),
        deputy=bruno, now=clock(),
    )  # fmt: skip
    kept = personal.collect(marta)["workbench.json"]
    assert [one["words"] for one in kept["notes"]] == ["Richiama"]
    assert len(kept["absences"]) == len(kept["moves"]) == 1
    assert personal.collect(bruno)["workbench.json"]["deputy_for"]
    personal.erase(marta, True)
    assert DeskNote.objects.get().author is None
    assert personal.collect(marta) == {}
    assert fresh(item).holder is None
    assert not Absence.objects.exists()


def test_the_home_says_what_is_ones_own_and_late(region, marta):
    (item,) = waiting(region)
    assert list(personal.waiting(act(marta))) == []
    actions.take(actor=act(marta), seen=seen(item), now=clock())
    DeskItem.objects.update(due_at=clock() - timedelta(days=1))
    (line,) = personal.waiting(act(marta))
    assert (line.count, line.url_name, line.query) == (1, "workbench:queue", "whose=mine")


def test_the_team_sees_loads_clocks_and_who_stands_in(region, marta, bruno):
    items = waiting(region, 3)
    actions.take(actor=act(marta), seen=seen(items[0], items[1]), now=clock())
    DeskItem.objects.filter(pk=items[0].pk).update(due_at=clock() - timedelta(days=1))
    today = today_in_region(clock())
    actions.say_absence(
        actor=act(marta), region=region, account=marta, starts_on=today, ends_on=today, deputy=bruno, now=clock()
    )
    page = text_of(browser(bruno).get(f"{PAGE}team/"))
    assert '<td class="num">2</td><td class="num"><b class="clock-over">1</b></td>' in page
    assert "away until" in page
    assert "Nobody’s" in page
    assert browser(a_person(region, "Anna Conti")).get(f"{PAGE}team/").status_code == 403
