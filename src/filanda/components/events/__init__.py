# SPDX-License-Identifier: EUPL-1.2
"""Events of a space: where and when, who comes, who waits for a place, the calendar, what was left afterwards.

Doors: `models.SpaceEvent`, `models.Registration` (with their workflows), `actions`, `queries`, `calendars`.
"""
