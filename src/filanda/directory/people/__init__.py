# SPDX-License-Identifier: EUPL-1.2
"""People: who is somebody in a region. An account signs in; a person has a profile, in one region.

Doors: `models.Person` (`visible_to`), `queries.person_of`, `actions`.
"""
