# SPDX-License-Identifier: EUPL-1.2
"""Invented documents of the invented region."""
