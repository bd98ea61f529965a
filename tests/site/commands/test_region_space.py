# SPDX-License-Identifier: EUPL-1.2
"""A region that is added has the space that is itself at once, not at the next start."""

from __future__ import annotations

import pytest

from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.regions.scoped import in_region
from filanda.site.regions import add_region
from filanda.spaces.models import Space

pytestmark = pytest.mark.django_db


def test_add_region_has_its_own_space_at_once() -> None:
    region = add_region(actor=PLATFORM, slug="prova", names={"it": "Prova"}, hosts=["prova.example"])
    with in_region(region):
        space = Space.objects.of_region(region)
    assert space is not None
    assert space.slug == "prova"
