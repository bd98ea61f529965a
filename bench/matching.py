# SPDX-License-Identifier: EUPL-1.2
"""What a match, a search and a completion cost, and the memory of each process: `python -m bench matching`.

    python -m bench matching [--pieces 10000] [--full] [--needs 60] [--keep DIRECTORY] [--json FILE]

`--full` measures at 100,000 pieces too. bench/large.py says how the region is made; it is in an embedded PostgreSQL of
its own, with the settings that users get. `--keep` leaves the data in DIRECTORY, where the next run uses it again.

- Every need, search and completion is asked once: nothing comes from a cache of answers. 20 of each warm up.
- CPU of this process is `time.process_time`; PostgreSQL's is what /proc/PID/schedstat says of the process that answers
  (parallel workers would be missing: the mean over the whole server, from /proc/PID/stat, is told beside it).
- Needs of 10 and of 40 words are cut out of Italian and English texts (docs/evaluation/forty-pairs.jsonl, and the
  region's evidence). Filters are provinces that leave about 1 % and 10 % of the organisations, and the largest role.
- Memory: `filanda run` on the same data, after 200 requests of a visitor of every kind.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from bench import large
from bench.figures import machine, note

TOP = Path(__file__).parents[1]
WARM_UP = 20
WEB = "web, the process that answers"
GOALS = {"search": 30.0, "completion": 15.0, "match": 150.0}  # ms of CPU, p95, at 100,000 pieces
Ask = Callable[[int], object]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pieces", type=int, nargs="+", default=[10_000])
    parser.add_argument("--full", action="store_true", help="100,000 pieces too")
    parser.add_argument("--needs", type=int, default=60, help="questions of each kind")
    parser.add_argument("--keep", type=Path, help="a directory for the data of each size, used again if it is there")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    parser.add_argument("--no-memory", action="store_true")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(one(options.one, options.needs)))
        return
    root = options.keep.absolute() if options.keep else Path(tempfile.mkdtemp(prefix="filanda-bench-"))
    figures = {}
    try:
        for pieces in [*options.pieces, *([100_000] if options.full else [])]:
            figures[pieces] = at_size(root / f"d{pieces}", pieces, options)
            tell(pieces, figures[pieces])
    finally:
        if options.keep is None:
            shutil.rmtree(root, ignore_errors=True)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")


def at_size(data: Path, pieces: int, options: argparse.Namespace) -> dict[str, Any]:
    """Make the region if it is not there, ask it, then serve it."""
    os.environ |= {"FILANDA_DATA": str(data), "FILANDA_LOG_LEVEL": "WARNING", "FILANDA_DEMO": "0"}
    os.environ |= {"FILANDA_PROXIES": "1", "PYTHONPATH": os.pathsep.join((str(TOP), str(TOP / "src")))}
    os.environ.pop("DATABASE_URL", None)
    known = data / "made.json"
    if not known.exists():
        command = [sys.executable, "-m", "bench", "large", str(data), str(pieces)]
        said = subprocess.run(command, cwd=TOP, check=True, stdout=subprocess.PIPE, text=True).stdout
        steps = [line.strip().partition(": ") for line in said.splitlines() if line.startswith("  ")]
        known.write_text(json.dumps({name: value for name, _colon, value in steps}))
    with running(data):
        command = [sys.executable, "-m", "bench", "matching", "--one", str(pieces), "--needs", str(options.needs)]
        asked = subprocess.run(command, cwd=TOP, check=True, stdout=subprocess.PIPE, text=True).stdout
    figures = {"made": json.loads(known.read_text()), **json.loads(asked.splitlines()[-1])}
    if not options.no_memory:
        figures["memory"] = memory(data, figures["words"])
    return figures


@contextmanager
def running(data: Path) -> Iterator[None]:
    from filanda.kernel.database.embedded import EmbeddedPostgres

    postgres = EmbeddedPostgres(data)
    postgres.start()
    try:
        yield
    finally:
        postgres.stop()


# In a process of its own: the questions


@dataclass
class Cost:
    """Of each question, milliseconds: CPU of this process, of the answering server process, and wall time.

    `whole`: CPU of the whole server a question, on average.
    """

    here: list[float] = field(default_factory=list)
    server: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    whole: float = 0.0

    def told(self) -> dict[str, float]:
        both = [here + server for here, server in zip(self.here, self.server, strict=True)]
        figures: dict[str, float] = {"server, whole, mean": self.whole}
        for name, values in (("cpu", both), ("here", self.here), ("server", self.server), ("wall", self.wall)):
            figures |= {f"{name} p50": statistics.median(values), f"{name} p95": p95(values)}
        return {name: round(value, 2) for name, value in figures.items()}


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def measured(ask: Ask, count: int) -> Cost:
    from django.db import connection

    cost = Cost()
    for number in range(WARM_UP):
        ask(number)
    connection.ensure_connection()
    server = connection.connection.info.backend_pid
    postmaster = large.the_postmaster()
    whole = large.server_cpu(postmaster)
    for number in range(WARM_UP, WARM_UP + count):
        there, here, wall = _ran(server), time.process_time(), time.perf_counter()
        ask(number)
        cost.wall.append((time.perf_counter() - wall) * 1000)
        cost.here.append((time.process_time() - here) * 1000)
        cost.server.append((_ran(server) - there) * 1000)
    cost.whole = (large.server_cpu(postmaster) - whole) * 1000 / count
    return cost


def _ran(pid: int) -> float:
    """Seconds on a processor, to the nanosecond."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def one(pieces: int, count: int) -> dict[str, Any]:
    """Everything that is asked at one size; the rows of the tables."""
    from filanda.site.django_ready import set_up_django

    set_up_django()
    from filanda.capabilities.matching.queries import match
    from filanda.capabilities.search.queries import find_organisations, suggest
    from filanda.directory.organisations.models import Evidence, Organisation
    from filanda.kernel.identity.actors import VISITOR
    from filanda.kernel.regions.models import Region
    from filanda.kernel.regions.scoped import in_region

    region = Region.objects.get(slug=large.SLUG)
    chance = random.Random(pieces)
    total = WARM_UP + count
    rows: dict[str, dict[str, float]] = {}
    with in_region(region):
        titles = list(Evidence.objects.order_by("pk").values_list("title", flat=True)[: 20 * total : 5])
        names = list(Organisation.objects.order_by("pk").values_list("name", flat=True)[: 20 * total : 7])
        chance.shuffle(names)
        needs = {
            (language, words): cut(texts, words, total * 4, chance)
            for language, texts in (("it", evaluation("it")), ("en", [*evaluation("en"), *titles]))
            for words in (10, 40)
        }
        everybody = find_organisations(region, VISITOR)
        chosen = filters(everybody)
        few = [" ".join(title.split()[at % 3 :][: 1 + at % 4]) or "energy" for at, title in enumerate(titles)]

        def asking(language: str, words: int, round_: int, chosen_: Any = None) -> Ask:
            texts = needs[language, words][round_ * total : (round_ + 1) * total]
            return lambda at: match(texts[at], region=region, actor=VISITOR, filters=chosen_, to_call=True)

        asked: dict[str, Ask] = {
            f"match, {words} words, {language}": asking(language, words, 0) for language, words in needs
        }
        for at, (name, one_filter) in enumerate(chosen.items(), 1):
            asked[f"match, 10 words, en, {name}"] = asking("en", 10, at, one_filter)
        asked |= {
            "search, 1-4 words, 7 facets": lambda at: find_organisations(region, VISITOR, few[at]),
            "search, a name": lambda at: find_organisations(region, VISITOR, names[at]),
            "directory without words": lambda at: find_organisations(region, VISITOR, sort="name", offset=at),
            "completion, 1-3 letters": lambda at: suggest(region, VISITOR, names[at][: 1 + at % 3]),
            "completion, 4-12 letters": lambda at: suggest(region, VISITOR, names[-at][: 4 + at % 9]),
        }
        for name, ask in asked.items():
            rows[name] = measured(ask, count).told()
    words = {"need": needs["en", 10][-80:], "few": few[-200:], "names": [name[:6] for name in names[-200:]]}
    return {"rows": rows, "words": words, "embed": embedding_share(needs)}


