# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong with what somebody does in a space: each carries a sentence for the reader."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import Http404
from django.utils.translation import gettext as _

from filanda.spaces.models import Space

__all__ = [
    "AlreadyInside",
    "AnswerMissing",
    "AtTheDoor",
    "InvitationGone",
    "LastManager",
    "NotAllowedIn",
    "ReasonMissing",
    "SpaceWrong",
    "TooManyInvitations",
    "TooOften",
]


class AtTheDoor(Http404):
    """The reader may know of `space` but not read in it: they are led to its door (site.errors); where nobody leads
    them, it is a 404.
    """

    def __init__(self, space: Space) -> None:
        self.space = space
        super().__init__(_("This community is read by its members."))


class LastManager(Exception):
    """Raised when a space would be left without a manager."""

    def __init__(self) -> None:
        super().__init__(
            _("You are the last manager here. Make another member a manager first: a community is never left alone.")
        )


class NotAllowedIn(Exception):
    """Raised for somebody who is banned, or who tries to walk into a space that takes people otherwise."""


class AlreadyInside(Exception):
    """Raised when somebody is a member already."""

    def __init__(self) -> None:
        super().__init__(_("This person is a member here already."))


class ReasonMissing(Exception):
    """Raised for a refusal without a reason."""

    def __init__(self) -> None:
        super().__init__(_("Say why in a sentence or two: the person reads it."))


class AnswerMissing(Exception):
    """Raised for a request without an answer, where a space asks a question of its own."""

    def __init__(self) -> None:
        super().__init__(_("Answer the question, in a sentence: by that the managers decide."))


class InvitationGone(Exception):
    """Raised for an invitation that was used, called back, or has run out, and for one that never was."""

    def __init__(self) -> None:
        super().__init__(
            _("This invitation does not work any more: it was used, called back, or has run out. Ask for another one.")
        )


class TooManyInvitations(Exception):
    """Raised when a space has invited more people today than it may."""

    def __init__(self, most: int) -> None:
        super().__init__(
            _("A community invites at most %(most)s people a day. Go on tomorrow; nobody of these was invited.")
            % {"most": most}
        )


class TooOften(Exception):
    """Raised when somebody asks, joins and leaves too often in an hour."""

    def __init__(self) -> None:
        super().__init__(_("That is many times in an hour. Wait a while, then try again."))


class SpaceWrong(ValueError):
    """Something that was said about a space cannot be kept. `errors`: sentences for the reader, by field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__(" ".join(self.errors.values()))
