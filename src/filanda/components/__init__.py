# SPDX-License-Identifier: EUPL-1.2
"""Functions that a space can switch on. Independent of each other; each knows spaces and what is below."""
