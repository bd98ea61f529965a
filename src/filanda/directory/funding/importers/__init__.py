# SPDX-License-Identifier: EUPL-1.2
"""Reading funding calls that others publish."""
