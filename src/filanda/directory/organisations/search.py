# SPDX-License-Identifier: EUPL-1.2
"""Organisations and evidence as search documents, built in bulk: nine and eight queries for any number of rows."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, Window
from django.db.models.functions import Left, RowNumber

from filanda.directory.organisations.models import (
    Evidence,
    EvidenceConcept,
    EvidenceParty,
    Organisation,
    OrganisationConcept,
    OrganisationName,
    Site,
)
from filanda.directory.taxonomies.models import Concept
from filanda.kernel.manifests import SearchSource
from filanda.kernel.manifests.documents import PUBLIC, STAFF, LanguageText, SearchDocument
from filanda.kernel.text.folding import sort_key

UNKNOWN = "unknown"
_MOST_PIECES = 200  # pieces of evidence, newest first, that make an organisation findable by their words
_PIECE_TEXT = 600  # characters of each of their texts
_LONGEST_TEXT = 20_000  # characters of a text of a piece's own document
_ACTIVITY_LEVELS = 2  # ATECO section and division
_LABEL_LANGUAGES = ("it", "en")


@dataclass(frozen=True)
class Topic:
    """A concept with what a document needs of it: codes from the top of its scheme down to it, and labels."""

    scheme: str
    codes: tuple[str, ...]
    labels: tuple[LanguageText, ...]


@dataclass
class _Body:
    """What the documents of an organisation and of its evidence share."""

    audience: tuple[str, ...]
    facets: dict[str, list[str]] = field(default_factory=dict)


# Organisations


def organisation_documents(ids: Sequence[int]) -> Iterator[SearchDocument]:
    """Documents of these organisations of the active region; of external bodies and missing ids none."""
    rows = list(Organisation.objects.filter(pk__in=ids, is_external=False).order_by("pk"))
    found = [row.pk for row in rows]
    names = grouped(OrganisationName.objects.filter(organisation_id__in=found).values_list("organisation_id", "text"))
    own_links = _concept_links(found)
    pieces = _pieces(found)
    piece_links = grouped(
        EvidenceConcept.objects.filter(evidence__parties__organisation_id__in=found)
        .values_list("evidence__parties__organisation_id", "concept_id")
        .distinct()
    )
    topics = concept_topics(
        {concept for links in (own_links, piece_links) for many in links.values() for concept in many}
    )
    bodies = _bodies(rows, own_links, topics)
    kinds: dict[int, dict[str, int]] = defaultdict(dict)
    for organisation_id, kind, count in (
        EvidenceParty.objects.filter(organisation_id__in=found)
        .values_list("organisation_id", "evidence__kind")
        .annotate(count=Count("pk"))
    ):
        kinds[organisation_id][kind] = count
    for row in rows:
        body = bodies[row.pk]
        about = [topics[concept] for concept in (*own_links[row.pk], *piece_links[row.pk]) if concept in topics]
        titles, texts = topic_labels(about), []
        for title, acronym, text, language in pieces[row.pk]:
            titles.append(LanguageText(language, f"{title} {acronym}"))
            texts.append(LanguageText(language, text))
        if row.description:
            texts.append(LanguageText(row.description_language, row.description))
        yield SearchDocument(
            kind="organisation",
            id=row.pk,
            region_id=row.region_id,
            audience=body.audience,
            label=row.name,
            sort_key=row.sort_key or sort_key(row.name),
            names=unique([row.name, row.short_name, *names[row.pk]]),
            titles=titles,
            texts=texts,
            facets=body.facets | {"s3": topic_codes(about, "s3"), "evidence_kind": sorted(kinds[row.pk])},
            weight=sum(kinds[row.pk].values()),
            shared=_digest([body.audience, body.facets, row.name]),
        )


def _pieces(organisation_ids: Sequence[int]) -> dict[int, list[tuple[str, str, str, str]]]:
    """Title, acronym, beginning of the text and language of the newest pieces of each organisation."""
    newest = Window(
        RowNumber(),
        partition_by=F("organisation_id"),
        order_by=[F("evidence__started_on").desc(nulls_last=True), F("evidence_id").asc()],
    )
    rows = (
        EvidenceParty.objects.filter(organisation_id__in=organisation_ids)
        .annotate(place=newest, beginning=Left("evidence__text", _PIECE_TEXT))
        .filter(place__lte=_MOST_PIECES)
        .values_list(
            "organisation_id", "evidence__title", "evidence__acronym", "beginning", "evidence__language", "place"
        )
        .order_by("organisation_id", "place")
    )
    found: dict[int, list[tuple[str, str, str, str]]] = defaultdict(list)
    for organisation_id, title, acronym, text, language, _place in rows:
        found[organisation_id].append((title, acronym, text, language))
    return found


def _bodies(
    rows: Iterable[Organisation], concept_links: Mapping[int, Iterable[int]], topics: Mapping[int, Topic]
) -> dict[int, _Body]:
    rows = list(rows)
    provinces = grouped(
        Site.objects.filter(organisation_id__in=[row.pk for row in rows])
        .exclude(province_code="")
        .values_list("organisation_id", "province_code")
    )
    bodies = {}
    for row in rows:
        about = [topics[concept] for concept in concept_links.get(row.pk, ()) if concept in topics]
        facets = {
            "helix_role": [row.helix_role],
            "size": [row.size],
            "state": [row.state],
            "province": sorted(set(provinces[row.pk])) or [UNKNOWN],
            "s3": topic_codes(about, "s3"),
            "activity": topic_codes(about, "ateco", levels=_ACTIVITY_LEVELS),
        }
        bodies[row.pk] = _Body((*STAFF, f"organisation:{row.pk}") if row.hidden_at else (PUBLIC,), facets)
    return bodies


def _all_organisation_ids() -> Iterator[int]:
    rows = Organisation.objects.filter(is_external=False).order_by("pk").values_list("pk", flat=True)
    return rows.iterator(chunk_size=10_000)


def _evidence_of(organisation_ids: Sequence[int]) -> Mapping[str, Iterable[int]]:
    rows = EvidenceParty.objects.filter(organisation_id__in=organisation_ids)
    return {"evidence": set(rows.values_list("evidence_id", flat=True))}


# Evidence


def evidence_documents(ids: Sequence[int]) -> Iterator[SearchDocument]:
    """Documents of these pieces of the active region; none of pieces that no body of the region takes part in.

    What a piece repeats of its bodies is only what its readers may know: a hidden body adds nothing to a piece that
    another one shows, and hides a piece that is its own alone.
    """
    rows = list(Evidence.objects.filter(pk__in=ids).order_by("pk"))
    found = [row.pk for row in rows]
    parties = grouped(
        EvidenceParty.objects.filter(evidence_id__in=found, organisation__is_external=False)
        .values_list("evidence_id", "organisation_id")
        .order_by("evidence_id", "organisation_id")
    )
    organisations = Organisation.objects.filter(pk__in={id_ for many in parties.values() for id_ in many}).only(
        "helix_role", "size", "state", "hidden_at"
    )
    body_rows = {row.pk: row for row in organisations}
    body_links = _concept_links(list(body_rows))
    links = grouped(EvidenceConcept.objects.filter(evidence_id__in=found).values_list("evidence_id", "concept_id"))
    topics = concept_topics({concept for kind in (body_links, links) for many in kind.values() for concept in many})
    bodies = _bodies(body_rows.values(), body_links, topics)
    for row in rows:
        own = [id_ for id_ in parties[row.pk] if id_ in bodies]
        if own:
            about = [topics[concept] for concept in links[row.pk] if concept in topics]
            yield _evidence_document(row, {id_: bodies[id_] for id_ in own}, about)


def _evidence_document(row: Evidence, bodies: Mapping[int, _Body], about: Sequence[Topic]) -> SearchDocument:
    shown = {id_: body for id_, body in bodies.items() if PUBLIC in body.audience} or bodies
    facets: dict[str, set[str]] = defaultdict(set)
    for body in shown.values():
        for name, values in body.facets.items():
            facets[name].update(values)
    facets["s3"].update(topic_codes(about, "s3"))
    facets["evidence_kind"] = {row.kind}
    labels = topic_labels(about)
    return SearchDocument(
        kind="evidence",
        id=row.pk,
        region_id=row.region_id,
        audience=next(iter(shown.values())).audience if len({body.audience for body in shown.values()}) == 1 else STAFF,
        label=f"{row.acronym}: {row.title}" if row.acronym else row.title,
        sort_key=sort_key(row.title),
        language=row.language,
        names=unique([row.acronym, row.title]),
        titles=[LanguageText(row.language, f"{row.title} {row.acronym}")],
        texts=[LanguageText(row.language, row.text[:_LONGEST_TEXT]), *labels],
        facets={name: sorted(values) for name, values in facets.items()},
        weight=len(shown),
        organisation_ids=sorted(shown),
        shared=_digest([row.title, row.acronym, row.text[:_PIECE_TEXT], row.language, row.kind, str(row.started_on)])
        + _digest([(topic.scheme, topic.codes) for topic in about]),
    )


def _all_evidence_ids() -> Iterator[int]:
    return Evidence.objects.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=10_000)


def _organisations_of(evidence_ids: Sequence[int]) -> Mapping[str, Iterable[int]]:
    rows = EvidenceParty.objects.filter(evidence_id__in=evidence_ids, organisation__is_external=False)
    return {"organisation": set(rows.values_list("organisation_id", flat=True))}


# Both


def grouped(pairs: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found


def _concept_links(organisation_ids: Sequence[int]) -> dict[int, list[int]]:
    rows = OrganisationConcept.objects.filter(organisation_id__in=organisation_ids)
    return grouped(rows.values_list("organisation_id", "concept_id"))


def concept_topics(concept_ids: Iterable[int]) -> dict[int, Topic]:
    columns: tuple[str, ...] = ("pk", "scheme__slug", "code", "labels", "ancestor_ids")
    rows = list(Concept.objects.filter(pk__in=set(concept_ids)).values_list(*columns))
    above = {ancestor for *_, ancestors in rows for ancestor in ancestors}
    codes = dict(Concept.objects.filter(pk__in=above).values_list("pk", "code"))
    return {
        pk: Topic(
            slug,
            (*(codes[ancestor] for ancestor in ancestors if ancestor in codes), code),
            tuple(
                LanguageText(language, str(labels[language])) for language in _LABEL_LANGUAGES if labels.get(language)
            ),
        )
        for pk, slug, code, labels, ancestors in rows
    }


def topic_codes(topics: Iterable[Topic], scheme: str, *, levels: int | None = None) -> list[str]:
    """Codes of the topics of `scheme` and of all above them, down to `levels` from the top."""
    return sorted({code for topic in topics if topic.scheme == scheme for code in topic.codes[:levels]})


def topic_labels(topics: Iterable[Topic]) -> list[LanguageText]:
    return unique(label for topic in topics for label in topic.labels)


def unique(items: Iterable[Any]) -> list[Any]:
    return [item for item in dict.fromkeys(items) if item]


def _digest(content: object) -> str:
    return hashlib.blake2b(json.dumps(content, sort_keys=True).encode(), digest_size=8).hexdigest()


SEARCH_SOURCES = (
    SearchSource("organisation", organisation_documents, _all_organisation_ids, _evidence_of),
    SearchSource("evidence", evidence_documents, _all_evidence_ids, _organisations_of),
)
