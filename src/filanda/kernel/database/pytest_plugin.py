# SPDX-License-Identifier: EUPL-1.2
"""Loaded by pytest (`-p`, in pyproject.toml) before Django reads its settings: the session gets its own PostgreSQL."""

import atexit
import os
import shutil
import tempfile

from filanda.kernel.database.testing import start_test_cluster

os.environ["DATABASE_URL"] = start_test_cluster()
os.environ["FILANDA_DATABASE_POOL"] = "0"
os.environ.setdefault("FILANDA_LOG_LEVEL", "WARNING")
if "FILANDA_TEST_DATA" not in os.environ:  # xdist's workers share the session's
    os.environ["FILANDA_TEST_DATA"] = tempfile.mkdtemp(prefix="filanda-test-data-")
    atexit.register(shutil.rmtree, os.environ["FILANDA_TEST_DATA"], ignore_errors=True)
os.environ["FILANDA_DATA"] = os.environ["FILANDA_TEST_DATA"]
