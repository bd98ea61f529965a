# SPDX-License-Identifier: EUPL-1.2
"""Installs what pages are judged with (bench/tools: Lighthouse, vnu) by npm, once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

TOOLS = Path(__file__).parent / "tools"


def node() -> Path:
    """A Node that is new enough: the one that set-up put beside this Python, else the machine's."""
    beside = Path(sys.executable).parent / "node"
    found = beside if beside.exists() else Path(shutil.which("node") or "")
    if not found.is_file():
        raise SystemExit("bench: Node is missing; run: make setup")
    return found


def install() -> Path:
    """Make bench/tools/node_modules what its lock file says. Returns it."""
    modules, lock = TOOLS / "node_modules", TOOLS / "package-lock.json"
    done = modules / ".package-lock.json"
    if not done.exists() or done.stat().st_mtime < lock.stat().st_mtime:
        program = node()
        env = os.environ | {"PATH": f"{program.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
        npm = str(program.with_name("npm"))
        subprocess.run([npm, "ci", "--ignore-scripts", "--silent"], cwd=TOOLS, env=env, check=True)
    return modules


def main() -> None:
    print(install())


if __name__ == "__main__":
    main()
