# SPDX-License-Identifier: EUPL-1.2
"""A thread as one search document: its title and what its posts say, for the thread's readers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import unescape

from filanda.capabilities.threads.models import Post, PostState, Thread
from filanda.kernel.manifests import SearchSource
from filanda.kernel.manifests.documents import LanguageText, SearchDocument
from filanda.kernel.text.folding import sort_key

__all__ = ["SOURCE", "words_of"]

MOST = 200_000  # characters of one thread
_TAG = re.compile(r"<[^<>]*>")


def words_of(html: str) -> str:
    """The words of a stored post. Names of people who are mentioned are not in it: see rendering."""
    return unescape(_TAG.sub(" ", html))


def _build(ids: Sequence[int]) -> Iterator[SearchDocument]:
    rows = {row.pk: row for row in Thread.objects.filter(pk__in=ids, hidden_at=None, moved_to=None)}
    said: dict[int, dict[str, list[str]]] = {number: {} for number in rows}
    lengths = dict.fromkeys(rows, 0)
    posts = Post.objects.filter(thread__in=rows, state=PostState.SHOWN).order_by("thread", "number")
    for thread, language, html in posts.values_list("thread", "language", "html").iterator(chunk_size=500):
        if lengths[thread] < MOST:
            words = words_of(html)
            lengths[thread] += len(words)
            said[thread].setdefault(language, []).append(words)
    for row in rows.values():
        facets = {row.place_kind: [str(row.place_id)], "state": [row.kind]}
        if row.answer_id is not None:
            facets["state"].append("answered")
        yield SearchDocument(
            kind="thread",
            id=row.pk,
            region_id=row.region_id,
            audience=(row.audience,),
            label=row.title,
            sort_key=sort_key(row.title),
            language=row.language,
            titles=[LanguageText(row.language, row.title)],
            texts=[LanguageText(language, "\n".join(texts)[:MOST]) for language, texts in said[row.pk].items()],
            facets=facets,
            weight=row.posts_count,
        )


def _all_ids() -> Iterable[int]:
    ids: Iterable[int] = Thread.objects.order_by("pk").values_list("pk", flat=True).iterator()
    return ids


SOURCE = SearchSource("thread", _build, _all_ids)
