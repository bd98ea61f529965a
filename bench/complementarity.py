# SPDX-License-Identifier: EUPL-1.2
"""How well evidence that complements a call is told from the rest, as the product ranks it.

    python -m bench complementarity DATA [--out run.json]
    python -m bench complementarity --agreement

The set is docs/evaluation/complementarity. DATA: a directory with ft_calls/open.jsonl.gz, cordis/lombardy and
cordis/europe-fp7 (see the README there). The 810 labelled projects with their bodies become a scratch region; each
call, title and text as a proposal would be asked with, ranks the forty of its pool. Beside it: words alone, meaning of
the first reader alone, words of twice as much of the call, and the product with those words added at the same weight;
and chance. The last two were found among 284 mixtures on half of the calls (`halves`): only the other half says
anything of them. Intervals: 2,000 bootstrap samples of calls.

`--agreement`: how far two readers agree on the pairs that both have graded. Nothing else is needed for it.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import math
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from filanda.site.django_ready import django_ready

LABELS = Path(__file__).resolve().parent.parent / "docs" / "evaluation" / "complementarity"
SLUG = "bench-complementarity"
AGAIN = 2000
LONGER = 4_000  # characters of a call that words alone are also looked for in
Order = dict[str, list[str]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, nargs="?")
    parser.add_argument("--agreement", action="store_true", help="of the two readers; ranks nothing")
    parser.add_argument("--out", type=Path, help="write each system's order of each pool here")
    options = parser.parse_args()
    if options.agreement:
        print("\n".join(agreement()))
        return
    if options.data is None:
        parser.error("which directory holds the texts?")
    grades = read_grades()
    with django_ready():
        orders = ranked(options.data, grades)
    if options.out:
        options.out.write_text(json.dumps(orders, indent=1) + "\n")
    tell("as labelled", orders, grades)
    tell("doubtful grades swapped", orders, swapped(grades))
    chose, rest = halves(grades)
    for title, half in (("the half that chose", chose), ("the half that chose nothing", rest)):
        of_half = {call: grades[call] for call in half}
        tell(title, {name: {call: order[call] for call in half} for name, order in orders.items()}, of_half)


def halves(calls: Mapping[str, object]) -> tuple[list[str], list[str]]:
    """Twelve calls to choose by, and twelve to report on."""
    shuffled = sorted(calls)
    random.Random(4).shuffle(shuffled)
    return sorted(shuffled[:12]), sorted(shuffled[12:])


def read_grades() -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows_of("labels.csv"):
        found[row["call"]][key(row)] = int(row["grade"])
    return dict(found)


def swapped(grades: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    """Every grade that was nearly another one is that other one."""
    found = {call: dict(pool) for call, pool in grades.items()}
    for row in rows_of("unsure.csv"):
        found[row["call"]][key(row)] = int(row["other_grade"])
    return found


def agreement() -> list[str]:
    """Lines for a terminal: both readers' grades crossed, and Cohen's kappa, plain and weighted, with 95 % intervals
    over calls (pairs of one call are not independent).
    """
    first = {(row["call"], key(row)): int(row["grade"]) for row in rows_of("labels.csv")}
    pairs: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row in rows_of("second-reader.csv"):
        pairs[row["call"]].append((first[row["call"], key(row)], int(row["grade"])))
    everything = [pair for of_call in pairs.values() for pair in of_call]
    lines = [
        f"{len(everything)} pairs of {len(pairs)} calls; rows: first reader 0, 1, 2; columns: second reader 0, 1, 2"
    ]
    lines += [" ".join(f"{everything.count((one, other)):5}" for other in range(3)) for one in range(3)]
    lines.append(f"same grade: {fmean(one == other for one, other in everything):.3f}")
    calls = list(pairs.values())
    for name, power in (("plain", 0), ("linear weights", 1), ("quadratic weights", 2)):
        chance = random.Random(11)
        again = sorted(
            kappa([pair for of_call in chance.choices(calls, k=len(calls)) for pair in of_call], power)
            for _again in range(AGAIN)
        )
        low, high = again[math.floor(0.025 * AGAIN)], again[math.ceil(0.975 * AGAIN) - 1]
        lines.append(f"kappa, {name}: {kappa(everything, power):.3f} [{low:.3f}, {high:.3f}]")
    for least in (1, 2):
        both = [(int(one >= least), int(other >= least)) for one, other in everything]
        lines.append(f"kappa, grade {least} or more against less: {kappa(both, 0):.3f}")
    return lines


def kappa(pairs: Sequence[tuple[int, int]], power: int) -> float:
    """Cohen's, a difference weighing as its power (0: any difference the same)."""

    def weight(one: int, other: int) -> float:
        return float(abs(one - other) ** power) if one != other else 0.0

    seen = fmean(weight(one, other) for one, other in pairs)
    by_chance = fmean(weight(one, other) for one, _other in pairs for _one, other in pairs)
    return 1 - seen / by_chance if by_chance else 1.0


