# SPDX-License-Identifier: EUPL-1.2
"""PostgreSQL: embedded by default, any server by DATABASE_URL."""
