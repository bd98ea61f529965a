# SPDX-License-Identifier: EUPL-1.2
"""Who fits a proposal, which proposals fit somebody: suggestions with reasons, feedback, the weekly letter."""
