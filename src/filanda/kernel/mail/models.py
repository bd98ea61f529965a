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
    reply_to = models.CharField(max_length=320, blank=True, help_text="where answers go; else to the region's contact")
    thread_id = models.CharField(max_length=300, blank=True, help_text="the Message-ID under which programs group it")
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


class InboundState(models.TextChoices):
    RECEIVED = "received", _("Waiting to be read")
    TAKING = "taking", _("Being read")
    TAKEN = "taken", _("Taken")
    REFUSED = "refused", _("Refused")
    DROPPED = "dropped", _("Left aside: no person wrote it")
    BOUNCE = "bounce", _("A message of ours could not be delivered")
    FAILED = "failed", _("Given up")


class InboundReason(models.TextChoices):
    """Why an answer was not taken. The label is for operators; whoever wrote it gets a sentence of their own."""

    NO_ADDRESS = "no_address", _("It was sent to no address that we made")
    EXPIRED = "expired", _("The reply address is too old")
    GONE = "gone", _("The region or the account is no longer there")
    WRONG_SENDER = "wrong_sender", _("It came from another address than the one we wrote to")
    FORGED = "forged", _("Our mail server says that the sender is forged")
    EMPTY = "empty", _("There was nothing but what we had written")
    TOO_LARGE = "too_large", _("It was too large")
    TOO_MANY_FILES = "too_many_files", _("It held too many attachments")
    ROOM = "room", _("The thing it answers to takes no answer")
    UNREADABLE = "unreadable", _("It cannot be read as an e-mail")
    AUTOMATIC = "automatic", _("It was written by a machine, such as a note of absence")
    OURS = "ours", _("It is a message of our own that came back")
    REPORT = "report", _("It reports on the delivery of a message")
    ERROR = "error", _("Taking it failed")


class InboundMessage(models.Model):
    """One e-mail that came to us, kept before anything is made of it. `region` is empty until its address is known.

    One `message_id` is taken once a region, however often and by whichever way it comes. `raw` is deleted after some
    days; the row stays, to know the message again. `recipients`: as the mail server named them, not as the headers do.
    """

    region = models.ForeignKey(Region, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    message_id = models.CharField(max_length=300)
    source = models.CharField(max_length=20, help_text="webhook, imap, pipe, outbox")
    sender = models.CharField(max_length=320, blank=True, help_text="the address in From, lower case")
    recipients = models.JSONField(default=list, blank=True)
    envelope_sender = models.CharField(max_length=320, null=True, blank=True, help_text="empty: <>; null: not known")
    kind = models.CharField(max_length=40, blank=True)
    number = models.BigIntegerField(default=0)
    size = models.PositiveIntegerField(help_text="octets")
    raw = models.BinaryField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=InboundState.choices, default=InboundState.RECEIVED)
    reason = models.CharField(max_length=16, choices=InboundReason.choices, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    received_at = models.DateTimeField(default=now)
    not_before = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True, help_text="without addresses")

    objects = scoped()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["region", "message_id"], nulls_distinct=False, name="mail_inbound_taken_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["not_before"],
                condition=models.Q(state__in=("received", "taking")),
                name="mail_inbound_waiting",
            ),
            models.Index(fields=["sender"], name="mail_inbound_sender"),
        ]

    def __str__(self) -> str:
        return f"inbound message {self.pk}"


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
