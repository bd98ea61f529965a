# SPDX-License-Identifier: EUPL-1.2
"""Announcing events, registering for them, and calendar addresses."""
