# SPDX-License-Identifier: EUPL-1.2
"""Search inside a space."""
