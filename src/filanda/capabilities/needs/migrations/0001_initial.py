# SPDX-License-Identifier: EUPL-1.2

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import filanda.capabilities.needs.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("organisations", "0001_initial"),
        ("regions", "0002_regions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedNeed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "token",
                    models.CharField(
                        default=filanda.capabilities.needs.models.new_token, editable=False, max_length=43, unique=True
                    ),
                ),
                ("text", models.TextField()),
                (
                    "language",
                    models.CharField(
                        blank=True, help_text="of the text, as detected; empty when unclear", max_length=8
                    ),
                ),
                ("filters", models.JSONField(blank=True, default=dict, help_text='{"helix_role": ["academia"], …}')),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField(default=filanda.capabilities.needs.models.new_expiry)),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="regions.region"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="IntroductionRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "email",
                    models.EmailField(blank=True, help_text="lower case; empty only once forgotten", max_length=254),
                ),
                ("name", models.CharField(blank=True, max_length=200)),
                ("message", models.TextField(blank=True)),
                ("language", models.CharField(help_text="in which the person reads", max_length=8)),
                ("consent", models.TextField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "Received"),
                            ("taken", "Taken on"),
                            ("answered", "Answered"),
                            ("closed", "Closed"),
                        ],
                        default="received",
                        max_length=12,
                    ),
                ),
                ("state_changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("made", "Introduced"),
                            ("refused", "Refused"),
                            ("no_answer", "No answer"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True, help_text="what was answered, or why it was closed, in the facilitator's words"
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("forgotten_at", models.DateTimeField(blank=True, null=True)),
                (
                    "handler",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="introduction_requests",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="regions.region"
                    ),
                ),
                (
                    "need",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="requests",
                        to="needs.savedneed",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-pk"],
            },
        ),
        migrations.AddIndex(
            model_name="savedneed",
            index=models.Index(fields=["region", "expires_at"], name="needs_need_expiry"),
        ),
        migrations.AddConstraint(
            model_name="savedneed",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_at__gt", models.F("created_at"))), name="needs_need_expires_later"
            ),
        ),
        migrations.AddIndex(
            model_name="introductionrequest",
            index=models.Index(fields=["region", "state", "-created_at"], name="needs_request_list"),
        ),
        migrations.AddConstraint(
            model_name="introductionrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "closed"), _negated=True),
                fields=("organisation", "email"),
                name="needs_one_open_request",
            ),
        ),
        migrations.AddConstraint(
            model_name="introductionrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome__gt", ""), ("state", "closed")),
                    models.Q(models.Q(("state", "closed"), _negated=True), ("outcome", "")),
                    _connector="OR",
                ),
                name="needs_outcome_when_closed",
            ),
        ),
        migrations.AddConstraint(
            model_name="introductionrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("email", ""), _negated=True), ("forgotten_at__isnull", False), _connector="OR"
                ),
                name="needs_email_until_forgotten",
            ),
        ),
        migrations.AddConstraint(
            model_name="introductionrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("forgotten_at__isnull", True), ("state", "closed"), _connector="OR"),
                name="needs_forgotten_when_closed",
            ),
        ),
    ]
