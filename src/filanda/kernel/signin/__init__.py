# SPDX-License-Identifier: EUPL-1.2
"""Signing in without a password, second factors, sessions, identity providers; giving roles (docs/adr/0004).

Doors: `factors.require_fresh` (before what must not be done from a session left open) and `factors.is_fresh`;
`actions` (`grant_role`, `create_sign_in_link`, `end_sessions`), `steps` (`give_role`, `end_role`, `end_sessions_of`);
`opening` (`open_session`, `safe_next`, `redirect_onwards`); `authenticators.has_factor`; `providers.problems_of` (for
the form that edits a region's identity providers); `recovery`.
"""
