# SPDX-License-Identifier: EUPL-1.2
"""Legal texts of a region (privacy notice, terms, cookies, accessibility statement) in versions, who consented to
which, and the feedback that the accessibility statement asks for.

Every region has them from the first day: until it publishes its own, the shipped ones of `settings.LEGAL_TEXTS` hold.
Doors: `queries` (`current_text`, `missing_consents`), `actions` (`publish_text`, `give_consent`, `give_feedback`),
`steps.record_consents` (inside another room's action, such as joining), `rendering.html_of`.
"""
