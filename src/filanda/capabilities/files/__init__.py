# SPDX-License-Identifier: EUPL-1.2
"""Files of any thing: documents that prove a claim, logos of organisations.

What a file is, its bytes say, never its name. Images are made anew, so that nothing else travels in them. Files are
served only through `views.file`, to whom the room of their thing shows that thing (`subjects.register_subject`).

Doors: `receiving.takes_files` (views that receive files; no other does), `actions` (`store`, `remove`), `steps` (the
same inside another room's action), `queries` (`files_of`, `logos_of`), `StoredFile.objects.visible_to(actor)`.
"""
