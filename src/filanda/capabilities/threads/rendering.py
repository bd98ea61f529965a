# SPDX-License-Identifier: EUPL-1.2
"""A post's Markdown as HTML, in two halves.

`render` makes what is stored when somebody writes: safe HTML in which a mention or a link to a thing of ours is only a
placeholder. `finished` makes what one reader sees of it: the present name of whom they may know, a line or a card of a
thing that they may see. What a reader may not see is therefore never in the stored HTML.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape, unescape
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import Resolver404, resolve
from django.utils.timezone import now as clock
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from markdown_it.token import Token
from markupsafe import Markup

from filanda.capabilities.threads.places import place as place_kind
from filanda.directory.people.models import Person, slug_of
from filanda.directory.people.queries import reader_class, reader_in_class
from filanda.kernel.database import compiled
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import RoleGrant
from filanda.kernel.manifests import things
from filanda.kernel.manifests.things import Key, ThingLine
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.text.language import detect
from filanda.kernel.text.markdown import clean_html, parse, plain_text, render_tokens
from filanda.kernel.ui.addresses import address, lead

__all__ = [
    "MENTION",
    "Rendered",
    "finished",
    "names_known",
    "people_in",
    "plain",
    "plain_of",
    "preview_html",
    "readers_among",
    "render",
    "shows_things",
]

# @maria-rossi-12: the slug of a name, then the person's number. Not inside a word, an address or another handle.
MENTION = re.compile(r"(?<![\w@/.-])@([\w-]{1,80}?)-(\d{1,10})(?![\w-])")
MENTIONS_MOST = 50
THINGS_MOST = 20  # previews in one post
_THING = re.compile(r"[a-z_]{1,40}:\d{1,18}\Z")
_KINDS = frozenset({"mention", "thing", "thing-card", "thing-name"})
_REL = "nofollow ugc noopener"


@dataclass(frozen=True)
class Rendered:
    """`html`: stored. `accounts`: of whom it names. `links`: how many lead elsewhere. `text`: its words."""

    html: str
    text: str = ""
    language: str = ""
    accounts: tuple[int, ...] = ()
    links: int = 0


def render(source: str, *, actor: Actor, audience: str) -> Rendered:
    """What is stored of `source`, written by `actor` for readers with the token `audience`. Two queries at most, none
    without mentions.
    """
    tokens = parse(source, shift=2)
    named = _people_in(tokens, actor, audience)
    links = _mark(tokens, named)
    text = plain_text(tokens)
    html = clean_html(
        render_tokens(tokens),
        rel=_REL,
        attributes={"a": {"data-person", "data-thing"}},
        classes={"a": set(_KINDS)},
    )
    return Rendered(str(html), text, detect(text), tuple(sorted(set(named.values()))), links)


def preview_html(actor: Actor, place: Key, source: str) -> Markup:
    """`source` as its author would see it in `place`."""
    rendered = render(source, actor=actor, audience=place_kind(place[0]).audience(place[1]))
    return finished(actor, [rendered.html])[0]


def plain(source: str, most: int = 0) -> str:
    """The words of `source` in one line, at most `most` characters; handles of people are left out: who may know a
    name is decided for each reader, and this is for all of them.
    """
    text = " ".join(plain_text(parse(MENTION.sub("@…", source))).split())
    if most and len(text) > most:
        text = text[: most - 1].rsplit(" ", 1)[0] + "…"
    return text


def plain_of(html: str) -> str:
    """The words of stored HTML in one line, without marks; names of people are not in it."""
    text = _TAG.sub("", _BETWEEN.sub(" ", _PLACEHOLDER.sub(_words_of, html)))
    return " ".join(unescape(text).split())


def _words_of(match: re.Match[str]) -> str:
    return "@…" if 'class="mention"' in match["attributes"] else match["words"]


_BETWEEN = re.compile(r"</(?:p|li|h\d|t[dhr]|pre|blockquote|d[td])>|<(?:br|hr) ?/?>")
_TAG = re.compile(r'<(?:[^"<>]|"[^"]*")*>')


def readers_among(audience: str, people: Iterable[Person]) -> list[Person]:
    """Those of `people` who may read what stands under `audience`. One query at most."""
    found = [person for person in people if person.account_id is not None]
    if audience in ("public", "members") or not found:
        return found
    kind, _colon, number = audience.partition(":")
    grants = RoleGrant.objects.filter(Q(until=None) | Q(until__gt=clock()), ended_at=None)
    grants = grants.filter(account__in=[person.account_id for person in found])
    if kind == "account":
        return [person for person in found if str(person.account_id) == number]
    if kind == "role":
        grants = grants.filter(scope_kind="", role=number)
    elif number.isdecimal():
        grants = grants.filter(scope_kind=kind, scope_id=int(number))
    else:
        return []
    inside = set(grants.values_list("account", flat=True))
    return [person for person in found if person.account_id in inside]


def _people_in(tokens: Sequence[Token], actor: Actor, audience: str) -> dict[int, int]:
    """Account by person, of those named whom `actor` knows and who may read what is written."""
    wanted: set[int] = set()
    for token in tokens:
        is_inside = False  # the words of a link name nobody
        for child in token.children or ():
            if child.type in ("link_open", "link_close"):
                is_inside = child.type == "link_open"
            elif child.type == "text" and not is_inside and "@" in child.content:
                wanted.update(int(match[2]) for match in MENTION.finditer(child.content))
    wanted = set(sorted(wanted)[:MENTIONS_MOST])
    if not wanted:
        return {}
    known = Person.objects.visible_to(actor).filter(pk__in=wanted).only("pk", "account_id")
    return {person.pk: person.account_id for person in readers_among(audience, known) if person.account_id}


def _mark(tokens: Sequence[Token], named: Mapping[int, int]) -> int:
    """Put placeholders into the tokens. Returns how many links lead elsewhere."""
    links = things_there = 0
    hosts: set[str] | None = None
    for token in tokens:
        if not token.children:
            continue
        children: list[Token] = []
        inside: Token | None = None
        for at, child in enumerate(token.children):
            if child.type == "link_open":
                inside = child
                href = str(child.attrs.get("href", ""))
                if hosts is None:
                    hosts = _own_hosts()
                key = _thing_at(href, hosts) if things_there < THINGS_MOST else None
                if key is None:
                    links += _leads_away(href, hosts)
                else:
                    things_there += 1
                    child.attrs["data-thing"] = f"{key[0]}:{key[1]}"
                    child.attrs["class"] = _shape(token.children, at)
            elif child.type == "link_close":
                inside = None
            elif child.type == "text" and inside is None and named and "@" in child.content:
                children += _with_mentions(child, named)
                continue
            children.append(child)
        token.children = children
    return links


def _shape(children: Sequence[Token], at: int) -> str:
    """A bare address alone in its paragraph becomes a card, one among words the thing's name; own words stay."""
    is_bare = children[at].info == "auto" or children[at].markup in ("linkify", "autolink")
    if not is_bare:
        return "thing"
    around = [child for index, child in enumerate(children) if not at <= index <= at + 2]
    is_alone = all(child.type in ("softbreak", "hardbreak") or not child.content.strip() for child in around)
    has_other_links = any(child.type == "link_open" for child in around)
    return "thing-card" if is_alone and not has_other_links else "thing-name"


