# SPDX-License-Identifier: EUPL-1.2
"""What may be in the way at the desk; each is a sentence for the reader."""

from __future__ import annotations

from django.utils.translation import gettext as _

__all__ = ["AlreadyDone", "Elsewhere", "NotOfTheQueue", "NothingToUndo", "Wrong"]


class Wrong(ValueError):
    """Something given is not usable. `field`: which."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Elsewhere(Exception):
    """Somebody else was faster. `name`: who has it now, "" for nobody."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _("%(name)s has taken this in the meantime: you need not do anything.") % {"name": name}
            if name
            else _("This was given back in the meantime. Look at it again, and take it if you want.")
        )
        self.name = name


class AlreadyDone(Exception):
    """It does not wait any more."""

    def __init__(self) -> None:
        super().__init__(_("Somebody has dealt with this in the meantime: it does not wait any more."))


class NotOfTheQueue(Wrong):
    """Whom it is given to does not work in its queue, or is concerned."""

    def __init__(self) -> None:
        super().__init__("to", _("Choose somebody who works in this queue and whom it is not about."))


class NothingToUndo(Exception):
    """Too late, undone already, or changed by somebody since."""

    def __init__(self) -> None:
        super().__init__(_("There is nothing to undo any more: somebody has changed it since."))
