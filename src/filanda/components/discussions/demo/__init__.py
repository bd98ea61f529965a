# SPDX-License-Identifier: EUPL-1.2
"""Invented conversations of invented communities."""
