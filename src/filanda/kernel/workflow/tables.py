# SPDX-License-Identifier: EUPL-1.2
"""The table of a workflow: plain data, checked when it is declared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise


@dataclass(frozen=True)
class Transition:
    """A named move from any of `source` to `target`. `permission` is decided on the object before it is moved;
    an empty one means that only the platform itself (a clock, a consequence of another move) makes this move.
    `label` is what the button says.
    """

    name: str
    source: tuple[str, ...]
    target: str
    permission: str = ""
    label: str | Promise = ""


@dataclass(frozen=True)
class Workflow:
    """States and transitions of one model; `field` holds the state.

    Raises ValueError for an unknown state, a name used twice, or a state that cannot be reached from the first one.
    """

    states: type[models.TextChoices]
    transitions: tuple[Transition, ...]
    field: str = "state"

    def __post_init__(self) -> None:
        known = set(self.states.values)
        names = [transition.name for transition in self.transitions]
        if len(names) != len(set(names)):
            raise ValueError(f"A transition of {self.states.__qualname__} is declared twice.")
        for transition in self.transitions:
            for state in (*transition.source, transition.target):
                if state not in known:
                    raise ValueError(f"{transition.name!r} names the unknown state {state!r}.")
        lost = known - self._reachable()
        if lost:
            raise ValueError(f"No transition leads to {', '.join(sorted(lost))}.")

    def _reachable(self) -> set[str]:
        reached = {self.states.values[0]}
        while True:
            more = {t.target for t in self.transitions if reached & set(t.source)} - reached
            if not more:
                return reached
            reached |= more

    def transition(self, name: str) -> Transition:
        """The transition `name`. Raises KeyError for an unknown one."""
        for transition in self.transitions:
            if transition.name == name:
                return transition
        raise KeyError(name)

    def label(self, state: str) -> str:
        """What `state` is called, in the reader's language."""
        return str(self.states(state).label)


def all_pairs(workflow: Workflow) -> Iterator[tuple[str, str, str | None]]:
    """Every (state, move, the state it leads to; None where it is not possible): what a test goes through."""
    for state in workflow.states.values:
        for transition in workflow.transitions:
            yield state, transition.name, transition.target if state in transition.source else None


def diagram(workflow: Workflow) -> str:
    """The workflow as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {workflow.states.values[0]}"]
    for transition in workflow.transitions:
        lines += [f"    {source} --> {transition.target}: {transition.name}" for source in transition.source]
    ended = set(workflow.states.values) - {source for t in workflow.transitions for source in t.source}
    lines += [f"    {state} --> [*]" for state in workflow.states.values if state in ended]
    return "\n".join(lines) + "\n"
