# SPDX-License-Identifier: EUPL-1.2
"""A plain Django page to measure ours against: 31 kB, 50 rows from three queries, autoescaped, no cache.

Committed before the pages it judges, and not to be touched since: ratios to it are compared over time.
"""
