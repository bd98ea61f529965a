# SPDX-License-Identifier: EUPL-1.2
import pytest
from django.db import models

from filanda.kernel.workflow import Transition, Workflow, all_pairs, diagram


class Door(models.TextChoices):
    OPEN = "open", "Open"
    SHUT = "shut", "Shut"
    LOCKED = "locked", "Locked"


DOOR = Workflow(
    states=Door,
    transitions=(
        Transition("shut", ("open",), "shut"),
        Transition("open", ("shut",), "open"),
        Transition("lock", ("open", "shut"), "locked"),
    ),
)


def test_all_pairs_cover_every_state_and_move():
    assert list(all_pairs(DOOR)) == [
        ("open", "shut", "shut"),
        ("open", "open", None),
        ("open", "lock", "locked"),
        ("shut", "shut", None),
        ("shut", "open", "open"),
        ("shut", "lock", "locked"),
        ("locked", "shut", None),
        ("locked", "open", None),
        ("locked", "lock", None),
    ]


def test_diagram_shows_first_and_last_states():
    assert diagram(DOOR) == (
        "stateDiagram-v2\n    [*] --> open\n    open --> shut: shut\n    shut --> open: open\n"
        "    open --> locked: lock\n    shut --> locked: lock\n    locked --> [*]\n"
    )


@pytest.mark.parametrize(
    ("transitions", "says"),
    [
        ((Transition("shut", ("open",), "ajar"),), "unknown state 'ajar'"),
        ((Transition("shut", ("ajar",), "shut"),), "unknown state 'ajar'"),
        ((Transition("shut", ("open",), "shut"), Transition("shut", ("shut",), "locked")), "declared twice"),
        ((Transition("shut", ("open",), "shut"), Transition("lock", ("locked",), "locked")), "leads to locked"),
    ],
)
def test_workflow_refuses_a_table_that_cannot_be_meant(transitions, says):
    with pytest.raises(ValueError, match=says):
        Workflow(states=Door, transitions=transitions)


def test_transition_that_does_not_exist_is_a_key_error():
    with pytest.raises(KeyError):
        DOOR.transition("paint")
