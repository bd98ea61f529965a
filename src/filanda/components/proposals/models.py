# SPDX-License-Identifier: EUPL-1.2
"""Proposal (with its workflow), its versions and reviews, who was let in, expressions of interest (with theirs), and
saved searches.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.text import slugify
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from filanda.capabilities.collaborations.models import Cooperation, ValueBand
from filanda.directory.funding.models import FundingCall
from filanda.directory.organisations.models import ConceptOrigin, Organisation
from filanda.directory.taxonomies.models import Concept
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account, Role
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import scoped
from filanda.kernel.workflow import Transition, Workflow
from filanda.spaces.models import Space

TITLE_MOST = 160
SUMMARY_MOST = 1_000
TEXT_MOST = 40_000
BRING_MOST = 2_000  # what partners should bring; what somebody brings
REASON_MOST = 1_000
MONTHS_MOST = 24
ORGANISATION = "organisation"  # scope of role grants
SPEAKERS = (Role.ORGANISATION_ADMIN,)  # who speaks for an organisation
# Addresses below a proposal's own: its moves and its other pages.
PAGES = frozenset(
    {"answer", "ask", "begin-talks", "close", "delete", "draft", "edit", "fail-talks", "matches", "people", "publish"}
    | {"renew", "review", "submit", "take-back"}
)


class ProposalKind(models.TextChoices):
    LOOK_FOR = "look_for", _("I look for")
    OFFER = "offer", _("I offer")
    TOGETHER = "together", _("Let us build together")


class IprPosition(models.TextChoices):
    """As in the profiles of technology transfer networks."""

    NOT_SAID = "", _("Not said")
    NONE = "none", _("No rights claimed")
    SECRET = "secret", _("Secret know-how")
    PATENT_APPLIED = "patent_applied", _("Patent applied for")
    PATENT_GRANTED = "patent_granted", _("Patent granted")
    COPYRIGHT = "copyright", _("Copyright")
    OPEN = "open", _("Open: open source, open data or open hardware")


class Rung(models.TextChoices):
    """Who reads a rung of the confidentiality ladder. The title stands where the proposal stands."""

    PUBLIC = "public", _("Everybody")
    MEMBERS = "members", _("Members of this region")
    LET_IN = "let_in", _("Only whom I let in")


class ProposalState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("With a facilitator")
    PUBLISHED = "published", _("Published")
    IN_TALKS = "in_talks", _("In talks")
    CLOSED = "closed", _("Closed")
    EXPIRED = "expired", _("Expired")
    SUSPENDED = "suspended", _("Suspended")


class ClosedAs(models.TextChoices):
    COLLABORATING = "collaborating", _("It became a collaboration")
    WITHDRAWN = "withdrawn", _("Withdrawn by its author")
    NO_PARTNER = "no_partner", _("No partner was found")


_P = ProposalState
OPEN_STATES = (_P.PUBLISHED, _P.IN_TALKS)  # it can be answered, or talks go on
SHOWN_STATES = (*OPEN_STATES, _P.CLOSED, _P.EXPIRED)  # readers find its page


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def visible_to(self, actor: Actor) -> ProposalQuerySet:
        """Proposals whose title `actor` may know: what is or was published, to the readers of its space; all of one's
        own side, in any state; of those a facilitator looks after or may review, all but drafts.
        """
        if actor.is_platform:
            return self
        shown = Q(audience__in=actor.audience_tokens, state__in=SHOWN_STATES, hidden_at=None)
        mine = self.owned(actor)
        if actor.roles & {Role.FACILITATOR}:
            mine |= Q(audience__in=actor.audience_tokens) & ~Q(state=_P.DRAFT)
        return self.filter(shown | mine)

    @staticmethod
    def owned(actor: Actor) -> Q:
        """Rows of `actor`'s own side: written by them, or of an organisation for which they speak."""
        if actor.account_id is None:
            return Q(pk__in=())
        speaks = actor.scope_ids(ORGANISATION, *SPEAKERS)
        return Q(owner=actor.account_id) | Q(organisation__in=speaks)

    def answerable(self, now: datetime) -> ProposalQuerySet:
        """Those that take expressions of interest at `now`."""
        return self.filter(state__in=OPEN_STATES, hidden_at=None, expires_at__gt=now)


