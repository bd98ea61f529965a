# SPDX-License-Identifier: EUPL-1.2
"""Addresses of built files: `asset("app.js")` is `/static/ui/build/app.<hash>.js`."""

from __future__ import annotations

import functools
import json
from pathlib import Path

from django.templatetags.static import static
from markupsafe import Markup

BUILD = Path(__file__).parent / "static" / "ui" / "build"


class AssetsMissing(RuntimeError):
    """The front end has not been built, or lacks a file that a page asks for."""


@functools.cache
def manifest(folder: Path = BUILD) -> dict[str, str]:
    """Logical name -> hashed name. Read once a process: a new build needs a restart, as new templates do."""
    try:
        files: dict[str, str] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError) as error:
        raise AssetsMissing("The style sheets and scripts are not built. Run: make assets") from error
    return files


@functools.cache
def asset(name: str) -> str:
    """The address of the built file `name`. Raises AssetsMissing if there is none."""
    try:
        return static(f"ui/build/{manifest()[name]}")
    except KeyError:
        raise AssetsMissing(f"No built file is called {name}. Run: make assets") from None


def theme_css(theme: str) -> str:
    """The style sheet of a region's theme; a theme that was never compiled falls back to Lombardy's."""
    name = f"{theme}.css"
    return asset(name if name in manifest() else "lombardia.css")


@functools.lru_cache(maxsize=256)
def icon(name: str) -> Markup:
    """A picture of the sprite, for the eye only: words stand beside it."""
    return Markup('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>').format(
        asset("sprite.svg"), name
    )


@functools.lru_cache(maxsize=256)
def helix(role: str, label: str) -> Markup:
    """A helix role: its shape, its colour, its word."""
    return Markup(
        '<span class="helix helix-{0}"><svg aria-hidden="true" focusable="false"><use href="{1}#{0}"/></svg>{2}</span>'
    ).format(role, asset("sprite.svg"), label)
