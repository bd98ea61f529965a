# SPDX-License-Identifier: EUPL-1.2
"""The demonstration's invented region: Regione Altariva, its 60 organisations and 300 pieces of evidence.

Nothing in it is real: no person, body, place or figure. Everything is made from the two CSV files beside this module,
by fixed rules without chance, so that each installation shows the same; seeding again changes nothing.
"""
