# SPDX-License-Identifier: EUPL-1.2
"""What a browser would send from the form of a page, and what the page says is wrong."""

from __future__ import annotations

import re
from html.parser import HTMLParser


class _Form(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self._inside: tuple[str, list[str]] | None = None
        self._select = ""
        self._first = False

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        match tag:
            case "textarea":
                self._inside = (name, [])
            case "select":
                self._select, self._first = name, True
            case "option" if self._select and (self._first or "selected" in given):
                self.values[self._select], self._first = [given.get("value", "")], False
            case "input" if name:
                kind = given.get("type", "text")
                if kind in ("radio", "checkbox") and "checked" not in given:
                    return
                if kind != "file":
                    self.values.setdefault(name, []).append(given.get("value", "on"))

    def handle_data(self, data):
        if self._inside is not None:
            self._inside[1].append(data)

    def handle_endtag(self, tag):
        if tag == "textarea" and self._inside is not None:
            text = "".join(self._inside[1])
            self.values[self._inside[0]] = [text.removeprefix("\n")]
            self._inside = None
        if tag == "select":
            self._select = ""


def form_of(response, ident: str = "writing") -> dict[str, list[str]]:
    """What the form `ident` of the page would send, without its buttons."""
    text = response.content.decode()
    begins = text.index(f'id="{ident}"')
    parser = _Form()
    parser.feed(text[begins - 200 : text.index("</form>", begins)].partition("<form")[2].partition(">")[2])
    return {name: values for name, values in parser.values.items() if name != "csrfmiddlewaretoken"}


def wrong_in(response) -> list[str]:
    """The fields that the summary on top names."""
    summary = re.search(r'js-errors".*?</ul>', response.content.decode(), re.S)
    return re.findall(r'href="#(\w+)"', summary[0]) if summary else []