def rows_of(name: str) -> Iterator[dict[str, str]]:
    with (LABELS / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def key(row: Mapping[str, str]) -> str:
    return f"{row['source']}/{row['evidence']}"


def ranked(data: Path, grades: Mapping[str, Mapping[str, int]]) -> dict[str, Order]:
    """By system, each call's pool in its order."""
    from filanda.capabilities.matching import queries
    from filanda.capabilities.matching.things import question_text
    from filanda.capabilities.search.evidence import evidence_scores
    from filanda.directory.organisations.models import Evidence
    from filanda.kernel.identity.actors import PLATFORM
    from filanda.kernel.regions.models import Region
    from filanda.kernel.regions.scoped import in_region

    region, _made = Region.objects.get_or_create(slug=SLUG, defaults={"names": {"en": "Complementarity"}})
    calls = {call["topicId"]: call for call in calls_of(data)}
    orders: dict[str, Order] = {"product": {}, "words": {}, "meaning": {}, "longer": {}, "both": {}}
    with in_region(region):
        load(region, data, {one for pool in grades.values() for one in pool})
        ids = dict(Evidence.objects.values_list("source_id", "pk"))
        queries.CANDIDATES = len(ids)  # the pool is forty of these, so all of them have to have a place
        for call, pool in grades.items():
            text = queries.checked(question_text(calls[call]["title"], calls[call]["description"]))
            pieces, text_only = queries.rank_evidence(text, region=region, actor=PLATFORM, language="en")
            assert not text_only, "no vectors"
            words = evidence_scores(region.pk, text, audience=None, limit=len(ids))
            found = {
                "product": {piece.evidence_id: piece.score for piece in pieces},
                "words": {one.evidence_id: one.score for one in words},
                "meaning": meaning(text, region, list(ids.values())),
            }
            longer = queries.checked(f"{calls[call]['title']}\n{calls[call]['description'][:LONGER]}")
            more = evidence_scores(region.pk, longer, audience=None, limit=len(ids))
            found["longer"] = {one.evidence_id: one.score for one in more}
            found["both"] = added(found["product"], found["longer"], [ids[one] for one in pool])
            for system, scores in found.items():
                orders[system][call] = sorted(pool, key=lambda one: (-scores.get(ids[one], 0.0), one))
    return orders


def added(one: Mapping[int, float], other: Mapping[int, float], pool: Sequence[int]) -> dict[int, float]:
    """Two systems' scores of a pool, each in parts of its best, added."""
    parts = []
    for scores in (one, other):
        best = max(scores.get(piece, 0.0) for piece in pool) or 1.0
        parts.append({piece: scores.get(piece, 0.0) / best for piece in pool})
    return {piece: parts[0][piece] + parts[1][piece] for piece in pool}


def meaning(text: str, region: Any, ids: Sequence[int]) -> dict[int, float]:
    """Similarity to the first reader's vector of each piece, by its own text."""
    from filanda.capabilities.matching.queries import place_need
    from filanda.capabilities.matching.vectors import evidence_vectors

    asked = place_need(text, region)
    assert asked is not None, "no vectors"
    return {pk: float(vector @ asked[0]) for pk, vector in evidence_vectors(region, ids).items()}


def calls_of(data: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(data / "ft_calls" / "open.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            call = json.loads(line)
            yield call | {name: mended(call[name]) for name in ("title", "description")}


def mended(text: str) -> str:
    """Characters that were read in the wrong encoding, where that can be told."""
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return text.replace("â€™", "’").replace("â€œ", "“").replace("â€", "”")


def load(region: Any, data: Path, wanted: set[str]) -> None:
    """The labelled projects with their bodies, read by index and embedders, as any import is."""
    from filanda.directory.organisations.importers.records import EvidenceRecord, OrganisationRecord, PartyRecord
    from filanda.directory.organisations.importers.writing import load as write
    from filanda.directory.organisations.models import Evidence
    from filanda.kernel.identity.actors import PLATFORM
    from filanda.site.commands.bench import _embed, _index

    projects = {one: row for one, row in projects_of(data) if one in wanted}
    assert wanted == projects.keys(), f"{len(wanted - projects.keys())} of the labelled projects are not in {data}"
    if Evidence.objects.count() < len(wanted):
        bodies: dict[str, str] = {}
        parties: dict[str, list[str]] = defaultdict(list)
        for one, row in parties_of(data):
            if one in wanted and row["organisationID"] not in parties[one]:
                bodies[row["organisationID"]] = row["name"]
                parties[one].append(row["organisationID"])
        write(
            region,
            (OrganisationRecord(source_ids=(one,), name=name) for one, name in bodies.items()),
            (
                EvidenceRecord(
                    source_id=one,
                    title=row["title"],
                    text=row["objective"],
                    parties=tuple(PartyRecord(organisation=body) for body in parties[one]),
                )
                for one, row in projects.items()
            ),
            source="bench",
            actor=PLATFORM,
        )
    _index(region)
    _embed(region)


def projects_of(data: Path) -> Iterator[tuple[str, dict[str, str]]]:
    yield from _table(data, "project", "id")


def parties_of(data: Path) -> Iterator[tuple[str, dict[str, str]]]:
    yield from _table(data, "organization", "projectID")


def _table(data: Path, name: str, column: str) -> Iterator[tuple[str, dict[str, str]]]:
    for source in ("lombardy", "europe-fp7"):
        plain = data / "cordis" / source / f"{name}.csv"
        packed = plain.with_suffix(".csv.gz")
        with (
            plain.open(encoding="utf-8", newline="")
            if plain.exists()
            else gzip.open(packed, "rt", encoding="utf-8", newline="") as file
        ):
            for row in csv.DictReader(file, delimiter=";"):
                yield f"{source}/{row[column]}", row


def measures(order: Sequence[str], grades: Mapping[str, int]) -> dict[str, float]:
    """nDCG@10 with gains 0, 1, 2; of the first five, how many are worth a call and how many complement; the rank of
    the first complement as its reciprocal, where there is one.
    """
    from filanda.capabilities.matching.measures import ndcg

    first = next((rank for rank, one in enumerate(order, start=1) if grades[one] == 2), None)
    found = {
        "nDCG@10": ndcg(order, grades, 10),
        "P@5, grade 1 or 2": fmean(grades[one] >= 1 for one in order[:5]),
        "P@5, grade 2": fmean(grades[one] == 2 for one in order[:5]),
    }
    return found | ({"1/rank of the first grade 2": 1 / first} if first else {})


def tell(title: str, orders: Mapping[str, Order], grades: Mapping[str, Mapping[str, int]]) -> None:
    chance = random.Random(5)
    systems = dict(orders)
    print(f"\n{title}")
    by_system: dict[str, dict[str, list[float]]] = {}
    for system, order in systems.items():
        for call, listed in order.items():
            for name, value in measures(listed, grades[call]).items():
                by_system.setdefault(system, {}).setdefault(name, []).append(value)
    shuffled: dict[str, list[float]] = {}
    for pool in grades.values():
        rounds = [measures(chance.sample(sorted(pool), len(pool)), pool) for _round in range(200)]
        for name in rounds[0]:
            shuffled.setdefault(name, []).append(fmean(one[name] for one in rounds))
    by_system["chance"] = shuffled
    for system, found in by_system.items():
        cells = []
        for name, values in found.items():
            low, high = interval(values)
            cells.append(f"{name} {fmean(values):.3f} [{low:.3f}, {high:.3f}]")
        print(f"  {system:8} " + "  ".join(cells))
    for first, other in (("product", "words"), ("product", "meaning"), ("both", "product")):
        ours, theirs = by_system[first]["nDCG@10"], by_system[other]["nDCG@10"]
        low, high = interval([one - two for one, two in zip(ours, theirs, strict=True)])
        print(f"  {first} less {other}, nDCG@10: {fmean(ours) - fmean(theirs):+.3f} [{low:+.3f}, {high:+.3f}]")


def interval(values: Sequence[float]) -> tuple[float, float]:
    chance = random.Random(11)
    means = sorted(fmean(chance.choices(values, k=len(values))) for _again in range(AGAIN))
    return means[math.floor(0.025 * AGAIN)], means[math.ceil(0.975 * AGAIN) - 1]


if __name__ == "__main__":
    main()
