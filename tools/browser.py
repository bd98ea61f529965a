# SPDX-License-Identifier: EUPL-1.2
"""Find a Chromium or Chrome for the browser tests, installing Debian's as root. Prints its path; exit 1 without one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")


def find() -> str | None:
    """The first browser found: FILANDA_BROWSER, then the usual names on PATH."""
    given = os.environ.get("FILANDA_BROWSER")
    if given and shutil.which(given):
        return shutil.which(given)
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def main() -> int:
    path = find()
    if path is None and hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        sys.stderr.write("filanda tests: installing Chromium with the system's package manager …\n")
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium"]):
            subprocess.run(command, env=env, stdout=subprocess.DEVNULL, check=False)
        path = find()
    if path is None:
        sys.stderr.write(
            "filanda tests: the browser tests need Chromium or Chrome, and none was found. Install one (on Debian, as "
            "root: apt-get install chromium) or name it in FILANDA_BROWSER, then run make test again.\n"
        )
        return 1
    sys.stdout.write(path + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
