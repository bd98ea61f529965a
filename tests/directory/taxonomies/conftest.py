# SPDX-License-Identifier: EUPL-1.2
from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """These tests read the sentences of reports."""
    with translation.override("en"):
        yield
