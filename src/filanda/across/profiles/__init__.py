# SPDX-License-Identifier: EUPL-1.2
"""People's screens: the directory, a profile's page, editing one's own, and where facilitators validate them."""
