# SPDX-License-Identifier: EUPL-1.2
"""What actions and importers share. No transaction is opened here: the outermost action has one.

`writing`: values, history, hiding. `uniting`: two entries become one, and are parted again. `ledger`: what rows said
before and after that. `following`: how rooms above follow. `marking`: two editors at once.
"""

from filanda.directory.organisations.steps.following import Parting, on_merge, on_part
from filanda.directory.organisations.steps.ledger import forget_in_ledgers
from filanda.directory.organisations.steps.marking import EditConflict, marks_of, reconciled
from filanda.directory.organisations.steps.uniting import merge_organisations
from filanda.directory.organisations.steps.writing import (
    EVIDENCE_FIELDS,
    ORGANISATION_FIELDS,
    give,
    lock_imports,
    set_hidden,
    sign_history,
)

__all__ = [
    "EVIDENCE_FIELDS",
    "ORGANISATION_FIELDS",
    "EditConflict",
    "Parting",
    "forget_in_ledgers",
    "give",
    "lock_imports",
    "marks_of",
    "merge_organisations",
    "on_merge",
    "on_part",
    "reconciled",
    "set_hidden",
    "sign_history",
]
