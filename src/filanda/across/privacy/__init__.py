# SPDX-License-Identifier: EUPL-1.2
"""What a person does with their own data: take it all out, and leave; and what goes by itself when its time is over.

Which data there are, each room says in its manifest (`personal_data`, `retention`); this room collects, erases and
applies. Doors: `actions` (`ask_for_archive`, `ask_to_leave`, `stay`, `erase_person`, `apply_retention`),
`queries.retention_table` (for the privacy notice).
"""
