# SPDX-License-Identifier: EUPL-1.2
"""The writes of this room: `joining` (one's own membership), `members` (of managers on others), `inviting`, `founding`
(new spaces), `looking_after` (what a space says and how it works).
"""
