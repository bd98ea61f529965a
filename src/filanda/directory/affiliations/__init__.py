# SPDX-License-Identifier: EUPL-1.2
"""People and their organisations: positions, claims, requests to join, invitations.

Who may speak for a body are role grants in the scope ("organisation", id); a position is what a profile says.
Doors: `models`, `actions`.
"""
