# SPDX-License-Identifier: EUPL-1.2
"""Relevance on the evaluation sets in docs/evaluation, through the ranker that users get.

python -m bench relevance pool REGION OUT     first five of each of the twenty needs, for graders
python -m bench relevance grades              precision at 5 from docs/evaluation/grades-*.csv
python -m bench relevance pairs REGION        overlap of the first ten between Italian needs and their English twins
"""

from __future__ import annotations

import csv
import json
import random
import sys
from itertools import combinations
from pathlib import Path
from statistics import fmean, median

from filanda.site.django_ready import django_ready

SETS = Path(__file__).resolve().parent.parent / "docs" / "evaluation"


def read(name: str) -> list[dict[str, str]]:
    with (SETS / name).open(encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def pool(slug: str, out: Path) -> None:
    """Write what graders read: needs, and for each five organisations in random order with the evidence shown."""
    from filanda.capabilities.matching.queries import match
    from filanda.directory.organisations.models import Evidence, Organisation
    from filanda.kernel.identity.actors import VISITOR
    from filanda.kernel.regions.models import Region
    from filanda.kernel.regions.scoped import in_region

    shuffled = random.Random(7)
    region = Region.objects.get(slug=slug)
    run: dict[str, list[int]] = {}
    with in_region(region), out.open("w", encoding="utf-8") as file:
        for need in read("twenty-needs.jsonl"):
            found = match(need["text"], region=region, actor=VISITOR, limit=5, to_call=True).organisations
            run[need["id"]] = [one.organisation_id for one in found]
            file.write(f"\n## {need['id']}: {need['text']}\n")
            for one in shuffled.sample(found, len(found)):
                body = Organisation.objects.get(pk=one.organisation_id)
                file.write(f"\n### {need['id']}/{body.pk} {body.name} ({body.get_helix_role_display()})\n")
                for shown in one.evidence:
                    piece = Evidence.objects.get(pk=shown.evidence_id)
                    file.write(f"- {piece.title}: {piece.text}\n")
    (SETS / "twenty-needs-run.json").write_text(json.dumps(run, indent=1) + "\n")


def grades() -> None:
    """Precision at 5 (grade >= 1) of each reader and over both, and how far the readers agree (Cohen's kappa)."""
    run: dict[str, list[int]] = json.loads((SETS / "twenty-needs-run.json").read_text())
    readers: dict[str, dict[tuple[str, int], int]] = {}
    for path in sorted(SETS.glob("grades-*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            readers[path.stem] = {
                (row["need"], int(row["organisation"])): int(row["grade"]) for row in csv.DictReader(file)
            }
    for name, given in readers.items():
        per_need = {need: fmean(given[need, one] >= 1 for one in ids) for need, ids in run.items()}
        strict = fmean(given[need, one] == 2 for need, ids in run.items() for one in ids)
        sys.stdout.write(f"{name}: P@5 {fmean(per_need.values()):.3f} (grade 2 only: {strict:.3f})\n")
        sys.stdout.write("  " + " ".join(f"{need} {value:.1f}" for need, value in per_need.items()) + "\n")
    for (one_name, one), (other_name, other) in combinations(readers.items(), 2):
        pairs = [(one[key] >= 1, other[key] >= 1) for key in one]
        agreed = fmean(a == b for a, b in pairs)
        yes, also = fmean(a for a, _b in pairs), fmean(b for _a, b in pairs)
        chance = yes * also + (1 - yes) * (1 - also)
        kappa = (agreed - chance) / (1 - chance) if chance < 1 else 1.0
        sys.stdout.write(f"{one_name} and {other_name} agree on {agreed:.2f} (kappa {kappa:.2f})\n")
        both = fmean(min(one[need, body], other[need, body]) >= 1 for need, ids in run.items() for body in ids)
        sys.stdout.write(f"P@5 where both say at least 1: {both:.3f}\n")


def pairs(slug: str) -> None:
    """Overlap of the first ten organisations; as control that of needs that have nothing to do with each other."""
    from filanda.capabilities.matching.queries import match
    from filanda.kernel.identity.actors import VISITOR
    from filanda.kernel.regions.models import Region
    from filanda.kernel.regions.scoped import in_region

    region = Region.objects.get(slug=slug)
    sets = read("forty-pairs.jsonl")

    def first_ten(text: str, language: str) -> set[int]:
        found = match(text, region=region, actor=VISITOR, language=language, limit=10, to_call=True)
        return {one.organisation_id for one in found.organisations}

    with in_region(region):
        italian = [first_ten(pair["it"], "it") for pair in sets]
        english = [first_ten(pair["en"], "en") for pair in sets]
    overlaps = [len(a & b) for a, b in zip(italian, english, strict=True)]
    unrelated = [len(italian[i] & english[(i + shift) % len(sets)]) for i in range(len(sets)) for shift in (7, 13, 19)]
    worst = min(range(len(sets)), key=overlaps.__getitem__)
    sys.stdout.write(
        f"median overlap {median(overlaps):.1f} of 10, mean {fmean(overlaps):.2f}; worst {overlaps[worst]}:"
        f" {sets[worst]['it']!r} / {sets[worst]['en']!r}; unrelated pairs {fmean(unrelated):.2f}\n"
    )
    sys.stdout.write(" ".join(f"{pair['id']}:{overlap}" for pair, overlap in zip(sets, overlaps, strict=True)) + "\n")


def main(arguments: list[str]) -> None:
    match arguments:
        case ["pool", slug, out]:
            with django_ready():
                pool(slug, Path(out))
        case ["grades"]:
            grades()
        case ["pairs", slug]:
            with django_ready():
                pairs(slug)
        case _:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
