# SPDX-License-Identifier: EUPL-1.2
"""Screens of accepting, introductions, and the register of collaborations."""
