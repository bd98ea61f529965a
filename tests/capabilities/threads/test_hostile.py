# SPDX-License-Identifier: EUPL-1.2
"""The output is read by an HTML parser, and everything in it must be on the list."""

from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filanda.capabilities.threads.rendering import finished, plain, render
from filanda.kernel.identity.actors import VISITOR
from filanda.kernel.text.markdown import to_html
from tests.capabilities.threads.hostile import CORPUS, LARGE

pytestmark = pytest.mark.django_db

_BLOCKS = ("p", "ul", "ol", "li", "blockquote", "pre", "hr", "h3", "h4", "h5", "h6")
TAGS = {*_BLOCKS, "br", "strong", "em", "s", "code", "a", "table", "thead", "tbody", "tr", "th", "td"}
OF_READER = TAGS | {"span"}
ATTRIBUTES = {
    "a": {"href", "title", "rel", "class", "data-person", "data-thing"},
    "ol": {"start"},
    "th": {"class"},
    "td": {"class"},
    "code": {"class"},
    "span": {"class", "lang"},
}
CLASSES = {
    *("mention", "thing", "thing-card", "thing-name", "thing-kind", "thing-title", "thing-excerpt"),
    *("text-end", "text-center", "text-start"),
}


class Inspector(HTMLParser):
    """Raises at anything that is not on the list."""

    def __init__(self, tags: set[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.tags = tags
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs):
        assert tag in self.tags, tag
        if tag not in ("br", "hr"):
            self.open.append(tag)
        for name, value in attrs:
            assert name in ATTRIBUTES.get(tag, ()), (tag, name)
            if name == "href":
                shown = "".join(character for character in value if character > " ")
                assert urlsplit(shown).scheme.lower() in ("", "http", "https", "mailto"), value
            if name == "class":
                assert set(value.split()) <= CLASSES, value
            if name in ("data-person", "start"):
                assert value.isdecimal(), value
        if tag == "a" and "href" in dict(attrs) and "class" not in dict(attrs):
            assert {"nofollow", "noopener"} <= set(dict(attrs)["rel"].split())

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag  # what is opened is closed, in order: nothing leaks out of a post

    def handle_comment(self, data):
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def assert_harmless(html: str, tags: set[str] = TAGS) -> None:
    inspector = Inspector(tags)
    inspector.feed(str(html))
    inspector.close()
    assert inspector.open == []
    assert "\x00" not in html


def test_there_are_enough_cases():
    assert len(set(CORPUS)) > 350


@pytest.mark.parametrize("start", range(0, len(CORPUS), 20))
def test_hostile_markdown_is_harmless(region, start):
    for case in CORPUS[start : start + 20]:
        rendered = render(case, actor=VISITOR, audience="public")
        assert_harmless(rendered.html)
        assert_harmless(finished(VISITOR, [rendered.html])[0], OF_READER)
        assert_harmless(to_html(case))


@pytest.mark.parametrize("what", sorted(LARGE))
@pytest.mark.timeout(60)
def test_huge_markdown_is_harmless_and_ends(region, what):
    rendered = render(LARGE[what], actor=VISITOR, audience="public")
    assert_harmless(rendered.html)
    plain(LARGE[what], 280)


_PIECES = st.sampled_from(
    [
        *CORPUS,
        "[",
        "](",
        ")",
        "<",
        ">",
        '"',
        "'",
        "`",
        "\n",
        "\n\n",
        "|",
        "-|",
        "*",
        "_",
        "~~",
        "&",
        ";",
        "@a-1",
        "    ",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_PIECES, max_size=12).map("".join))
def test_pieces_put_together_are_harmless(pieces):
    assert_harmless(to_html(pieces))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_harmless(text):
    assert_harmless(to_html(text))
