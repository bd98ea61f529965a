# SPDX-License-Identifier: EUPL-1.2
"""Loaded by pytest (`-p`, in pyproject.toml) before Django reads its settings: the session gets its own PostgreSQL."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from filanda.kernel.database.testing import start_test_cluster

os.environ["DATABASE_URL"] = start_test_cluster()
os.environ["FILANDA_DATABASE_POOL"] = "0"
os.environ.setdefault("FILANDA_LOG_LEVEL", "WARNING")
os.environ.pop("FILANDA_PORT", None)  # the default is what tests expect
if "FILANDA_TEST_DATA" not in os.environ:
    os.environ["FILANDA_TEST_DATA"] = tempfile.mkdtemp(prefix="filanda-test-data-")
    atexit.register(shutil.rmtree, os.environ["FILANDA_TEST_DATA"], ignore_errors=True)
# Workers of xdist have a database each, with the same ids in it: their indexes must lie apart.
_place = Path(os.environ["FILANDA_TEST_DATA"]) / os.environ.get("PYTEST_XDIST_WORKER", "main")
_place.mkdir(exist_ok=True)
os.environ["FILANDA_DATA"] = str(_place)
