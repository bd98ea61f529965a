# SPDX-License-Identifier: EUPL-1.2
"""Writing a checked scheme: what the actions of this room share. No transaction of its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from filanda.directory.taxonomies.models import Concept, ConceptMapping, ConceptScheme
from filanda.directory.taxonomies.records import ConceptRecord, SchemeData, in_order
from filanda.kernel.regions.models import Region
from filanda.kernel.text.folding import fold

BATCH = 2000
_WRITTEN = (
    "uri",
    "labels",
    "alt_labels",
    "definitions",
    "broader_id",
    "ancestor_ids",
    "is_official",
    "is_deprecated",
    "position",
    "search_key",
)
_DESCRIBED = (
    "labels",
    "descriptions",
    "uri",
    "version",
    "publisher",
    "licence",
    "source",
    "is_official",
    "fingerprint",
)

Progress = Callable[[int, int], None]


class TooManyVanish(Exception):
    """The file lacks most of what the scheme has: it is probably cut short. The message says what to do."""


@dataclass(slots=True)
class Written:
    """What writing a scheme did. `touched_ids`: concepts that existed before and now read differently."""

    scheme: ConceptScheme
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    deprecated: int = 0
    mappings: int = 0
    unresolved_mappings: list[str] = field(default_factory=list)
    touched_ids: list[int] = field(default_factory=list)
    is_described_anew: bool = False

    @property
    def did_something(self) -> bool:
        return bool(self.created or self.changed or self.deprecated or self.is_described_anew or self.mappings)


def search_key(code: str, labels: dict[str, str], alt_labels: dict[str, list[str]]) -> str:
    """What `queries.find` looks in: every folded word after a space, so that " mil" finds words beginning so."""
    texts = [code, *labels.values(), *(text for texts in alt_labels.values() for text in texts)]
    return "".join(f" {folded}" for folded in dict.fromkeys(fold(text) for text in texts) if folded)


def write_scheme(
    region: Region | None, data: SchemeData, *, may_shrink: bool = False, progress: Progress | None = None
) -> Written:
    """Make the scheme `data.slug` of `region` (None: a general one) read as `data` says; `data` must be checked.

    Concepts are matched by code. What is no longer in `data` becomes deprecated, never deleted; what `data.problems`
    names stays as it was. Raises TooManyVanish when more than half of an official scheme would go, unless
    `may_shrink`. Locks the scheme until the caller's transaction ends.
    """
    scheme, is_new = ConceptScheme.objects.get_or_create(region=region, slug=data.slug)
    scheme = ConceptScheme.objects.select_for_update().get(pk=scheme.pk)
    written = Written(scheme)
    present = {concept.code: concept for concept in Concept.objects.filter(scheme=scheme)}
    levels = in_order(data.concepts)
    wanted = {record.code for level in levels for record in level}
    left_out = {problem.code for problem in data.problems if problem.is_left_out}
    vanished = [
        concept
        for code, concept in present.items()
        if code not in wanted and code not in left_out and not concept.is_deprecated
    ]
    if not may_shrink and scheme.is_official and not is_new:
        _refuse_a_cut_file(scheme, present.values(), vanished)
    _write_levels(written, present, levels, {record.code: n for n, record in enumerate(data.concepts)}, progress)
    written.deprecated = len(vanished)
    written.touched_ids += [concept.pk for concept in vanished]
    Concept.objects.filter(pk__in=[concept.pk for concept in vanished]).update(is_deprecated=True)
    _mend_ancestors([concept for code, concept in present.items() if code not in wanted], present)
    _write_mappings(written, data.concepts, present, region)
    _describe(written, data, is_new)
    return written


def _refuse_a_cut_file(scheme: ConceptScheme, present: Iterable[Concept], vanished: list[Concept]) -> None:
    current = sum(not concept.is_deprecated for concept in present)
    if len(vanished) * 2 > current > 10:
        raise TooManyVanish(
            _(
                "The file lacks %(vanished)d of the %(current)d concepts of %(scheme)s. Nothing was changed."
                " If the file is complete and those are to be deprecated, load it again and allow it to replace."
            )
            % {"vanished": len(vanished), "current": current, "scheme": scheme.slug}
        )


def _write_levels(
    written: Written,
    present: dict[str, Concept],
    levels: list[list[ConceptRecord]],
    positions: dict[str, int],
    progress: Progress | None,
) -> None:
    """Insert and change, level by level, so that the ids above are known; `present` gains what was made."""
    done = 0
    for level in levels:
        pending: list[Concept] = []
        for record in level:
            before = present.get(record.code)
            concept = _concept(written.scheme, record, present.get(record.broader), positions[record.code])
            if before is None:
                written.created += 1
                pending.append(concept)
            elif any(getattr(before, name) != getattr(concept, name) for name in _WRITTEN):
                written.changed += 1
                written.touched_ids.append(before.pk)
                pending.append(concept)
            else:
                written.unchanged += 1
        for batch in _batches(pending):
            _upsert(batch)
            present.update((concept.code, concept) for concept in batch)
        done += len(level)
        if progress is not None:
            progress(done, len(positions))


def _batches(concepts: list[Concept]) -> Iterator[list[Concept]]:
    for start in range(0, len(concepts), BATCH):
        yield concepts[start : start + BATCH]


# bulk_create(update_conflicts=True) does the same with a parameter for each value: three times the CPU for 3,500 rows.
_UPSERT = f"""
    INSERT INTO taxonomies_concept (scheme_id, code, {", ".join(_WRITTEN)})
    SELECT %s, code, uri, labels::jsonb, alt_labels::jsonb, definitions::jsonb, broader_id, ancestor_ids::bigint[],
           is_official, is_deprecated, position, search_key
    FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::text[],
                %s::boolean[], %s::boolean[], %s::integer[], %s::text[])
         AS rows (code, {", ".join(_WRITTEN)})
    ON CONFLICT (scheme_id, code) DO UPDATE SET {", ".join(f"{name} = EXCLUDED.{name}" for name in _WRITTEN)}
    RETURNING code, id