class Proposal(models.Model):
    """What somebody looks for, offers or wants to build. `source` is the full text as Markdown, `html` what became of
    it.

    `audience`: the token of those who may know it (its title, kind, concepts), written from the space. `summary_for`
    and `text_for`: the next rungs of the ladder; attachments stand on the rung of the text. `months`: how long it
    stays open; `expires_at` counts from publication. `version` grows with every saved change. `facilitator` looks
    after it.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="+")
    audience = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, choices=ProposalKind.choices, default=ProposalKind.LOOK_FOR)
    owner = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    organisation = models.ForeignKey(
        Organisation,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="for which it is made",
    )
    title = models.CharField(max_length=TITLE_MOST, blank=True)
    summary = models.CharField(max_length=SUMMARY_MOST, blank=True)
    source = models.TextField(blank=True)
    html = models.TextField(blank=True)
    language = models.CharField(max_length=8, blank=True, help_text="of its texts, as detected")
    summary_for = models.CharField(max_length=10, choices=Rung.choices, default=Rung.MEMBERS)
    text_for = models.CharField(max_length=10, choices=Rung.choices, default=Rung.LET_IN)
    needs_undertaking = models.BooleanField(default=False, help_text="who is let in undertakes confidentiality first")
    cooperation = ArrayField(models.CharField(max_length=20, choices=Cooperation.choices), default=list, blank=True)
    trl_now = models.PositiveSmallIntegerField(null=True, blank=True)
    trl_wanted = models.PositiveSmallIntegerField(null=True, blank=True)
    ipr = models.CharField(max_length=20, choices=IprPosition.choices, blank=True)
    place = models.ForeignKey(
        Concept,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="NUTS area or municipality",
    )
    languages = ArrayField(models.CharField(max_length=8), default=list, blank=True, help_text="ISO 639-1, of work")
    funding_call = models.ForeignKey(
        FundingCall,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="for which a consortium is looked for",
    )
    partners_bring = models.CharField(max_length=BRING_MOST, blank=True)
    budget = models.CharField(max_length=20, choices=ValueBand.choices, blank=True)
    is_for_other_regions = models.BooleanField(default=False, help_text="may be passed on to other regions")
    months = models.PositiveSmallIntegerField(default=6)
    facilitator = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=12, choices=ProposalState.choices, default=ProposalState.DRAFT)
    state_changed_at = models.DateTimeField(default=now)
    closed_as = models.CharField(max_length=15, choices=ClosedAs.choices, blank=True)
    reason = models.CharField(max_length=REASON_MOST, blank=True, help_text="why it was closed, returned or suspended")
    suspended_from = models.CharField(max_length=12, blank=True, help_text="the state before the suspension")
    submitted_at = models.DateTimeField(null=True, blank=True, help_text="when the present review was asked for")
    published_at = models.DateTimeField(null=True, blank=True, help_text="the first time")
    expires_at = models.DateTimeField(null=True, blank=True)
    warned_14_at = models.DateTimeField(null=True, blank=True)
    warned_3_at = models.DateTimeField(null=True, blank=True)
    first_answer_at = models.DateTimeField(null=True, blank=True, help_text="first expression of interest")
    answers_count = models.PositiveIntegerField(default=0, help_text="sent and not withdrawn; equal to a recount")
    hidden_at = models.DateTimeField(null=True, blank=True, help_text="by moderation")
    key = models.CharField(max_length=40, blank=True, help_text="given by the form: sending twice writes once")
    version = models.PositiveIntegerField(default=1, help_text="who edits says which one they saw")
    is_invented = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now)
    edited_at = models.DateTimeField(null=True, blank=True)

    objects = scoped(ProposalQuerySet)

    workflow = Workflow(
        states=ProposalState,
        transitions=(
            Transition("submit", (_P.DRAFT,), _P.IN_REVIEW, "proposals.write", _("Send it to a facilitator")),
            Transition("publish", (_P.DRAFT,), _P.PUBLISHED, "proposals.publish", _("Publish")),
            Transition("take_back", (_P.IN_REVIEW,), _P.DRAFT, "proposals.write", _("Take it back")),
            Transition("return", (_P.IN_REVIEW,), _P.DRAFT, "proposals.review", _("Return it with reasons")),
            Transition("approve", (_P.IN_REVIEW,), _P.PUBLISHED, "proposals.review", _("Approve")),
            Transition(
                "review_again", OPEN_STATES, _P.IN_REVIEW, "proposals.write", _("Send it to a facilitator again")
            ),
            Transition("begin_talks", (_P.PUBLISHED,), _P.IN_TALKS, "proposals.write", _("We are in talks")),
            Transition("fail_talks", (_P.IN_TALKS,), _P.PUBLISHED, "proposals.write", _("The talks have failed")),
            Transition("close", OPEN_STATES, _P.CLOSED, "proposals.write", _("Close it")),
            Transition("expire", OPEN_STATES, _P.EXPIRED, "", _("Its time is over")),
            Transition("renew", (_P.EXPIRED,), _P.PUBLISHED, "proposals.write", _("Renew it")),
            Transition("suspend", OPEN_STATES, _P.SUSPENDED, "proposals.suspend", _("Suspend")),
            Transition("resume", (_P.SUSPENDED,), _P.PUBLISHED, "proposals.suspend", _("Show it again")),
            Transition("resume_talks", (_P.SUSPENDED,), _P.IN_TALKS, "proposals.suspend", _("Show it again, in talks")),
        ),
    )

    class Meta:
        ordering = ["-published_at", "-pk"]
        indexes = [
            models.Index(fields=["region", "audience", "state", "-published_at"], name="proposals_of_readers"),
            models.Index(fields=["region", "space", "-published_at"], name="proposals_of_space"),
            models.Index(fields=["region", "owner", "state"], name="proposals_of_owner"),
            models.Index(fields=["region", "state", "expires_at"], name="proposals_by_the_clock"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["owner", "key"], condition=~Q(key=""), name="proposals_sent_once"),
            models.CheckConstraint(
                condition=Q(state="closed", closed_as__gt="") | (~Q(state="closed") & Q(closed_as="")),
                name="proposals_closed_as_something",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["published", "in_talks", "expired"])
                | Q(published_at__isnull=False, expires_at__isnull=False),
                name="proposals_published_until",
            ),
            models.CheckConstraint(condition=Q(months__gte=1, months__lte=MONTHS_MOST), name="proposals_months"),
            models.CheckConstraint(
                condition=(Q(trl_now=None) | Q(trl_now__range=(1, 9)))
                & (Q(trl_wanted=None) | Q(trl_wanted__range=(1, 9))),
                name="proposals_trl",
            ),
        ]

    def __str__(self) -> str:
        return f"proposal {self.pk}"

    @property
    def slug(self) -> str:
        """Words for an address, never those of one of the proposal's other pages."""
        return slug_of(self.title)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES and self.hidden_at is None

    def is_owned_by(self, actor: Actor) -> bool:
        """Whether `actor` is of the side that made it. No query."""
        if actor.account_id is None:
            return False
        return actor.account_id == self.owner_id or self.organisation_id in actor.scope_ids(ORGANISATION, *SPEAKERS)

    def is_looked_after_by(self, actor: Actor) -> bool:
        """Whether `actor` is its facilitator, and still is one."""
        return (
            actor.account_id is not None and actor.account_id == self.facilitator_id and Role.FACILITATOR in actor.roles
        )


