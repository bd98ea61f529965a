# SPDX-License-Identifier: EUPL-1.2
"""What search, autocomplete and the words of a match cost: CPU and wall time, memory, index size and time.

    python -m bench search [--pieces 10000 100000] [--words 0] [--data DIR ...]

Documents are made from CORDIS exports (europe-fp7 and europe-h2020 beside the checkout, if they are there) and then
multiplied: each copy of a project exchanges every second word with another project, each copy of a body gets a name
of its own. Without the exports the words are invented (Zipf's law). `--words` lengthens each text to so many words
with those of other projects, as the texts of many of these projects are missing. CPU is `time.thread_time`: the index
answers in the asking thread.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from bench.figures import note

QUERIES = 400
GOALS = {"search": 30.0, "directory": 30.0, "autocomplete": 15.0}  # ms of CPU, p95, at 100,000 pieces
PROVINCES = ("MI", "BG", "BS", "PV", "CO", "VA", "CR", "MN", "LO", "LC", "SO", "MB")
ROLES = {"HES": "academia", "REC": "academia", "PRC": "industry", "PUB": "government"}

Project = tuple[str, str, str]  # acronym, title, text


def read(places: list[Path]) -> tuple[list[Project], list[tuple[str, str, list[int]]]]:
    """Projects, and bodies with their role and the places of their projects in the list."""
    csv.field_size_limit(10**9)
    projects: list[Project] = []
    position: dict[str, int] = {}
    bodies: dict[str, tuple[str, str, list[int]]] = {}
    for place in places:
        for row in _rows(place, "project"):
            position[row["id"]] = len(projects)
            projects.append((row.get("acronym") or "", row.get("title") or "", row.get("objective") or ""))
        for row in _rows(place, "organization"):
            if row.get("projectID") in position and row.get("name"):
                body = bodies.setdefault(
                    row["organisationID"], (row["name"], ROLES.get(row.get("activityType") or "", "unknown"), [])
                )
                body[2].append(position[row["projectID"]])
    return projects, list(bodies.values())


def _rows(place: Path, name: str) -> Iterator[dict[str, str]]:
    for path in sorted(place.glob(f"{name}.csv*")):
        with path.open("rb") as raw:
            file = io.TextIOWrapper(gzip.GzipFile(fileobj=raw) if path.suffix == ".gz" else raw, encoding="utf-8")
            yield from csv.DictReader(file, delimiter=";")


def invent(chance: random.Random) -> tuple[list[Project], list[tuple[str, str, list[int]]]]:
    syllables = ("fi", "lan", "da", "se", "ta", "mo", "re", "bri", "con", "ve", "tri", "gno", "pal", "ri", "to")
    words = ["".join(chance.choices(syllables, k=chance.randint(2, 4))) for _ in range(20_000)]
    weights = [1 / rank for rank in range(1, len(words) + 1)]

    def text(length: int) -> str:
        return " ".join(chance.choices(words, weights, k=length))

    projects = [(text(1)[:8].upper(), text(10), text(60)) for _ in range(5_000)]
    bodies = [(text(3).title(), "industry", chance.sample(range(5_000), chance.randint(1, 6))) for _ in range(8_000)]
    return projects, bodies


def mixed(projects: list[Project], number: int, words: int) -> Project:
    """Project `number` of an endless list: the real ones first, then copies that share every second word with one."""
    base = projects[number % len(projects)]
    copy = number // len(projects)
    other = projects[(number * 7919 + copy) % len(projects)]
    parts = [_woven(one, another) if copy else one for one, another in zip(base[1:], other[1:], strict=True)]
    text, next_ = parts[1], number
    while len(text.split()) < words:
        next_ = (next_ * 31 + 17) % len(projects)
        text = f"{text} {projects[next_][1]} {projects[next_][2]}"
    return base[0] + (f"-{copy}" if copy else ""), parts[0], text


def _woven(one: str, another: str) -> str:
    first, second = one.split(), another.split()
    return " ".join(second[at] if at % 2 and at < len(second) else word for at, word in enumerate(first))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pieces", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--words", type=int, default=0)
    parser.add_argument("--data", type=Path, nargs="*")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    parser.add_argument("--memory", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.memory:
        set_up(options.memory.parent)
        memory(options.memory)
        return
    beside = Path(__file__).parents[2] / "shared" / "data" / "cordis"
    places = options.data if options.data is not None else [beside / "europe-fp7", beside / "europe-h2020"]
    places = [place for place in places if place.is_dir()]
    chance = random.Random(20)
    projects, bodies = read(places) if places else invent(chance)
    print(f"{len(projects)} projects and {len(bodies)} bodies {'from CORDIS' if places else 'invented'}, multiplied")
    root = Path(tempfile.mkdtemp(prefix="filanda-bench-"))
    set_up(root)
    figures = {}
    try:
        for pieces in options.pieces:
            figures[pieces] = measure(root / str(pieces), projects, bodies, pieces, options.words, chance)
            for line, value in figures[pieces].items():
                print(f"  {line}: {value}")
    finally:
        shutil.rmtree(root)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1))


def set_up(root: Path) -> None:
    os.environ["FILANDA_DATA"] = str(root)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "filanda.site.settings")
    os.environ.setdefault("DATABASE_URL", "postgresql://nobody@/none?host=/nowhere")  # never asked
    import django

    django.setup()


def measure(
    place: Path,
    projects: list[Project],
    bodies: list[tuple[str, str, list[int]]],
    pieces: int,
    words: int,
    chance: random.Random,
) -> dict[str, str]:
    from django.conf import settings

    from filanda.capabilities.search.engine import search_index
    from filanda.capabilities.search.evidence import evidence_scores
    from filanda.capabilities.search.queries import find_organisations, suggest
    from filanda.kernel.identity.actors import VISITOR
    from filanda.kernel.regions.models import Region

    settings.SEARCH_INDEX = place
    region = Region(pk=1)
    figures = {}
    began, cpu = time.perf_counter(), time.process_time()
    count = build(projects, bodies, pieces, words)
    figures["indexed"] = (
        f"{pieces} pieces of evidence and {count} organisations in {time.perf_counter() - began:.1f} s"
        f" ({time.process_time() - cpu:.1f} s CPU), {size(place) / 1e6:.0f} MB"
    )
    search_index().refresh()
    public = VISITOR.audience_tokens

    numbers = [chance.randrange(pieces) for _ in range(QUERIES)]
    titles = [mixed(projects, number, 0)[1].split() for number in numbers]
    few = [" ".join(title[at % 3 : at % 3 + 1 + at % 4]) or "energy" for at, title in enumerate(titles)]
    names = [chance.choice(bodies)[0] for _ in range(QUERIES)]
    needs = [" ".join(mixed(projects, number, max(words, 60))[1:]) for number in numbers]
    filters = [{"province": chance.sample(PROVINCES, 2), "helix_role": ["academia"]} for _ in range(QUERIES)]
    asked: dict[str, Callable[[int], object]] = {
        "search, 1-4 words, 7 facets": lambda at: find_organisations(region, VISITOR, few[at]),
        "search, the same with 2 facets chosen": lambda at: find_organisations(region, VISITOR, few[at], filters[at]),
        "search, a name": lambda at: find_organisations(region, VISITOR, names[at]),
        "search, a name with a typo": lambda at: find_organisations(region, VISITOR, typo(names[at])),
        "directory without words": lambda at: find_organisations(region, VISITOR, sort="name", offset=at),
        "directory, 2 facets chosen": lambda at: find_organisations(region, VISITOR, filters=filters[at], sort="name"),
        "autocomplete, 1-3 letters": lambda at: suggest(region, VISITOR, names[at][: 1 + at % 3]),
        "autocomplete, 4-12 letters": lambda at: suggest(region, VISITOR, names[at][: 4 + at % 9]),
        "autocomplete with a typo": lambda at: suggest(region, VISITOR, typo(names[at])[:14]),
        f"words of a need of {statistics.mean(len(need.split()) for need in needs):.0f} words, 300 best": lambda at: (
            evidence_scores(1, needs[at], audience=public)
        ),
        "the same by language": lambda at: evidence_scores(
            1, needs[at], audience=public, language_weights={"en": 1, "it": 0.5, "": 0.5}
        ),
    }
    for name, ask in asked.items():
        figures[name], cost = timed(ask)
        goal = next((goal for kind, goal in GOALS.items() if name.startswith(kind)), None)
        note(f"index of {pieces:,}: {name}", cost, "ms CPU p95", goal=goal)
    some = json.dumps({"few": few[:50], "names": names[:50], "needs": needs[:50]})
    child = [sys.executable, "-m", "bench", "search", "--memory", str(place)]
    figures["memory of a process that only reads"] = subprocess.run(
        child, input=some, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1]
    ).stdout.strip()
    return figures


def memory(place: Path) -> None:
    """In a process of its own: ask everything 50 times and print how much memory that took."""
    from django.conf import settings

    from filanda.capabilities.search.evidence import evidence_scores
    from filanda.capabilities.search.queries import find_organisations, suggest
    from filanda.kernel.identity.actors import VISITOR
    from filanda.kernel.regions.models import Region

    settings.SEARCH_INDEX = place
    asked = json.load(sys.stdin)
    before = psutil.Process().memory_info().rss
    for few, name, need in zip(asked["few"], asked["names"], asked["needs"], strict=True):
        find_organisations(Region(pk=1), VISITOR, few)
        find_organisations(Region(pk=1), VISITOR, sort="name")
        suggest(Region(pk=1), VISITOR, name[:6])
        evidence_scores(1, need, audience=["public"])
    own = psutil.Process().memory_full_info()
    print(
        f"{own.rss / 1e6:.0f} MB ({before / 1e6:.0f} MB before the first question), of which "
        f"{own.uss / 1e6:.0f} MB its own: the rest are pages of the index's files, which processes share"
    )


def typo(name: str) -> str:
    at = min(3, len(name) - 1)
    return f"{name[:at]}x{name[at + 1 :]}"


def timed(ask: Callable[[int], object]) -> tuple[str, float]:
    """What to print, and the 95th percentile of CPU in milliseconds."""
    for at in range(20):
        ask(at)
    cpus, walls = [], []
    for at in range(QUERIES):
        cpu, wall = time.thread_time(), time.perf_counter()
        ask(at)
        cpus.append((time.thread_time() - cpu) * 1000)
        walls.append((time.perf_counter() - wall) * 1000)
    said = f"CPU median {statistics.median(cpus):.2f}, p95 {p95(cpus):.2f} ms; wall p95 {p95(walls):.2f} ms"
    return said, p95(cpus)


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def size(place: Path) -> int:
    return sum(path.stat().st_size for path in place.rglob("*") if path.is_file())


def build(projects: list[Project], bodies: list[tuple[str, str, list[int]]], pieces: int, words: int) -> int:
    """Index `pieces` pieces of evidence and their bodies, through the same writer as the indexer's."""
    from filanda.capabilities.search.engine import search_index
    from filanda.capabilities.search.index import Checkpoint, Shard
    from filanda.kernel.manifests.documents import PUBLIC, STAFF, LanguageText, SearchDocument
    from filanda.kernel.text.folding import sort_key

    index = search_index()
    owners: dict[int, list[int]] = defaultdict(list)
    copies = -(-pieces // len(projects))
    works: dict[int, list[int]] = {}
    for copy in range(copies):
        for at, (_, _, own) in enumerate(bodies):
            numbers = [number for one in own if (number := one + copy * len(projects)) < pieces]
            if numbers:
                id_ = 1 + at + copy * len(bodies)
                works[id_] = numbers
                for number in numbers:
                    owners[number].append(id_)

    def facets(id_: int) -> dict[str, list[str]]:
        role = bodies[(id_ - 1) % len(bodies)][1]
        letter = "abcdefgh"[id_ % 8]
        return {
            "helix_role": [role],
            "province": [PROVINCES[id_ % 12]],
            "size": [("sme", "unknown")[id_ % 2]],
            "state": ["listed"],
            "s3": [letter, f"{letter}.{id_ % 5}"],
            "activity": ["CJM"[id_ % 3], f"{id_ % 88:02d}"],
        }

    def evidence() -> Iterator[SearchDocument]:
        for number in range(pieces):
            acronym, title, text = mixed(projects, number, words)
            own = owners.get(number, [])
            united: dict[str, set[str]] = defaultdict(set)
            for id_ in own:
                for name, values in facets(id_).items():
                    united[name].update(values)
            language = "it" if number % 10 == 0 else "en"
            yield SearchDocument(
                kind="evidence",
                id=number + 1,
                region_id=1,
                audience=(PUBLIC,) if number % 200 else STAFF,
                label=title,
                language=language,
                names=[acronym, title],
                titles=[LanguageText(language, f"{title} {acronym}")],
                texts=[LanguageText(language, text)],
                facets=united | {"evidence_kind": {"project"}},
                organisation_ids=own,
                weight=len(own),
            )

    def organisations() -> Iterator[SearchDocument]:
        for id_, numbers in works.items():
            base, copy = bodies[(id_ - 1) % len(bodies)][0], (id_ - 1) // len(bodies)
            name = f"{base} {copy}" if copy else base
            shown = [mixed(projects, number, words) for number in numbers[:200]]
            yield SearchDocument(
                kind="organisation",
                id=id_,
                region_id=1,
                audience=(PUBLIC,) if id_ % 200 else STAFF,
                label=name,
                sort_key=sort_key(name),
                names=[name],
                titles=[LanguageText("en", f"{title} {acronym}") for acronym, title, _ in shown],
                texts=[LanguageText("en", text[:600]) for _, _, text in shown],
                facets=facets(id_) | {"evidence_kind": ["project"]},
                weight=len(numbers),
            )

    for kind, documents in (("evidence", evidence()), ("organisation", organisations())):
        shard = Shard(1, kind)
        writer, _ = index.rebuild(shard, Checkpoint(0, built_to=0))
        writer.upsert(documents)
        writer.commit(Checkpoint(0))
        writer.close()
        index.swap(shard)
    return len(works)


if __name__ == "__main__":
    main()
