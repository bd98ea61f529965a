# SPDX-License-Identifier: EUPL-1.2
"""Documents of a space: folders, files in versions, pages written here; who may see them, and how many fit.

Doors: `models.Document`, `models.Folder`, `actions`, `queries` (`lines`, `latest`, `usage`).
"""
