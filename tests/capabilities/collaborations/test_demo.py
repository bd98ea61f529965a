# SPDX-License-Identifier: EUPL-1.2
"""The demonstration's collaborations: plausible, and made once."""

from __future__ import annotations

from typing import Any

import pytest

from filanda.capabilities.collaborations.demo import MANY, seed_collaborations
from filanda.capabilities.collaborations.models import CheckIn, Collaboration, Party
from filanda.capabilities.collaborations.queries import figures
from filanda.directory.organisations.models import HelixRole, Organisation
from filanda.kernel.identity.actors import PLATFORM
from tests.capabilities.collaborations.conftest import NOW

pytestmark = pytest.mark.django_db


def test_seed_makes_them_once_and_none_for_a_real_region(region: Any) -> None:
    for number in range(12):
        role = HelixRole.values[number % 4]
        Organisation.objects.create(region=region, name=f"Ente {number}", sort_key=f"ente {number}", helix_role=role)
    region.is_invented = False
    seed_collaborations(PLATFORM, region, NOW)
    assert not Collaboration.objects.exists()
    region.is_invented = True
    for _time in range(2):
        seed_collaborations(PLATFORM, region, NOW)
    assert Collaboration.objects.count() == MANY
    assert Collaboration.objects.values("title", "summary").distinct().count() == MANY
    assert not Collaboration.objects.filter(confirmed_at__gt=NOW).exists()
    assert not Party.objects.filter(collaboration__state="active", confirmed_at=None).exists()
    assert not CheckIn.objects.filter(answered_at__gt=NOW).exists()
    assert figures(region, NOW).counted > 190
