# SPDX-License-Identifier: EUPL-1.2
"""The worker's part of the journal."""

from __future__ import annotations

from filanda.kernel.jobs.queue import job
from filanda.kernel.journal import chain


@job("journal.chain", queue="journal")
def chain_journal() -> None:
    """Order and hash-chain the events that were committed since the last run."""
    chain.extend()
