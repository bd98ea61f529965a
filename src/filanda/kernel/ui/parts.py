# SPDX-License-Identifier: EUPL-1.2
"""Parts of pages that are the same for many readers, rendered once a process."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from django.conf import settings
from markupsafe import Markup

from filanda.kernel.kept import Kept

__all__ = ["once"]

_kept: Kept[Hashable, Markup] = Kept(3600.0, most=400)


def once(name: str, *depends: Hashable, caller: Callable[[], Markup]) -> Markup:
    """What ``{% call once("foot", region.name, language_code) %}…{% endcall %}`` surrounds, rendered once.

    depends: everything that the part is made of, values rather than rows: what is not named here must be the same for
    everybody as long as the process lives (built files, addresses without arguments, sentences of a language). Never
    for what only some may see.
    """
    return _kept.get((name, settings.ROOT_URLCONF, *depends), caller)
