# SPDX-License-Identifier: EUPL-1.2
"""Whether Filanda's data directory can be used, and the sentence when it cannot."""

import errno
import getpass
import os
from pathlib import Path

from .errors import DatabaseFailure, DataDirectoryNotWritable
from .server import disk_full


def require_writable(data_dir: Path) -> None:
    """Make ``data_dir`` if it is missing. Raises a `DatabaseFailure` if this user cannot write into it."""
    place = data_dir.expanduser().resolve()
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise not_writable(data_dir, error) from error
    if not os.access(place, os.W_OK | os.X_OK):  # beside the database are files, the index and the key
        code = errno.EROFS if os.statvfs(place).f_flag & os.ST_RDONLY else errno.EACCES
        raise not_writable(data_dir, OSError(code, os.strerror(code)))


def not_writable(data_dir: Path, error: OSError) -> DatabaseFailure:
    """The sentence for ``error``, which came of writing into ``data_dir``."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return disk_full(data_dir)
    if error.errno == errno.EROFS:
        return DataDirectoryNotWritable(
            f"The data directory {data_dir} is on a file system that is read-only: "
            f"make it writable, or choose another directory with FILANDA_DATA."
        )
    if error.errno in {errno.EEXIST, errno.ENOTDIR}:
        return DataDirectoryNotWritable(
            f"{data_dir} cannot be the data directory, because a file is in its place: "
            f"choose another directory with FILANDA_DATA."
        )
    return DataDirectoryNotWritable(
        f"The data directory {data_dir} cannot be written by the user {_user_name()} ({error.strerror}): "
        f"give it to that user, or choose another directory with FILANDA_DATA."
    )


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"number {os.geteuid()}"
