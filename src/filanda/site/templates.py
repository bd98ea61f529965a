# SPDX-License-Identifier: EUPL-1.2
"""The Jinja2 environment of all pages, and what every page's context holds."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import jinja2
from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from filanda.capabilities.notifications.queries import unread_count
from filanda.kernel.kept import Kept
from filanda.kernel.mail.sending import has_outbox
from filanda.kernel.policies import decide
from filanda.kernel.regions.models import Region, RegionHost
from filanda.kernel.ui.environment import install
from filanda.site.pages import asked_to_agree

_log = logging.getLogger("filanda.templates")


class _Once(logging.Filter):
    """Lets each sentence through once in a process: a hole in a page is not told at every visit."""

    def __init__(self) -> None:
        super().__init__()
        self._told: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        is_new = message not in self._told
        self._told.add(message)
        return is_new


_log.addFilter(_Once())
_Blank = jinja2.make_logging_undefined(_log, jinja2.ChainableUndefined)


class _Missing(jinja2.Undefined):
    """A key that a dict lacks: may be asked for, is false and empty, is neither printed nor looked into."""

    __slots__ = ()
    __str__ = jinja2.Undefined._fail_with_undefined_error


class _Strict(jinja2.StrictUndefined):
    """What has no name: fails at any use."""

    __slots__ = ()

    def __new__(cls, hint: str | None = None, obj: Any = None, *args: Any, **kwargs: Any) -> Any:
        return _Missing(hint, obj, *args, **kwargs) if isinstance(obj, Mapping) else super().__new__(cls)


def environment(**options: Any) -> jinja2.Environment:
    """Build the environment: autoescape, i18n, `url()`, the interface parts' globals.

    A name nobody gave fails where pages are made (tests, the demonstration); elsewhere it is told once in the log and
    stays blank, since a page with a hole serves its reader better than no page. Whether a dict has a key may be asked
    (`errors.email`, an optional part of an item); a missing one is not printed.
    """
    # Django's backend names a class of its own, so that a default of ours would never be asked.
    options["undefined"] = _Strict if settings.STRICT_TEMPLATES else _Blank
    options["trim_blocks"] = options["lstrip_blocks"] = True
    options["auto_reload"] = False
    options["cache_size"] = -1
    env = jinja2.Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], **options)  # noqa: S701 - set by Django
    # As the collector trims (tools/messages.py): a sentence of several lines is the same sentence in the catalogue.
    env.policies["ext.i18n.trimmed"] = True
    env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=translation.gettext,
        ngettext=translation.ngettext,
        pgettext=translation.pgettext,
        npgettext=translation.npgettext,
        newstyle=True,
    )
    env.globals.update(url=_url, has_route=_has_route, static=static, language=translation.get_language)
    install(env)
    return env


def _url(name: str, *args: Any, **kwargs: Any) -> str:
    return reverse(name, args=args or None, kwargs=kwargs or None)


def _has_route(name: str, *args: Any) -> bool:
    """Whether an installed room has the page `name`: for links to rooms that may be missing."""
    try:
        reverse(name, args=args or None)
    except NoReverseMatch:
        return False
    return True


def page_context(request: HttpRequest) -> dict[str, Any]:
    """What the page shell needs: region, reader, menu, languages, the same page in the other languages."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    region: Region | None = getattr(request, "region", None)
    spoken = region.languages if region else []
    origin = f"{request.scheme}://{request.get_host()}"
    return {
        "region": region,
        "actor": getattr(request, "actor", None),
        "reader_name": _reader_name(request),
        "sign_in_url": _sign_in_url(request),
        "demo": settings.DEMO,
        "language_code": language,
        "languages": [known for known in settings.LANGUAGES if known[0] in spoken] or settings.LANGUAGES,
        "path_in": lambda code: _path_in(request, code),
        "origin": origin,
        "home_url": reverse("finder:home"),
        "menu": _menu(request),
        "footer_links": [
            {"label": _("How matching works"), "url": reverse("how")},
            {"label": _("Privacy notice"), "url": reverse("privacy")},
            {"label": _("Terms of use"), "url": reverse("terms")},
            {"label": _("Cookies"), "url": reverse("cookies")},
            {"label": _("Accessibility"), "url": reverse("accessibility")},
            {"label": _("Reports and decisions, in figures"), "url": reverse("moderation:transparency")},
            {"label": _("Programming interface"), "url": reverse("api-docs")},
            *(
                [{"label": _("Outbox of the demonstration"), "url": reverse("mail:outbox")}]
                if has_outbox(region)
                else []
            ),
        ],
        "unread_count": lambda: unread_count(request.actor) if region else 0,  # type: ignore[attr-defined]
        "asked_to_agree": lambda: asked_to_agree(request) if region else "",
        "regions": _other_regions(request, region, language) if settings.DEMO and region else [],
    }


def _reader_name(request: HttpRequest) -> str:
    actor = getattr(request, "actor", None)
    # The account of a session is loaded by now: this costs no query.
    return str(request.user.name) if actor is not None and actor.account_id is not None else ""  # type: ignore[union-attr]


def _sign_in_url(request: HttpRequest) -> str:
    """To signing in, and back to this page if it is one that can be come back to."""
    start = reverse("signin:start")
    is_page = request.method in ("GET", "HEAD") and not request.path.startswith(start)
    return f"{start}?{urlencode({'next': request.get_full_path()})}" if is_page else start


def _menu(request: HttpRequest) -> list[dict[str, Any]]:
    items = [
        {"label": _("Describe a need"), "url": reverse("finder:home")},
        {"label": _("Proposals"), "url": reverse("proposals:directory")},
        {"label": _("Organisations"), "url": reverse("finder:organisations")},
        {"label": _("People"), "url": reverse("profiles:people")},
        {"label": _("Communities"), "url": reverse("spaces:directory")},
        {"label": _("Collaborations"), "url": reverse("collaborating:register")},
    ]
    actor = getattr(request, "actor", None)
    if actor is not None and decide(actor, "desk.team"):
        items.append({"label": _("Workbench"), "url": reverse("workbench:queue")})
    return [item | {"is_current": item["url"] == request.path} for item in items]


_regions: Kept[str, list[tuple[str, str, dict[str, str]]]] = Kept(5.0)


def _other_regions(request: HttpRequest, region: Region, language: str) -> list[dict[str, Any]]:
    """The regions of the demonstration, at the port this one is served at. Empty where there is only one."""
    hosts = RegionHost.objects.filter(is_primary=True).order_by("region__slug")
    known = _regions.get(region.slug, lambda: list(hosts.values_list("region__slug", "host", "region__names")))
    port = request.get_port()
    suffix = "" if port in ("80", "443") else f":{port}"
    listed = [
        {
            "name": names.get(language) or next(iter(names.values()), slug),
            "url": f"{request.scheme}://{host}{suffix}/{language}/",
            "is_current": slug == region.slug,
        }
        for slug, host, names in known
    ]
    return listed if len(listed) > 1 else []


def _path_in(request: HttpRequest, code: str) -> str:
    """The address of this page in language `code` (pages live under /it/, /en/)."""
    path = request.get_full_path()
    for known, _name in settings.LANGUAGES:
        if path.startswith(f"/{known}/"):
            return f"/{code}/" + path[len(known) + 2 :]
    return f"/{code}/"
