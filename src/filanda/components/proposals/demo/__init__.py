# SPDX-License-Identifier: EUPL-1.2
"""Invented proposals and answers for the demonstration."""