def _with_mentions(token: Token, named: Mapping[int, int]) -> list[Token]:
    made: list[Token] = []
    done = 0
    for match in MENTION.finditer(token.content):
        number = int(match[2])
        if number not in named:
            continue
        made.append(Token("text", "", 0, content=token.content[done : match.start()], level=token.level))
        attrs: dict[str, str | int | float] = {"class": "mention", "data-person": str(number)}
        made.append(Token("link_open", "a", 1, attrs=attrs))
        made.append(Token("text", "", 0, content="@"))
        made.append(Token("link_close", "a", -1))
        done = match.end()
    made.append(Token("text", "", 0, content=token.content[done:], level=token.level))
    return made


def _own_hosts() -> set[str]:
    return {host.lower() for host in active_region().hosts.values_list("host", flat=True)}


def _leads_away(href: str, hosts: set[str]) -> bool:
    parts = _parts(href)
    return parts is None or bool(parts[0] and parts[0] not in hosts)


def _parts(href: str) -> tuple[str, str] | None:
    """(host, path) of an address; the host is empty within our own site."""
    try:
        parts = urlsplit(href)
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    if parts.scheme not in ("", "http", "https"):
        return None
    return host, parts.path


def _thing_at(href: str, hosts: set[str]) -> Key | None:
    """The thing of ours that an address leads to. Whether anybody may see it is not asked here."""
    parts = _parts(href)
    if parts is None or (parts[0] and parts[0] not in hosts) or not parts[1].startswith("/"):
        return None
    language = parts[1].split("/", 2)[1]
    try:
        with override(language if language in dict(settings.LANGUAGES) else get_language()):
            match = resolve(parts[1])
    except Resolver404:
        return None
    for kind, find in _by_page().get(match.view_name, ()):
        number = find(match.kwargs)
        if number is not None:
            return kind, number
    return None


def _by_page() -> dict[str, list[tuple[str, Callable[[Mapping[str, Any]], int | None]]]]:
    pages: dict[str, list[tuple[str, Callable[[Mapping[str, Any]], int | None]]]] = {}
    for kind, thing in things().items():
        for name in thing.url_names:
            pages.setdefault(name, []).append((kind, thing.find))
    return pages


