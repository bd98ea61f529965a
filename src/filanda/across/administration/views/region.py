# SPDX-License-Identifier: EUPL-1.2
"""A region's settings: an overview, and one screen a part."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.conf import settings as installation
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from filanda.across.administration.actions.region import RegionWrong, SettingsChanged, change_region
from filanda.across.administration.framing import errors_in, frame
from filanda.across.administration.settings import PARTS, Values, retentions, stamp_of, themes, values_of
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import active_region

SECTION = "administration:region"


def _titles() -> dict[str, str]:
    return {
        "names": _("Names, languages, colour and contact"),
        "home": _("Home page"),
        "people": _("Facilitators"),
        "retention": _("How long things are kept"),
        "controller": _("Who decides on personal data"),
        "providers": _("Sign-in providers"),
    }


@never_cache
@require_safe
def region(request: HttpRequest) -> HttpResponse:
    """All parts, with what they hold now."""
    require(actor_of(request), "administration.region.change")
    now = _fresh()
    context = frame(request, SECTION, _("Region settings")) | {
        "parts": [
            {
                "name": part,
                "title": title,
                "lines": _shown(now, part, values_of(now, part)),
                "url": reverse("administration:providers")
                if part == "providers"
                else reverse("administration:region-part", args=[part]),
            }
            for part, title in _titles().items()
        ],
        "said": [str(message) for message in messages.get_messages(request)],
    }
    return render(request, "administration/region.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def part(request: HttpRequest, name: str) -> HttpResponse:
    """One part. POST its fields, and `seen`: the stamp of what was shown."""
    if name not in PARTS or name == "providers":
        raise Http404
    actor = actor_of(request)
    require(actor, "administration.region.change")
    now = _fresh()
    values = values_of(now, name)
    seen, errors, theirs, status = stamp_of(values), {}, None, 200
    if request.method == "POST":
        given = _typed(request, name, now)
        try:
            change_region(actor=actor, region=now, part=name, given=given, seen=request.POST.get("seen", ""))
        except RegionWrong as error:
            errors, status = error.errors, 422
            seen = request.POST.get("seen", "")
        except SettingsChanged as error:
            errors, status = {"": str(error)}, 409
            theirs, seen = _shown(now, name, error.current), stamp_of(error.current)
        else:
            messages.success(request, _("Saved."))
            return redirect(SECTION)
        values = given
    title = _titles()[name]
    context = frame(request, SECTION, _("Region settings"), title) | {
        "part": name,
        "values": values,
        "seen": seen,
        "theirs": theirs,
        "errors": defaultdict(str, errors),
        "summary": errors_in({field: [sentence] for field, sentence in errors.items()}),
        "known_languages": list(installation.LANGUAGES),
        "spoken": [(code, label) for code, label in installation.LANGUAGES if code in now.languages],
        "themes": [(theme, theme.capitalize()) for theme in themes()],
        "assigning": [
            ("least_loaded", _("The one with the fewest people waiting")),
            ("nobody", _("Nobody: an administrator does it by hand")),
        ],
        "retentions": [
            {
                "field": f"retention-{kept.name}",
                "label": str(kept.label),
                "days": values.get(kept.name, kept.days),
                "default": kept.days,
            }
            for kept in sorted(retentions().values(), key=lambda kept: str(kept.label))
        ]
        if name == "retention"
        else [],
        "back_url": reverse(SECTION),
    }
    return render(request, "administration/region_part.html", context, status=status)


@never_cache
@require_safe
def providers(request: HttpRequest) -> HttpResponse:
    """The identity providers of the region."""
    require(actor_of(request), "administration.region.change")
    rows = values_of(_fresh(), "providers")["providers"]
    context = frame(request, SECTION, _("Region settings"), _("Sign-in providers")) | {
        "rows": [
            row
            | {
                "url": reverse("administration:provider", args=[number]),
                "is_secret_there": bool(row.get("secret_env") and os.environ.get(row["secret_env"])),
            }
            for number, row in enumerate(rows)
        ],
        "new_url": reverse("administration:provider-new"),
        "said": [str(message) for message in messages.get_messages(request)],
    }
    return render(request, "administration/providers.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def provider(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """One provider, or a new one. POST its fields, and `seen`."""
    actor = actor_of(request)
    require(actor, "administration.region.change")
    now = _fresh()
    kept = values_of(now, "providers")
    rows: list[dict[str, Any]] = kept["providers"]
    if number is not None and number >= len(rows):
        raise Http404
    values = dict(rows[number]) if number is not None else {}
    seen, errors, status = stamp_of(kept), {}, 200
    if request.method == "POST":
        values = _typed_provider(request)
        changed = [*rows[:number], values, *rows[number + 1 :]] if number is not None else [*rows, values]
        try:
            change_region(
                actor=actor,
                region=now,
                part="providers",
                given={"providers": changed},
                seen=request.POST.get("seen", ""),
            )
        except RegionWrong as error:
            errors, status, seen = error.errors, 422, request.POST.get("seen", "")
        except SettingsChanged as error:
            errors, status = {"": str(error)}, 409
        else:
            messages.success(request, _("Saved."))
            return redirect("administration:providers")
    context = frame(request, SECTION, _("Region settings"), values.get("name") or _("A new provider")) | {
        "values": defaultdict(str, values),
        "seen": seen,
        "errors": defaultdict(str, errors),
        "summary": errors_in({field: [sentence] for field, sentence in errors.items()}),
        "is_new": number is None,
        "remove_url": reverse("administration:provider-remove", args=[number]) if number is not None else "",
        "back_url": reverse("administration:providers"),
        "callback_url": request.build_absolute_uri(reverse("openid_connect_callback", args=[rows[number]["id"]]))
        if number is not None
        else "",
    }
    return render(request, "administration/provider.html", context, status=status)


@require_POST
def remove_provider(request: HttpRequest, number: int) -> HttpResponse:
    """POST seen."""
    actor = actor_of(request)
    require(actor, "administration.region.change")
    now = _fresh()
    rows = values_of(now, "providers")["providers"]
    if number >= len(rows):
        raise Http404
    left = [row for place, row in enumerate(rows) if place != number]
    try:
        change_region(
            actor=actor, region=now, part="providers", given={"providers": left}, seen=request.POST.get("seen", "")
        )
    except (SettingsChanged, RegionWrong) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The provider was removed. Whoever came from it can sign in by e-mail."))
    return redirect("administration:providers")


def _fresh() -> Region:
    """The region as the database has it: the request's may be some seconds old."""
    return Region.objects.get(pk=active_region().pk)