@lru_cache(maxsize=4096)
def slug_of(title: str) -> str:
    words = slugify(title)[:80].strip("-") or "-"
    return f"{words}-proposal" if words in PAGES else words


class ProposalConcept(models.Model):
    """What a proposal is about. A suggestion stays one until a person confirms it."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="concept_links")
    concept = models.ForeignKey(Concept, on_delete=models.PROTECT, related_name="+")
    origin = models.CharField(max_length=10, choices=ConceptOrigin.choices, default=ConceptOrigin.CONFIRMED)
    score = models.FloatField(null=True, blank=True)

    objects = scoped()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["proposal", "concept"], name="proposals_concept_once")]

    def __str__(self) -> str:
        return f"proposal {self.proposal_id}: concept {self.concept_id}"


class ProposalVersion(models.Model):
    """How a proposal read when it was submitted or changed after publication: `fields` by name, as a form has them."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(help_text="Proposal.version then")
    fields = models.JSONField(default=dict)
    by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=now)

    objects = scoped()

    class Meta:
        ordering = ["proposal", "number"]
        constraints = [models.UniqueConstraint(fields=["proposal", "number"], name="proposals_version_once")]

    def __str__(self) -> str:
        return f"version {self.number} of proposal {self.proposal_id}"


class ReviewOutcome(models.TextChoices):
    APPROVED = "approved", _("Approved")
    RETURNED = "returned", _("Returned with reasons")


