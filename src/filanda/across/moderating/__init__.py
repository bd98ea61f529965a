# SPDX-License-Identifier: EUPL-1.2
"""Screens of moderation: reporting, one's own reports, decisions about oneself, the queue, a case, public figures."""
