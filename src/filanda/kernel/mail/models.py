# SPDX-License-Identifier: EUPL-1.2
"""Messages on their way, marks of addresses that do not work, and the demonstration's outbox."""

from __future__ import annotations

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import scoped


class MessageState(models.TextChoices):
    QUEUED = "queued", _("Waiting to be sent")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Given up")
    SUPPRESSED = "suppressed", _("Not sent: the address does not work")


class Message(models.Model):
    """One e-mail to one person. Its words are made when it is sent, from `template` and `context`.

    `message_id` is fixed when it is posted: whoever gets it twice can tell. `context` goes once it is sent or given up.
    `secret`: it holds a code or a link with a token, of no use later. `unclear` counts the times it may have been sent
    without our knowing.
    """

    region = models.ForeignKey(Region, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    to = models.EmailField(help_text="lower case")
    language = models.CharField(max_length=8)
    template = models.CharField(max_length=120)
    context = models.JSONField(null=True, blank=True, encoder=DjangoJSONEncoder)
    secret = models.BooleanField(default=False)
    unsubscribe_url = models.URLField(max_length=500, blank=True)
    message_id = models.CharField(max_length=300, unique=True)
    state = models.CharField(max_length=12, choices=MessageState.choices, default=MessageState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    unclear = models.PositiveSmallIntegerField(default=0)
    posted_at = models.DateTimeField(default=now)
    not_before = models.DateTimeField(default=now)
    not_after = models.DateTimeField(help_text="later it would be of no use, and is given up")
    sent_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="sent, given up or suppressed")
    last_error = models.CharField(max_length=300, blank=True, help_text="without addresses")

    objects = scoped()

    class Meta:
        indexes = [
            models.Index(
                fields=["not_before"], condition=models.Q(state__in=("queued", "sending")), name="mail_message_waiting"
            ),
            models.Index(fields=["to"], name="mail_message_to"),
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"


class MarkReason(models.TextChoices):
    HARD = "hard", _("The mail server says that this address does not exist.")
    SOFT = "soft", _("The mail server could not deliver for some time.")
    COMPLAINT = "complaint", _("Messages to this address were reported as unwanted.")


class AddressMark(models.Model):
    """What a mail server told us about an address, kept under a keyed hash of it. Of the installation, as accounts are.

    HARD: nothing more is sent there, but for a code that somebody asks for, once a day. COMPLAINT: nothing more that
    can be unsubscribed from. SOFT: noted only.
    """

    address_hash = models.BinaryField(max_length=32)
    reason = models.CharField(max_length=10, choices=MarkReason.choices)
    at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    tried_at = models.DateTimeField(null=True, blank=True, help_text="last sent to in spite of the mark")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["address_hash", "reason"], name="mail_one_mark_a_reason")]

    def __str__(self) -> str:
        return f"{self.reason} mark {self.pk}"


class OutboxMessage(models.Model):
    """A message of a demonstration, as it would have been sent."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    message_id = models.CharField(max_length=300)
    to = models.EmailField()
    sender = models.CharField(max_length=400)
    subject = models.CharField(max_length=400)
    text = models.TextField()
    html = models.TextField()
    headers = models.JSONField(default=dict)
    at = models.DateTimeField(default=now)

    objects = scoped()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["region", "-at"], name="mail_outbox_list")]

    def __str__(self) -> str:
        return f"outbox message {self.pk}"
