# SPDX-License-Identifier: EUPL-1.2
"""Two facilitators on one item, each with a connection of their own: one outcome, told clearly to both."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils.timezone import now as clock

from filanda.capabilities.desk.following import put_right
from filanda.capabilities.desk.models import DeskItem, MoveKind
from filanda.directory.organisations.models import Objection, Organisation
from filanda.directory.people.models import Person, ValidationState
from filanda.kernel.journal.models import Event
from filanda.kernel.regions.scoped import in_region
from tests.across.workbench.test_queue import PAGE, browser, text_of, worker
from tests.spaces.making import a_person

pytestmark = pytest.mark.django_db(transaction=True)

FASTER = "has taken this in the meantime"
DONE = "Somebody has dealt with this in the meantime"


def at_once(region, *sent):
    """Post all of (browser, address, data) together; what each reads on the page where it ends, in their order."""
    gate = threading.Barrier(len(sent))
    read: list[str] = [""] * len(sent)

    def run(at, client, address, data):
        try:
            with in_region(region):
                gate.wait(30)
                read[at] = text_of(client.post(address, {"next": PAGE} | data, follow=True))
        except Exception as error:  # noqa: BLE001 - what it was is what the test looks at
            read[at] = repr(error)
        finally:
            connection.close()

    started = [threading.Thread(target=run, args=(at, *one)) for at, one in enumerate(sent)]
    for one in started:
        one.start()
    for one in started:
        one.join(60)
    return read


def test_two_on_one_item(region):
    """One test, as a database of one's own costs more than all of this."""
    with in_region(region):
        marta, bruno = worker(region), worker(region, "bruno")
        pages = {marta.pk: browser(marta), bruno.pk: browser(bruno)}
        _both_take(region, marta, bruno, pages)
        _one_undoes_and_one_takes(region, marta, bruno, pages)
        _both_decide(region, marta, bruno, pages)
        _one_puts_off_and_one_decides(region, marta, bruno, pages)
        _one_validates_and_one_asks(region, marta, bruno, pages)


def objected(region, number):
    body = Organisation.objects.create(region=region, name=f"Telai {number}", sort_key=f"telai {number}")
    made = Objection.objects.create(
        region=region, organisation=body, kind="correct", text="L’indirizzo non è questo.",
        email=f"anna{number}@example.org", created_at=clock(), due_at=clock() + timedelta(days=1),
    )  # fmt: skip
    put_right(clock())
    return made, DeskItem.objects.get(kind="organisation.objection", object_id=made.pk)


def _both_take(region, marta, bruno, pages):
    _made, item = objected(region, 1)
    sent = {"chosen": f"{item.pk}:0"}
    read = at_once(region, *((pages[one.pk], f"{PAGE}move/take/", sent) for one in (marta, bruno)))
    item.refresh_from_db()
    first, second = (0, 1) if item.holder_id == marta.pk else (1, 0)
    assert "It is yours now." in read[first]
    assert FASTER in read[second]
    assert (FASTER in read[first], "It is yours now." in read[second]) == (False, False)
    assert list(item.moves.values_list("kind", "by")) == [(MoveKind.TAKEN, item.holder_id)]


def _one_undoes_and_one_takes(region, marta, bruno, pages):
    _made, item = objected(region, 2)
    pages[marta.pk].post(f"{PAGE}move/take/", {"chosen": f"{item.pk}:0"})
    batch = item.moves.get().batch
    read = at_once(
        region,
        (pages[marta.pk], f"{PAGE}undo/{batch}/", {}),
        (pages[bruno.pk], f"{PAGE}move/assign/", {"chosen": f"{item.pk}:{marta.pk}", "to": str(bruno.pk)}),
    )
    item.refresh_from_db()
    if item.holder_id == bruno.pk:
        assert "nothing to undo any more" in read[0]
        assert "It was given away." in read[1]
    else:
        assert item.holder_id is None
        assert "It is as it was before." in read[0]
        assert "This was given back in the meantime" in read[1]


def _both_decide(region, marta, bruno, pages):
    made, _item = objected(region, 3)
    address = f"/en/workbench/objections/{made.pk}/"
    read = at_once(
        region,
        (pages[marta.pk], address, {"follow": "1"}),
        (pages[bruno.pk], address, {"follow": "0", "reason": "The register says so."}),
    )
    made.refresh_from_db()
    first, second = (0, 1) if made.decided_by_id == marta.pk else (1, 0)
    assert made.state == ("upheld", "rejected")[first]
    assert "Decided. Whoever wrote gets an e-mail." in read[first]
    assert "Somebody else has decided this in the meantime" in read[second]
    assert "Decided. Whoever wrote gets an e-mail." not in read[second]
    assert Event.objects.filter(type="organisations.objection.decided").count() == 1


def _one_puts_off_and_one_decides(region, marta, bruno, pages):
    made, item = objected(region, 4)
    until = (clock() + timedelta(days=3)).date().isoformat()
    read = at_once(
        region,
        (pages[marta.pk], f"{PAGE}move/snooze/", {"chosen": f"{item.pk}:0", "until": until}),
        (pages[bruno.pk], f"/en/workbench/objections/{made.pk}/", {"follow": "1"}),
    )
    made.refresh_from_db()
    item.refresh_from_db()
    assert (made.state, made.decided_by_id) == ("upheld", bruno.pk)
    assert "Decided. Whoever wrote gets an e-mail." in read[1]
    # Put off before it was decided, or told that it was; either way it does not come back.
    assert ("It is put off." in read[0]) == (item.snoozed_until is not None)
    assert (DONE in read[0]) == (item.snoozed_until is None)
    put_right(clock())
    item.refresh_from_db()
    assert item.closed_at is not None
    again = pages[marta.pk].post(f"{PAGE}move/wake/", {"chosen": f"{item.pk}:0", "next": PAGE}, follow=True)
    assert DONE in text_of(again)


def _one_validates_and_one_asks(region, marta, bruno, pages):
    person = Person.objects.get(account=a_person(region, "Carla Neri"), region=region)
    Person.objects.filter(pk=person.pk).update(state=ValidationState.WAITING)
    address = f"/en/workbench/people/{person.pk}/"
    read = at_once(
        region,
        (pages[marta.pk], f"{address}validate/", {"seen": "waiting"}),
        (pages[bruno.pk], f"{address}return/", {"question": "Which body is this?"}),
    )
    person.refresh_from_db()
    late = "Perhaps somebody else was quicker."
    assert [late in one for one in read] == [
        person.state == ValidationState.RETURNED,
        person.state == ValidationState.VALIDATED,
    ]
    events = Event.objects.filter(type__in=("people.person.validated", "people.person.returned"))
    assert events.count() == 1
