# SPDX-License-Identifier: EUPL-1.2
"""The invented texts of communities: nothing repeats, nothing is left open, the same everywhere."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from collections import Counter
from datetime import date
from itertools import pairwise

import pytest

from filanda.spaces.demo.texts import ThreadText, communities, document, event, news, thread
from filanda.spaces.demo.texts.grammar import fill, gerund, with_preposition
from filanda.spaces.demo.texts.slots import dated

_CONTRACTED = re.compile(r"\b(di|da|su|in) (il|lo|la|i|gli|le) [a-zà-ù]", re.IGNORECASE)
_DAY = date(2026, 11, 28)
_DIGEST = (
    "import hashlib\n"
    "from filanda.spaces.demo.texts import communities, thread, news\n"
    "found = hashlib.sha256()\n"
    "for one in communities()[::9]:\n"
    "    found.update(repr((one.welcomes, thread(one, 3, 5), news(one, 1))).encode())\n"
    "print(found.hexdigest())\n"
)


@pytest.fixture(scope="module")
def threads() -> list[ThreadText]:
    return [thread(community, number) for community in communities() for number in range(8)]


def _prose(source: str) -> str:
    """Without code, tables and mentions."""
    source = re.sub(r"```.*?```", "", source, flags=re.DOTALL)
    source = "\n".join(line for line in source.split("\n") if not line.startswith("|"))
    return re.sub(r"\{@\d+\}", "Nome", source)


def test_there_are_ninety_four_communities_each_with_texts_of_its_own() -> None:
    found = communities()
    assert len(found) == len({one.slug for one in found}) == 94
    assert Counter(one.openness for one in found) == {"open": 72, "restricted": 20, "private": 2}
    known: set[str] = set()
    for one in found:
        assert one.parent is None or one.parent in known, "parents come first"
        known.add(one.slug)
        for texts in (one.names, one.summaries, one.welcomes, one.rules, one.questions):
            assert set(texts) == {"it", "en"}
            assert all(text and text[0].upper() == text[0] and "{" not in text for text in texts.values())
    assert 12 <= sum(one.parent is not None for one in found) <= 18
    for language in ("it", "en"):
        assert len({one.names[language] for one in found}) == 94
        assert len({one.welcomes[language] for one in found}) == 94
        assert len({fault.subjects[language].fault for fault in found}) == 94


def test_every_cause_has_its_remedy_in_both_languages() -> None:
    for one in communities():
        counts = {len(part) for subject in one.subjects.values() for part in (subject.causes, subject.fixes)}
        assert counts == {3}, one.slug


def test_priorities_are_codes_of_the_shipped_scheme() -> None:
    from filanda.directory import taxonomies

    path = f"{taxonomies.__path__[0]}/shipped/s3-lombardy.csv"
    with open(path, encoding="utf-8") as file:  # noqa: PTH123
        codes = {line.split(",", 1)[0] for line in file}
    assert {one.priority for one in communities()} <= codes


def test_no_post_is_said_twice(threads: list[ThreadText]) -> None:
    bodies = Counter(post.source for one in threads for post in one.posts)
    assert sum(bodies.values()) > 6000
    assert [body for body, times in bodies.items() if times > 1] == []


def test_lengths_and_languages_are_mixed(threads: list[ThreadText]) -> None:
    lengths = [len(one.posts) for one in threads]
    assert min(lengths) == 1
    assert 26 < max(lengths) <= 40
    assert 8 < sum(lengths) / len(lengths) < 12
    assert 0.07 < sum(length == 1 for length in lengths) / len(lengths) < 0.17
    assert 0.64 < sum(one.language == "it" for one in threads) / len(threads) < 0.76
    assert {one.kind for one in threads} == {"discussion", "question"}


def test_sentences_are_finished(threads: list[ThreadText]) -> None:
    for one in threads:
        for text in (one.title, *(post.source for post in one.posts)):
            prose = _prose(dated(text, _DAY, _DAY, one.language))
            assert not set("{}[]⟦⟧") & set(prose), text
            assert "  " not in prose, text
            assert not re.search(r"\.\.|\?\.| [,.;:!?]", prose), text
            assert prose.lstrip("> +«“")[:1].upper() == prose.lstrip("> +«“")[:1], text
            assert not re.search(r"[.!?] [a-zà-ù]", re.sub(r"^\d\. ", "", prose, flags=re.MULTILINE)), text
            if one.language == "it":
                assert not _CONTRACTED.search(prose), text


def test_what_posts_point_at_is_there(threads: list[ThreadText]) -> None:
    for one in threads:
        assert {post.author_slot for post in one.posts} == set(range(one.authors))
        for place, post in enumerate(one.posts):
            assert [int(slot) for slot in re.findall(r"\{@(\d+)\}", post.source)] or not post.mentions
            assert {int(slot) for slot in re.findall(r"\{@(\d+)\}", post.source)} == set(post.mentions)
            assert all(0 <= slot < one.authors and slot != post.author_slot for slot in post.mentions)
            assert post.replies_to is None or 0 <= post.replies_to < place
            if post.quotes is not None:
                quoted = post.source.split("\n", 1)[0].removeprefix("> ")
                assert quoted.rstrip(".") in one.posts[post.quotes].source
            assert set(post.reactions) <= {"thanks", "useful", "agree", "me_too"}
            assert all(count > 0 for count in post.reactions.values())
        answers = [post for post in one.posts if post.is_answer]
        assert len(answers) <= (1 if one.kind == "question" else 0)
        assert all(answer.author_slot for answer in answers)


def test_threads_stay_on_their_subject() -> None:
    for community in communities()[::7]:
        for number in range(6):
            one = thread(community, number)
            words = " ".join(community.topics[one.language]).lower()
            told = " ".join(post.source.lower() for post in one.posts)
            assert any(phrase.lower() in told for phrase in community.topics[one.language]), (community.slug, words)


def test_a_length_can_be_asked_for() -> None:
    one = thread(communities()[5], 1, length=1000)
    assert len(one.posts) == 1000
    assert all(before != after for before, after in pairwise(post.source for post in one.posts))


def test_days_that_lie_ahead_follow_the_post() -> None:
    """Read blind, a post of June announced the next check for the 13th of March."""
    said = "Se ne riparla il {+10}; scadenza {=40}, entro {~2}."
    assert dated(said, date(2026, 11, 28), date(2026, 12, 29), "it") == (
        "Se ne riparla l'8 gennaio; scadenza 7 gennaio, entro febbraio."
    )
    assert dated("By {+10}, {~1}", _DAY, _DAY, "en") == "By 8 December, December"


def test_other_publications_are_there_in_some_number() -> None:
    for community in communities()[::6]:
        for make in (news, event, document):
            found = [make(community, number) for number in range(6)]
            assert len({one.title for one in found}) >= 5
            for one in found:
                texts = [getattr(one, name, "") for name in ("title", "summary", "body", "content", "place")]
                if make is not document:
                    texts = [dated(text, _DAY, _DAY, one.language) for text in texts]
                assert not any(set("{}⟦⟧") & set(text) for text in texts), texts
                assert all(text[:1].upper() == text[:1] for text in texts)
        meeting = event(community, 2)
        assert meeting.minutes > 0
        assert meeting.place or meeting.is_online


def test_the_same_in_another_process() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", _DIGEST],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert len(digests) == 1
    assert len(digests.pop()) == hashlib.sha256().digest_size * 2


@pytest.mark.parametrize(
    ("preposition", "phrase", "joined"),
    [
        ("di", "i mandrini", "dei mandrini"),
        ("a", "l'essiccatoio", "all'essiccatoio"),
        ("su", "gli accessi", "sugli accessi"),
        ("a", "Acquarolo", "ad Acquarolo"),
        ("in", "lo scambio", "nello scambio"),
        ("di", "un inverter", "di un inverter"),
    ],
)
def test_italian_prepositions_contract(preposition: str, phrase: str, joined: str) -> None:
    assert with_preposition(preposition, phrase) == joined


def test_english_verbs_take_their_ending() -> None:
    assert gerund("wash on Fridays and air on Saturdays") == "washing on Fridays and airing on Saturdays"
    assert gerund("replace the grease") == "replacing the grease"
    assert gerund("cut it") == "cutting it"
    assert gerund("tie it") == "tying it"


def test_slots_agree_in_number() -> None:
    from random import Random

    said = "{cause:è/sono} {cause}"
    assert fill(said, {"cause": "i filtri"}, Random(1), "it") == "Sono i filtri"
    assert fill(said, {"cause": "la luce"}, Random(1), "it") == "È la luce"
