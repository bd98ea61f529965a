# SPDX-License-Identifier: EUPL-1.2
"""Readers of scheme files. Each makes a SchemeData and touches no database.

`csv.read_csv`, `skos.read_skos`, and `official.READERS` for CPV, NUTS and EuroSciVoc as they are published in CSV.
All raise records.UnreadableFile when the file as a whole cannot be used; single bad rows are problems in the answer.
"""
