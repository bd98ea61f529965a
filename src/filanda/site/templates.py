# SPDX-License-Identifier: EUPL-1.2
"""The Jinja2 environment of all pages, and what every page's context holds."""

from __future__ import annotations

from typing import Any

import jinja2
from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation

from filanda.kernel.ui.environment import install


def environment(**options: Any) -> jinja2.Environment:
    """Build the environment: autoescape, strict undefined, i18n, `url()`, and the interface parts' globals."""
    options.setdefault("undefined", jinja2.StrictUndefined)
    options["trim_blocks"] = options["lstrip_blocks"] = True
    options["auto_reload"] = False
    options["cache_size"] = -1
    env = jinja2.Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], **options)  # noqa: S701 - set by Django
    env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=translation.gettext,
        ngettext=translation.ngettext,
        pgettext=translation.pgettext,
        npgettext=translation.npgettext,
        newstyle=True,
    )
    env.globals.update(url=_url, static=static, language=translation.get_language)
    install(env)
    return env


def _url(name: str, *args: Any, **kwargs: Any) -> str:
    return reverse(name, args=args or None, kwargs=kwargs or None)


def page_context(request: HttpRequest) -> dict[str, Any]:
    """What the page shell needs: region, reader, languages, the same page in the other languages."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    return {
        "region": getattr(request, "region", None),
        "actor": getattr(request, "actor", None),
        "demo": settings.DEMO,
        "language_code": language,
        "languages": settings.LANGUAGES,
        "path_in": lambda code: _path_in(request, code),
    }


def _path_in(request: HttpRequest, code: str) -> str:
    """The address of this page in language `code` (pages live under /it/, /en/)."""
    path = request.get_full_path()
    for known, _name in settings.LANGUAGES:
        if path.startswith(f"/{known}/"):
            return f"/{code}/" + path[len(known) + 2 :]
    return f"/{code}/"
