# SPDX-License-Identifier: EUPL-1.2
"""A small place for tests: halls, numbered. Hall 1 is public, hall 2 for those inside, hall 3 too and holds posts."""

from __future__ import annotations

from datetime import UTC, datetime

from filanda.capabilities.threads.places import Place, register_place
from filanda.directory.people.actions import join_region
from filanda.directory.people.models import Person, ValidationState
from filanda.kernel.identity.actors import PLATFORM, Actor, actor_for
from filanda.kernel.identity.models import Account, Role, RoleGrant
from filanda.kernel.policies import Decision

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
PUBLIC, INNER, HOLDING, OTHER_PUBLIC = ("hall", 1), ("hall", 2), ("hall", 3), ("hall", 4)
_KEEPERS = (Role.SPACE_MANAGER, Role.SPACE_MODERATOR)


def _may_write(actor: Actor, number: int) -> Decision:
    if number in actor.scope_ids("hall", Role.SPACE_MEMBER, *_KEEPERS) or (number in (1, 4) and actor.is_member):
        return Decision(True)
    return Decision(False, "You are not inside this hall.")


def _keeps_order(actor: Actor, number: int) -> Decision:
    return Decision(number in actor.scope_ids("hall", *_KEEPERS), "Keepers of the hall do this.")


register_place(
    Place(
        kind="hall",
        may_open=_may_write,
        may_answer=_may_write,
        keeps_order=_keeps_order,
        keeps_order_in=lambda actor: actor.scope_ids("hall", *_KEEPERS),
        audience=lambda number: "public" if number in (1, 4) else f"hall:{number}",
        thread_page=lambda number, thread, _title: ("discussions:thread", (f"hall-{number}", thread, "x")),
        holds=lambda actor, number: number == 3 and not _keeps_order(actor, number),
        followers_of=lambda number: (("hall", number),),
    )
)


def somebody(region, name: str, *, inside=(), keeps=(), is_new: bool = False, **fields) -> Account:
    """A member of the region, in these halls; long here and validated, unless they are new."""
    email = f"{name.lower().replace(' ', '.')}@example.org"
    account = Account.objects.create_account(email=email, name=name)
    join_region(actor=actor_for(account), account=account, region=region, name=name, now=NOW)
    if not is_new:
        Account.objects.filter(pk=account.pk).update(created_at=LONG_AGO)
        Person.objects.filter(account=account).update(state=ValidationState.VALIDATED, **fields)
    for numbers, role in ((inside, Role.SPACE_MEMBER), (keeps, Role.SPACE_MODERATOR)):
        for number in numbers:
            RoleGrant.objects.create(region=region, account=account, role=role, scope_kind="hall", scope_id=number)
    return account


def act(account: Account | None) -> Actor:
    return actor_for(account, has_second_factor=True) if account is not None else Actor()


__all__ = ["HOLDING", "INNER", "LONG_AGO", "NOW", "OTHER_PUBLIC", "PLATFORM", "PUBLIC", "act", "somebody"]
