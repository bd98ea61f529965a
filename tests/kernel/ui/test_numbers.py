# SPDX-License-Identifier: EUPL-1.2
"""Numbers of rows in addresses and forms."""

from __future__ import annotations

import pytest
from django.urls import Resolver404, resolve

from filanda.directory.organisations.models import Organisation
from filanda.kernel.ui.numbers import id_in


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
