# SPDX-License-Identifier: EUPL-1.2
"""Where the embedded database keeps what, below Filanda's data directory."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from .server import ROLE, dsn_of, fits_a_socket


@dataclass(frozen=True)
class Places:
    """The paths of the embedded database of one data directory; only names, nothing is touched.

    ``root`` holds all of them: the files of PostgreSQL (``cluster``), its ``log``, the ``lock`` of the process
    that runs it, the lock of those that use it (``users``), and the directory of its socket.
    """

    root: Path

    @classmethod
    def of(cls, data_dir: Path) -> "Places":
        """The places of ``data_dir`` (``FILANDA_DATA``), absolute, so that the working directory does not matter."""
        return cls(data_dir.expanduser().resolve() / "postgres")

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own data directory."""
        return self.root / "cluster"

    @property
    def log(self) -> Path:
        """What PostgreSQL says; the log before this one has ``.1`` at its end."""
        return self.root / "postgres.log"

    @property
    def lock(self) -> Path:
        """Locked, with the process id inside, by the process whose child the server is."""
        return self.root / "lock"

    @property
    def users(self) -> Path:
        """Locked, shared, by each process that uses a server which may stop before it."""
        return self.root / "users.lock"

    @property
    def socket_dir(self) -> Path:
        """The directory of the socket: ``root/run``, or one in /tmp named after ``root`` if that cannot be.

        The kernel allows a socket's path 107 bytes, and libpq allows it no comma. Every process that knows the
        data directory finds the same place, whatever its environment.
        """
        beside = self.root / "run"
        if fits_a_socket(beside):
            return beside
        name = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:16]
        return Path("/tmp") / f"filanda-{os.getuid()}-{name}"  # noqa: S108 owner and mode are checked before use


def embedded_dsn(data_dir: Path) -> str:
    """The address of the embedded database of ``data_dir`` as a URL, whether or not it runs."""
    return dsn_of(Places.of(data_dir).socket_dir, ROLE)
