# SPDX-License-Identifier: EUPL-1.2
"""Filanda: the open-innovation platform of a region. See docs/architecture.md for the rooms."""

import os

__version__ = "0.1.0"

# One thread a process for linear algebra: more cost more CPU than they save time. Read when numpy is first loaded.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
