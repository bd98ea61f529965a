# SPDX-License-Identifier: EUPL-1.2
"""Make the bilingual lexicon of the matcher from labels that exist in both languages.

    python tools/lexicon.py [CPV.csv]

Reads the shipped S3 topics, ATECO 2025 with the NACE Rev. 2.1 labels that correspond to it, and a CPV file with the
columns code, label_it, label_en if one is given. Learns which stems stand for which by IBM Model 1 (Brown et al. 1993)
in both directions and writes src/filanda/capabilities/matching/shipped/lexicon-it-en.tsv; and, into words-en.tsv beside
it, the word that an English stem is short for most often, for a reader that knows words and no stems.
"""

from __future__ import annotations

import csv
import os
import sys
from collections import Counter, defaultdict
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP / "src"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "filanda.site.settings")

from filanda.capabilities.search.analysis import folded_words, says_nothing, stem  # noqa: E402

OUT = TOP / "src" / "filanda" / "capabilities" / "matching" / "shipped" / "lexicon-it-en.tsv"
WORDS = OUT.with_name("words-en.tsv")
ROUNDS = 8
LEAST = 0.2  # probability of a translation that is kept
LEAST_ONCE = 0.6  # of a stem seen in one label only, where anything in the other label may seem its translation
MOST = 3  # translations of a stem
HEADER = """# SPDX-License-Identifier: CC-BY-4.0
# Which Italian stems stand for which English ones, and how likely; made by tools/lexicon.py from bilingual labels.
# Sources: Common Procurement Vocabulary and NACE Rev. 2.1, (c) European Union, CC BY 4.0; ATECO 2025, ISTAT,
# CC BY 4.0; S3 topics of Filanda, EUPL-1.2. Changed: only stems and probabilities are kept.
# Columns: direction, stem, translations.
"""

WORDS_HEADER = """# SPDX-License-Identifier: CC-BY-4.0
# The English word that a stem is short for most often, where they differ; made by tools/lexicon.py, as the lexicon.
# Sources: Common Procurement Vocabulary and NACE Rev. 2.1, (c) European Union, CC BY 4.0; S3 topics of Filanda,
# EUPL-1.2. Changed: one word of each stem is kept.
# Columns: stem, word.
"""

Pair = tuple[list[str], list[str]]


def stems(text: str, language: str) -> list[str]:
    words = (word for word in folded_words(text) if not says_nothing(word) and len(word) > 2 and not word.isdigit())
    return [found for word in words if (found := stem(word, language))]


def labels(cpv: Path | None) -> list[tuple[str, str]]:
    """(Italian, English) of everything that has both."""
    import ateco
    import naceconverter

    pairs = []
    shipped = TOP / "src" / "filanda" / "directory" / "taxonomies" / "shipped" / "s3-lombardy.csv"
    with shipped.open(encoding="utf-8") as file:
        for row in csv.DictReader(line for line in file if not line.startswith("#")):
            pairs += [(row["label_it"], row["label_en"]), (row["definition_it"], row["definition_en"])]
    for code in naceconverter.get_all_codes():
        english, italian = naceconverter.get_description(code), ateco.lookup(code)
        title = getattr(italian, "description", None) or getattr(italian, "title", None)
        if english and title:
            pairs.append((title, english))
    if cpv is not None:
        with cpv.open(encoding="utf-8") as file:
            pairs += [(row["label_it"], row["label_en"]) for row in csv.DictReader(file)]
    return pairs


def commonest_words(texts: list[str]) -> dict[str, str]:
    """English stem -> the word it is short for most often; of equally frequent ones the shorter, then the first."""
    seen = Counter(word for text in texts for word in folded_words(text))
    words: dict[str, str] = {}
    for word in sorted(seen, key=lambda word: (-seen[word], len(word), word)):
        words.setdefault(stem(word, "en"), word)
    return words


def learn(pairs: list[Pair]) -> dict[str, list[tuple[str, float]]]:
    """Translations of the first side's stems, by IBM Model 1 with an empty word."""
    chance: dict[tuple[str, str], float] = {}
    for number in range(ROUNDS):
        count: dict[tuple[str, str], float] = defaultdict(float)
        total: dict[str, float] = defaultdict(float)
        for source, target in pairs:
            sources = [*source, ""]
            for word in target:
                known = [1.0 if number == 0 else chance.get((one, word), 0.0) for one in sources]
                whole = sum(known)
                for one, part in zip(sources, known, strict=True):
                    count[one, word] += part / whole
                    total[one] += part / whole
        chance = {pair: value / total[pair[0]] for pair, value in count.items() if value / total[pair[0]] > 1e-4}
    seen = Counter(one for source, _target in pairs for one in set(source))
    found: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for (one, word), value in chance.items():
        if one and value >= (LEAST if seen[one] > 1 else LEAST_ONCE):
            found[one].append((word, value))
    return {one: sorted(words, key=lambda pair: (-pair[1], pair[0]))[:MOST] for one, words in found.items()}


def main(arguments: list[str]) -> int:
    both = labels(Path(arguments[0]) if arguments else None)
    pairs = [(stems(italian, "it"), stems(english, "en")) for italian, english in both]
    pairs = [pair for pair in pairs if pair[0] and pair[1]]
    directions = {"it-en": learn(pairs), "en-it": learn([(english, italian) for italian, english in pairs])}
    with OUT.open("w", encoding="utf-8") as file:
        file.write(HEADER)
        for direction, learned in directions.items():
            for one, words in sorted(learned.items()):
                file.write(f"{direction}\t{one}\t" + " ".join(f"{word}:{value:.2f}" for word, value in words) + "\n")
    words = commonest_words([english for _italian, english in both])
    needed = {word for learned in directions["it-en"].values() for word, _chance in learned}
    with WORDS.open("w", encoding="utf-8") as file:
        file.write(WORDS_HEADER)
        file.writelines(f"{one}\t{words[one]}\n" for one in sorted(needed & words.keys()) if one != words[one])
    sys.stdout.write(f"{len(pairs)} pairs of labels; {OUT.relative_to(TOP)} has {OUT.stat().st_size} bytes\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
