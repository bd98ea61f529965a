# SPDX-License-Identifier: EUPL-1.2
"""Writing: what comes in (`bringing`), where it stands and who sees it (`arranging`), folders (`folders`)."""

from __future__ import annotations

from filanda.components.documents.actions.arranging import (
    bring_back,
    describe,
    move_documents,
    remove_documents,
    restrict_document,
    set_lock,
)
from filanda.components.documents.actions.bringing import (
    Outdated,
    announce,
    edit_page,
    new_version,
    restore_version,
    settle,
    upload,
    write_page,
)
from filanda.components.documents.actions.folders import (
    FolderNotEmpty,
    create_folder,
    move_folder,
    remove_folder,
    rename_folder,
    restrict_folder,
)
from filanda.components.documents.steps import NameTaken

__all__ = [
    "FolderNotEmpty",
    "NameTaken",
    "Outdated",
    "announce",
    "bring_back",
    "create_folder",
    "describe",
    "edit_page",
    "move_documents",
    "move_folder",
    "new_version",
    "remove_documents",
    "remove_folder",
    "rename_folder",
    "restore_version",
    "restrict_document",
    "restrict_folder",
    "set_lock",
    "settle",
    "upload",
    "write_page",
]
