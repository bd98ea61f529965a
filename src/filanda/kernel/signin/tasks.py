# SPDX-License-Identifier: EUPL-1.2
"""Links and sessions that are over are deleted."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.utils.timezone import now

from filanda.kernel.identity.models import SignInLink
from filanda.kernel.jobs.queue import job

LINKS_KEPT = timedelta(days=1)


@job("signin.forget_what_is_over", periodic="27 2 * * *")
def forget_what_is_over() -> None:
    """Nightly: sign-in links a day after their end, and sessions that have expired."""
    SignInLink.objects.filter(expires_at__lt=now() - LINKS_KEPT).delete()
    Session.objects.filter(expire_date__lt=now()).delete()
