# SPDX-License-Identifier: EUPL-1.2
"""Who is there: organisations, their evidence, and the vocabularies that describe them."""