class Review(models.Model):
    """What a facilitator found. `checklist`: {"need_clear": true, …} by actions' CHECKLIST; `remarks`: reasons beside
    the fields, {"summary": "Say what is new."}; `words` to the whole. `due_at`: the target, one working day.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="reviews")
    number = models.PositiveIntegerField(help_text="Proposal.version that was read")
    reviewer = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    outcome = models.CharField(max_length=10, choices=ReviewOutcome.choices)
    checklist = models.JSONField(default=dict, blank=True)
    remarks = models.JSONField(default=dict, blank=True)
    words = models.CharField(max_length=REASON_MOST, blank=True)
    submitted_at = models.DateTimeField()
    due_at = models.DateTimeField()
    at = models.DateTimeField(default=now)

    objects = scoped()

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"review {self.pk} of proposal {self.proposal_id}"


class AdmissionState(models.TextChoices):
    ASKED = "asked", _("Asked to read the full text")
    LET_IN = "let_in", _("Let in")
    REFUSED = "refused", _("Not let in")
    ENDED = "ended", _("No longer let in")


class Admission(models.Model):
    """Somebody whom the owner lets read the full text, alone or for an organisation. `undertaking`: the words of the
    confidentiality they undertook, kept as they read them then.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="admissions")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=10, choices=AdmissionState.choices, default=AdmissionState.ASKED)
    state_changed_at = models.DateTimeField(default=now)
    asked_why = models.CharField(max_length=REASON_MOST, blank=True)
    undertaking = models.TextField(blank=True)
    undertaken_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=REASON_MOST, blank=True, help_text="why not, for who asked")
    decided_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=now)

    objects = scoped()

    workflow = Workflow(
        states=AdmissionState,
        transitions=(
            Transition(
                "let_in", (AdmissionState.ASKED, AdmissionState.REFUSED), AdmissionState.LET_IN, "proposals.admit"
            ),
            Transition(
                "refuse", (AdmissionState.ASKED,), AdmissionState.REFUSED, "proposals.admit", _("Do not let in")
            ),
            Transition("end", (AdmissionState.LET_IN,), AdmissionState.ENDED, "proposals.admit", _("End it")),
            Transition(
                "ask_again", (AdmissionState.REFUSED, AdmissionState.ENDED), AdmissionState.ASKED, "proposals.ask"
            ),
        ),
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["proposal", "account"], name="proposals_admitted_once")]

    def __str__(self) -> str:
        return f"account {self.account_id} and the text of proposal {self.proposal_id}"


class InterestState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SENT = "sent", _("Sent")
    READ = "read", _("Read")
    SHORTLISTED = "shortlisted", _("Shortlisted")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    LAPSED = "lapsed", _("Lapsed: the proposal ended")


class DeclineReason(models.TextChoices):
    NO_FIT = "no_fit", _("What is offered does not fit what we look for")
    STAGE = "stage", _("The stage of development does not fit")
    TERMS = "terms", _("The terms or the budget do not fit")
    CAPACITY = "capacity", _("We cannot take on more partners now")
    ANOTHER = "another", _("We have chosen somebody else")
    PLACE = "place", _("We need somebody nearer, or elsewhere")
    UNCLEAR = "unclear", _("It was not clear enough what is offered")
    OTHER = "other", _("Another reason")


_I = InterestState
WAITING_STATES = (_I.SENT, _I.READ, _I.SHORTLISTED)  # the owner has not decided
_DECIDE = "proposals.interests.decide"


class InterestQuerySet(models.QuerySet["ExpressionOfInterest"]):
    def visible_to(self, actor: Actor) -> InterestQuerySet:
        """Those of one's own side; sent ones of proposals of one's own side, and of proposals one looks after as their
        facilitator. Nobody else's: authors never learn of each other.
        """
        if actor.is_platform:
            return self
        if actor.account_id is None:
            return self.none()
        proposals = Proposal.objects.filter(Proposal.objects.all().owned(actor))
        seen = self.written(actor) | (~Q(state=_I.DRAFT) & Q(proposal__in=proposals))
        if Role.FACILITATOR in actor.roles:
            seen |= ~Q(state=_I.DRAFT) & Q(proposal__facilitator=actor.account_id)
        return self.filter(seen)

    @staticmethod
    def written(actor: Actor) -> Q:
        """Rows of the answering side: written by `actor`, or sent for an organisation for which they speak."""
        if actor.account_id is None:
            return Q(pk__in=())
        return InterestQuerySet.of_side(actor.account_id, actor.scope_ids(ORGANISATION, *SPEAKERS))

    @staticmethod
    def of_side(account: int, bodies: Collection[int]) -> Q:
        """As `written`, of an account that speaks for `bodies`."""
        return Q(author=account) | (Q(organisation__in=bodies) & ~Q(state=_I.DRAFT))

    def waiting(self) -> InterestQuerySet:
        return self.filter(state__in=WAITING_STATES)


