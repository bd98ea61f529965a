# SPDX-License-Identifier: EUPL-1.2
"""Places with members: the region itself, thematic communities, private project groups.

Doors: `models.Space`, `models.Membership` (with its workflow), the actions in `actions`, `components` (what a space can
switch on: a component registers its kind there), `queries`, the layout "spaces/space.html" that every page of a space
extends. Who may see what stands as a token on each row: "public" in an open space, "space:17" in the others; roles in
a space are role grants scoped to ("space", 17), so `actor.audience_tokens` answers without a query.
"""
