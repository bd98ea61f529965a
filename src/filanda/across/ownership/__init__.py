# SPDX-License-Identifier: EUPL-1.2
"""An organisation's own desk, `/it/organisations/<id>/manage/`, and what staff do for those that nobody claimed.

Its people edit what is said of it, see who changed what and undo it, add evidence by hand or from files, confirm or
refuse suggested topics. Staff import lists of organisations, unite duplicates, and answer objections. Whoever is
written about can correct or object without an account. Doors: `urls`.
"""
