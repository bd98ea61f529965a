# SPDX-License-Identifier: EUPL-1.2
"""Set-up on a fresh machine: virtual environment, locked packages, assets, translations. Standard library only.

    python3 tools/setup.py          what running needs
    python3 tools/setup.py --dev    what checks and tests need besides
    python3 tools/setup.py --assets build the assets again in any case

Each step is skipped when its inputs have not changed, so a second run takes a moment.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
VENV = TOP / ".venv"
BIN = VENV / "bin"
REQUIREMENTS = TOP / "requirements"
LOCALE = TOP / "src" / "filanda" / "locale"
NODE_AT_LEAST = 22


def stop(sentence: str) -> None:
    """End with one sentence and exit code 1."""
    sys.stderr.write(f"filanda set-up: {sentence}\n")
    raise SystemExit(1)


def say(text: str) -> None:
    sys.stdout.write(f"filanda set-up: {text}\n")
    sys.stdout.flush()


def run(*command: str | Path, what: str, env: dict[str, str] | None = None) -> None:
    """Run a step quietly; show what it said only when it fails."""
    done = subprocess.run(
        [str(part) for part in command], cwd=TOP, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if done.returncode != 0:
        sys.stderr.write(done.stdout[-6000:])
        stop(f"{what} failed (see above). Check the network and the free disk space, then run the same command again.")


def digest(*paths: Path) -> str:
    """SHA-256 of the contents of files, and of this Python's version."""
    total = hashlib.sha256(sys.version.encode())
    for path in paths:
        total.update(path.name.encode() + b"\0" + (path.read_bytes() if path.exists() else b""))
    return total.hexdigest()


def unchanged(stamp: str, value: str) -> bool:
    path = VENV / f"filanda-{stamp}.stamp"
    return path.exists() and path.read_text() == value


def done(stamp: str, value: str) -> None:
    (VENV / f"filanda-{stamp}.stamp").write_text(value)


def make_environment() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever runs it may have an older one
        stop(f"Filanda needs Python 3.11 or newer; this is {sys.version.split()[0]}. Try: make PYTHON=python3.11 run")
    if (BIN / "python").exists() and subprocess.run([BIN / "python", "-c", ""], capture_output=True).returncode == 0:
        return
    say("making the virtual environment …")
    try:
        venv.create(VENV, with_pip=True, clear=True)
    except (OSError, subprocess.CalledProcessError) as error:
        stop(
            f"the virtual environment could not be made in {VENV.name}/ ({error}). On Debian: apt install python3-venv"
        )


def install(name: str) -> None:
    """Install the locked set `name` exactly, every file checked against its hash."""
    lock = REQUIREMENTS / f"{name}.txt"
    value = digest(lock)
    if unchanged(name, value):
        return
    say(f"installing the locked packages of requirements/{name}.txt …")
    pip = [BIN / "python", "-m", "pip", "--disable-pip-version-check", "-q"]
    uv = BIN / "uv"
    if name != "bootstrap" and uv.exists():
        quick = subprocess.run(
            [uv, "pip", "install", "-q", "--require-hashes", "--python", BIN / "python", "-r", lock],
            cwd=TOP, env={**os.environ, "VIRTUAL_ENV": str(VENV)}, capture_output=True, text=True,
        )  # fmt: skip
        if quick.returncode == 0:
            done(name, value)
            return
        say("uv could not (perhaps only pip knows the way to the package registry here); trying pip …")
    run(*pip, "install", "--require-hashes", "-r", lock, what=f"installing requirements/{name}.txt")
    done(name, value)


def install_filanda() -> None:
    value = digest(TOP / "pyproject.toml")
    if unchanged("self", value) and (BIN / "filanda").exists():
        return
    run(
        BIN / "python", "-m", "pip", "--disable-pip-version-check", "-q", "install",
        "--no-deps", "--no-build-isolation", "--no-index", "-e", TOP, what="installing filanda itself",
    )  # fmt: skip
    done("self", value)


def node() -> Path:
    """A Node that is new enough: the machine's, else the one in the locked wheel."""
    found = shutil.which("node")
    if found:
        said = subprocess.run([found, "--version"], capture_output=True, text=True).stdout
        number = re.match(r"v(\d+)", said)
        if number and int(number[1]) >= NODE_AT_LEAST and shutil.which("npm"):
            return Path(found)
    install("node")
    return BIN / "node"


def build_assets(*, force: bool) -> None:
    program = node()
    env = {**os.environ, "PATH": f"{program.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    check = subprocess.run([program, "assets/build.mjs", "--check"], cwd=TOP, env=env, capture_output=True)
    if check.returncode == 0 and not force:
        return
    say("building style sheets, fonts and scripts …")
    run(program, "assets/build.mjs", *(["--force"] if force else []), what="building the assets", env=env)


def compile_translations() -> None:
    catalogues = sorted(LOCALE.glob("*/LC_MESSAGES/*.po"))
    value = digest(*catalogues)
    if unchanged("translations", value) and all(path.with_suffix(".mo").exists() for path in catalogues):
        return
    for path in catalogues:
        run(BIN / "pybabel", "-q", "compile", "-i", path, "-o", path.with_suffix(".mo"), what=f"compiling {path.name}")
    done("translations", value)


def main(arguments: list[str]) -> None:
    make_environment()
    install("bootstrap")
    install("run")
    if "--dev" in arguments:
        install("dev")
    install_filanda()
    build_assets(force="--assets" in arguments)
    compile_translations()


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        stop("stopped. Run the same command again to go on.")
