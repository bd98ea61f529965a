# SPDX-License-Identifier: EUPL-1.2
"""What people change about organisations and evidence, one verb a function.

The journal learns which fields changed, not what they say: a sole trader's name is personal data. What they said is in
the versions of the rows, signed with whoever acted.
"""

from filanda.directory.organisations.actions.bodies import (
    create_organisation,
    hide_organisation,
    show_organisation,
    update_organisation,
)
from filanda.directory.organisations.actions.details import (
    Details,
    SiteDetails,
    details_of,
    update_details,
)
from filanda.directory.organisations.actions.drafts import drop_draft, keep_draft
from filanda.directory.organisations.actions.evidence import (
    EvidenceDetails,
    add_evidence,
    evidence_details_of,
    evidence_marks,
    remove_evidence,
    update_evidence,
)
from filanda.directory.organisations.actions.undoing import NothingToUndo, restore_before, undo_change
from filanda.directory.organisations.steps import EditConflict

__all__ = [
    "Details",
    "EditConflict",
    "EvidenceDetails",
    "NothingToUndo",
    "SiteDetails",
    "add_evidence",
    "create_organisation",
    "details_of",
    "drop_draft",
    "evidence_details_of",
    "evidence_marks",
    "hide_organisation",
    "keep_draft",
    "remove_evidence",
    "restore_before",
    "show_organisation",
    "undo_change",
    "update_details",
    "update_evidence",
    "update_organisation",
]
