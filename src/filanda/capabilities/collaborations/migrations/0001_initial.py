# SPDX-License-Identifier: EUPL-1.2

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("organisations", "0007_draft_forms"),
        ("regions", "0002_regions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Collaboration",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=200)),
                ("summary", models.CharField(blank=True, max_length=2000)),
                ("language", models.CharField(blank=True, max_length=8)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("research", "Research together"),
                            ("technical", "Technical cooperation"),
                            ("licence", "Licence"),
                            ("joint_venture", "Joint venture"),
                            ("supply", "Supply"),
                            ("pilot", "Test and pilot"),
                            ("consortium", "Consortium for a call"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "value",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Not said"),
                            ("none", "No money changes hands"),
                            ("under_10k", "Under 10,000 euro"),
                            ("under_50k", "10,000 to 50,000 euro"),
                            ("under_250k", "50,000 to 250,000 euro"),
                            ("under_1m", "250,000 to 1 million euro"),
                            ("over_1m", "Over 1 million euro"),
                        ],
                        max_length=20,
                    ),
                ),
                ("started_on", models.DateField()),
                ("ended_on", models.DateField(blank=True, null=True)),
                ("from_kind", models.CharField(blank=True, max_length=40)),
                ("from_id", models.BigIntegerField(blank=True, null=True)),
                ("space_id", models.BigIntegerField(blank=True, null=True)),
                ("is_public", models.BooleanField(default=False)),
                ("hidden_at", models.DateTimeField(blank=True, help_text="by moderation", null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("reported", "Reported, to be confirmed"),
                            ("disputed", "Disputed"),
                            ("confirmed", "Confirmed"),
                            ("active", "Active"),
                            ("ended", "Ended"),
                            ("void", "Void: it did not come about"),
                        ],
                        default="reported",
                        max_length=10,
                    ),
                ),
                ("state_changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("reason", models.CharField(blank=True, help_text="why disputed, settled or void", max_length=1000)),
                (
                    "by_document",
                    models.BooleanField(default=False, help_text="confirmed by the facilitator, who saw a document"),
                ),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("stopped_why", models.CharField(blank=True, max_length=1000)),
                ("key", models.CharField(blank=True, max_length=40)),
                ("is_invented", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "evidence",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="organisations.evidence",
                    ),
                ),
                (
                    "facilitator",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="regions.region"
                    ),
                ),
                (
                    "reported_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-started_on", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="CheckIn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("months", models.PositiveSmallIntegerField()),
                ("due_on", models.DateField()),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("reminded_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("goes_on", "It goes on"),
                            ("slow", "It goes on, slower than planned"),
                            ("success", "It has ended, with a result"),
                            ("stopped", "It has stopped"),
                        ],
                        max_length=10,
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("details", models.TextField(blank=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="regions.region"
                    ),
                ),
                (
                    "collaboration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="check_ins",
                        to="collaborations.collaboration",
                    ),
                ),
            ],
            options={
                "ordering": ["due_on", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Outcome",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("product", "Product or service"),
                            ("patent", "Patent"),
                            ("publication", "Publication"),
                            ("hire", "Hire"),
                            ("funding", "Funding won"),
                            ("other", "Something else"),
                        ],
                        max_length=12,
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=1000)),
                ("url", models.URLField(blank=True, max_length=500)),
                ("count", models.PositiveIntegerField(default=1, help_text="3 hires")),
                ("noted_on", models.DateField()),
                (
                    "check_in",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="collaborations.checkin",
                    ),
                ),
                (
                    "collaboration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="outcomes",
                        to="collaborations.collaboration",
                    ),
                ),
                (
                    "noted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="regions.region"
                    ),
                ),
            ],
            options={
                "ordering": ["-noted_on", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Party",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField(default=1)),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("asked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        help_text="who answers for this side",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "collaboration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parties",
                        to="collaborations.collaboration",
                    ),
                ),
                (
                    "confirmed_by",
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
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="regions.region"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "parties",
                "ordering": ["collaboration", "position"],
            },
        ),
        migrations.AddField(
            model_name="checkin",
            name="party",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="check_ins", to="collaborations.party"
            ),
        ),
        migrations.AddIndex(
            model_name="collaboration",
            index=models.Index(fields=["region", "state", "-started_on"], name="collaborations_register"),
        ),
        migrations.AddIndex(
            model_name="collaboration",
            index=models.Index(fields=["region", "from_kind", "from_id"], name="collaborations_came_from"),
        ),
        migrations.AddConstraint(
            model_name="collaboration",
            constraint=models.CheckConstraint(
                condition=models.Q(("ended_on", None), ("ended_on__gte", models.F("started_on")), _connector="OR"),
                name="collaborations_dates",
            ),
        ),
        migrations.AddConstraint(
            model_name="collaboration",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["confirmed", "active", "ended"]), _negated=True),
                    ("confirmed_at__isnull", False),
                    _connector="OR",
                ),
                name="collaborations_confirmed_on_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="collaboration",
            constraint=models.UniqueConstraint(
                condition=models.Q(("key", ""), _negated=True),
                fields=("reported_by", "key"),
                name="collaborations_reported_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="party",
            constraint=models.UniqueConstraint(
                fields=("collaboration", "position"), name="collaborations_party_position"
            ),
        ),
        migrations.AddConstraint(
            model_name="party",
            constraint=models.UniqueConstraint(
                condition=models.Q(("organisation__isnull", False)),
                fields=("collaboration", "organisation"),
                name="collaborations_party_once",
            ),
        ),
        migrations.AddIndex(
            model_name="checkin",
            index=models.Index(fields=["region", "due_on"], name="collaborations_checks_due"),
        ),
        migrations.AddConstraint(
            model_name="checkin",
            constraint=models.UniqueConstraint(fields=("party", "months"), name="collaborations_check_once"),
        ),
    ]
