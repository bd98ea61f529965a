# SPDX-License-Identifier: EUPL-1.2
"""What managers typed about a space, as its forms say it. Nothing here decides: actions check."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import QueryDict

from filanda.kernel.regions.models import Region
from filanda.kernel.ui.numbers import ids_in

__all__ = ["read_numbers", "read_texts"]


def read_texts(data: QueryDict, region: Region, fields: Iterable[str]) -> dict[str, dict[str, str]]:
    """Fields "names-it", "names-en", …: by field, by language of the region. Others are not looked at."""
    return {field: {language: data.get(f"{field}-{language}", "") for language in region.languages} for field in fields}


def read_numbers(values: Iterable[str]) -> list[int]:
    """Ids in a list of ticked boxes; what is no number is left out."""
    return ids_in(values)
