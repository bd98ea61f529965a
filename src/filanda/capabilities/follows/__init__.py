# SPDX-License-Identifier: EUPL-1.2
"""Following, muting and bookmarking anything that a manifest declares as a thing.

Doors: `models.Follow`, `models.Bookmark`, `actions`, `queries.followers`.
"""
