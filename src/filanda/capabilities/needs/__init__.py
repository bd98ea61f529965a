# SPDX-License-Identifier: EUPL-1.2
"""Needs that people typed, kept for thirty days, and requests to be introduced to an organisation.

Doors: `models.SavedNeed`, `models.IntroductionRequest` (with its workflow), the actions in `actions`, the limits for
visitors in `limits`. A need's text stands in its own row and nowhere else: not in the journal, a log or an address.
"""
