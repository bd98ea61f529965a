# SPDX-License-Identifier: EUPL-1.2
"""Questions -> tantivy queries. Built from terms only: what a person types is never parsed as a query language."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from tantivy import Occur, Query, Schema, Searcher

from filanda.capabilities.search.analysis import (
    STEMMED,
    Word,
    folded_words,
    known_language,
    name_start,
    query_words,
    stems,
    word_beginning,
)
from filanda.capabilities.search.index import EVERYTHING

# Tuned on nothing: a name beats a title, which beats a text, and guesses (beginnings, typos) come last.
NAME, TITLE, TEXT, BEGINNING, TYPO = 4.0, 2.0, 1.0, 1.5, 0.5
SHORTEST_TYPO = 5  # letters from which one wrong letter is forgiven
MOST_WORDS = 24  # of a typed search; more are a text, and the first ones say enough
MOST_TERMS = 128  # of a long text; the rarest ones decide
LANGUAGE_CODES = {"": 0, "en": 1, "it": 2}
_QUOTED = re.compile(r'["“”«»„]([^"“”«»„]{2,200})["“”«»„]')


def must(query: Query) -> tuple[Occur, Query]:
    return Occur.Must, query


def should(query: Query) -> tuple[Occur, Query]:
    return Occur.Should, query


def silent(query: Query) -> Query:
    """`query` as a condition that adds nothing to the score."""
    return Query.const_score_query(query, 0.0)


def any_of(queries: Sequence[Query]) -> Query:
    if len(queries) == 1:
        return queries[0]
    return Query.boolean_query([should(query) for query in queries])


def narrowed(query: Query, conditions: Sequence[Query]) -> Query:
    """`query`, scored as it is, among the documents that meet all `conditions`."""
    if not conditions:
        return query
    return Query.boolean_query([*(must(silent(condition)) for condition in conditions), must(query)])


class QueryBuilder:
    """Builds queries against one searcher (whose word counts decide what is a typo)."""

    def __init__(self, schema: Schema, searcher: Searcher) -> None:
        self.schema = schema
        self.searcher = searcher

    def term(self, field: str, value: object) -> Query:
        return Query.term_query(self.schema, field, value, "freq")

    def boosted(self, field: str, value: str, boost: float) -> Query:
        return Query.boost_query(self.term(field, value), boost)

    # Conditions

    def audience(self, tokens: Collection[str]) -> list[Query]:
        """Documents for one of `tokens`; no condition at all where every document is for the first of them."""
        wanted = sorted(set(tokens))
        if not wanted:
            return [Query.empty_query()]
        everything = self.searcher.doc_freq("audience", EVERYTHING)
        if any(self.searcher.doc_freq("audience", token) == everything for token in wanted):
            return []
        return [any_of([self.term("audience", token) for token in wanted])]

    def facet(self, name: str, values: Collection[str]) -> Query:
        return Query.term_set_query(self.schema, f"facets.{name}", sorted(set(values)))

    def conditions(
        self,
        audience: Collection[str],
        filters: Mapping[str, Collection[str]],
        *,
        without: str = "",
        besides: Collection[int] = (),
    ) -> list[Query]:
        """The audience's and each facet's condition, but for the facet `without`; and none of the ids `besides`."""
        chosen = [self.facet(name, values) for name, values in sorted(filters.items()) if values and name != without]
        return [*self.audience(audience), *chosen, *self.others_than(besides)]

    def others_than(self, ids: Collection[int]) -> list[Query]:
        """Every document but these."""
        if not ids:
            return []
        left_out = Query.term_set_query(self.schema, "id", sorted(set(ids)))
        return [Query.boolean_query([must(self.everything()), (Occur.MustNot, left_out)])]

    def everything(self) -> Query:
        """Every document (and not the checkpoint, which is kept as one)."""
        return silent(self.term("audience", EVERYTHING))

    # Words

    def words(self, text: str, *, all_words: bool) -> Query | None:
        """What was typed into a search box: all words must be there, of many most; a quotation as it stands.

        With `all_words` false, half of them do. The last word may be unfinished. None if there is no word in it.
        """
        words = query_words(text, most=MOST_WORDS)
        if not words:
            return None
        unfinished = words[-1] if text and text[-1].isalnum() else None
        clauses = [self._word(word, is_unfinished=word is unfinished) for word in words]
        count = len(clauses)
        most = count if count <= 4 else -(-count * 7 // 10)
        needed = most if all_words else max(1, count // 2)
        phrases = [must(self._phrase(found[1])) for found in _QUOTED.finditer(text) if folded_words(found[1])]
        counted = Query.boolean_query([should(clause) for clause in clauses], needed)
        return Query.boolean_query([must(counted), *phrases]) if phrases else counted

    def _word(self, word: Word, *, is_unfinished: bool) -> Query:
        ways = [self.boosted("names", word.folded, NAME)]
        ways += [self.boosted("title", variant, TITLE) for variant in word.variants]
        ways += [self.boosted("text", variant, TEXT) for variant in word.variants]
        if is_unfinished and len(word.folded) >= 2:
            beginning = self.term("beginnings", word_beginning(word.folded))
            ways.append(Query.const_score_query(beginning, BEGINNING))
        if len(word.folded) >= SHORTEST_TYPO and not self.searcher.doc_freq("names", word.folded):
            ways.append(Query.const_score_query(self._typo(word.folded), TYPO))
        return Query.disjunction_max_query(ways, 0.1)

    def _typo(self, folded: str, *, is_unfinished: bool = False) -> Query:
        return Query.fuzzy_term_query(self.schema, "names", folded, 1, True, is_unfinished)

    def _phrase(self, text: str) -> Query:
        ways = [self._in_order("names", folded_words(text))]
        for field in ("title", "text"):
            ways += [self._in_order(field, stems(text, language)) for language in (*STEMMED, "")]
        return any_of(ways)

    def _in_order(self, field: str, words: list[str]) -> Query:
        if len(words) == 1:
            return self.term(field, words[0])
        return Query.phrase_query(self.schema, field, list(words))

    # Completions

    def completions(self, text: str) -> list[Query]:
        """What completes `text`, best first: names that start so; names with words that do; the same with a typo."""
        words = folded_words(text)
        if not words:
            return []
        queries = [self.term("beginnings", name_start(words))]
        queries.append(
            Query.boolean_query([must(self.term("beginnings", word_beginning(word))) for word in dict.fromkeys(words)])
        )
        if any(len(word) >= SHORTEST_TYPO for word in words):
            last = len(words) - 1
            queries.append(
                Query.boolean_query(
                    [
                        must(
                            self._typo(word, is_unfinished=at == last)
                            if len(word) >= SHORTEST_TYPO
                            else self.term("beginnings", word_beginning(word))
                        )
                        for at, word in enumerate(words[:MOST_WORDS])
                    ]
                )
            )
        return queries

    # Long texts

    def bag(
        self,
        text: str,
        *,
        language_weights: Mapping[str, float] | None,
        title_boost: float,
        text_boost: float,
        translations: Mapping[str, Mapping[str, float]] | None = None,
    ) -> Query | None:
        """Documents that share words with `text`, each compared in its own language. None if none could.

        `translations`: for a language, stems with weights that stand there for the words of `text`.
        """
        weights = dict.fromkeys(LANGUAGE_CODES, 1.0) if language_weights is None else _by_code(language_weights)
        words = query_words(text, most=10 * MOST_TERMS)
        groups = []
        for language, weight in weights.items():
            if weight <= 0 or not self.searcher.doc_freq("language", LANGUAGE_CODES[language]):
                continue
            translated = (translations or {}).get(language)
            own = (dict(word.stems).get(language, word.folded) for word in words)
            found = self._rarest(translated if translated is not None else own)
            share = translated if translated is not None else dict.fromkeys(found, 1.0)
            terms = []
            for field, boost in (("title", title_boost * weight), ("text", text_boost * weight)):
                if boost > 0:
                    terms += [should(self.boosted(field, term, boost * share[term])) for term in found]
            if terms:
                groups.append((language, Query.boolean_query(terms)))
        if not groups:
            return None
        return any_of([self._in_language(language, query) for language, query in groups])

    def _in_language(self, language: str, query: Query) -> Query:
        code = LANGUAGE_CODES[language]
        if self.searcher.doc_freq("language", code) == self.searcher.doc_freq("audience", EVERYTHING):
            return query
        return Query.boolean_query([must(silent(self.term("language", code))), must(query)])

    def _rarest(self, terms: Iterable[str]) -> list[str]:
        counted = {term: self._frequency(term) for term in dict.fromkeys(terms)}
        present = [term for term, count in counted.items() if count]
        return sorted(present, key=counted.__getitem__)[:MOST_TERMS]

    def _frequency(self, term: str) -> int:
        return self.searcher.doc_freq("text", term) + self.searcher.doc_freq("title", term)


def _by_code(weights: Mapping[str, float]) -> dict[str, float]:
    """Weights by language as indexed: languages that are not stemmed count as unknown, the largest of them decides."""
    found: dict[str, float] = {}
    for language, weight in weights.items():
        code = known_language(language)
        found[code] = max(found.get(code, 0.0), float(weight))
    return found