def _typed(request: HttpRequest, name: str, now: Region) -> Values:
    """What was typed, in the shape that `settings.checked` takes."""
    post = request.POST
    codes = [code for code, _label in installation.LANGUAGES]
    if name == "names":
        return {
            "names": {code: post.get(f"name_{code}", "") for code in codes},
            "languages": post.getlist("languages"),
            "default_language": post.get("default_language", ""),
            "contact_email": post.get("contact_email", ""),
            "theme": post.get("theme", ""),
            "colour": post.get("colour", ""),
        }
    if name == "home":
        return {
            "title": {code: post.get(f"title_{code}", "") for code in now.languages},
            "lead": {code: post.get(f"lead_{code}", "") for code in now.languages},
            "examples": {code: post.get(f"examples_{code}", "").splitlines() for code in now.languages},
        }
    if name == "people":
        ticks = {field: post.get(field) == "1" for field in ("may_choose", "validates")}
        return {**ticks, "assigns": post.get("assigns", "")}
    if name == "retention":
        return {kept: post.get(f"retention-{kept}", "") for kept in retentions()}
    return {"controller": post.get("controller", "")}


def _typed_provider(request: HttpRequest) -> dict[str, Any]:
    post = request.POST
    fields = ("id", "name", "server_url", "client_id", "secret_env", "acr_second_factor", "scope")
    typed: dict[str, Any] = {field: post.get(field, "") for field in fields}
    for field in ("acr_second_factor", "scope"):
        typed[field] = typed[field].replace(",", " ").split()
    typed["trusts_email"] = post.get("trusts_email") == "1"
    return typed


def _shown(now: Region, name: str, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(label, value) for people to read."""
    known = dict(installation.LANGUAGES)
    if name == "names":
        return [
            *((_("Name") + f" ({code})", words) for code, words in values["names"].items()),
            (_("Languages"), ", ".join(str(known.get(code, code)) for code in values["languages"])),
            (_("First language"), str(known.get(values["default_language"], values["default_language"]))),
            (_("Colour"), values["colour"] or values["theme"].capitalize()),
            (_("Contact"), values["contact_email"] or _("none")),
        ]
    if name == "home":
        return [
            (f"{label} ({code})", "; ".join(values[field][code]) if field == "examples" else values[field][code])
            for field, label in (("title", _("Title")), ("lead", _("Words below it")), ("examples", _("Examples")))
            for code in values[field]
            if values[field][code]
        ] or [(_("Words"), _("as they come with the software"))]
    if name == "people":
        return [
            (_("Whoever joins may choose"), _("yes") if values["may_choose"] else _("no")),
            (
                _("Otherwise"),
                _("the one with the fewest people waiting")
                if values["assigns"] == "least_loaded"
                else _("an administrator does it by hand"),
            ),
            (
                _("A facilitator looks at each new profile before it is trusted"),
                _("yes") if values["validates"] else _("no"),
            ),
        ]
    if name == "retention":
        return [
            (str(kept.label), _("%(days)s days") % {"days": values.get(kept.name, kept.days)})
            for kept in sorted(retentions().values(), key=lambda kept: str(kept.label))
        ]
    if name == "controller":
        return [(_("Data controller"), values["controller"] or _("not named yet"))]
    return [(_("Providers"), ", ".join(row.get("name", "") for row in values["providers"]) or _("none"))]
