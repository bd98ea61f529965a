# SPDX-License-Identifier: EUPL-1.2
from tests.noting import follow, notes, person

__all__ = ["follow", "notes", "person"]
