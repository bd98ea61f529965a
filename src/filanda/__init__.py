# SPDX-License-Identifier: EUPL-1.2
"""Filanda: the open-innovation platform of a region. See docs/architecture.md for the rooms."""

__version__ = "0.1.0"
