# SPDX-License-Identifier: EUPL-1.2
"""A region's settings in parts: what each holds now, and what it may hold. Each part is one screen."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from math import floor
from typing import Any

from django.conf import settings as installation
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from filanda.directory.people.queries import facilitator_rules
from filanda.kernel.manifests import Retention, manifests
from filanda.kernel.regions.models import Region
from filanda.kernel.signin.providers import problems_of
from filanda.kernel.text.folding import clean
from filanda.kernel.ui.assets import manifest as built_assets
from filanda.kernel.ui.colours import LEAST, colour_of, worst_contrast
from filanda.kernel.ui.moments import number
from filanda.kernel.ui.numbers import id_in

__all__ = ["PARTS", "Values", "checked", "retentions", "stamp_of", "themes", "values_of"]

PARTS = ("names", "home", "people", "retention", "controller", "providers")
NAME_LENGTH = 80
TITLE_LENGTH = 90
LEAD_LENGTH = 300
EXAMPLE_LENGTH = 200
MOST_EXAMPLES = 6
MOST_PROVIDERS = 20
CONTROLLER_LENGTH = 300
SHORTEST_KEPT, LONGEST_KEPT = 1, 3650  # days

_COLOUR = re.compile(r"#[0-9a-f]{6}")
_BARE_COLOUR = re.compile(r"[0-9a-f]{6}")

Values = dict[str, Any]
Wrong = dict[str, str]


def themes() -> list[str]:
    """Names of the compiled themes: each is checked for contrast when it is made, so a colour is chosen among them."""
    return sorted(name.removesuffix(".css") for name in built_assets() if name.endswith(".css"))


def retentions() -> dict[str, Retention]:
    """What rooms keep for a time, by name."""
    return {kept.name: kept for manifest in manifests().values() for kept in manifest.retention}


def values_of(region: Region, part: str) -> Values:
    """What `part` holds now. Raises KeyError for an unknown part."""
    return _READ[part](region)


def stamp_of(values: Mapping[str, Any]) -> str:
    """Changes with the values: an editor sends back the one it started from."""
    return hashlib.sha256(json.dumps(values, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:24]


def checked(region: Region, part: str, given: Mapping[str, Any]) -> tuple[Values, Wrong]:
    """`given` cleaned, and a sentence by field for what is wrong with it."""
    return _CHECK[part](region, given)


def write(region: Region, part: str, values: Mapping[str, Any]) -> list[str]:
    """Set the fields of `region`, unsaved. Returns which."""
    if part == "names":
        for name in ("names", "languages", "default_language", "contact_email", "theme"):
            setattr(region, name, values[name])
        region.settings = {**region.settings, "colour": values["colour"]}
        return ["names", "languages", "default_language", "contact_email", "theme", "settings"]
    if part == "home":
        region.home_texts = {**region.home_texts, **values}
        return ["home_texts"]
    key = {"people": "facilitators", "retention": "retention", "controller": "legal", "providers": "oidc"}[part]
    kept: Any = values["providers"] if part == "providers" else dict(values)
    region.settings = {**region.settings, key: kept}
    return ["settings"]


def _names(region: Region) -> Values:
    return {
        "names": dict(region.names),
        "languages": list(region.languages),
        "default_language": region.default_language,
        "contact_email": region.contact_email,
        "theme": region.theme,
        "colour": colour_of(region),
    }


def _check_names(region: Region, given: Mapping[str, Any]) -> tuple[Values, Wrong]:
    wrong: Wrong = {}
    known = dict(installation.LANGUAGES)
    languages = [code for code in known if code in given.get("languages", [])]
    if not languages:
        wrong["languages"] = _("Choose at least one language.")
    default = given.get("default_language", "")
    if languages and default not in languages:
        wrong["default_language"] = _("Choose one of the region's languages.")
    names = {code: " ".join(clean(given.get("names", {}).get(code, "")).split()) for code in known}
    for code in languages:
        if not names[code]:
            wrong[f"name_{code}"] = _("The region needs a name in each of its languages.")
    for code, name in names.items():
        if len(name) > NAME_LENGTH:
            wrong[f"name_{code}"] = _("Up to %(most)s characters fit.") % {"most": NAME_LENGTH}
    email = clean(given.get("contact_email", "")).lower()
    if email:
        try:
            validate_email(email)
        except ValidationError:
            wrong["contact_email"] = _("Give an e-mail address, like region@example.org, or leave it empty.")
    theme = given.get("theme", "")
    if theme not in themes():
        wrong["theme"] = _("Choose one of the colours.")
    colour = clean(given.get("colour", "")).lower()
    colour = f"#{colour}" if _BARE_COLOUR.fullmatch(colour) else colour
    if colour and not _COLOUR.fullmatch(colour):
        wrong["colour"] = _("Give it as # and six digits or letters from a to f, like #7a1f4f, or leave it empty.")
    elif colour and worst_contrast(colour) < LEAST:
        wrong["colour"] = _(
            "This colour is too light to be read: its contrast with the grounds of the pages is %(found)s to 1, and "
            "%(least)s to 1 is needed. Choose a darker one."
        ) % {"found": number(floor(worst_contrast(colour) * 10) / 10), "least": number(LEAST)}
    return {
        "names": {code: name for code, name in names.items() if name},
        "languages": languages,
        "default_language": default,
        "contact_email": email,
        "theme": theme,
        "colour": colour,
    }, wrong


def _home(region: Region) -> Values:
    kept = region.home_texts
    return {
        name: {code: kept.get(name, {}).get(code, [] if name == "examples" else "") for code in region.languages}
        for name in ("title", "lead", "examples")
    }


def _check_home(region: Region, given: Mapping[str, Any]) -> tuple[Values, Wrong]:
    wrong: Wrong = {}
    values: Values = {"title": {}, "lead": {}, "examples": {}}
    for code in region.languages:
        for name, most in (("title", TITLE_LENGTH), ("lead", LEAD_LENGTH)):
            words = " ".join(clean(given.get(name, {}).get(code, "")).split())
            values[name][code] = words
            if len(words) > most:
                wrong[f"{name}_{code}"] = _("Up to %(most)s characters fit.") % {"most": most}
        lines = [" ".join(clean(line).split()) for line in given.get("examples", {}).get(code, [])]
        values["examples"][code] = [line for line in lines if line]
        if len(values["examples"][code]) > MOST_EXAMPLES:
            wrong[f"examples_{code}"] = _("Up to %(most)s examples fit.") % {"most": MOST_EXAMPLES}
        elif any(len(line) > EXAMPLE_LENGTH for line in lines):
            wrong[f"examples_{code}"] = _("Up to %(most)s characters fit on each line.") % {"most": EXAMPLE_LENGTH}
    return values, wrong


def _people(region: Region) -> Values:
    rules = facilitator_rules(region)
    return {"may_choose": rules.may_choose, "assigns": rules.assigns, "validates": rules.validates}


def _check_people(region: Region, given: Mapping[str, Any]) -> tuple[Values, Wrong]:
    assigns = given.get("assigns", "")
    wrong = {} if assigns in ("least_loaded", "nobody") else {"assigns": _("Choose one of the two.")}
    values = {name: bool(given.get(name)) for name in ("may_choose", "validates")}
    return {**values, "assigns": assigns}, wrong


def _retention(region: Region) -> Values:
    own = region.settings.get("retention")
    own = own if isinstance(own, dict) else {}
    return {name: own[name] for name in retentions() if isinstance(own.get(name), int)}


def _check_retention(region: Region, given: Mapping[str, Any]) -> tuple[Values, Wrong]:
    values: Values = {}
    wrong: Wrong = {}
    for name, kept in retentions().items():
        typed = str(given.get(name, "")).strip()
        if typed in ("", str(kept.days)):
            continue
        days = id_in(typed)
        if days is None or not SHORTEST_KEPT <= days <= LONGEST_KEPT:
            wrong[f"retention-{name}"] = _("Give a number of days from %(least)s to %(most)s.") % {
                "least": SHORTEST_KEPT,
                "most": LONGEST_KEPT,
            }
            values[name] = typed
        else:
            values[name] = days
    return values, wrong


def _controller(region: Region) -> Values:
    kept = region.settings.get("legal")
    return {"controller": str(kept.get("controller", "")) if isinstance(kept, dict) else ""}


def _check_controller(region: Region, given: Mapping[str, Any]) -> tuple[Values, Wrong]:
    words = " ".join(clean(given.get("controller", "")).split())
    wrong: Wrong = {}
    if not words:
        wrong["controller"] = _("Say which body decides on personal data here, with its address.")
    elif len(words) > CONTROLLER_LENGTH:
        wrong["controller"] = _("Up to %(most)s characters fit.") % {"most": CONTROLLER_LENGTH}
    return {"controller": words}, wrong


def _providers(region: Region) -> Values:
    kept = region.settings.get("oidc")
    return {"providers": [row for row in kept if isinstance(row, dict)] if isinstance(kept, list) else []}


def _check_providers(region: Region, given: Mapping[str, Any]) -> tuple[Values, Wrong]:
    rows = [_provider(row) for row in given.get("providers", [])]
    wrong: Wrong = {}
    for row in rows:
        wrong |= problems_of(row)
    ids = [row["id"] for row in rows]
    if len(set(ids)) < len(ids):
        wrong["id"] = _("Another provider of this region has this short name.")
    if len(rows) > MOST_PROVIDERS:
        wrong[""] = _("Up to %(most)s providers fit.") % {"most": MOST_PROVIDERS}
    return {"providers": rows}, wrong


def _provider(row: Mapping[str, Any]) -> dict[str, Any]:
    """Only what a provider is: nothing else that a form may send, a secret least of all, is kept."""
    made: dict[str, Any] = {
        name: clean(str(row.get(name, ""))) for name in ("id", "name", "server_url", "client_id", "secret_env")
    }
    made["trusts_email"] = row.get("trusts_email") is True
    for name in ("acr_second_factor", "scope"):
        words = row.get(name) or []
        if isinstance(words, str):
            words = re.split(r"[\s,]+", words)
        kept = [clean(str(word)) for word in words if clean(str(word))]
        if kept:
            made[name] = kept
    return made


_READ: dict[str, Callable[[Region], Values]] = {
    "names": _names,
    "home": _home,
    "people": _people,
    "retention": _retention,
    "controller": _controller,
    "providers": _providers,
}
_CHECK: dict[str, Callable[[Region, Mapping[str, Any]], tuple[Values, Wrong]]] = {
    "names": _check_names,
    "home": _check_home,
    "people": _check_people,
    "retention": _check_retention,
    "controller": _check_controller,
    "providers": _check_providers,
}
