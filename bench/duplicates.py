# SPDX-License-Identifier: EUPL-1.2
"""Looking for organisations that may be one body: the job over a region, and when nothing or one of them changed.

    python -m bench duplicates [--organisations 10000]

Uses a throwaway database of its own, filled with invented bodies of which one in fifty stands there twice, spelt
otherwise. Prints wall time and CPU time of this process; on a busy machine only the CPU times mean something.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from datetime import UTC, datetime

from bench.figures import note

WORDS = [
    "Tessitura",
    "Filatura",
    "Officina",
    "Meccanica",
    "Chimica",
    "Serica",
    "Lombarda",
    "Alpina",
    "Industriale",
    "Sistemi",
    "Ambiente",
    "Acque",
    "Energia",
    "Ricerca",
    "Sensori",
    "Plastica",
    "Legno",
    "Carta",
    "Vetro",
    "Ottica",
    "Robotica",
    "Alimentare",
    "Casearia",
    "Idraulica",
    "Elettronica",
    "Navale",
]
NAMES = [
    "Rossi",
    "Bianchi",
    "Riva",
    "Conti",
    "Ferrari",
    "Galli",
    "Colombo",
    "Fontana",
    "Brambilla",
    "Villa",
    "Sala",
    "Monti",
    "Longhi",
    "Pozzi",
    "Cattaneo",
]
TOWNS = [
    "Como",
    "Lecco",
    "Bergamo",
    "Brescia",
    "Lodi",
    "Pavia",
    "Cremona",
    "Varese",
    "Sondrio",
    "Monza",
    "Mantova",
    "Milano",
]
FORMS = ("Srl", "S.r.l.", "SpA", "S.p.A.", "Snc", "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--organisations", type=int, default=10_000)
    options = parser.parse_args()

    from filanda.kernel.database.testing import start_test_cluster

    os.environ["DATABASE_URL"] = start_test_cluster()
    os.environ["FILANDA_DATABASE_POOL"] = "0"
    os.environ["FILANDA_DATA"] = tempfile.mkdtemp(prefix="filanda-bench-")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "filanda.site.settings")
    import django

    django.setup()
    from django.core.management import call_command

    from filanda.directory.organisations.actions import create_organisation
    from filanda.directory.organisations.actions.likening import look_for_likenesses
    from filanda.directory.organisations.importers.writing import load
    from filanda.directory.organisations.models import Likeness
    from filanda.kernel.identity.actors import PLATFORM
    from filanda.kernel.journal import chain
    from filanda.kernel.regions.models import Region
    from filanda.kernel.regions.scoped import across_regions, in_region

    call_command("migrate", verbosity=0)
    region = Region.objects.create(slug="bench", names={"en": "Bench"}, nuts_code="ITC4")
    with in_region(region):
        load(region, _bodies(options.organisations), (), source="bench", actor=PLATFORM)

        def look(what: str) -> float:
            with across_regions():
                chain.extend()
            wall, cpu = time.perf_counter(), time.process_time()
            changed = look_for_likenesses(actor=PLATFORM, region=region, now=datetime.now(UTC))
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            pairs = Likeness.objects.count()
            print(f"{what}: {wall:.2f} s wall, {cpu:.2f} s CPU; {changed} pairs new or changed of {pairs:,}")
            return cpu

        note("duplicates: the first look", look("first look"), "s CPU")
        look("nothing changed")
        create_organisation(actor=PLATFORM, region=region, name="Tessitura Nuova Rossi Srl")
        note("duplicates: a look after one change", look("one more organisation"), "s CPU")


def _bodies(count: int) -> list:
    from filanda.directory.organisations.importers.records import OrganisationRecord, SiteRecord

    draw = random.Random(17)
    found = []
    for number in range(count):
        if found and draw.random() < 0.02:
            like = draw.choice(found)
            name, site = like.name.upper(), like.site
        else:
            name = " ".join((*draw.sample(WORDS, draw.randint(1, 3)), draw.choice(NAMES), draw.choice(FORMS))).strip()
            site = SiteRecord(municipality=draw.choice(TOWNS), country_code="IT")
        web = f"https://www.body{number}.example" if draw.random() < 0.5 else ""
        found.append(OrganisationRecord((f"b{number}",), name, website=web, site=site))
    return found


if __name__ == "__main__":
    main()
