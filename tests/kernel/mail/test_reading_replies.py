# SPDX-License-Identifier: EUPL-1.2
"""Answers as Gmail, Outlook, Apple Mail, Thunderbird, telephones and web mail write them: replies/*.eml, and beside
each what its author wrote (replies/*.txt)."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filanda.kernel.mail.inbound.markup import from_html
from filanda.kernel.mail.inbound.parsing import addresses_in, message_id_of, parse, sender_of, words_of
from filanda.kernel.mail.inbound.quotes import own_words

CORPUS = sorted((Path(__file__).parent / "replies").glob("*.eml"))


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_what_somebody_wrote_is_what_is_left(path):
    message = parse(path.read_bytes())
    assert words_of(message).text == path.with_suffix(".txt").read_text(encoding="utf-8").rstrip("\n")
    assert sender_of(message) == "anna@example.org"
    assert message_id_of(message, b"") == f"<{path.stem}@mail.example>"


def test_the_corpus_is_there():
    assert len(CORPUS) >= 43


@pytest.mark.parametrize("path", [path for path in CORPUS if "html_only" in path.stem], ids=lambda path: path.stem)
def test_html_alone_is_said_to_be_so(path):
    assert words_of(parse(path.read_bytes())).html_dropped
