# SPDX-License-Identifier: EUPL-1.2
"""The clock's part. Each part of the room has its jobs in a module of its own, imported here so that they are known."""

from filanda.components.proposals.tasks import answering, reading, writing

__all__ = ["answering", "reading", "writing"]
