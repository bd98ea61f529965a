# SPDX-License-Identifier: EUPL-1.2
"""Subject, text and HTML of a message, all from its one template: Jinja -> MJML -> HTML, and MJML -> text."""

from __future__ import annotations

import colorsys
import functools
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from textwrap import fill
from typing import Any

import jinja2
import mrml
from django.template import engines
from django.utils import translation

from filanda.kernel.mail.links import origin_of
from filanda.kernel.regions.models import Region
from filanda.kernel.ui import assets

__all__ = ["Rendered", "get_template", "one_stop", "render", "to_text"]

_TWO_STOPS = re.compile(r"(?<=\.[^\W\d_]\.)\.(?!\.)")  # after S.p.A., S.r.l., e.V.
_FONTS = mrml.RenderOptions(disable_comments=False, fonts={})  # no font from anybody else's server
_WIDTH = 72
SUBJECT_LENGTH = 200


@dataclass(frozen=True)
class Rendered:
    """`subject` is one line."""

    subject: str
    text: str
    html: str


def get_template(name: str) -> jinja2.Template:
    """The template that `post` calls "signin/mail/code". Raises jinja2.TemplateNotFound."""
    environment: jinja2.Environment = engines["jinja2"].env  # type: ignore[attr-defined]
    return environment.get_template(f"{name}.html")


def render(
    template: str, *, region: Region | None, language: str, context: dict[str, Any], unsubscribe_url: str = ""
) -> Rendered:
    """Render in `language`, in the region's colours. Raises what the template raises for a context that lacks
    something."""
    with translation.override(language):
        mjml = get_template(template).render(
            **context,
            region=region,
            language_code=language,
            origin=origin_of(region) if region else "",
            platform_name=region.name if region else "Filanda",
            unsubscribe_url=unsubscribe_url,
            colours=colours(region.theme if region else ""),
        )
    mjml = one_stop(mjml)
    read = _Reader()
    read.feed(mjml)
    read.close()
    html = str(mrml.to_html(mjml, render_options=_FONTS).content)
    return Rendered(" ".join(read.title.split())[:SUBJECT_LENGTH], read.as_text(), _shorter(html))


def one_stop(text: str) -> str:
    """A sentence that ends in a name with a stop of its own has one stop: "di Filanda Rossi S.p.A.." says it twice."""
    return _TWO_STOPS.sub("", text)


def _shorter(html: str) -> str:
    """No line longer than mail takes (998 octets), whatever encodes it: tags begin lines of their own."""
    return html.replace("><t", ">\n<t").replace("><d", ">\n<d")


@functools.cache
def colours(theme: str) -> dict[str, str]:
    """The theme's colours, read from its compiled style sheet, as #rrggbb: mail programs know no variables."""
    address = assets.theme_css(theme)
    css = (assets.BUILD / address.rpartition("/")[2]).read_text(encoding="utf-8")
    found = {}
    for name in ("main", "deep", "tint", "tint-2", "ink", "ink-2", "line"):
        match = re.search(rf"--{name}:\s*hsl\(([\d.]+)(?:deg)?,?\s*([\d.]+)%,?\s*([\d.]+)%\)", css)
        plain = re.search(rf"--{name}:\s*(#[0-9a-fA-F]{{3,6}})\b", css)
        if match:
            hue, saturation, lightness = (float(part) for part in match.groups())
            parts = colorsys.hls_to_rgb(hue / 360, lightness / 100, saturation / 100)
            found[name.replace("-", "_")] = "#" + "".join(f"{round(part * 255):02x}" for part in parts)
        else:
            found[name.replace("-", "_")] = plain.group(1) if plain else "#1a1a1a"
    return found


def to_text(mjml: str) -> str:
    """The text part of what `mjml` shows."""
    read = _Reader()
    read.feed(mjml)
    read.close()
    return read.as_text()


class _Reader(HTMLParser):
    """Walks MJML and writes down what a person would read: a paragraph a block, addresses after what they are for."""

    _ENDS = frozenset({"mj-text", "mj-button", "p", "h1", "h2", "h3", "li", "ul", "ol", "tr", "mj-column"})
    _UNSEEN = frozenset({"mj-head", "mj-preview", "mj-title", "mj-style", "mj-attributes"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self._open: list[str] = []
        self._paragraphs: list[str] = []
        self._now = ""
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == "br":
            self._now += "\n"
            return
        if tag in self._ENDS:
            self._end_paragraph()
        if tag == "li":
            self._now = "- "
        if tag == "mj-divider":
            self._end_paragraph()
            self._paragraphs.append("-" * 24)
        if tag in ("a", "mj-button") and "mj-head" not in self._open:
            self._links.append((given.get("href") or "", len(self._now)))
        self._open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        if tag != "br":
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("a", "mj-button") and "mj-head" not in self._open and self._links:
            href, began = self._links.pop()
            label = " ".join(self._now[began:].split())
            if tag == "mj-button":
                self._now = f"{label}:\n{href}"
            elif href and href.removeprefix("mailto:") != label:
                self._now = f"{self._now.rstrip()} ({href})"
        if tag in self._open:
            while self._open.pop() != tag:
                pass
        if tag in self._ENDS:
            self._end_paragraph()

    def handle_data(self, data: str) -> None:
        if "mj-title" in self._open:
            self.title += data
        elif self._UNSEEN.isdisjoint(self._open):
            self._now += re.sub(r"\s+", " ", data)

    def _end_paragraph(self) -> None:
        lines = [line.strip() for line in self._now.split("\n")]
        self._now = ""
        if any(lines):
            self._paragraphs.append("\n".join(lines).strip())

    def as_text(self) -> str:
        self._end_paragraph()
        written = ""
        for paragraph in self._paragraphs:
            is_item = paragraph.startswith("- ")
            folded = "\n".join(
                line
                if "://" in line
                else fill(
                    line,
                    _WIDTH,
                    subsequent_indent="  " if is_item else "",
                    break_long_words=False,
                    break_on_hyphens=False,
                )
                for line in paragraph.split("\n")
            )
            closer = is_item and written.rpartition("\n\n")[2].lstrip("\n").startswith("- ")
            written += ("\n" if closer else "\n\n" if written else "") + folded
        return written + "\n"