"""  # noqa: S608 - made of the names above


def _upsert(concepts: list[Concept]) -> None:
    """Insert `concepts` of one scheme, or make the rows with their codes read the same; sets their ids."""
    columns: list[list[Any]] = [
        [concept.code for concept in concepts],
        [concept.uri for concept in concepts],
        *([json.dumps(getattr(concept, name)) for concept in concepts] for name in _WRITTEN[1:4]),
        [concept.broader_id for concept in concepts],
        [f"{{{','.join(map(str, concept.ancestor_ids))}}}" for concept in concepts],
        *([getattr(concept, name) for concept in concepts] for name in _WRITTEN[6:]),
    ]
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, [concepts[0].scheme_id, *columns])
        ids = dict(cursor.fetchall())
    for concept in concepts:
        concept.pk = ids[concept.code]


def _concept(scheme: ConceptScheme, record: ConceptRecord, broader: Concept | None, position: int) -> Concept:
    return Concept(
        scheme=scheme,
        code=record.code,
        uri=record.uri,
        labels=record.labels,
        alt_labels=record.alt_labels,
        definitions=record.definitions,
        broader=broader,
        ancestor_ids=[*broader.ancestor_ids, broader.pk] if broader is not None else [],
        is_official=record.is_official,
        is_deprecated=record.is_deprecated,
        position=position,
        search_key=search_key(record.code, record.labels, record.alt_labels),
    )


def _mend_ancestors(kept: list[Concept], present: dict[str, Concept]) -> None:
    """Concepts that the file does not name keep their place; what is above that place may have moved."""
    by_id = {concept.pk: concept for concept in present.values()}
    kept_ids = {concept.pk for concept in kept}
    mended: list[Concept] = []
    for concept in kept:
        line = _line(concept, by_id, kept_ids)[:-1]
        if concept.ancestor_ids != line:
            concept.ancestor_ids = line
            mended.append(concept)
    Concept.objects.bulk_update(mended, ["ancestor_ids"], batch_size=500)


def _line(concept: Concept | None, by_id: dict[int, Concept], kept_ids: set[int]) -> list[int]:
    """The ids from the top down to `concept`. A kept one is never above one of the file, so this ends."""
    line: list[int] = []
    while concept is not None and concept.pk in kept_ids:
        line.append(concept.pk)
        concept = by_id.get(concept.broader_id or 0)
    above = [] if concept is None else [*concept.ancestor_ids, concept.pk]
    return [*above, *reversed(line)]


def _write_mappings(
    written: Written, records: list[ConceptRecord], present: dict[str, Concept], region: Region | None
) -> None:
    """Make the mappings out of this scheme those that the file states, as far as their targets are known here."""
    stated = [(present[record.code], kind, target) for record in records for kind, target in record.mappings]
    targets = _resolve({target for _concept, _kind, target in stated}, region)
    wanted = {
        (concept.pk, targets[target], kind)
        for concept, kind, target in stated
        if target in targets and targets[target] != concept.pk
    }
    written.unresolved_mappings = sorted({target for _c, _k, target in stated if target not in targets})
    known = {
        (mapping.source_id, mapping.target_id, mapping.kind): mapping.pk
        for mapping in ConceptMapping.objects.filter(source__scheme=written.scheme)
    }
    gone = [pk for key, pk in known.items() if key not in wanted]
    made = sorted(wanted - known.keys())
    ConceptMapping.objects.filter(pk__in=gone).delete()
    ConceptMapping.objects.bulk_create(
        [ConceptMapping(source_id=source, target_id=target, kind=kind) for source, target, kind in made],
        batch_size=BATCH,
    )
    written.mappings = len(made) + len(gone)


def _resolve(targets: set[str], region: Region | None) -> dict[str, int]:
    """Concept ids by URI, or by "slug:code"; a region's own scheme goes before a general one."""
    by_slug: dict[str, set[str]] = {}
    for target in targets:
        slug, colon, code = target.partition(":")
        if colon and not code.startswith("//"):
            by_slug.setdefault(slug, set()).add(code)
    condition = Q(uri__in=[target for target in targets if target])
    for slug, codes in by_slug.items():
        condition |= Q(scheme__slug=slug, code__in=codes)
    if not targets:
        return {}
    found: dict[str, int] = {}
    rows = Concept.objects.usable_in(region).filter(condition).order_by("scheme__region", "pk")
    for pk, uri, slug, code in rows.values_list("pk", "uri", "scheme__slug", "code"):
        for name in (uri, f"{slug}:{code}"):
            if name in targets:
                found.setdefault(name, pk)
    return found


def _describe(written: Written, data: SchemeData, is_new: bool) -> None:
    """Write what is said about the scheme itself; what the file leaves empty stays as it was."""
    scheme = written.scheme
    changed = is_new
    for name in _DESCRIBED:
        value = getattr(data, name)
        if (value or name in {"is_official", "fingerprint"}) and getattr(scheme, name) != value:
            setattr(scheme, name, value)
            changed = True
    if changed or written.created or written.changed or written.deprecated:
        scheme.save()
    written.is_described_anew = changed
