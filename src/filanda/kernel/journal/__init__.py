# SPDX-License-Identifier: EUPL-1.2
"""The journal: append-only record of what happened. Activity stream, audit trail and outbox at once.

An action writes its event inside its own transaction (`record`), without serialising writers. After commit the
worker orders the new events and hash-chains them (`chain`); readers follow the chain's position, because plain ids
would skip transactions that commit late. The chain covers salted digests: erasing somebody deletes payload and salt,
and the chain still verifies (`verify`).
"""
