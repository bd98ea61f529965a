# SPDX-License-Identifier: EUPL-1.2
"""Proposals as search documents, in seven queries for any number of them: each as everybody may find it ("proposal")
and as members may ("proposal_member"). Both are there for the tokens of its audience alone. Words of a rung that only
those read whom the owner lets in stand in neither.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from django.db.models import Q

from filanda.components.proposals.models import OPEN_STATES, SHOWN_STATES, Proposal, ProposalConcept, Rung
from filanda.directory.organisations.models import ConceptOrigin, Organisation, Site
from filanda.directory.organisations.search import concept_topics, grouped, topic_codes, topic_labels
from filanda.kernel.manifests import SearchSource
from filanda.kernel.manifests.documents import LanguageText, SearchDocument
from filanda.kernel.text.folding import sort_key
from filanda.kernel.ui import shapes

__all__ = ["KINDS", "SEARCH_SOURCES", "STAGES", "stage_of"]

KINDS = {"proposal": (Rung.PUBLIC,), "proposal_member": (Rung.PUBLIC, Rung.MEMBERS)}
OPEN_FIRST = 500_000_000  # more than the minutes since 1970 will be for centuries
STAGES = {"early": (1, 3), "middle": (4, 6), "late": (7, 9)}


def stage_of(trl: int | None) -> str:
    """The band of a technology readiness level; "" for none."""
    return next((name for name, (least, most) in STAGES.items() if trl is not None and least <= trl <= most), "")


def _documents(kind: str, ids: Sequence[int]) -> Iterator[SearchDocument]:
    reads = KINDS[kind]
    rows = list(_listed().filter(pk__in=ids).select_related("organisation", "region"))
    links = grouped(
        ProposalConcept.objects.filter(proposal__in=[row.pk for row in rows])
        .exclude(origin=ConceptOrigin.SUGGESTED)
        .order_by("pk")
        .values_list("proposal", "concept")
    )
    places = {row.place_id for row in rows if row.place_id is not None}
    topics = concept_topics({one for several in links.values() for one in several} | places)
    bodies = {row.organisation_id for row in rows if row.organisation_id is not None and row.place_id is None}
    sites = grouped(
        Site.objects.filter(organisation__in=bodies, is_main=True)
        .exclude(province_code="")
        .values_list("organisation", "province_code")
    )
    for row in rows:
        about = [topics[one] for one in links[row.pk] if one in topics]
        body = row.organisation if row.organisation is not None and row.organisation.hidden_at is None else None
        is_open = row.state in OPEN_STATES
        codes = topics[row.place_id].codes if row.place_id in topics else tuple(sites[row.organisation_id or 0])
        titles = [LanguageText(row.language, row.title)]
        texts = topic_labels(about)
        if body is not None:
            texts.append(LanguageText("", f"{body.name} {body.short_name}"))
        if row.summary_for in reads:
            texts.append(LanguageText(row.language, f"{row.summary}\n{row.partners_bring}"))
        if row.text_for in reads:
            texts.append(LanguageText(row.language, f"{row.summary}\n{row.partners_bring}\n{row.source}"))
        facets = {
            "open": ["yes" if is_open else "no"],
            "kind": [row.kind],
            "cooperation": list(row.cooperation),
            "stage": [stage_of(row.trl_now)] if row.trl_now else [],
            "s3": topic_codes(about, "s3"),
            "helix_role": [body.helix_role] if body is not None else [],
            "province": _provinces(row.region.shapes, codes),
            "space": [str(row.space_id)],
        }
        newest = int(row.published_at.timestamp()) // 60 if row.published_at is not None else 0
        yield SearchDocument(
            kind=kind,
            id=row.pk,
            region_id=row.region_id,
            audience=(row.audience,),
            label=row.title,
            sort_key=sort_key(row.title),
            language=row.language,
            titles=titles,
            texts=texts,
            facets=facets,
            weight=newest + (OPEN_FIRST if is_open else 0),
            # Whatever changes in one document of a proposal may change the other, and is told to it through this.
            shared=_digest([row.version, row.audience, row.title, row.summary, row.source, row.partners_bring])
            + _digest([facets, newest, row.summary_for, row.text_for, row.language]),
        )


def _provinces(region_shapes: str, codes: Iterable[str]) -> list[str]:
    """Of `codes` those that are provinces on the region's map, as the map's own codes."""
    drawn = shapes.load(region_shapes)
    if drawn is None:
        return sorted(set(codes))
    known = {area["code"]: area["code"] for area in drawn["areas"]}
    known |= {area["short"]: area["code"] for area in drawn["areas"]}
    return sorted({known[code] for code in codes if code in known})


def _digest(content: Any) -> str:
    return hashlib.blake2b(json.dumps(content, sort_keys=True).encode(), digest_size=8).hexdigest()


def _listed() -> Any:
    return Proposal.objects.filter(state__in=SHOWN_STATES, hidden_at=None).order_by("pk")


def _all_ids() -> Iterator[int]:
    ids: Iterator[int] = _listed().values_list("pk", flat=True).iterator(chunk_size=10_000)
    return ids


def _of_organisations(organisation_ids: Sequence[int]) -> Iterable[int]:
    """Those whose documents repeat the name, role or province of these organisations."""
    known = Organisation.objects.filter(pk__in=organisation_ids).values("pk")
    return set(Proposal.objects.filter(Q(organisation__in=known)).values_list("pk", flat=True))


def _itself(proposal_ids: Sequence[int]) -> Iterable[int]:
    return proposal_ids


# Events touch "proposal"; what members find follows it.
SEARCH_SOURCES = (
    SearchSource("proposal", partial(_documents, "proposal"), _all_ids, follows={"organisation": _of_organisations}),
    SearchSource(
        "proposal_member",
        partial(_documents, "proposal_member"),
        _all_ids,
        follows={"organisation": _of_organisations, "proposal": _itself},
    ),
)
