# SPDX-License-Identifier: EUPL-1.2
"""A scheme as CSV, in the form that importers.csv reads."""

from __future__ import annotations

import csv
from typing import TextIO

from filanda.directory.taxonomies.importers.csv import SEPARATOR
from filanda.directory.taxonomies.models import ConceptMapping, ConceptScheme


def write_csv(scheme: ConceptScheme, stream: TextIO, *, with_deprecated: bool = True) -> int:
    """Write `scheme` to `stream` (open it with newline=""). Returns how many concepts were written."""
    concepts = list(scheme.concepts.select_related("broader").order_by("position", "code"))
    if not with_deprecated:
        concepts = [concept for concept in concepts if not concept.is_deprecated]
    label_languages = _languages([concept.labels for concept in concepts])
    alt_languages = _languages([concept.alt_labels for concept in concepts])
    definition_languages = _languages([concept.definitions for concept in concepts])
    mappings = _mappings(scheme)
    kinds = [kind.value for kind in ConceptMapping.Kind if any(key[1] == kind.value for key in mappings)]
    for line in _about(scheme):
        stream.write(f"# {' '.join(line.split())}\n")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(
        [
            "code",
            "broader",
            *(f"label_{language}" for language in label_languages),
            *(f"alt_{language}" for language in alt_languages),
            *(f"definition_{language}" for language in definition_languages),
            "uri",
            "official",
            "deprecated",
            *kinds,
        ]
    )
    for concept in concepts:
        writer.writerow(
            [
                concept.code,
                concept.broader.code if concept.broader is not None else "",
                *(concept.labels.get(language, "") for language in label_languages),
                *(SEPARATOR.join(concept.alt_labels.get(language, [])) for language in alt_languages),
                *(concept.definitions.get(language, "") for language in definition_languages),
                concept.uri,
                "yes" if concept.is_official else "no",
                "yes" if concept.is_deprecated else "",
                *(SEPARATOR.join(mappings.get((concept.pk, kind), [])) for kind in kinds),
            ]
        )
    return len(concepts)


def _languages(texts: list[dict[str, object]]) -> list[str]:
    """Italian and English first, then the others by code."""
    used = {language for each in texts for language in each}
    return [language for language in ("it", "en") if language in used] + sorted(used - {"it", "en"})


def _about(scheme: ConceptScheme) -> list[str]:
    lines = [f"slug: {scheme.slug}"]
    lines += [f"title_{language}: {text}" for language, text in scheme.labels.items()]
    lines += [f"description_{language}: {text}" for language, text in scheme.descriptions.items()]
    lines += [
        f"{name}: {getattr(scheme, name)}"
        for name in ("uri", "version", "publisher", "licence", "source")
        if getattr(scheme, name)
    ]
    return [*lines, f"official: {'yes' if scheme.is_official else 'no'}"]


def _mappings(scheme: ConceptScheme) -> dict[tuple[int, str], list[str]]:
    rows = ConceptMapping.objects.filter(source__scheme=scheme).order_by("target__scheme__slug", "target__code")
    found: dict[tuple[int, str], list[str]] = {}
    for source, kind, slug, code in rows.values_list("source_id", "kind", "target__scheme__slug", "target__code"):
        found.setdefault((source, kind), []).append(f"{slug}:{code}")
    return found
