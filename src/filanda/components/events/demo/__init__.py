# SPDX-License-Identifier: EUPL-1.2
"""Invented events of the demonstration."""
