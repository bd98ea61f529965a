# SPDX-License-Identifier: EUPL-1.2
"""HTML as mail programs write it, to Markdown: what somebody wrote, not how it looked. Quotes that programs mark as
such are left out."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import nh3

__all__ = ["from_html"]

_UNSEEN = frozenset({"head", "style", "script", "title", "template", "svg", "object", "noscript", "xml"})
_VOID = frozenset({"br", "hr", "img", "meta", "link", "input", "col", "area", "base", "wbr", "source"})
_BLOCKS = frozenset({"p", "div", "ul", "ol", "li", "table", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "center"})
_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*", "code": "`", "s": "~~", "strike": "~~", "del": "~~"}
# What follows one of these to the end is the message that is answered.
_TAGS = {*_BLOCKS, *_MARKS, "a", "br", "hr", "img", "td", "th", "tbody", "thead", "blockquote", "span", "font"}
_REST = frozenset({"divrplyfwdmsg", "appendonsend", "reply-intro", "x_divrplyfwdmsg", "x_appendonsend"})
_QUOTE_CLASSES: tuple[str, ...] = (
    "gmail_quote",
    "yahoo_quoted",
    "moz-cite-prefix",
    "gmail_signature",
    "protonmail_quote",
)
_QUOTE_CLASSES += ("protonmail_signature_block", "moz-signature", "gmail_attr", "tutanota_quote", "x_gmail_quote")
_SIGNATURE_IDS = frozenset({"signature", "x_signature", "ms-outlook-mobile-signature"})
_DEEPEST = 200
_ABSURD = 1000
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_CLOSED_BY_OTHERS = _VOID | {"p", "li", "td", "th", "tr", "dd", "dt", "option"}


def from_html(html: str) -> tuple[str, frozenset[str]]:
    """The words as Markdown source, and the Content-IDs of pictures among them. Never raises for what is no HTML."""
    if _is_absurd(html):
        return re.sub(r"<[^<>]*>", " ", html), frozenset()
    # What is left is well-formed: Python's parser takes a minute for some broken markup of 200 kB, nh3's none.
    whole = nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags={"script", "style", "title", "template", "noscript", "svg", "object"} - _TAGS,
        attributes={"*": {"class", "id", "style"}, "a": {"href"}, "img": {"src"}, "blockquote": {"type"}},
        url_schemes={"http", "https", "mailto", "cid"},
        link_rel=None,
    )
    reader = _Reader()
    reader.feed(whole)
    reader.close()
    return reader.as_text(), frozenset(reader.pictures)


def _is_absurd(html: str) -> bool:
    """Whether elements are nested as nobody's program does: readers of HTML take time by the square of that."""
    depth = 0
    for tag in _TAG.finditer(html):
        if tag[2].lower() not in _CLOSED_BY_OTHERS:
            depth += -1 if tag[1] else 1
            if depth > _ABSURD:
                return True
    return False


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pictures: list[str] = []
        self._out: list[str] = []
        self._open: list[str] = []
        self._unseen_from = 0  # depth at which something unseen began
        self._is_over = False
        self._lists: list[int] = []  # 0: bullets; else the next number
        self._links: list[tuple[int, str]] = []
        self._quotes: list[int] = []  # where they began
        self._pre = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        name = given.get("id", "").lower()
        if name in _REST:
            self._is_over = True
        if self._is_over:
            return
        if tag in _VOID:
            self._void(tag, given)
            return
        if len(self._open) >= _DEEPEST:
            return
        self._open.append(tag)
        if not self._unseen_from and self._hides(tag, given, name):
            self._unseen_from = len(self._open)
        if self._unseen_from:
            return
        if tag == "blockquote":
            self._block()
            self._quotes.append(len(self._out))
        elif tag == "pre":
            self._block()
            self._out.append("```\n")
            self._pre += 1
        elif tag in ("ul", "ol"):
            self._block()
            self._lists.append(1 if tag == "ol" else 0)
        elif tag == "li":
            self._item()
        elif tag in _BLOCKS:
            self._line() if tag in ("div", "tr") else self._block()
            if tag[0] == "h" and tag[1:].isdigit():
                self._out.append("#" * min(6, int(tag[1:]) + 2) + " ")
        elif tag in ("td", "th"):
            self._out.append(" ")
        elif tag in _MARKS and not self._pre:
            self._out.append(f"\1{_MARKS[tag]}")
        elif tag == "a":
            self._links.append((len(self._out), given.get("href", "").strip()))

    def _hides(self, tag: str, given: dict[str, str], name: str) -> bool:
        classes = given.get("class", "").lower()
        return (
            tag in _UNSEEN
            or name in _SIGNATURE_IDS
            or any(known in classes.split() for known in _QUOTE_CLASSES)
            or (tag == "blockquote" and given.get("type", "").lower() == "cite")
            or "display:none" in given.get("style", "").replace(" ", "").lower()
        )

    def _void(self, tag: str, given: dict[str, str]) -> None:
        if self._unseen_from:
            return
        if tag == "br":
            if self._out[-2:] != ["\n", "\n"]:
                self._out.append("\n")
        elif tag == "hr":
            self._block()
            self._out.append("---\n\n")
        elif tag == "img" and given.get("src", "").lower().startswith("cid:"):
            self.pictures.append(given["src"][4:].strip())

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._is_over or tag not in self._open:
            return
        while self._open:
            last = self._open.pop()
            if not self._unseen_from:
                self._close(last)
            elif len(self._open) < self._unseen_from:
                self._unseen_from = 0
            if last == tag:
                return

    def _close(self, tag: str) -> None:
        if tag == "blockquote":
            self._quote()
        elif tag == "pre":
            self._pre -= 1
            self._out.append("\n```\n\n")
        elif tag in ("ul", "ol"):
            if self._lists:
                self._lists.pop()
            self._block()
        elif tag in ("div", "tr", "li"):
            self._line()
        elif tag in _BLOCKS:
            self._block()
        elif tag in _MARKS and not self._pre:
            self._out.append(f"\2{_MARKS[tag]}")
        elif tag == "a" and self._links:
            self._link(*self._links.pop())

    def _quote(self) -> None:
        began = self._quotes.pop()
        lines = "".join(self._out[began:]).strip("\n").split("\n")
        self._out[began:] = ["\n".join(f"> {line}".rstrip() for line in lines), "\n", "\n"]

    def _link(self, began: int, href: str) -> None:
        label = " ".join("".join(self._out[began:]).split())
        plain = href.removeprefix("mailto:").rstrip("/")
        if label and href.lower().startswith(("http://", "https://", "mailto:")) and label.rstrip("/") != plain:
            target = href.replace(" ", "%20").replace("(", "%28").replace(")", "%29")
            self._out[began:] = [f"[{label.replace('[', '').replace(']', '')}]({target})"]

    def handle_data(self, data: str) -> None:
        if self._is_over or self._unseen_from:
            return
        if self._pre:
            self._out.append(data)
            return
        words = re.sub(r"[ \t\r\n]+", " ", data)
        if words.strip() or (self._out and not self._out[-1].endswith(("\n", " "))):
            at_line = not self._out or self._out[-1].endswith("\n")
            self._out.append(words.lstrip() if at_line else words)

    def _item(self) -> None:
        self._line()
        depth = max(len(self._lists), 1)
        number = self._lists[-1] if self._lists else 0
        self._out.append("  " * (depth - 1) + (f"{number}. " if number else "- "))
        if number:
            self._lists[-1] += 1

    def _line(self) -> None:
        if self._out and not self._out[-1].endswith("\n"):
            self._out.append("\n")

    def _block(self) -> None:
        if self._lists:
            return self._line()
        self._line()
        if self._out and not self._out[-1].endswith("\n\n"):
            self._out.append("\n")

    def as_text(self) -> str:
        text = "".join(self._out).replace("\xa0", " ")
        # Markdown's marks stand at the words, not at the blanks beside them; around nothing they go.
        text = re.sub("\1([*~`]{1,2})([ \n]*)\2\\1", r"\2", text)
        text = re.sub("\1([*~`]{1,2})([ \n]+)", r"\2\1", text)
        text = re.sub("(?<![ \n])([ \n]++)\2([*~`]{1,2})", r"\2\1", text)
        text = text.replace("\1", "").replace("\2", "")
        return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in text.split("\n"))).strip()
