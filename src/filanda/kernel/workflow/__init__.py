# SPDX-License-Identifier: EUPL-1.2
"""States as data: a table of transitions a model, and the one function that moves an object along it.

A model declares its states and its table; its actions move it::

    class IntroductionRequest(models.Model):
        class State(models.TextChoices):
            RECEIVED = "received", _("Received")
            TAKEN = "taken", _("Taken")
            ANSWERED = "answered", _("Answered")
            CLOSED = "closed", _("Closed")

        state = models.CharField(max_length=20, choices=State.choices, default=State.RECEIVED)
        state_changed_at = models.DateTimeField(...)          # optional: written when there is one
        outcome = models.CharField(max_length=20, blank=True)
        objects = scoped()

        workflow = Workflow(
            states=State,
            transitions=(
                Transition("take", (State.RECEIVED,), State.TAKEN, "needs.requests.handle", _("Take")),
                Transition("answer", (State.TAKEN,), State.ANSWERED, "needs.requests.handle", _("Mark as answered")),
                Transition("close", (State.RECEIVED, State.TAKEN, State.ANSWERED), State.CLOSED,
                           "needs.requests.handle", _("Close")),
            ),
        )

    def close_request(*, actor: Actor, request: IntroductionRequest, outcome: str, now: datetime) -> None:
        with transaction.atomic(durable=True):
            move(request, "close", actor=actor, now=now, outcome=outcome)
            record("needs.request.closed", region=request.region, actor=actor, subject=request,
                   payload={"outcome": outcome})

Doors: `Workflow`, `Transition`, `move`, `possible_moves` (for buttons), `MoveNotPossible` (an expected failure, with a
sentence), `all_pairs` (every state x move pair, for tests), `diagram` (Mermaid, for docs).
"""

from filanda.kernel.workflow.moves import MoveNotPossible, move, possible_moves
from filanda.kernel.workflow.tables import Transition, Workflow, all_pairs, diagram

__all__ = ["MoveNotPossible", "Transition", "Workflow", "all_pairs", "diagram", "move", "possible_moves"]
