# SPDX-License-Identifier: EUPL-1.2
"""Conversations on anything: threads of posts, with read positions, reactions, revisions and drafts.

A thread lives in a place, (`place_kind`, `place_id`), such as ("space", 17): the room of the place declares it with
`places.register_place` (who may open a thread, answer, keep order). Doors: `models`, `actions`, `queries`, `places`,
`rendering` (Markdown with mentions, tables and links between things).
"""
