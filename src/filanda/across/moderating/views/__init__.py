# SPDX-License-Identifier: EUPL-1.2
"""Pages of moderation: reporting and its answers, deciding, the region's figures."""
