# SPDX-License-Identifier: EUPL-1.2
"""What can be expected to go wrong; `str()` is the sentence for the reader."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

__all__ = [
    "AlreadyBelongs",
    "AlreadySpokenFor",
    "CodeNotUsable",
    "CodeWrong",
    "DatesWrong",
    "InvitationNotUsable",
    "LastAdmin",
    "NobodyToAsk",
    "NotProvenYet",
    "ReasonMissing",
    "TooManyCodes",
    "TooManyInvitations",
]


class AlreadySpokenFor(Exception):
    """The organisation has admins: a code is not enough, they are asked."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Somebody of this organisation looks after its page already. Ask them to let you join; or, if they "
                "should not, give a document and a facilitator decides."
            )
        )


class AlreadyBelongs(Exception):
    def __init__(self) -> None:
        super().__init__(_("You belong to this organisation already."))


class NobodyToAsk(Exception):
    def __init__(self) -> None:
        super().__init__(_("Nobody looks after this organisation's page yet, so there is nobody to ask. Claim it."))


class CodeWrong(Exception):
    """Not the code that was sent. `left`: how often it can be tried still, at least 1."""

    def __init__(self, left: int) -> None:
        self.left = left
        super().__init__(
            ngettext(
                "This is not the code of our last e-mail to that address. You can try %(n)s more time.",
                "This is not the code of our last e-mail to that address. You can try %(n)s more times.",
                left,
            )
            % {"n": left}
        )


class CodeNotUsable(Exception):
    """Used, too old, or guessed at too often."""

    def __init__(self) -> None:
        super().__init__(_("This code does not work any more. Ask for a new one."))


class TooManyCodes(Exception):
    def __init__(self) -> None:
        super().__init__(
            _(
                "So many codes were sent that we take a break. Try again tomorrow, or give a document that a "
                "facilitator looks at."
            )
        )


class NotProvenYet(Exception):
    """The session was not opened by a code sent to that address in the last half hour."""


class ReasonMissing(ValueError):
    def __init__(self) -> None:
        super().__init__(_("Say why: whoever asked has a right to know, and to know what to do next."))


class LastAdmin(Exception):
    def __init__(self) -> None:
        super().__init__(
            _(
                "You are the last admin of this organisation. Make somebody else one first; or leave it without, and "
                "the region's facilitator is told."
            )
        )


class InvitationNotUsable(Exception):
    """Unknown, used, withdrawn or too old: the reader is not told which, only what to do."""

    def __init__(self) -> None:
        super().__init__(
            _("This invitation does not work any more: it can be used once, within fourteen days. Ask for a new one.")
        )


class TooManyInvitations(Exception):
    def __init__(self) -> None:
        super().__init__(_("So many invitations were sent today that we take a break. Go on tomorrow."))


class DatesWrong(ValueError):
    def __init__(self) -> None:
        super().__init__(_("The end is before the beginning. Look at the two dates again."))
