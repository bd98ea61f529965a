# SPDX-License-Identifier: EUPL-1.2
"""Whatever somebody types or puts into an address, the answer is a page, never a failure."""

from __future__ import annotations

from urllib.parse import urlencode

from django.core.cache import caches
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from filanda.across.finder.parameters import LAST_PAGE, Selection
from filanda.capabilities.needs.models import SavedNeed
from filanda.capabilities.search.queries import ORGANISATION_FACETS
from filanda.kernel.text.folding import clean

# What forms can carry: any character but lone surrogates, which no encoding has.
anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)
hostile = st.sampled_from(
    [
        "'; DROP TABLE x; --",
        "<img src=x onerror=alert(1)>",
        "{{ 7*7 }}",
        "%s %(a)s {0}",
        "\x00",
        "‮",
        "a" * 3000,
        "🧀" * 300,
    ]
)
texts = st.one_of(anything, hostile, st.tuples(anything, hostile).map("".join))


@settings(max_examples=60, deadline=None)
@given(text=texts)
def test_any_need_gets_a_page(client, place, text):
    caches["shared"].clear()
    sent = client.post("/it/needs/", {"text": text})
    assert sent.status_code in (303, 422)
    if sent.status_code == 303:
        saved = SavedNeed.objects.get(token=sent.headers["Location"].split("/")[3])
        assert saved.text == clean(text)
        page = client.get(sent.headers["Location"])
        assert page.status_code == 200
        assert b"<img src=x" not in page.content
    else:
        assert b'role="alert"' in sent.content


parameters = st.lists(
    st.tuples(st.sampled_from(["q", "page", "sort", "show", "e", "kind", *ORGANISATION_FACETS]), texts), max_size=6
)


@settings(max_examples=40, deadline=None)
@given(pairs=parameters)
def test_any_query_string_gets_a_page(client, place, pairs):
    query = urlencode(pairs)
    for path in ("/it/organisations/", f"/it/organisations/{place.dairy.pk}/caseificio-valdorsa/"):
        assert client.get(f"{path}?{query}").status_code == 200
    assert client.get(f"/it/organisations/suggest?{query}").status_code == 200


@given(pairs=parameters)
def test_a_selection_is_read_back_as_it_was_written(pairs):
    selection = Selection.read(QueryDict(urlencode(pairs)))
    assert Selection.read(QueryDict(selection.query_string().removeprefix("?"))) == selection
    assert 1 <= selection.page <= LAST_PAGE
    for name, values in selection.filters.items():
        for value in values:
            assert value not in selection.without(name, value).filters.get(name, ())
            assert selection.only(name, value).filters[name] == (value,)
    assert selection.cleared().filters == {}
