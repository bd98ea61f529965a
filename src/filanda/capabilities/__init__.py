# SPDX-License-Identifier: EUPL-1.2
"""Functions that any object may have."""
