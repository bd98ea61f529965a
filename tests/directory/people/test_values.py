# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filanda.directory.people import values


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0000-0002-1825-0097", "0000-0002-1825-0097"),  # the example in ORCID's own documentation
        ("https://orcid.org/0000-0002-1694-233X", "0000-0002-1694-233X"),
        (" 000000021694233x ", "0000-0002-1694-233X"),
        ("", ""),
    ],
)
def test_orcid_is_taken_in_every_way_it_is_written(typed, kept):
    assert values.checked_orcid(typed) == kept


@pytest.mark.parametrize("typed", ["0000-0002-1825-0098", "0000-0002-1825-00", "٠٠٠٠-0002-1825-0097", "anna"])
def test_orcid_with_a_slip_is_refused(typed):
    with pytest.raises(ValueError, match="ORCID"):
        values.checked_orcid(typed)


@given(st.text("0123456789", min_size=15, max_size=15), st.integers(0, 14), st.integers(1, 9))
def test_orcid_notices_any_single_wrong_digit(digits, place, by):
    whole = digits + values.orcid_check_digit(digits)
    assert values.checked_orcid(whole).replace("-", "") == whole
    wrong = digits[:place] + str((int(digits[place]) + by) % 10) + digits[place + 1 :] + whole[15]
    with pytest.raises(ValueError):
        values.checked_orcid(wrong)


def test_links_get_a_scheme_and_a_label_and_no_doubles():
    typed = [
        {"label": "", "url": "www.example.org/me"},
        {"label": "Lab", "url": "http://lab.example.org"},
        {"label": "again", "url": "https://www.example.org/me"},
        {"label": " ", "url": " "},
    ]
    assert values.checked_links(typed) == [
        {"label": "example.org", "url": "https://www.example.org/me"},
        {"label": "Lab", "url": "http://lab.example.org"},
    ]


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://example.org/",
        "https://",
        "https://localhost",
        "https://bank.example@elsewhere.example/",
        "https://example.org/<script>",
        "https://[::1",
        "https://example.org:port/",
        "JAVASCRIPT:alert(1)//example.org",
        "https://example.org/" + "a" * 300,
    ],
)
def test_links_that_are_no_web_pages_are_refused(url):
    with pytest.raises(ValueError):
        values.checked_links([{"label": "x", "url": url}])


@given(st.text(max_size=60))
def test_links_of_any_text_are_http_or_refused(text):
    try:
        kept = values.checked_links([{"label": "", "url": text}])
    except ValueError:
        return
    assert all(link["url"].lower().startswith(("http://", "https://")) for link in kept)


def test_languages_are_codes_in_a_fixed_order():
    assert values.checked_languages(["EN", "it", "it", ""]) == ["it", "en"]
    with pytest.raises(ValueError, match="klingon"):
        values.checked_languages(["klingon"])


@pytest.mark.parametrize("name", ["", "  ", "1", "42", "anna@example.org", "https://example.org", "A" * 121])
def test_a_name_that_is_none_is_refused(name):
    with pytest.raises(ValueError):
        values.checked_name(name)


def test_a_name_loses_what_turns_the_direction_of_text():
    assert values.checked_name("Anna\u202e  Rossi\x00") == "Anna Rossi"
