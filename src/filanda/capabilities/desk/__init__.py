# SPDX-License-Identifier: EUPL-1.2
"""What waits for the staff: one queue, with clocks; who has it, notes, saved replies, absences."""
