# SPDX-License-Identifier: EUPL-1.2
"""Why an expression of interest cannot be written, sent or decided: each with what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from filanda.components.proposals.models import ExpressionOfInterest

__all__ = ["AnswerOutdated", "AnswerRefused", "AnswerWrong", "ProposalOver", "Refusal"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """`code`: for tests and styles; `reason`: a sentence; the next step as a link: what it says, where it leads."""

    code: str
    reason: str
    label: str = ""
    url_name: str = ""
    url_args: tuple[str | int, ...] = ()


class AnswerRefused(Exception):
    """A guard says no. `refusal` says why, and what to do."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal


class AnswerWrong(Exception):
    """Something in the form is missing or too long: a sentence by field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = dict(errors)


class AnswerOutdated(Exception):
    """The draft was changed elsewhere meanwhile, in another window perhaps. `now_is`: as it stands."""

    def __init__(self, now_is: ExpressionOfInterest) -> None:
        super().__init__(_("This draft was changed in another window. Both texts are shown: keep what is right."))
        self.now_is = now_is


class ProposalOver(Exception):
    """The proposal takes no more decisions: it was closed, has expired or is suspended."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This proposal is not open any more: it was closed, has expired or is being looked at. Nothing was "
                "changed."
            )
        )
