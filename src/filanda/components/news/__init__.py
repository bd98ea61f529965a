# SPDX-License-Identifier: EUPL-1.2
"""News of a space: editorial posts by those who look after it, at once or on a day; the best stand on the region's
front page. Doors: `models.NewsItem` (with its workflow), `actions`, `queries.front_page`.
"""
