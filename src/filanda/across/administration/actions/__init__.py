# SPDX-License-Identifier: EUPL-1.2
"""What administrators change: roles, and their region's settings."""
