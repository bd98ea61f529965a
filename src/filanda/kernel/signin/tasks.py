# SPDX-License-Identifier: EUPL-1.2
"""Links, codes and sessions that are over are deleted; recoveries end with their time."""

from __future__ import annotations

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef
from django.utils.timezone import now

from filanda.kernel.identity.models import SignInLink
from filanda.kernel.jobs.queue import job
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import in_region
from filanda.kernel.signin.models import EmailCode
from filanda.kernel.signin.recovery import lapse_recoveries

LINKS_KEPT = timedelta(days=1)


@job("signin.forget_what_is_over", periodic="27 2 * * *")
def forget_what_is_over() -> None:
    """Nightly: links and codes a day after their end, sessions that have expired, and what is told about these."""
    at = now()
    SignInLink.objects.filter(expires_at__lt=at - LINKS_KEPT).delete()
    EmailCode.objects.filter(expires_at__lt=at - LINKS_KEPT).delete()
    Session.objects.filter(expire_date__lt=at).delete()
    alive = Session.objects.filter(session_key=OuterRef("session_key"))
    UserSession.objects.filter(~Exists(alive)).delete()
    for region in Region.objects.all():
        with in_region(region):
            lapse_recoveries(region=region, now=at)
