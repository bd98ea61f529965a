# SPDX-License-Identifier: EUPL-1.2
"""Markdown as people write it -> HTML that is safe to show (markdown-it-py, then nh3)."""

from __future__ import annotations

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "code", "pre", "a", "h3", "h4", "hr"}
_parser = MarkdownIt("commonmark", {"html": False, "linkify": False})


def to_html(source: str) -> Markup:
    """Render `source`; links get rel="nofollow noopener"; headings start at level 3."""
    rendered = _parser.render(source).replace("<h1>", "<h3>").replace("</h1>", "</h3>")
    rendered = rendered.replace("<h2>", "<h3>").replace("</h2>", "</h3>")
    safe = nh3.clean(
        rendered,
        tags=_TAGS,
        attributes={"a": {"href", "title"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener",
    )
    return Markup(safe)  # noqa: S704 - cleaned above
