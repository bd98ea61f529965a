# SPDX-License-Identifier: EUPL-1.2
"""The ground everything stands on. No product nouns live here."""
