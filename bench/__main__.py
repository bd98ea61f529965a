# SPDX-License-Identifier: EUPL-1.2
"""The benchmarks: all that need nothing but this checkout, or one of them by name.

    python -m bench [--full]     one after another, with a summary at the end; --full: at 100,000 pieces too (an hour)
    python -m bench NAME ...     bench/NAME.py; each says what it does with --help
    python -m bench --help       their names

Real data beside the checkout (../shared/data) is used where it is; else data is invented, and the benchmark says so.
A benchmark that fails does not keep the others from running; the exit code tells.
"""

from __future__ import annotations

import ast
import os
import pkgutil
import runpy
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import figures

HERE = Path(__file__).parent
AIDS = {"__main__", "figures"}
SUITE = (
    ("importing",),
    ("jobs", "2000"),
    ("matching", "--pieces", "10000"),
    ("search", "--pieces", "10000"),
    ("pages",),
)
AT_FULL_SIZE = {"matching": ("--full",), "search": ("100000",)}


def names() -> list[str]:
    modules = pkgutil.iter_modules([str(HERE)])
    return sorted(module.name for module in modules if not module.ispkg and module.name not in AIDS)


def main() -> int:
    arguments = sys.argv[1:]
    if not arguments or arguments == ["--full"]:
        return everything(is_full=bool(arguments))
    name = arguments[0]
    if name not in names():
        print(__doc__)
        for known in names():
            said = ast.get_docstring(ast.parse((HERE / f"{known}.py").read_text(encoding="utf-8"))) or ""
            print(f"  {known:12} {said.splitlines()[0] if said else ''}")
        return 0 if name in ("-h", "--help") else 2
    sys.argv[:2] = [f"python -m bench {name}"]
    runpy.run_module(f"bench.{name}", run_name="__main__", alter_sys=True)
    return 0


def everything(*, is_full: bool) -> int:
    """Run the suite; print the summary. Returns how many benchmarks failed."""
    failed = []
    before = figures.machine()
    with tempfile.TemporaryDirectory(prefix="filanda-bench-") as place:
        noted = Path(place) / "figures"
        env = os.environ | {figures.PLACE: str(noted)}
        for name, *options in SUITE:
            more = AT_FULL_SIZE.get(name, ()) if is_full else ()
            print(f"\n== {name} {' '.join([*options, *more])}", flush=True)
            began = time.monotonic()
            command = [sys.executable, "-m", "bench", name, *options, *more]
            if subprocess.run(command, cwd=HERE.parent, env=env).returncode:
                failed.append(name)
            print(f"({time.monotonic() - began:.0f} s)", flush=True)
        print(f"\n== Summary\nbefore: {before}\nafter:  {figures.machine()}\n")
        figures.tell(figures.read(noted))
    if failed:
        print(f"\nfailed: {', '.join(failed)}")
    return len(failed)


if __name__ == "__main__":
    raise SystemExit(main())
