# SPDX-License-Identifier: EUPL-1.2
"""Thread, Post, PostRevision, Reaction, Mention, ReadPosition, FormerNumber and Draft."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import scoped

TITLE_MOST = 200  # characters
POST_MOST = 40_000  # characters of Markdown


class ThreadKind(models.TextChoices):
    DISCUSSION = "discussion", _("Discussion")
    QUESTION = "question", _("Question")


class ThreadQuerySet(models.QuerySet["Thread"]):
    def visible_to(self, actor: Actor) -> ThreadQuerySet:
        """Threads whose audience `actor` belongs to; hidden ones only their author, and who keeps order there (the
        place adds those: see `places.Place.keeps_order_in`).
        """
        if actor.is_platform:
            return self
        from filanda.capabilities.threads.places import kept_by, read_by

        return self.seen_by(actor.account_id, actor.audience_tokens, kept_by(actor), read_by(actor))

    def seen_by(
        self,
        account_id: int | None,
        tokens: Sequence[str],
        kept: Iterable[tuple[str, Sequence[int]]],
        read: Iterable[tuple[str, Any]] = (),
    ) -> ThreadQuerySet:
        """As `visible_to`, of what it asks of an actor: `kept`: by kind, the places where they keep order; `read`:
        those that they read without holding a token of their readers.
        """
        shown = Q(hidden_at=None)
        if account_id is not None:
            shown |= Q(author=account_id)
        for kind, ids in kept:
            shown |= Q(place_kind=kind, place_id__in=ids)
        readers = Q(audience__in=tokens)
        for kind, ids in read:
            readers |= Q(place_kind=kind, place_id__in=ids)
        return self.filter(shown, readers)

    def in_place(self, kind: str, number: int) -> ThreadQuerySet:
        return self.filter(place_kind=kind, place_id=number)


class Thread(models.Model):
    """A conversation in a place: (`place_kind`, `place_id`). Its first post, number 1, is what it asks or says.

    `audience`: the token of its readers, written by the place. `posts_count` counts posts whose words readers see;
    `last_number` is the highest number that readers have seen: what a read position is compared with. `numbers_given`
    is the highest ever given, held posts included: numbers are never used again.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    place_kind = models.CharField(max_length=40)
    place_id = models.BigIntegerField()
    audience = models.CharField(max_length=60)
    kind = models.CharField(max_length=12, choices=ThreadKind.choices, default=ThreadKind.DISCUSSION)
    title = models.CharField(max_length=TITLE_MOST)
    language = models.CharField(max_length=8, blank=True, help_text="of the first post, as detected")
    author = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=now)
    posts_count = models.PositiveIntegerField(default=0)
    last_number = models.PositiveIntegerField(default=0)
    numbers_given = models.PositiveIntegerField(default=0)
    last_post_at = models.DateTimeField(default=now)
    last_author = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    answer = models.ForeignKey("Post", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    first_reply_at = models.DateTimeField(null=True, blank=True, help_text="the first post by somebody else")
    pinned_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_reason = models.CharField(max_length=300, blank=True)
    hidden_at = models.DateTimeField(null=True, blank=True)
    moved_to = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    version = models.PositiveIntegerField(default=0, help_text="grows with every change that a reader would see")

    objects = scoped(ThreadQuerySet)

    class Meta:
        ordering = ["-last_post_at", "-pk"]
        indexes = [
            models.Index(fields=["region", "place_kind", "place_id", "-last_post_at"], name="threads_latest"),
            models.Index(fields=["region", "audience", "-last_post_at"], name="threads_for_audience"),
        ]

    def __str__(self) -> str:
        return f"thread {self.pk}"


class PostState(models.TextChoices):
    SHOWN = "shown", _("Shown")
    HELD = "held", _("Held until somebody has looked")
    HIDDEN = "hidden", _("Hidden")
    REMOVED = "removed", _("Removed")
    DELETED = "deleted", _("Deleted by its author")


class PostQuerySet(models.QuerySet["Post"]):
    def visible_to(self, actor: Actor) -> PostQuerySet:
        """Posts of threads `actor` may see. Those not shown are rows without words for readers (see `Post.state`):
        lists leave out held and hidden ones of other people, unless one keeps order there.
        """
        if actor.is_platform:
            return self
        threads = Thread.objects.visible_to(actor)
        shown = Q(state__in=[PostState.SHOWN, PostState.REMOVED, PostState.DELETED])
        if actor.account_id is not None:
            shown |= Q(author=actor.account_id)
        from filanda.capabilities.threads.places import kept_by

        for kind, ids in kept_by(actor):
            shown |= Q(thread__place_kind=kind, thread__place_id__in=ids)
        return self.filter(shown, thread__in=threads)


class Post(models.Model):
    """One contribution. `number` counts within the thread, from 1; `source` is Markdown, `html` what became of it.

    `key`: given by the form that sent it, so that sending twice writes once. `version`: of the words, from 1: who edits
    says which version they saw, and is shown both when somebody was faster. Of a removed or deleted post `html` is
    empty; `source` stays with a removed one, for an appeal.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="posts")
    number = models.PositiveIntegerField()
    author = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    reply_to = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    source = models.TextField(blank=True)
    html = models.TextField(blank=True)
    language = models.CharField(max_length=8, blank=True)
    state = models.CharField(max_length=10, choices=PostState.choices, default=PostState.SHOWN)
    state_changed_at = models.DateTimeField(default=now)
    key = models.CharField(max_length=40, blank=True)
    version = models.PositiveIntegerField(default=1)
    reactions = models.JSONField(default=dict, blank=True, help_text='counts: {"thanks": 3}; equal to a recount')
    via_mail = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now)
    edited_at = models.DateTimeField(null=True, blank=True)
    was_answer_at = models.DateTimeField(
        null=True, blank=True, help_text="since when it was the accepted answer, when moderation took it away"
    )

    objects = scoped(PostQuerySet)

    class Meta:
        ordering = ["thread", "number"]
        constraints = [
            models.UniqueConstraint(fields=["thread", "number"], name="threads_post_number"),
            models.UniqueConstraint(fields=["author", "key"], condition=~Q(key=""), name="threads_post_sent_once"),
        ]
        indexes = [models.Index(fields=["region", "author", "-created_at"], name="threads_by_author")]

    def __str__(self) -> str:
        return f"post {self.pk}"


class FormerNumber(models.Model):
    """Where a post stood before it was moved: its old address goes on working."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="former_numbers")
    number = models.PositiveIntegerField()
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="former_numbers")

    objects = scoped()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "number"], name="threads_former_number")]

    def __str__(self) -> str:
        return f"{self.thread_id}/{self.number} is post {self.post_id}"


