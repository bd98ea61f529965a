# SPDX-License-Identifier: EUPL-1.2
"""The signed-in home, and what administrators of a region do: roles, settings, legal texts, the journal; and the queue
of jobs, for operators. Doors: `urls`.
"""
