# SPDX-License-Identifier: EUPL-1.2
"""One derived index of documents (text, facets), rebuilt from PostgreSQL at any time."""