class PostRevision(models.Model):
    """How a post read before an edit."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="revisions")
    version = models.PositiveIntegerField()
    source = models.TextField(blank=True)
    editor = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    written_at = models.DateTimeField(help_text="when this version was written")

    objects = scoped()

    class Meta:
        ordering = ["post", "version"]
        constraints = [models.UniqueConstraint(fields=["post", "version"], name="threads_revision_once")]

    def __str__(self) -> str:
        return f"version {self.version} of post {self.post_id}"


class ReactionName(models.TextChoices):
    """A few, with words: nobody has to guess what a little picture means."""

    THANKS = "thanks", _("Thanks")
    USEFUL = "useful", _("Useful")
    AGREE = "agree", _("I agree")
    ME_TOO = "me_too", _("Me too")


class Reaction(models.Model):
    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="post_reactions")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=10, choices=ReactionName.choices)
    created_at = models.DateTimeField(default=now)

    objects = scoped()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "account", "name"], name="threads_reaction_once")]

    def __str__(self) -> str:
        return f"{self.name} on post {self.post_id}"


class Mention(models.Model):
    """Somebody named in a post, as it stands now."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="mentions")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")

    objects = scoped()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "account"], name="threads_mention_once")]

    def __str__(self) -> str:
        return f"account {self.account_id} in post {self.post_id}"


class ReadPosition(models.Model):
    """How far somebody has read a thread: the highest number seen. Never goes back by itself."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="read_positions")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField(default=0)
    read_at = models.DateTimeField(default=now)

    objects = scoped()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "account"], name="threads_read_once")]

    def __str__(self) -> str:
        return f"account {self.account_id} in thread {self.thread_id}: {self.number}"


class Draft(models.Model):
    """What somebody is writing, saved as they type. `place`: "thread:17" (an answer), "post:4" (an edit),
    "space:3" (a new thread).
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    place = models.CharField(max_length=60)
    title = models.CharField(max_length=TITLE_MOST, blank=True)
    source = models.TextField(blank=True)
    saved_at = models.DateTimeField(default=now)

    objects = scoped()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["region", "account", "place"], name="threads_one_draft")]

    def __str__(self) -> str:
        return f"draft {self.pk}"
