# SPDX-License-Identifier: EUPL-1.2
"""Moves of things between components: what a discussion found out becomes a document."""
