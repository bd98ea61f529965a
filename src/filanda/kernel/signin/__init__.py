# SPDX-License-Identifier: EUPL-1.2
"""Giving roles and signing in: one-time links now, other ways beside them later. No passwords.

Doors: `actions` (`grant_role`, `create_sign_in_link`, `use_sign_in_link`), `views.open_session`.
"""
