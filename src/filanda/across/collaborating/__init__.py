# SPDX-License-Identifier: EUPL-1.2
"""Screens of answers accepted, introductions, and the register of collaborations."""
