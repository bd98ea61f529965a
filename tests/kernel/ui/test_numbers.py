# SPDX-License-Identifier: EUPL-1.2
"""Numbers in addresses and forms, and the links between the pages of a list."""

from __future__ import annotations

import pytest
from django.test import RequestFactory
from django.urls import Resolver404, resolve

from filanda.directory.organisations.models import Organisation
from filanda.kernel.ui.numbers import id_in, ids_in, page_in, whole
from filanda.kernel.ui.paging import pager, pages_at


@pytest.mark.parametrize("text", ["0", "17", "007", "9" * 18])
def test_what_can_be_a_row(text):
    assert id_in(text) == int(text)


@pytest.mark.parametrize("text", [None, "", " 7", "-1", "+1", "1.0", "1e3", "٣", "²", "9" * 19, "9" * 5000, "seven"])
def test_what_can_be_none(text):
    assert id_in(text) is None


def test_the_longest_one_is_asked_of_the_database_without_harm(region):
    assert Organisation.objects.filter(pk=id_in("9" * 18)).first() is None
    assert list(Organisation.objects.filter(pk__in=[id_in("9" * 18)])) == []


def test_longer_ones_are_no_addresses(db):
    assert resolve(f"/it/proposals/{'9' * 18}/").kwargs == {"number": 10**18 - 1}
    with pytest.raises(Resolver404):
        resolve(f"/it/proposals/{'9' * 19}/")


def test_of_many_what_is_none_is_passed_over():
    assert ids_in(["3", "x", "", "1", "9" * 30, "3"]) == [3, 1, 3]


@pytest.mark.parametrize(
    ("text", "found"),
    [("7", 7), ("1", 2), ("0", 2), ("99", 50), ("9" * 15, 5), ("-3", 5), ("", 5), (None, 5), ("x", 5)],
)
def test_a_whole_number_is_brought_between_its_bounds(text, found):
    assert whole(text, least=2, most=50, default=5) == found


@pytest.mark.parametrize(("query", "page"), [("", 1), ("page=3", 3), ("page=0", 1), ("page=x", 1), ("page=-1", 1)])
def test_the_page_of_a_list(query, page):
    assert page_in(RequestFactory().get(f"/?{query}")) == page


def _shown(made):
    return [link and (link["number"], link["url"], link["is_current"]) for link in made["links"]]


def test_links_between_pages():
    made = pager(5, 20, pages_at("/list/", q="silk & wool", role=""))
    at = "/list/?q=silk+%26+wool"
    assert _shown(made) == [
        (1, at, False),
        (2, f"{at}&page=2", False),
        None,
        (4, f"{at}&page=4", False),
        (5, f"{at}&page=5", True),
        (6, f"{at}&page=6", False),
        None,
        (19, f"{at}&page=19", False),
        (20, f"{at}&page=20", False),
    ]
    assert (made["previous_url"], made["next_url"]) == (f"{at}&page=4", f"{at}&page=6")


def test_one_page_leads_nowhere_and_a_page_beyond_the_last_to_none_before():
    assert pager(1, 1, pages_at("/list/")) | {"links": 0} == {
        "page": 1, "pages": 1, "previous_url": "", "next_url": "", "links": 0
    }  # fmt: skip
    assert pager(9, 3, pages_at("/list/"))["previous_url"] == ""
