# SPDX-License-Identifier: EUPL-1.2
"""Markdown as people write it -> HTML that is safe to show (markdown-it-py, then nh3).

CommonMark with tables, strikethrough, fenced code and addresses that become links by themselves; no HTML, no pictures
from elsewhere (a picture becomes a link to it).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from html import unescape
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

__all__ = ["MOST", "clean_html", "parse", "plain_text", "shown_words", "to_html"]

MOST = 100_000  # characters that are read as Markdown; what is longer is shown as it stands
_TAGS = {
    *("p", "br", "strong", "em", "s", "ul", "ol", "li", "blockquote", "code", "pre", "a", "hr"),
    *("h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto"}
_ALIGNED = {"text-align:right": "text-end", "text-align:center": "text-center", "text-align:left": "text-start"}
_ALIGNMENTS = set(_ALIGNED.values())
_LANGUAGE = re.compile(r"[A-Za-z0-9+#-]{1,20}\Z")
# What turns the direction of the text around it, and what no text has: NUL, lone surrogates.
_NOT_SAID = re.compile("[\x00\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

# Of more, links and tables are not looked for: the time that takes grows with their square.
_BRACKETS_MOST, _ADDRESSES_MOST, _CELLS = 2000, 500, 20_000


def _made(*, is_plain: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": not is_plain})
    parser.enable("strikethrough").disable(["html_block", "html_inline"])
    if is_plain:
        return parser.disable(["link", "image", "reference"])
    parser.enable("table")
    # "example.org" alone is a word as often as an address: one with its scheme is meant as one.
    parser.enable("linkify")
    assert parser.linkify is not None
    parser.linkify.set({"fuzzy_link": False, "fuzzy_ip": False, "fuzzy_email": False})
    return parser


_parser, _plainer = _made(is_plain=False), _made(is_plain=True)


def to_html(source: str) -> Markup:
    """Render `source`; links get rel="nofollow noopener"; headings start at level 3."""
    return _kept_html(source) if len(source) <= _SHORT else _made_html(source)


_SHORT = 8_000  # characters: welcomes and rules, which every visit to a page renders, are kept


@lru_cache(maxsize=256)
def _kept_html(source: str) -> Markup:
    return _made_html(source)


def _made_html(source: str) -> Markup:
    return clean_html(_parser.renderer.render(parse(source), _parser.options, {}))


def parse(source: str, *, shift: int = 0) -> list[Token]:
    """The tokens of `source`, ready to be rendered: headings `shift` levels lower and never above h3, pictures turned
    into links, no style. Text that is longer than MOST is one paragraph as it stands; one that is nothing but brackets
    and addresses, or a table of tens of thousands of cells, has neither links nor tables.
    """
    if len(source) > MOST:
        return _as_it_stands(source)
    is_sane = source.count("[") <= _BRACKETS_MOST and source.count("://") <= _ADDRESSES_MOST
    is_sane = is_sane and _cells(source) <= _CELLS
    tokens = (_parser if is_sane else _plainer).parse(_NOT_SAID.sub("", source))
    for at, token in enumerate(tokens):
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, max(3, int(token.tag[1]) + shift))}"
        elif token.type == "fence":
            word = token.info.split()[0] if token.info.split() else ""
            token.info = word if _LANGUAGE.match(word) else ""
        elif token.type in ("th_open", "td_open"):
            style = str(token.attrs.pop("style", ""))
            if style in _ALIGNED:
                token.attrs["class"] = _ALIGNED[style]
            if token.type == "th_open" and not tokens[at + 1].content:  # the corner of a table is the head of nothing
                token.tag = tokens[at + 2].tag = "td"
        elif token.type == "inline" and token.children:
            token.children = _without_pictures(token.children)
    return tokens


def _cells(source: str) -> int:
    """How many cells a table in `source` could have: every row is filled up to the widest."""
    if "|" not in source:
        return 0
    lines = source.splitlines()
    return max(line.count("|") for line in lines) * len(lines)


def render_tokens(tokens: Sequence[Token]) -> str:
    """HTML of tokens, not yet cleaned."""
    return str(_parser.renderer.render(tokens, _parser.options, {}))


def clean_html(
    rendered: str,
    *,
    rel: str = "nofollow noopener",
    attributes: Mapping[str, set[str]] | None = None,
    classes: Mapping[str, set[str]] | None = None,
    attribute_filter: Callable[[str, str, str], str | None] | None = None,
) -> Markup:
    """What is left of `rendered` when nothing but the tags, attributes and schemes of our list may be in it.

    `attributes`, `classes`: more of them, by tag. `attribute_filter(tag, name, value)`: see nh3.clean.
    """
    allowed = {tag: set(names) for tag, names in _ATTRIBUTES.items()}
    for tag, names in (attributes or {}).items():
        allowed.setdefault(tag, set()).update(names)
    safe = nh3.clean(
        rendered,
        tags=_TAGS,
        attributes=allowed,
        allowed_classes={"th": _ALIGNMENTS, "td": _ALIGNMENTS, **(classes or {})},
        url_schemes=_SCHEMES,
        link_rel=rel,
        attribute_filter=attribute_filter,
    )
    return Markup(safe)  # noqa: S704 - cleaned above


def plain_text(tokens: Sequence[Token]) -> str:
    """The words alone, blocks on lines of their own."""
    lines: list[str] = []
    for token in tokens:
        if token.type == "inline":
            lines.append("".join(_words(token.children or [])))
        elif token.type in ("fence", "code_block"):
            lines.append(token.content.rstrip("\n"))
    return "\n".join(line for line in lines if line.strip())


def shown_words(html: str) -> str:
    """The words of HTML that `to_html` made, or of its beginning, in one line."""
    whole = html if html.rfind("<") <= html.rfind(">") else html[: html.rfind("<")]
    return " ".join(unescape(_TAG.sub("", whole)).split())


_TAG = re.compile(r'<(?:[^"<>]|"[^"]*")*>')  # of HTML that was cleaned: attributes are quoted


def _words(children: Sequence[Token]) -> list[str]:
    said = []
    for child in children:
        if child.type in ("text", "code_inline"):
            said.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            said.append(" ")
    return said


def _without_pictures(children: list[Token]) -> list[Token]:
    """A picture from elsewhere tells its server who reads; a link to it does not."""
    if not any(child.type == "image" for child in children):
        return children
    kept: list[Token] = []
    depth = 0
    for child in children:
        depth += (child.type == "link_open") - (child.type == "link_close")
        if child.type != "image":
            kept.append(child)
            continue
        address = str(child.attrs.get("src", ""))
        words = Token("text", "", 0, content=child.content or address)
        if depth:  # a link holds no other link
            kept.append(words)
            continue
        kept += [Token("link_open", "a", 1, attrs={"href": address}), words, Token("link_close", "a", -1)]
    return kept


def _as_it_stands(source: str) -> list[Token]:
    words: list[Any] = [Token("text", "", 0, content=_NOT_SAID.sub("", source))]
    return [
        Token("paragraph_open", "p", 1, block=True),
        Token("inline", "", 0, content="", children=words, block=True),
        Token("paragraph_close", "p", -1, block=True),
    ]
