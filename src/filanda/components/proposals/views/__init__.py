# SPDX-License-Identifier: EUPL-1.2
"""Screens of proposals."""