_PLACEHOLDER = re.compile(r'<a (?P<attributes>(?:[^"<>]|"[^"]*")*)>(?P<words>.*?)</a>', re.DOTALL)
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')


def finished(actor: Actor, htmls: Sequence[str], names: Mapping[int, str] | None = None) -> list[Markup]:
    """Stored HTML as `actor` sees it, in the active language. No query without placeholders, else one for people and a
    constant number for each kind of thing. `names`: what `names_known` found of everybody in it, if it was asked.
    """
    if not any('class="mention"' in html or 'class="thing' in html for html in htmls):
        return [Markup(html) for html in htmls]  # noqa: S704 - cleaned when it was stored
    people: set[int] = set()
    keys: dict[str, set[int]] = {}
    for html in htmls:
        for match in _PLACEHOLDER.finditer(html):
            given = _given(match)
            if given.get("class") == "mention":
                people.add(int(given["data-person"]))
            elif _THING.match(given.get("data-thing", "")):
                kind, _colon, number = given["data-thing"].partition(":")
                keys.setdefault(kind, set()).add(int(number))
    known = _names(actor, people) if names is None else names
    declared = things()
    lines = {
        (kind, number): line
        for kind, numbers in keys.items()
        if kind in declared
        for number, line in declared[kind].lines(actor, sorted(numbers)).items()
    }
    return [
        Markup(_PLACEHOLDER.sub(lambda match: _shown(match, known, lines), html))  # noqa: S704 - as above; parts escaped
        for html in htmls
    ]


def _given(match: re.Match[str]) -> dict[str, str]:
    return dict(_ATTRIBUTE.findall(match["attributes"]))


def people_in(htmls: Iterable[str]) -> set[int]:
    """People whom stored HTML mentions."""
    return {int(number) for html in htmls for number in _MENTIONED.findall(html)}


def shows_things(htmls: Iterable[str]) -> bool:
    """Whether stored HTML has lines or cards of things, which not everybody may see at all times."""
    return any("data-thing=" in html for html in htmls)


def names_known(actor: Actor, people: Iterable[int]) -> dict[int, str]:
    """By person, the names of those whom `actor` may know. One query, none for nobody."""
    return _names(actor, set(people))


_MENTIONED = re.compile(r'data-person="(\d{1,10})"')


def _names(actor: Actor, people: set[int]) -> dict[int, str]:
    if not people:
        return {}
    ids = sorted(people)
    ids += [ids[-1]] * (-len(ids) % 8)  # a few lengths of the list: each is compiled once
    class_of, more = reader_class(actor)

    def build(given: Sequence[Any]) -> QuerySet[Any, Any]:
        rows = Person.objects.visible_to(reader_in_class(class_of, given)).filter(pk__in=given[len(more) :])
        found: QuerySet[Any, Any] = rows.values("pk", "name")
        return found

    found = compiled.rows(("threads: names", active_region().pk, class_of), build, [*more, *ids])
    return {row["pk"]: row["name"] for row in found}


def _shown(match: re.Match[str], known: Mapping[int, str], lines: Mapping[Key, ThingLine]) -> str:
    given = _given(match)
    if given.get("class") not in _KINDS:
        return match[0]
    if given["class"] == "mention":
        person = int(given.get("data-person", "0"))
        name = known.get(person)
        if name is None:
            somebody = escape(_("a member"))
            return f'<span class="mention">@{somebody}</span>'
        page = f"{address('profiles:people')}{person}/{slug_of(name)}/"
        return f'<a class="mention" href="{escape(page)}">@{escape(name)}</a>'
    kind, _colon, number = given.get("data-thing", ":0").partition(":")
    line = lines.get((kind, int(number or 0)))
    if line is None:
        return f'<a href="{given.get("href", "")}" rel="{_REL}">{match["words"]}</a>'
    leads_to = escape(lead(line))
    language = f' lang="{escape(line.language)}"' if line.language else ""
    if given["class"] == "thing":
        return f'<a class="thing" href="{leads_to}">{match["words"]}</a>'
    if given["class"] == "thing-name":
        return f'<a class="thing" href="{leads_to}"{language}>{escape(line.title)}</a>'
    label = escape(str(things()[kind].label))
    excerpt = f'<span class="thing-excerpt"{language}>{escape(line.excerpt)}</span>' if line.excerpt else ""
    return (
        f'<a class="thing-card" href="{leads_to}"><span class="thing-kind">{label}</span> '
        f'<span class="thing-title"{language}>{escape(line.title)}</span> {excerpt}</a>'
    )


def literal(text: str) -> str:
    """`text` as words in Markdown, whatever stands in it."""
    return "".join(f"\\{one}" if one in "\\`*_[]<>!#|~" else one for one in text)
