# SPDX-License-Identifier: EUPL-1.2
"""Start Django for a command, with the database running."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def django_ready() -> Iterator[None]:
    """Set Django up; the embedded database is used if it runs, else started for the duration."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "filanda.site.settings")
    import django

    django.setup()
    yield
