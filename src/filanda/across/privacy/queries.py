# SPDX-License-Identifier: EUPL-1.2
"""Reads: what is kept for how long, who is leaving, what leaving would mean."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q

from filanda.across.privacy.models import Leaving
from filanda.directory.affiliations.queries import admin_accounts
from filanda.directory.organisations.models import Organisation
from filanda.directory.people.models import Person
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account, Role, RoleGrant
from filanda.kernel.manifests import Retention, manifests
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import across_regions

__all__ = ["Kept", "is_elsewhere", "kept_for", "leaving_of", "left_without_admins", "retention_table", "retentions"]


@dataclass(frozen=True)
class Kept:
    """One line of the table: what, and for how many days."""

    name: str
    label: str
    days: int


def retentions() -> list[Retention]:
    """What all rooms delete after a time, in the order of the rooms."""
    return [retention for manifest in manifests().values() for retention in manifest.retention]


def kept_for(retention: Retention, region: Region) -> timedelta:
    """The region's period (settings["retention"][name], in days), else the default."""
    return timedelta(days=retention.days_in(region))


def retention_table(region: Region) -> list[Kept]:
    """What is kept for how long in `region`, in the reader's language. No query."""
    return [Kept(one.name, str(one.label), one.days_in(region)) for one in retentions()]


def leaving_of(actor: Actor) -> Leaving | None:
    """Whether `actor` is on their way out of the active region. One query."""
    found: Leaving | None = Leaving.objects.filter(account=actor.account_id or 0).first()
    return found


def left_without_admins(account: Account) -> list[Organisation]:
    """Organisations that nobody but `account` speaks for: to be handed over before leaving."""
    own = RoleGrant.objects.filter(
        account=account, role=Role.ORGANISATION_ADMIN, scope_kind="organisation", ended_at=None
    )
    bodies = Organisation.objects.filter(pk__in=own.values("scope_id"))
    return [body for body in bodies if {admin.pk for admin in admin_accounts(body.pk)} <= {account.pk}]


def is_only_administrator(account: Account) -> bool:
    """Whether the region would be without an administrator: those whose role runs out, who are leaving too or whose
    account is closed do not stay. One query."""
    held = RoleGrant.objects.filter(role=Role.REGION_ADMINISTRATOR, ended_at=None, account__is_active=True)
    gone = Exists(Leaving.objects.filter(account=OuterRef("account")))
    rows = held.annotate(is_leaving=gone).values_list("account", "until", "is_leaving")
    own = any(holder == account.pk for holder, _until, _leaves in rows)
    return own and not any(holder != account.pk and until is None and not leaves for holder, until, leaves in rows)


def is_elsewhere(account: Account, region: Region) -> bool:
    """Whether `account` is somebody outside `region`, so that the sign-in stays. Operators stay."""
    if account.is_operator:
        return True
    with across_regions():
        people = Person.objects.filter(account=account).exclude(region=region)
        grants = RoleGrant.objects.filter(Q(ended_at=None), account=account).exclude(region=region)
        return bool(people.exists() or grants.exists())
