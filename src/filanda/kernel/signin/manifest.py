# SPDX-License-Identifier: EUPL-1.2
"""Permissions and events of accounts, roles and sign-in."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Min
from django.utils.translation import gettext_lazy as _

from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.manifests import Manifest, PersonalData, Waiting
from filanda.kernel.policies import Decision, Permission
from filanda.kernel.signin.models import Recovery
from filanda.kernel.signin.personal import collect, erase


def _is_own(actor: Actor, account: Account | None) -> Decision:
    if account is not None and actor.account_id == account.pk:
        return Decision(True)
    return Decision(False, _("This belongs to somebody else’s account."))


def _operators(name: str, label: Any) -> EventType:
    # Payloads hold kinds, methods and counts only.
    return EventType(name, label, Audience.OPERATORS, Erasure.NOTHING)


def _waiting(actor: Actor) -> Iterable[Waiting]:
    """Recoveries that this administrator can decide."""
    if Role.REGION_ADMINISTRATOR not in actor.roles:
        return
    rows = Recovery.objects.open().exclude(account=actor.account_id).exclude(first_approver=actor.account_id)
    found = rows.aggregate(count=Count("pk"), since=Min("asked_at"))
    if found["count"]:
        yield Waiting(
            str(_("People who lost their second factor")),
            "signin:recoveries",
            count=found["count"],
            since=found["since"],
        )


manifest = Manifest(
    waiting=_waiting,
    personal_data=(PersonalData("signin", _("Signing in: factors, sessions, sign-ins elsewhere"), collect, erase),),
    permissions=(
        Permission(
            "identity.roles.grant", _("Give roles in this region"), roles=frozenset({Role.REGION_ADMINISTRATOR})
        ),
        Permission("identity.links.create", _("Make one-time sign-in links (operators only)")),
        Permission(
            "signin.account.update",
            _("Change one’s own address, factors and sessions"),
            everybody=True,
            rule=_is_own,
        ),
        Permission(
            "signin.recoveries.decide",
            _("Let somebody back in who lost their second factor"),
            roles=frozenset({Role.REGION_ADMINISTRATOR}),
        ),
    ),
    events=(
        EventType("identity.account.created", _("An account was created"), Audience.STAFF, Erasure.NOTHING),
        # Reasons are people's words about people.
        EventType("identity.role.granted", _("A role was given"), Audience.STAFF, Erasure.PAYLOAD),
        EventType("identity.role.ended", _("A role was ended"), Audience.STAFF, Erasure.PAYLOAD),
        EventType("identity.link.created", _("A sign-in link was made"), Audience.OPERATORS, Erasure.NOTHING),
        EventType("identity.link.used", _("Somebody signed in by a link"), Audience.OPERATORS, Erasure.NOTHING),
        _operators("identity.session.opened", _("Somebody signed in")),
        _operators("identity.sessions.ended", _("Sessions were ended by their owner")),
        _operators("identity.code.burnt", _("A code of an e-mail was guessed at too often")),
        _operators("identity.address.changed", _("An e-mail address was changed")),
        _operators("identity.factor.added", _("A second factor was added")),
        _operators("identity.factor.renamed", _("A passkey was given another name")),
        _operators("identity.factor.removed", _("A second factor was removed")),
        _operators("identity.factor.guessed_at", _("A second factor was guessed at too often")),
        _operators("identity.recovery_codes.made", _("Recovery codes were made")),
        _operators("identity.recovery_code.used", _("A recovery code was used")),
        _operators("identity.recovery.asked", _("Somebody who lost their second factor asked to be let back in")),
        _operators("identity.recovery.seconded", _("A first administrator approved a recovery")),
        _operators("identity.recovery.refused", _("A recovery was refused")),
        _operators("identity.recovery.lapsed", _("A recovery ended without a decision")),
        _operators("identity.factors.recovered", _("Lost second factors were removed")),
        _operators("identity.provider.linked", _("A sign-in of an identity provider was linked")),
        _operators("identity.provider.unlinked", _("A sign-in of an identity provider was removed")),
    ),
)
