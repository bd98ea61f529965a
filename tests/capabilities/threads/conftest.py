# SPDX-License-Identifier: EUPL-1.2
import pytest

from tests.capabilities.threads.halls import act, somebody


@pytest.fixture
def anna(region):
    """Anna writes in halls 2 and 3."""
    return act(somebody(region, "Anna Conti", inside=(2, 3)))


@pytest.fixture
def bruno(region):
    return act(somebody(region, "Bruno Neri", inside=(2, 3)))


@pytest.fixture
def mara(region):
    """Mara keeps order in every hall."""
    return act(somebody(region, "Mara Moderna", keeps=(1, 2, 3, 4)))


@pytest.fixture
def stranger(region):
    """A member of the region, in no hall."""
    return act(somebody(region, "Sara Estranea"))