class ExpressionOfInterest(models.Model):
    """A structured answer to a proposal, for a person alone or for an organisation. `thread_id`: the conversation of
    both sides and the facilitator, in the place ("interest", id).
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="interests")
    author = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", help_text="on whose behalf"
    )
    brings = models.TextField(blank=True, help_text="what we bring; plain text or Markdown, up to 2,000 characters")
    questions = models.TextField(blank=True)
    language = models.CharField(max_length=8, blank=True)
    state = models.CharField(max_length=12, choices=InterestState.choices, default=InterestState.DRAFT)
    state_changed_at = models.DateTimeField(default=now)
    decline_reason = models.CharField(max_length=12, choices=DeclineReason.choices, blank=True)
    reason = models.CharField(max_length=REASON_MOST, blank=True, help_text="in words, for the other side")
    sent_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    owner_reminded_at = models.DateTimeField(null=True, blank=True, help_text="silent for 7 days")
    facilitator_told_at = models.DateTimeField(null=True, blank=True, help_text="silent for 14 days")
    thread_id = models.BigIntegerField(null=True, blank=True)
    group = models.ForeignKey(Space, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    collaboration_id = models.BigIntegerField(null=True, blank=True)
    key = models.CharField(max_length=40, blank=True)
    version = models.PositiveIntegerField(default=1)
    is_invented = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now)
    edited_at = models.DateTimeField(null=True, blank=True)

    objects = scoped(InterestQuerySet)

    workflow = Workflow(
        states=InterestState,
        transitions=(
            Transition("send", (_I.DRAFT,), _I.SENT, "proposals.interests.send", _("Send")),
            Transition("read", (_I.SENT,), _I.READ, _DECIDE, _("Read")),
            Transition("shortlist", (_I.SENT, _I.READ), _I.SHORTLISTED, _DECIDE, _("Shortlist")),
            Transition("accept", WAITING_STATES, _I.ACCEPTED, _DECIDE, _("Accept")),
            Transition("decline", WAITING_STATES, _I.DECLINED, _DECIDE, _("Decline")),
            Transition("withdraw", WAITING_STATES, _I.WITHDRAWN, "proposals.interests.withdraw", _("Withdraw")),
            Transition("lapse", WAITING_STATES, _I.LAPSED, "", _("Lapse")),
        ),
    )

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["region", "state", "sent_at"], name="proposals_waiting_answers")]
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "organisation"],
                condition=Q(organisation__isnull=False, state__in=["sent", "read", "shortlisted"]),
                name="proposals_one_open_answer",
            ),
            models.UniqueConstraint(
                fields=["proposal", "author"],
                condition=Q(organisation__isnull=True, state__in=["sent", "read", "shortlisted"]),
                name="proposals_one_open_answer_alone",
            ),
            models.UniqueConstraint(
                fields=["proposal", "author"], condition=Q(state="draft"), name="proposals_one_draft_answer"
            ),
            models.CheckConstraint(
                condition=Q(state="declined", decline_reason__gt="") | (~Q(state="declined") & Q(decline_reason="")),
                name="proposals_declined_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"expression of interest {self.pk}"


class Frequency(models.TextChoices):
    NEVER = "never", _("Do not write to me")
    DAILY = "daily", _("Once a day, when there is something new")
    WEEKLY = "weekly", _("Once a week, when there is something new")


class SavedSearch(models.Model):
    """A search of proposals that somebody keeps; `query` is the query string of the directory, without the page."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=120)
    query = models.CharField(max_length=1_000, blank=True)
    frequency = models.CharField(max_length=10, choices=Frequency.choices, default=Frequency.WEEKLY)
    seen_at = models.DateTimeField(default=now, help_text="what was published later is new")
    sent_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=now)

    objects = scoped()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["account", "region", "query"], name="proposals_search_once")]

    def __str__(self) -> str:
        return f"search {self.pk} of account {self.account_id}"
