# SPDX-License-Identifier: EUPL-1.2
"""Addresses of pages, put together once a process: a page shows the same twenty to everybody."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language

__all__ = ["address", "has_address"]


def address(name: str, *args: Any, **kwargs: Any) -> str:
    """As django.urls.reverse. For addresses that are asked for again; those of single rows may be asked for too."""
    if kwargs:
        return str(reverse(name, args=args or None, kwargs=kwargs))
    return _address(settings.ROOT_URLCONF, get_language() or "", name, *args)


def has_address(name: str, *args: Any) -> bool:
    """Whether an installed room has the page `name`: for links to rooms that may be missing."""
    return _has_address(settings.ROOT_URLCONF, get_language() or "", name, *args)


# Addresses begin with the active language.
@lru_cache(maxsize=4096, typed=True)
def _address(urlconf: str, language: str, name: str, *args: Any) -> str:
    return str(reverse(name, urlconf, args=args or None))


@lru_cache(maxsize=2048, typed=True)
def _has_address(urlconf: str, language: str, name: str, *args: Any) -> bool:
    try:
        reverse(name, urlconf, args=args or None)
    except NoReverseMatch:
        return False
    return True
