# SPDX-License-Identifier: EUPL-1.2
"""The Jinja2 environment of all pages, and what every page's context holds."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import jinja2
from django.conf import settings
from django.http import HttpRequest
from django.template.backends.utils import csrf_input
from django.templatetags.static import static
from django.utils import translation
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from markupsafe import Markup

from filanda.capabilities.notifications.queries import unread_count
from filanda.kernel.kept import Kept
from filanda.kernel.mail.sending import has_outbox
from filanda.kernel.policies import decide
from filanda.kernel.regions.models import Region, RegionHost
from filanda.kernel.ui.addresses import address, has_address
from filanda.kernel.ui.environment import install
from filanda.site.compiling import OF_DICTS, ShortCode, shown
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


class _Template(jinja2.Template):
    """Macros see the environment's globals, which are all there are: nobody gives a template some of its own. Jinja
    compares both lists at each import.
    """

    def _get_default_module(self, ctx: Any = None) -> Any:
        return super()._get_default_module()


class _Environment(jinja2.Environment):
    """Rows are dictionaries: what they hold is found at once, not after an attribute was looked for in vain."""

    code_generator_class = ShortCode
    template_class = _Template
    shown = staticmethod(shown)

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is dict and attribute in obj and attribute not in OF_DICTS:
            return obj[attribute]
        try:
            return getattr(obj, attribute)
        except AttributeError:
            return super().getattr(obj, attribute)

    @staticmethod
    def say(message: str) -> Markup:
        """A sentence without placeholders."""
        said = _said.get((translation.get_language() or "", message))
        ready = said[1] if said is not None else None
        return ready if ready is not None else _gettext(message)


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
    env = _Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], **options)
    # As the collector trims (tools/messages.py): a sentence of several lines is the same sentence in the catalogue.
    env.policies["ext.i18n.trimmed"] = True
    env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=translation.gettext,
        ngettext=translation.ngettext,
        pgettext=translation.pgettext,
        npgettext=translation.npgettext,
        newstyle=True,
    )
    env.globals.update(static=static, language=translation.get_language, gettext=_gettext)
    env.globals["_"] = _gettext
    env.globals["ngettext"] = _ngettext
    install(env)
    return env


def _gettext(message: str, /, **variables: Any) -> Markup:
    """As Jinja's own (new style: always a format string), but a plain sentence is looked up once a language."""
    language = translation.get_language() or ""
    said = _said.get((language, message))
    if said is None:
        text = Markup(translation.gettext(message))  # noqa: S704 - from the catalogue
        if len(_said) >= _MOST_SAID:
            _said.clear()
        # What has no placeholders is ready.
        said = _said[language, message] = (text, None if _PLACEHOLDER.search(text) else text % {})
    text, ready = said
    return ready if ready is not None else text % variables


def _ngettext(singular: str, plural: str, number: int, /, **variables: Any) -> Markup:
    """As Jinja's own (new style); what whole numbers alone decide is put together once a language."""
    variables.setdefault("num", number)
    if any(type(value) is not int for value in variables.values()):
        return _counted(singular, plural, number) % variables
    key = (translation.get_language() or "", singular, plural, number, *variables.items())
    said = _numbers_said.get(key)
    if said is None:
        if len(_numbers_said) >= _MOST_SAID:
            _numbers_said.clear()
        said = _numbers_said[key] = _counted(singular, plural, number) % variables
    return said


def _counted(singular: str, plural: str, number: int) -> Markup:
    return Markup(translation.ngettext(singular, plural, number))  # noqa: S704 - from the catalogue


_MOST_SAID = 20_000
_numbers_said: dict[tuple[Any, ...], Markup] = {}
_PLACEHOLDER = re.compile(r"%\(|%s")
_said: dict[tuple[str, str], tuple[Markup, Markup | None]] = {}


