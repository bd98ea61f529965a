# SPDX-License-Identifier: EUPL-1.2
"""Screens: `folders` and the bin, one document (`reading`), what comes in (`bringing`), order (`arranging`)."""
