# SPDX-License-Identifier: EUPL-1.2
"""Reads of proposals and answers to them."""