def page_context(request: HttpRequest) -> dict[str, Any]:
    """What the page shell needs: region, reader, menu, languages, the same page in the other languages."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    region: Region | None = getattr(request, "region", None)
    spoken = region.languages if region else []
    origin = f"{request.scheme}://{request.get_host()}"
    menu = _menu(request, language)
    return {
        "csrf_input": SimpleLazyObject(lambda: csrf_input(request)),  # a page's forms hold the same, masked once
        "region": region,
        "actor": getattr(request, "actor", None),
        "reader_name": _reader_name(request),
        "sign_in_url": _sign_in_url(request),
        "demo": settings.DEMO,
        "language_code": language,
        "languages": [known for known in settings.LANGUAGES if known[0] in spoken] or settings.LANGUAGES,
        "path_in": lambda code: _path_in(request, code),
        "origin": origin,
        "home_url": address("finder:home"),
        "menu": menu,
        "menu_at": next((item["url"] for item in menu if item["is_current"]), ""),
        "footer_links": _footer_links(language, has_outbox(region)),
        "account_links": _account_links(request, language),
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
    start = address("signin:start")
    is_page = request.method in ("GET", "HEAD") and not request.path.startswith(start)
    return f"{start}?{urlencode({'next': request.get_full_path()})}" if is_page else start


def _menu(request: HttpRequest, language: str) -> list[dict[str, Any]]:
    actor = getattr(request, "actor", None)
    has_desk = actor is not None and bool(decide(actor, "desk.team"))
    return _linked(_menu_links(language, has_desk), request)


def _account_links(request: HttpRequest, language: str) -> list[dict[str, Any]]:
    """What somebody who is signed in has of their own."""
    actor = getattr(request, "actor", None)
    if actor is None or actor.account_id is None:
        return []
    has_desk = bool(_WITH_DESK & set(actor.roles)) or bool(actor.scope_ids("space", "space_manager"))
    return _linked(_own_links(language, has_desk), request)


_WITH_DESK = {"facilitator", "region_administrator"}


def _linked(links: tuple[tuple[str, str], ...], request: HttpRequest) -> list[dict[str, Any]]:
    return [{"label": label, "url": url, "is_current": url == request.path} for label, url in links]


# Labels and addresses of a language: the same as long as the process lives.
@lru_cache(maxsize=64)
def _menu_links(language: str, has_desk: bool) -> tuple[tuple[str, str], ...]:
    links = [
        (_("Describe a need"), "finder:home"),
        (_("Proposals"), "proposals:directory"),
        (_("Organisations"), "finder:organisations"),
        (_("People"), "profiles:people"),
        (_("Communities"), "spaces:directory"),
        (_("Collaborations"), "collaborating:register"),
        *([(_("Workbench"), "workbench:queue")] if has_desk else []),
    ]
    return tuple((label, address(name)) for label, name in links)


@lru_cache(maxsize=64)
def _own_links(language: str, has_desk: bool) -> tuple[tuple[str, str], ...]:
    links = [
        (_("Home"), "administration:home"),
        (_("My profile"), "profiles:edit"),
        (_("My proposals"), "proposals:mine"),
        (_("Answers"), "proposals:answers"),
        (_("For you"), "matchmaking:mine"),
        (_("My collaborations"), "collaborating:mine"),
        (_("What I follow"), "following:followed"),
        *([(_("Workbench"), "workbench:queue")] if has_desk else []),
        (_("Sign-in and security"), "signin:account"),
        (_("My data"), "privacy:mine"),
    ]
    return tuple((label, address(name)) for label, name in links if has_address(name))


@lru_cache(maxsize=64)
def _footer_links(language: str, has_outbox: bool) -> tuple[dict[str, str], ...]:
    links = [
        (_("How matching works"), "how"),
        (_("Privacy notice"), "privacy"),
        (_("Terms of use"), "terms"),
        (_("Cookies"), "cookies"),
        (_("Accessibility"), "accessibility"),
        (_("Reports and decisions, in figures"), "moderation:transparency"),
        (_("Programming interface"), "api-docs"),
        *([(_("Outbox of the demonstration"), "mail:outbox")] if has_outbox else []),
    ]
    return tuple({"label": label, "url": address(name)} for label, name in links)


_regions: Kept[tuple[str, ...], list[dict[str, Any]]] = Kept(5.0)


def _other_regions(request: HttpRequest, region: Region, language: str) -> list[dict[str, Any]]:
    """The regions of the demonstration, at the port this one is served at. Empty where there is only one."""
    key = (region.slug, language, str(request.scheme), request.get_port())
    return _regions.get(key, lambda: _listed_regions(*key))


def _listed_regions(here: str, language: str, scheme: str, port: str) -> list[dict[str, Any]]:
    hosts = RegionHost.objects.filter(is_primary=True).order_by("region__slug")
    known = hosts.values_list("region__slug", "host", "region__names")
    suffix = "" if port in ("80", "443") else f":{port}"
    listed = [
        {
            "name": names.get(language) or next(iter(names.values()), slug),
            "url": f"{scheme}://{host}{suffix}/{language}/",
            "is_current": slug == here,
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
