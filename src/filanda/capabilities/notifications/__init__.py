# SPDX-License-Identifier: EUPL-1.2
"""Telling people what happened: in the product, by e-mail at once, in a digest.

Follows the journal: for each event that a manifest declares a `Notice` for, one row for each recipient, once. What a
notification says is asked for when it is shown or sent, through the thing's own `lines(actor, ids)`: who may not see
the thing any more is told nothing of it. Doors: `models`, `actions` (reading, choosing, unsubscribing), `queries` (the
list, the count), `following` (the worker's part), `sending`.
"""
