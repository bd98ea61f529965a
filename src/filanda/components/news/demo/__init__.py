# SPDX-License-Identifier: EUPL-1.2
"""Invented news of the invented region."""
