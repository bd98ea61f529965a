# SPDX-License-Identifier: EUPL-1.2
"""The one index of this process. Another engine would be chosen here."""

from __future__ import annotations

import functools
from collections.abc import Collection
from pathlib import Path

from django.conf import settings

from filanda.capabilities.search.index import EVERYTHING
from filanda.capabilities.search.tantivy_index import TantivyIndex
from filanda.kernel.identity.actors import Actor


@functools.cache
def _index_at(root: Path) -> TantivyIndex:
    return TantivyIndex(root)


def search_index() -> TantivyIndex:
    """The index in `settings.SEARCH_INDEX`."""
    return _index_at(Path(settings.SEARCH_INDEX))


def audience_of(actor: Actor) -> Collection[str]:
    """The tokens that what `actor` finds must carry one of."""
    return (EVERYTHING,) if actor.is_platform else actor.audience_tokens
