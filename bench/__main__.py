# SPDX-License-Identifier: EUPL-1.2
"""`python -m bench NAME …` runs bench/NAME.py; without a name, all that needs nothing but this checkout, one by one."""

from __future__ import annotations

import ast
import pkgutil
import runpy
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
BY_DEFAULT = ("jobs", "search", "importing", "pages")


def names() -> list[str]:
    return sorted(
        module.name for module in pkgutil.iter_modules([str(HERE)]) if not module.ispkg and module.name != "__main__"
    )


def main() -> int:
    if len(sys.argv) < 2:
        codes = [subprocess.run([sys.executable, "-m", "bench", name]).returncode for name in BY_DEFAULT]
        return max(codes)
    name = sys.argv[1]
    if name not in names():
        print("python -m bench NAME …\n")
        for known in names():
            said = ast.get_docstring(ast.parse((HERE / f"{known}.py").read_text(encoding="utf-8"))) or ""
            print(f"  {known:12} {said.splitlines()[0] if said else ''}")
        return 0 if name in ("-h", "--help") else 2
    sys.argv[:2] = [f"python -m bench {name}"]
    runpy.run_module(f"bench.{name}", run_name="__main__", alter_sys=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
