# SPDX-License-Identifier: EUPL-1.2
"""Whether every page type is valid HTML, by vnu (the Nu checker): fetches it by npm, then runs the test.

    python -m bench validity

Needs Java. The checker lies in bench/tools/node_modules afterwards, and `make test` uses it from then on.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from bench.tools_installed import install

TOP = Path(__file__).parents[1]


def main() -> int:
    if shutil.which("java") is None:
        sys.stderr.write("bench validity: vnu needs Java, and there is none (on Debian: default-jre-headless)\n")
        return 1
    install()
    command = [sys.executable, "-m", "pytest", "-q", "tests/journeys/test_page_quality.py", "-k", "html_is_valid"]
    return subprocess.run(command, cwd=TOP).returncode


if __name__ == "__main__":
    raise SystemExit(main())
