# SPDX-License-Identifier: EUPL-1.2
"""What changes who belongs to an organisation, by theme: `claims`, `requests`, `invitations`, `members`, `positions`.

The journal learns who did what to which body, never a message, a reason or an address: those stand in the rows.
"""
