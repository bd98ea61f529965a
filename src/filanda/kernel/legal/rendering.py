# SPDX-License-Identifier: EUPL-1.2
"""A legal text as HTML. In it, {controller}, {contact}, {region}, {retention} and what the caller adds stand for what
is true of the region when it is read, so that a change of address needs no new version.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import override
from markupsafe import Markup

from filanda.kernel import manifests
from filanda.kernel.regions.models import Region
from filanda.kernel.text.markdown import to_html

__all__ = ["PLACEHOLDERS", "html_of", "retention_days"]

PLACEHOLDERS = ("controller", "contact", "region", "retention")
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


def html_of(
    source: str, language: str, region: Region, values: Mapping[str, object] | None = None, *, level: int = 2
) -> Markup:
    """`source` rendered in `language`, its headings from `level` (2 to 4) down. Unknown {words} stay as they are."""
    with override(language):
        known = {**_values(region, language), **{name: str(value) for name, value in (values or {}).items()}}
    filled = _PLACEHOLDER.sub(lambda found: known.get(found.group(1), found.group(0)), source)
    html = str(to_html(filled))  # its headings are h3 and h4
    moved = re.sub(r"(</?h)([34])>", lambda tag: f"{tag.group(1)}{int(tag.group(2)) - 3 + level}>", html)
    return Markup(moved)  # noqa: S704 - to_html cleaned it


def retention_days(region: Region) -> dict[str, tuple[str, int]]:
    """By name: what is deleted after how many days, as the rooms declare it and the region says otherwise."""
    return {
        kept.name: (str(kept.label), kept.days_in(region))
        for manifest in manifests.manifests().values()
        for kept in manifest.retention
    }


def _values(region: Region, language: str) -> dict[str, str]:
    told = region.settings.get("legal", {})
    name = region.names.get(language) or region.name
    controller = told.get("controller") or _("the body that runs this platform for %(region)s") % {"region": name}
    contact = region.contact_email or _("the body that runs this platform")
    kept = retention_days(region).values()
    return {
        "region": _plain(name),
        "controller": _plain(controller),
        "contact": _plain(contact),
        "retention": "\n".join(f"- {label}: " + _("%(days)s days") % {"days": days} for label, days in sorted(kept)),
    }


def _plain(words: str) -> str:
    """Without what Markdown would read as more than words."""
    return " ".join(re.sub(r"[\[\]<>*_`#\\|{}]", " ", words).split())
