# SPDX-License-Identifier: EUPL-1.2
"""Django's authentication backend: accounts are looked up, never checked against a password."""

from __future__ import annotations

from django.contrib.auth.backends import BaseBackend

from filanda.kernel.identity.models import Account


class LinkBackend(BaseBackend):
    """Sessions opened by a one-time link (see `actions.use_sign_in_link`)."""

    def get_user(self, user_id: int) -> Account | None:
        return Account.objects.filter(pk=user_id, is_active=True).first()
