# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import pytest
from markupsafe import Markup

from filanda.capabilities.search.highlight import mark
from filanda.capabilities.search.queries import FacetCount, find_organisations, organisation_ids, suggest
from filanda.directory.organisations.models import Organisation
from filanda.kernel.identity.actors import VISITOR


def make(region, name, **fields):
    return Organisation.objects.create(region=region, name=name, sort_key=name.lower(), **fields)


def test_searching_asks_the_database_nothing(region, indexed, django_assert_num_queries):
    body = make(region, "Filanda", size="small")
    indexed()
    with django_assert_num_queries(0):
        assert find_organisations(region, VISITOR, "filanda", {"size": ["small"]}).ids == [body.pk]
        assert suggest(region, VISITOR, "fil")[0].text == "Filanda"
        assert organisation_ids(region, VISITOR, {"size": ["small"]}) == [body.pk]


@pytest.mark.parametrize(
    "options",
    [
        {"filters": {"nothing": ["x"]}},
        {"filters": {"size": ["", "\0", "x" * 5000]}},
        {"sort": "'; --"},
        {"offset": -5},
        {"limit": 10**9},
    ],
)
def test_senseless_options_are_ignored(region, indexed, options):
    body = make(region, "Filanda")
    indexed()
    assert find_organisations(region, VISITOR, **options).ids == [body.pk]


def test_pages_beyond_the_end_are_empty(region, indexed):
    make(region, "Filanda")
    indexed()
    found = find_organisations(region, VISITOR, offset=10**12, limit=-1)
    assert (found.ids, found.total) == ([], 1)


def test_a_chosen_value_that_nothing_carries_stays_visible(region, indexed):
    make(region, "Filanda", size="small")
    indexed()
    sizes = [c for c in find_organisations(region, VISITOR, filters={"size": ["large"]}).facets if c.name == "size"]
    assert sizes == [FacetCount("size", "small", 1, False), FacetCount("size", "large", 0, True)]


def test_marks_are_aware_of_stems_and_safe():
    marked = mark("L'Università <b>di</b> Milano & la mobilità", "universita di mobile <script>", "it")
    assert marked == Markup("L&#39;<mark>Università</mark> &lt;b&gt;di&lt;/b&gt; Milano &amp; la <mark>mobilità</mark>")
    assert mark("Batteries and a battery", "battery", "en") == "<mark>Batteries</mark> and a <mark>battery</mark>"
    assert mark("Batteries", "battery") == "Batteries"
    assert mark("", "x") == mark("", "") == ""
    assert mark("x < y", "\ud800\0") == "x &lt; y"
    assert mark("🙂 silk 🙂", "silk", "en") == "🙂 <mark>silk</mark> 🙂"