def embedding_share(needs: dict[tuple[str, int], list[str]]) -> dict[str, str]:
    """Milliseconds of CPU that each reader alone takes of each kind of need; the second reads Italian word by word."""
    from filanda.capabilities.matching.lexicon import gloss

    shares: dict[str, list[float]] = {}
    for model in large.readers():
        for (language, words), texts in needs.items():
            costs = []
            for text in texts[-20:]:
                began = time.process_time()
                is_glossed = language == "it" and model.model_id == "minilm"
                model.embed_queries([gloss(text) if is_glossed else text])
                costs.append((time.process_time() - began) * 1000)
            shares.setdefault(f"{words} words, {language}", []).append(round(statistics.median(costs), 1))
    return {name: " + ".join(map(str, both)) for name, both in shares.items()}


def evaluation(language: str) -> list[str]:
    with (TOP / "docs" / "evaluation" / "forty-pairs.jsonl").open(encoding="utf-8") as file:
        return [json.loads(line)[language] for line in file if line.strip()]


def cut(texts: list[str], words: int, count: int, chance: random.Random) -> list[str]:
    """Texts of `words` words each, all different: sentences in random order, cut."""
    found: dict[str, None] = {}
    while len(found) < count:
        taken = " ".join(chance.sample(texts, min(len(texts), 4 + words // 3))).split()
        found[" ".join(taken[:words])] = None
    return list(found)


def filters(everybody: Any) -> dict[str, dict[str, list[str]]]:
    """Filters that leave about 1 %, 10 % and more of the organisations."""
    counts: dict[str, dict[str, int]] = {"province": {}, "helix_role": {}}
    for facet in everybody.facets:
        if facet.name in counts and facet.value != "unknown":
            counts[facet.name][facet.value] = facet.count
    found = {}
    for share in (0.01, 0.1):
        taken: list[str] = []
        held = 0
        for value, number in sorted(counts["province"].items(), key=lambda item: -item[1]):
            if held + number <= share * everybody.total * 1.15:
                taken.append(value)
                held += number
        if taken:
            found[f"filter {held / everybody.total:.1%}"] = {"province": taken}
    role, number = max(counts["helix_role"].items(), key=lambda item: item[1])
    found[f"filter {number / everybody.total:.0%}"] = {"helix_role": [role]}
    return found


# Memory


def memory(data: Path, words: dict[str, list[str]]) -> dict[str, str]:
    """Resident memory by process under `filanda run`, after 200 requests."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(Path(sys.executable).with_name("filanda")), "run"]
    process = subprocess.Popen(command, env=os.environ | {"FILANDA_PORT": str(port)}, stdout=subprocess.DEVNULL)
    try:
        wait_for(port, process)
        began = time.monotonic()
        for number in range(200):
            ask_page(port, number, words)
        time.sleep(max(0.0, 20 - (time.monotonic() - began)))  # the worker and the indexer have begun by then
        return held(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        assert process.poll() is None, "filanda run ended"
        try:
            if get(port, "/health/ready") == 200:
                return
        except OSError:
            pass
        time.sleep(0.5)
    raise SystemExit("filanda run does not answer")


def get(port: int, path: str, body: dict[str, Any] | None = None, visitor: int = 0) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    headers = {"Host": large.HOST, "X-Forwarded-For": f"192.0.2.{visitor % 200}", "Content-Type": "application/json"}
    connection.request("POST" if body else "GET", path, json.dumps(body) if body else None, headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def ask_page(port: int, number: int, words: dict[str, list[str]]) -> None:
    from urllib.parse import quote

    if number % 4 == 0:
        need = words["need"][number // 4 % len(words["need"])]
        status = get(port, "/api/v1/matches", {"text": need}, visitor=number)
    else:
        path = {
            1: f"/en/organisations/?q={quote(words['few'][number])}",
            2: f"/en/organisations/suggest?q={quote(words['names'][number])}",
            3: "/it/",
        }[number % 4]
        status = get(port, path)
    assert status == 200, (status, number)


def held(pid: int) -> dict[str, str]:
    """Resident and proportional memory by process, MB."""
    found: dict[str, list[tuple[float, float]]] = {}
    for process in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]:
        try:
            name = _role(process, pid)
            full = process.memory_full_info()
        except psutil.Error:
            continue
        found.setdefault(name, []).append((full.rss / 1e6, full.pss / 1e6))
    return {
        name: f"{max(rss for rss, _pss in many):.0f} MB resident, {sum(pss for _rss, pss in many):.0f} MB proportional"
        + (f" ({len(many)} processes; resident is of the largest)" if len(many) > 1 else "")
        for name, many in sorted(found.items())
    }


def _role(process: psutil.Process, supervisor: int) -> str:
    line = " ".join(process.cmdline())
    if process.pid == supervisor:
        return "supervisor"
    if "postgres" in line:
        return "PostgreSQL's postmaster" if "-D" in line else "PostgreSQL's others"
    for name in ("worker", "indexer", "embedder"):
        if re.search(rf"\b{name}$", line):
            return name
    if "filanda.site.web" in line:
        return WEB if process.children() == [] else "web, its parent"
    return line[:40]


def tell(pieces: int, figures: dict[str, Any]) -> None:
    made = figures["made"]
    print(f"\n{pieces:,} pieces of evidence, {made['organisations']} organisations; {machine()}")
    print(f"{'ms':36} {'CPU':>15} {'here':>15} {'server':>15} {'wall':>15}  server, whole")
    print(f"{'':36}" + f" {'p50':>7} {'p95':>7}" * 4)
    for name, row in figures["rows"].items():
        kinds = [(kind, at) for kind in ("cpu", "here", "server", "wall") for at in ("p50", "p95")]
        cells = "".join(f" {row[f'{kind} {at}']:7.1f}" for kind, at in kinds)
        goal = GOALS.get(name.partition(",")[0])
        print(f"{name:36}{cells} {row['server, whole, mean']:8.1f}")
        note(f"{pieces:,} pieces: {name}", row["cpu p95"], "ms CPU p95", goal=goal)
    print("embedding alone: " + ", ".join(f"{name} {value}" for name, value in figures["embed"].items()))
    for name in ("imported", "space", "index"):
        print(f"{name}: {made[name]}")
    for name, said in figures.get("memory", {}).items():
        print(f"memory, {name}: {said}")
        if name == WEB:
            note(f"{pieces:,} pieces: memory, {name}", float(said.split()[0]), "MB resident", goal=250)


if __name__ == "__main__":
    main()
