# SPDX-License-Identifier: EUPL-1.2
"""Django's authentication backend: accounts are looked up, never checked against a password."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.db.models import QuerySet

from filanda.kernel.database.compiled import made
from filanda.kernel.database.compiled import rows as rows_of
from filanda.kernel.identity.models import Account


class LinkBackend(BaseBackend):
    """Sessions opened by a one-time link (see `actions.use_sign_in_link`)."""

    def get_user(self, user_id: int) -> Account | None:
        found = rows_of("identity: account", _active, [int(user_id)])
        return made(Account, _FIELDS, list(found[0].values())) if found else None


_FIELDS = tuple(field.attname for field in Account._meta.concrete_fields)


def _active(given: Sequence[Any]) -> QuerySet[Any, Any]:
    rows: QuerySet[Any, Any] = Account.objects.filter(pk=given[0], is_active=True).values(*_FIELDS)
    return rows
