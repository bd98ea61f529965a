# SPDX-License-Identifier: EUPL-1.2
"""Background jobs on the same PostgreSQL (procrastinate): enqueued in the action's transaction, so never lost,
and never run for a write that was rolled back. A job names its region and enters it in one wrapper.
"""
