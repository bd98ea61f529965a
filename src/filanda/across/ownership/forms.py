# SPDX-License-Identifier: EUPL-1.2
"""From what a form sends to what an action takes, and back. What was typed stays as it was typed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from filanda.directory.organisations.actions import Details, SiteDetails
from filanda.directory.organisations.models import HelixRole, IdentifierScheme, LegalKind, Size
from filanda.kernel.regions.models import Region
from filanda.kernel.ui import shapes

__all__ = ["choices", "details_from", "kept", "languages_known", "marks_from", "retyped", "typed_details"]

_SITE = re.compile(r"^site-(\d{1,2})-(street|postcode|municipality|province_code|country_code)$")
_PLAIN = ("name", "short_name", "helix_role", "legal_kind", "size", "website", "description", "description_language")


def languages_known() -> list[tuple[str, str]]:
    """Languages that an organisation may say it works in, in the reader's words."""
    return [
        ("it", _("Italian")),
        ("en", _("English")),
        ("de", _("German")),
        ("fr", _("French")),
        ("es", _("Spanish")),
        ("sl", _("Slovene")),
        ("zh", _("Chinese")),
        ("ar", _("Arabic")),
    ]


def choices(region: Region) -> dict[str, list[tuple[str, str]]]:
    """Values and words of the form's lists."""
    language = (get_language() or "it").split("-")[0]
    drawn = shapes.load(region.shapes) if region.shapes else None
    provinces = [
        (str(area["code"]), str(area["name"].get(language) or area["name"]["it"]))
        for area in (drawn["areas"] if drawn else ())
    ]
    return {
        "helix_role": [(value, str(label)) for value, label in HelixRole.choices],
        "legal_kind": [(value, str(label)) for value, label in LegalKind.choices],
        "size": [(value, str(label)) for value, label in Size.choices],
        "description_language": [("", _("Find out from the text")), *languages_known()[:5]],
        "province": [("", _("Find out from the municipality")), *sorted(provinces, key=lambda pair: pair[1])],
    }


def typed_details(details: Details) -> dict[str, Any]:
    """What the form shows for `details`."""
    values: dict[str, Any] = {name: getattr(details, name) for name in _PLAIN}
    values["languages"] = list(details.languages)
    values["other_names"] = "\n".join(details.other_names)
    for scheme in IdentifierScheme.values:
        values[scheme] = ", ".join(value for known, value in details.identifiers if known == scheme)
    values["sites"] = [vars(site) for site in (*details.sites, SiteDetails())]
    return values


def retyped(data: QueryDict) -> dict[str, Any]:
    """What the form shows again, just as it was typed."""
    values: dict[str, Any] = {name: data.get(name, "") for name in (*_PLAIN, "other_names", *IdentifierScheme.values)}
    values["languages"] = [code for code, _label in languages_known() if data.get(f"language-{code}")]
    sites = _sites(data)
    if not sites or sites[-1] != vars(SiteDetails()):
        sites.append(vars(SiteDetails()))
    values["sites"] = sites
    return values


def details_from(data: QueryDict) -> Details:
    """What the form says, as the action takes it."""
    identifiers = [
        (scheme, value)
        for scheme in IdentifierScheme.values
        for value in re.split(r"[,;\n]+", data.get(scheme, ""))
        if value.strip()
    ]
    languages = [code for code, _label in languages_known() if data.get(f"language-{code}")]
    return Details(
        **{name: data.get(name, "") for name in _PLAIN},
        languages=tuple(languages),
        other_names=tuple(data.get("other_names", "").splitlines()),
        identifiers=tuple(identifiers),
        sites=tuple(SiteDetails(**site) for site in _sites(data)),
    )


def _sites(data: QueryDict) -> list[dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for name in data:
        if match := _SITE.match(name):
            empty = dict(vars(SiteDetails()))
            found.setdefault(int(match[1]), empty)[match[2]] = data.get(name, "").strip()
    return [found[number] for number in sorted(found)]


def marks_from(data: Mapping[str, Any]) -> dict[str, str]:
    """The marks of what the form showed; {} for a form that was tampered with, against which everything is new."""
    try:
        marks = json.loads(data.get("marks") or "{}")
    except ValueError:
        return {}
    return {str(name): str(mark) for name, mark in marks.items()} if isinstance(marks, dict) else {}


def kept(data: QueryDict) -> dict[str, list[str]]:
    """What a draft keeps of a form."""
    return {
        name: [value[:100_000] for value in values]
        for name, values in data.lists()
        if name not in {"csrfmiddlewaretoken", "save", "preview", "draft", "find"}
    }


def unkept(typed: Mapping[str, Any]) -> QueryDict:
    """A draft, as if it had just been sent."""
    data = QueryDict(mutable=True)
    for name, values in typed.items():
        data.setlist(name, values)
    return data
