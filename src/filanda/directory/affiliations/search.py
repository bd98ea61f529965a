# SPDX-License-Identifier: EUPL-1.2
"""People as search documents, in five queries for any number of them. Here, as they are found by their organisations.

Two documents a person, in shards of their own, so that nothing a reader may not see is searched, weighed, counted or
completed for them:

- "person": what everybody may know, of people who list themselves publicly;
- "member": what members of the region may know as well, of people listed for them.

People who list themselves for nobody, are hidden, or are leaving have none at all: staff find them in the workbench.
Who has blocked whom is a matter of each pair, and left out at the question (`find_people(..., without=)`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from django.db.models import QuerySet
from django.utils.timezone import localdate

from filanda.directory.affiliations.models import Position
from filanda.directory.organisations.models import ConceptOrigin, Site
from filanda.directory.organisations.search import concept_topics, grouped, topic_codes, topic_labels, unique
from filanda.directory.people.models import LISTED, Person, PersonConcept
from filanda.kernel.manifests import SearchSource
from filanda.kernel.manifests.documents import PUBLIC, LanguageText, SearchDocument

AUDIENCES = {"person": (PUBLIC,), "member": ("members",)}
SKILL, INTEREST = PersonConcept.Kind.SKILL, PersonConcept.Kind.INTEREST


def people_documents(kind: str, ids: Sequence[int]) -> Iterator[SearchDocument]:
    """Documents of `kind` ("person" or "member") of these people of the active region."""
    seen = LISTED[kind == "member"]
    rows = list(_listed(kind).filter(pk__in=ids))
    found = [row.pk for row in rows]
    links = PersonConcept.objects.filter(person__in=found).exclude(origin=ConceptOrigin.SUGGESTED)
    concepts = {
        which: grouped(links.filter(kind=which).order_by("pk").values_list("person_id", "concept_id"))
        for which in (SKILL, INTEREST)
    }
    topics = concept_topics({concept for kinds in concepts.values() for many in kinds.values() for concept in many})
    places = grouped(
        (person, (organisation, name, short_name, role, title, ended_on))
        for person, organisation, name, short_name, role, title, ended_on in Position.objects.filter(
            person__in=found, organisation__hidden_at=None, organisation__is_external=False
        ).values_list(
            "person_id",
            "organisation_id",
            "organisation__name",
            "organisation__short_name",
            "organisation__helix_role",
            "title",
            "ended_on",
        )
    )
    provinces = grouped(
        Site.objects.filter(organisation__in={place[0] for many in places.values() for place in many})
        .exclude(province_code="")
        .values_list("organisation_id", "province_code")
    )
    today = localdate()
    for row in rows:
        shows = {field: row.visibility_of(field) in seen for field in ("headline", "about", "skills", "interests")}
        skills = [topics[id_] for id_ in concepts[SKILL][row.pk] if shows["skills"] and id_ in topics]
        interests = [topics[id_] for id_ in concepts[INTEREST][row.pk] if shows["interests"] and id_ in topics]
        positions = places[row.pk] if row.visibility_of("positions") in seen else []
        now_at = [place for place in positions if place[5] is None or place[5] > today]
        languages = row.languages if row.visibility_of("languages") in seen else []
        titles, texts = topic_labels(skills), topic_labels(interests)
        if shows["headline"] and row.headline:
            titles.append(LanguageText(row.text_language, row.headline))
        if shows["about"] and row.about:
            texts.append(LanguageText(row.text_language, row.about))
        if row.orcid and row.visibility_of("orcid") in seen:
            texts.append(LanguageText("", f"{row.orcid} {row.orcid.replace('-', '')}"))
        texts += [
            LanguageText("", f"{name} {short_name} {title}") for _id, name, short_name, _role, title, _end in positions
        ]
        yield SearchDocument(
            kind=kind,
            id=row.pk,
            region_id=row.region_id,
            audience=AUDIENCES[kind],
            label=row.name,
            sort_key=row.sort_key,
            language=row.text_language,
            names=[row.name],
            titles=titles,
            texts=texts,
            facets={
                "skills": topic_codes(skills, "s3"),
                "interests": topic_codes(interests, "s3"),
                "languages": languages,
                "helix_role": unique(sorted({place[3] for place in now_at})),
                "province": sorted({code for place in now_at for code in provinces[place[0]]}),
                "validated": ["yes" if row.state == "validated" else "no"],
            },
            weight=int(row.joined_at.timestamp()) // 60,  # newest first
        )


def _listed(kind: str) -> QuerySet[Person]:
    rows = Person.objects.present().filter(hidden_at=None, listing__in=LISTED[kind == "member"])
    return rows.exclude(account=None).order_by("pk")


def _all_ids(kind: str) -> Iterator[int]:
    return _listed(kind).values_list("pk", flat=True).iterator(chunk_size=10_000)


def _people_of(organisation_ids: Sequence[int]) -> Iterable[int]:
    """Those whose documents repeat the name, role or province of these organisations."""
    return set(Position.objects.filter(organisation__in=organisation_ids).values_list("person_id", flat=True))


SEARCH_SOURCES = tuple(
    SearchSource(kind, partial(people_documents, kind), partial(_all_ids, kind), follows={"organisation": _people_of})
    for kind in AUDIENCES
)
