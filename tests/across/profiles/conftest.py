# SPDX-License-Identifier: EUPL-1.2
"""People of a region with something secret in every field that has a visibility."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from filanda.directory.affiliations.models import Position
from filanda.directory.organisations.models import Organisation, Site
from filanda.directory.people import actions
from filanda.directory.people.models import Person
from filanda.directory.taxonomies.models import Concept, ConceptScheme
from tests.directory.people.conftest import NOON, account, facilitator, joined, me

__all__ = ["NOON", "account", "facilitator", "joined", "me"]

NAMES = ("energia", "salute", "tessile", "acqua")


@pytest.fixture
def topics(region) -> dict[str, int]:
    """Concepts of the region's S3 scheme by code: one at the top, four below."""
    scheme = ConceptScheme.objects.create(region=region, slug="s3", labels={"it": "S3"})
    top = Concept.objects.create(scheme=scheme, code="top", labels={"it": "Ecosistemi", "en": "Ecosystems"})
    found = {"top": top.pk}
    for name in NAMES:
        found[name] = Concept.objects.create(
            scheme=scheme,
            code=name,
            labels={"it": name.title(), "en": name.title()},
            broader=top,
            ancestor_ids=[top.pk],
        ).pk
    return found


@pytest.fixture
def organisation(region) -> Callable[..., Organisation]:
    def make(name: str, helix_role: str = "industry", province: str = "", **fields) -> Organisation:
        made = Organisation.objects.create(
            region=region, name=name, sort_key=name.lower(), helix_role=helix_role, **fields
        )
        if province:
            Site.objects.create(region=region, organisation=made, province_code=province, is_main=True)
        return made

    return make


@pytest.fixture
def member(joined, topics, organisation) -> Callable[..., Person]:
    """Somebody with every field filled, each with a word of its own: `<field><tag>`."""

    def make(name: str, tag: str, listing: str = "members", visibility: dict[str, str] | None = None) -> Person:
        person = joined(name, listing=listing, purpose=f"purpose{tag}")
        actions.update_profile(
            actor=me(person.account),
            person=person,
            now=NOON,
            changes={
                "headline": f"headline{tag}",
                "about": f"about{tag}",
                "skills": [topics["energia"], topics["tessile"]],
                "interests": [topics["salute"]],
                "languages": ["it", "nl"],
                "orcid": "0000-0002-1825-0097",
                "links": [{"label": f"links{tag}", "url": f"https://links{tag}.example.org/"}],
                "visibility": visibility or {},
            },
        )
        body = organisation(f"Filatura positions{tag}", "academia", "ML")
        Position.objects.create(region=person.region, person=person, organisation=body, title=f"title{tag}")
        return person

    return make
