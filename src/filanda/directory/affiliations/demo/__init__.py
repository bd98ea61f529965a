# SPDX-License-Identifier: EUPL-1.2
"""Invented people of the invented region, and a large number of invented organisations for them to work at."""
