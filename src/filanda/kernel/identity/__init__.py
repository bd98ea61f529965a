# SPDX-License-Identifier: EUPL-1.2
"""Accounts (installation-wide, no passwords), roles in a region, and the actor a request or job speaks for."""
