# SPDX-License-Identifier: EUPL-1.2
"""Addresses made once a process are those that Django would make."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.urls import NoReverseMatch, reverse
from django.utils import translation

from filanda.kernel.ui.addresses import address, address_or_none, has_address, lead

ASKED = [
    ("finder:home", ()),
    ("proposals:proposal", (17, "sensors-for-weaving-looms")),
    ("proposals:proposal", (0, "w700000000000001")),
    ("finder:organisation", (5, "caseificio-{0}")),
    ("spaces:home", ("silk",)),
    ("spaces:home", ("%{}&",)),
    ("discussions:thread", ("silk", 3, "a-title")),
    ("discussions:thread", ("silk", "3", "a-title")),
    ("api-docs", ()),
]


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize(("name", "args"), ASKED)
def test_as_django_makes_them(language, name, args):
    with translation.override(language):
        try:
            expected = reverse(name, args=args)
        except NoReverseMatch:
            with pytest.raises(NoReverseMatch):
                address(name, *args)
            return
        assert address(name, *args) == address(name, *args) == expected


def test_one_language_does_not_answer_for_another():
    with translation.override("it"):
        first = address("proposals:mine")
    with translation.override("en"):
        assert (first, address("proposals:mine")) == ("/it/proposals/mine/", "/en/proposals/mine/")


@pytest.mark.urls("tests.site.broken_urls")
def test_other_addresses_do_not_answer_for_these():
    assert not has_address("no-such-page")
    with pytest.raises(NoReverseMatch):
        address("no-such-page", 3)


def test_with_names_for_the_arguments():
    assert address("spaces:home", slug="silk") == "/it/communities/silk/"


def test_a_page_of_a_room_that_is_not_there_is_no_address():
    assert address_or_none("no-such:page", 3) == ""
    assert address_or_none("proposals:new", query="kind=offer") == "/it/proposals/new/?kind=offer"


def test_where_a_line_leads():
    line = SimpleNamespace(url_name="spaces:home", url_args=("silk",), query="", fragment="")
    assert lead(line) == "/it/communities/silk/"
    line.query, line.fragment = "page=2", "post-12"
    assert lead(line) == "/it/communities/silk/?page=2#post-12"
    del line.fragment
    assert lead(line) == "/it/communities/silk/?page=2"
