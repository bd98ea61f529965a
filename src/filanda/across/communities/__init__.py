# SPDX-License-Identifier: EUPL-1.2
"""The manager's view of a community: how it does, what waits, whom to invite, and a letter with the best of a month."""
