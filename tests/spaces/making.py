# SPDX-License-Identifier: EUPL-1.2
"""People and spaces for everybody's tests::

anna = a_person(region, "Anna Conti")                      # an Account with a profile in the region
space = make_space(region, "Silk", openness="restricted", managers=[bruno], members=[anna])
act(anna)                                                  # the Actor, with the roles it has now
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import transaction

from filanda.directory.people.actions import join_region
from filanda.directory.people.models import Person, ValidationState
from filanda.kernel.identity.actors import PLATFORM, Actor, actor_for
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.signin.actions import grant_role
from filanda.kernel.text.folding import fold
from filanda.spaces.models import MemberRole, Membership, MembershipState, Openness, Space, SpaceKind
from filanda.spaces.steps import become_active, change_role, end_active

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def a_person(region, name: str = "Anna Conti", *, validated: bool = True, **fields) -> Account:
    """Somebody with a profile in `region`; the same name gives the same person. `fields`: of Person."""
    email = f"{fold(name).replace(' ', '.')}@example.org"
    account = Account.objects.filter(email=email).first()
    if account is None:
        account = Account.objects.create_account(email=email, name=name)
        join_region(actor=actor_for(account), account=account, region=region, name=name, now=NOW)
    changed = dict(fields) | ({"state": ValidationState.VALIDATED} if validated else {})
    if changed:
        Person.objects.filter(account=account).update(**changed)
    return account


def staff(region, role: Role = Role.REGION_ADMINISTRATOR, email: str = "ada@region.example") -> Account:
    """A region administrator, or a facilitator."""
    return grant_role(actor=PLATFORM, region=region, email=email, role=role, now=NOW, name=email.split("@")[0].title())


def act(account: Account, *, second_factor: bool = True) -> Actor:
    """`account` with the roles it has now, a second factor shown unless told otherwise."""
    return actor_for(Account.objects.get(pk=account.pk), has_second_factor=second_factor)


def make_space(
    region,
    name: str = "Silk and fibres",
    *,
    openness: str = Openness.OPEN,
    kind: str = SpaceKind.COMMUNITY,
    managers=(),
    moderators=(),
    members=(),
    readers=(),
    **fields,
) -> Space:
    """A space with these people in it, each with the role grant that goes with it."""
    if kind == SpaceKind.GROUP:
        openness = Openness.PRIVATE
    space = Space.objects.create(
        region=region,
        kind=kind,
        slug=fields.pop("slug", fold(name).replace(" ", "-")),
        names={"it": name, "en": name},
        openness=openness,
        **fields,
    )
    given = (
        (managers, MemberRole.MANAGER),
        (moderators, MemberRole.MODERATOR),
        (members, MemberRole.MEMBER),
        (readers, MemberRole.READER),
    )
    for people, role in given:
        for account in people:
            enter(space, account, role)
    return space


def enter(space: Space, account: Account, role: str = MemberRole.MEMBER, *, now: datetime = NOW) -> Membership:
    """Let `account` be in `space` as `role` from now on."""
    with transaction.atomic():
        membership = Membership.objects.filter(space=space, account=account).first() or Membership(
            region=space.region, space=space, account=account
        )
        membership.state, membership.role = MembershipState.ACTIVE, MemberRole(role)
        membership.save()
        membership.space = space
        become_active(actor=PLATFORM, membership=membership, now=now)
    return membership


def become(space: Space, account: Account, role: str, *, now: datetime = NOW) -> None:
    """Let a member be something else."""
    with transaction.atomic():
        membership = Membership.objects.get(space=space, account=account)
        change_role(actor=PLATFORM, membership=membership, role=MemberRole(role), now=now)


def go(space: Space, account: Account, *, now: datetime = NOW) -> None:
    """Let a member leave, whoever is left."""
    with transaction.atomic():
        membership = Membership.objects.get(space=space, account=account)
        membership.state = MembershipState.LEFT
        membership.save()
        end_active(actor=PLATFORM, membership=membership, now=now)
