# SPDX-License-Identifier: EUPL-1.2
"""Importers: foreign files become organisations and evidence; a broken line becomes a reject, never a crash.

Doors: `cordis.import_cordis` (the official CORDIS CSV exports) and `writing.load` (records -> rows, which every
importer, the demo seeds and the benchmark share).

`reading` opens files and yields clean rows; `naming` makes names readable and comparable; `placing` says where a body
is; `unifying` finds the same body under several ids and spellings; `records` are what importers say, and `writing`
writes them in batches that can be interrupted and repeated (`writing_organisations`, `writing_evidence`, on `bulk`);
`reporting` holds rejects, merges and counts.
"""
