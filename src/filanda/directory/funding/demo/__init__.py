# SPDX-License-Identifier: EUPL-1.2
"""Invented funding calls of the invented region."""
