# SPDX-License-Identifier: EUPL-1.2
"""Who writes proposals, who publishes without a review, who reviews."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from filanda.capabilities.moderation.suspensions import may_write
from filanda.components.proposals.models import Proposal, Review, ReviewOutcome
from filanda.directory.people.queries import is_trusted, person_of
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import SPACE_ROLES, Role
from filanda.kernel.policies import Decision, Permission, decide
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import active_region
from filanda.spaces.models import Space, SpaceKind
from filanda.spaces.policies import MEMBERS, space_of, space_scope, takes_part

__all__ = ["PERMISSIONS", "REVIEW_RULES", "may_propose", "may_publish", "may_review", "may_write_it", "review_rule"]

REVIEW_RULES = ("first", "always", "never")  # settings["proposals"]["review"]
_NOT_OWN = Decision(False, _("Only the side that made this proposal does this."))
_GROUP = Decision(False, _("A project group is where partners work. Propose in a community, or in the region."))


def may_propose(actor: Actor, space: Space) -> Decision:
    return decide(actor, "proposals.propose", space)


def may_write_it(actor: Actor, proposal: Proposal) -> Decision:
    return decide(actor, "proposals.write", proposal)


def may_publish(actor: Actor, proposal: Proposal) -> Decision:
    """Whether it needs no review. A few queries."""
    return decide(actor, "proposals.publish", proposal)


def may_review(actor: Actor, proposal: Proposal) -> Decision:
    return decide(actor, "proposals.review", proposal)


def review_rule(region: Region) -> str:
    """Which proposals a facilitator reads before they are published: "always" all, "first" those of people of whom none
    was approved yet, "never" only those of people who are not validated. No query.
    """
    given = region.settings.get("proposals")
    said = given.get("review") if isinstance(given, dict) else None
    return said if said in REVIEW_RULES else REVIEW_RULES[0]


def _proposes(actor: Actor, obj: Any) -> Decision:
    space = space_of(obj)
    return _GROUP if space.kind == SpaceKind.GROUP else takes_part(actor, space)


def _writes(actor: Actor, obj: Any) -> Decision:
    """The owner's side, unless a decision has suspended them. One query."""
    return may_write(actor, obj.space_id) if obj.is_owned_by(actor) else _NOT_OWN


def _publishes(actor: Actor, obj: Any) -> Decision:
    """The owner's side where nobody has to read it first: in a closed community, whose managers choose who is inside
    and into which facilitators do not look; else as the region's rule says. Three queries.
    """
    writes = _writes(actor, obj)
    if not writes:
        return writes
    if not obj.space.is_open:
        return Decision(True)
    person = person_of(actor)
    if person is None or not is_trusted(person, active_region()):
        return Decision(False, _("A facilitator reads the proposals of people whose profile is not validated yet."))
    rule = review_rule(active_region())
    if rule == "never":
        return Decision(True)
    if rule == "first" and _was_approved(actor):
        return Decision(True)
    return Decision(False, _("In this region, a facilitator reads it before it is published."))


def _was_approved(actor: Actor) -> bool:
    """Whether a facilitator has approved a proposal of this very person. One query."""
    return Review.objects.filter(proposal__owner=actor.account_id, outcome=ReviewOutcome.APPROVED).exists()


def _reviews(actor: Actor, obj: Any) -> Decision:
    """Facilitators who read where it stands; never their own side's."""
    if obj is None:
        return Decision(True)
    if obj.is_owned_by(actor) or obj.organisation_id in actor.scope_ids("organisation"):
        return Decision(False, _("This is a proposal of your own side: another facilitator reads it."))
    if obj.audience not in actor.audience_tokens:
        return Decision(False, _("It stands in a community that you are not a member of."))
    return Decision(True)


PERMISSIONS: tuple[Permission, ...] = (
    Permission(
        "proposals.propose",
        _("Make a proposal in the region or in a community"),
        roles=MEMBERS,
        scoped_roles=frozenset(SPACE_ROLES),
        scope=space_scope,
        rule=_proposes,
    ),
    Permission(
        "proposals.write",
        _("Change, submit, take back, renew and close a proposal of one’s own side"),
        roles=MEMBERS,
        rule=_writes,
    ),
    Permission("proposals.publish", _("Publish a proposal without a review"), roles=MEMBERS, rule=_publishes),
    Permission(
        "proposals.review",
        _("Review proposals: approve them, or return them with reasons"),
        roles=frozenset({Role.FACILITATOR}),
        rule=_reviews,
    ),
    Permission("proposals.suspend", _("Suspend a proposal, by a decision of moderation")),
    Permission("proposals.expire", _("End proposals whose time is over, and warn before")),
)
