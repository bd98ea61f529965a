# SPDX-License-Identifier: EUPL-1.2
"""Interface parts: theme, assets, macros, the living catalogue."""
