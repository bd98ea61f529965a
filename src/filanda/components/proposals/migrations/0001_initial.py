# SPDX-License-Identifier: EUPL-1.2

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("organisations", "0007_draft_forms"),
        ("regions", "0002_regions"),
        ("spaces", "0002_seen_at"),
        ("taxonomies", "0002_search_and_fingerprint"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("audience", models.CharField(max_length=60)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("look_for", "I look for"),
                            ("offer", "I offer"),
                            ("together", "Let us build together"),
                        ],
                        default="look_for",
                        max_length=10,
                    ),
                ),
                ("title", models.CharField(blank=True, max_length=160)),
                ("summary", models.CharField(blank=True, max_length=1000)),
                ("source", models.TextField(blank=True)),
                ("html", models.TextField(blank=True)),
                ("language", models.CharField(blank=True, help_text="of its texts, as detected", max_length=8)),
                (
                    "summary_for",
                    models.CharField(
                        choices=[
                            ("public", "Everybody"),
                            ("members", "Members of this region"),
                            ("let_in", "Only whom I let in"),
                        ],
                        default="members",
                        max_length=10,
                    ),
                ),
                (
                    "text_for",
                    models.CharField(
                        choices=[
                            ("public", "Everybody"),
                            ("members", "Members of this region"),
                            ("let_in", "Only whom I let in"),
                        ],
                        default="let_in",
                        max_length=10,
                    ),
                ),
                (
                    "needs_undertaking",
                    models.BooleanField(default=False, help_text="who is let in undertakes confidentiality first"),
                ),
                (
                    "cooperation",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
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
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("trl_now", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("trl_wanted", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "ipr",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Not said"),
                            ("none", "No rights claimed"),
                            ("secret", "Secret know-how"),
                            ("patent_applied", "Patent applied for"),
                            ("patent_granted", "Patent granted"),
                            ("copyright", "Copyright"),
                            ("open", "Open: open source, open data or open hardware"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=8),
                        blank=True,
                        default=list,
                        help_text="ISO 639-1, of work",
                        size=None,
                    ),
                ),
                ("partners_bring", models.CharField(blank=True, max_length=2000)),
                (
                    "budget",
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
                (
                    "is_for_other_regions",
                    models.BooleanField(default=False, help_text="may be passed on to other regions"),
                ),
                ("months", models.PositiveSmallIntegerField(default=6)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("in_review", "With a facilitator"),
                            ("published", "Published"),
                            ("in_talks", "In talks"),
                            ("closed", "Closed"),
                            ("expired", "Expired"),
                            ("suspended", "Suspended"),
                        ],
                        default="draft",
                        max_length=12,
                    ),
                ),
                ("state_changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "closed_as",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("collaborating", "It became a collaboration"),
                            ("withdrawn", "Withdrawn by its author"),
                            ("no_partner", "No partner was found"),
                        ],
                        max_length=15,
                    ),
                ),
                (
                    "reason",
                    models.CharField(blank=True, help_text="why it was closed, returned or suspended", max_length=1000),
                ),
                (
                    "suspended_from",
                    models.CharField(blank=True, help_text="the state before the suspension", max_length=12),
                ),
                (
                    "submitted_at",
                    models.DateTimeField(blank=True, help_text="when the present review was asked for", null=True),
                ),
                ("published_at", models.DateTimeField(blank=True, help_text="the first time", null=True)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("warned_14_at", models.DateTimeField(blank=True, null=True)),
                ("warned_3_at", models.DateTimeField(blank=True, null=True)),
                (
                    "first_answer_at",
                    models.DateTimeField(blank=True, help_text="first expression of interest", null=True),
                ),
                (
                    "answers_count",
                    models.PositiveIntegerField(default=0, help_text="sent and not withdrawn; equal to a recount"),
                ),
                ("hidden_at", models.DateTimeField(blank=True, help_text="by moderation", null=True)),
                (
                    "key",
                    models.CharField(
                        blank=True, help_text="given by the form: sending twice writes once", max_length=40
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, help_text="who edits says which one they saw")),
                ("is_invented", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("edited_at", models.DateTimeField(blank=True, null=True)),
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
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        help_text="for which it is made",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        blank=True,
                        help_text="NUTS area or municipality",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="taxonomies.concept",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="regions.region"
                    ),
                ),
                (
                    "space",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="spaces.space"),
                ),
            ],
            options={
                "ordering": ["-published_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="ExpressionOfInterest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "brings",
                    models.TextField(
                        blank=True, help_text="what we bring; plain text or Markdown, up to 2,000 characters"
                    ),
                ),
                ("questions", models.TextField(blank=True)),
                ("language", models.CharField(blank=True, max_length=8)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("sent", "Sent"),
                            ("read", "Read"),
                            ("shortlisted", "Shortlisted"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("withdrawn", "Withdrawn"),
                            ("lapsed", "Lapsed: the proposal ended"),
                        ],
                        default="draft",
                        max_length=12,
                    ),
                ),
                ("state_changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "decline_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("no_fit", "What is offered does not fit what we look for"),
                            ("stage", "The stage of development does not fit"),
                            ("terms", "The terms or the budget do not fit"),
                            ("capacity", "We cannot take on more partners now"),
                            ("another", "We have chosen somebody else"),
                            ("place", "We need somebody nearer, or elsewhere"),
                            ("unclear", "It was not clear enough what is offered"),
                            ("other", "Another reason"),
                        ],
                        max_length=12,
                    ),
                ),
                ("reason", models.CharField(blank=True, help_text="in words, for the other side", max_length=1000)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("owner_reminded_at", models.DateTimeField(blank=True, help_text="silent for 7 days", null=True)),
                ("facilitator_told_at", models.DateTimeField(blank=True, help_text="silent for 14 days", null=True)),
                ("thread_id", models.BigIntegerField(blank=True, null=True)),
                ("collaboration_id", models.BigIntegerField(blank=True, null=True)),
                ("key", models.CharField(blank=True, max_length=40)),
                ("version", models.PositiveIntegerField(default=1)),
                ("is_invented", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("edited_at", models.DateTimeField(blank=True, null=True)),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="spaces.space",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        help_text="on whose behalf",
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
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="interests", to="proposals.proposal"
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Admission",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Asked to read the full text"),
                            ("let_in", "Let in"),
                            ("refused", "Not let in"),
                            ("ended", "No longer let in"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("state_changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("asked_why", models.CharField(blank=True, max_length=1000)),
                ("undertaking", models.TextField(blank=True)),
                ("undertaken_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, help_text="why not, for who asked", max_length=1000)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "decided_by",
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
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="admissions", to="proposals.proposal"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ProposalConcept",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "origin",
                    models.CharField(
                        choices=[
                            ("stated", "Stated by the source"),
                            ("confirmed", "Confirmed by a person"),
                            ("suggested", "Suggested by machine"),
                        ],
                        default="confirmed",
                        max_length=10,
                    ),
                ),
                ("score", models.FloatField(blank=True, null=True)),
                (
                    "concept",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="taxonomies.concept"
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="concept_links",
                        to="proposals.proposal",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="regions.region"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ProposalVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(help_text="Proposal.version then")),
                ("fields", models.JSONField(default=dict)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="versions", to="proposals.proposal"
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
                "ordering": ["proposal", "number"],
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(help_text="Proposal.version that was read")),
                (
                    "outcome",
                    models.CharField(
                        choices=[("approved", "Approved"), ("returned", "Returned with reasons")], max_length=10
                    ),
                ),
                ("checklist", models.JSONField(blank=True, default=dict)),
                ("remarks", models.JSONField(blank=True, default=dict)),
                ("words", models.CharField(blank=True, max_length=1000)),
                ("submitted_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="reviews", to="proposals.proposal"
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="regions.region"
                    ),
                ),
                (
                    "reviewer",
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
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="SavedSearch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120)),
                ("query", models.CharField(blank=True, max_length=1000)),
                (
                    "frequency",
                    models.CharField(
                        choices=[
                            ("never", "Do not write to me"),
                            ("daily", "Once a day, when there is something new"),
                            ("weekly", "Once a week, when there is something new"),
                        ],
                        default="weekly",
                        max_length=10,
                    ),
                ),
                (
                    "seen_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, help_text="what was published later is new"
                    ),
                ),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
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
                "ordering": ["name", "pk"],
            },
        ),
        migrations.AddIndex(
            model_name="proposal",
            index=models.Index(fields=["region", "audience", "state", "-published_at"], name="proposals_of_readers"),
        ),
        migrations.AddIndex(
            model_name="proposal",
            index=models.Index(fields=["region", "space", "-published_at"], name="proposals_of_space"),
        ),
        migrations.AddIndex(
            model_name="proposal",
            index=models.Index(fields=["region", "owner", "state"], name="proposals_of_owner"),
        ),
        migrations.AddIndex(
            model_name="proposal",
            index=models.Index(fields=["region", "state", "expires_at"], name="proposals_by_the_clock"),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("key", ""), _negated=True), fields=("owner", "key"), name="proposals_sent_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_as__gt", ""), ("state", "closed")),
                    models.Q(models.Q(("state", "closed"), _negated=True), ("closed_as", "")),
                    _connector="OR",
                ),
                name="proposals_closed_as_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["published", "in_talks", "expired"]), _negated=True),
                    models.Q(("expires_at__isnull", False), ("published_at__isnull", False)),
                    _connector="OR",
                ),
                name="proposals_published_until",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("months__gte", 1), ("months__lte", 24)), name="proposals_months"
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("trl_now", None), ("trl_now__range", (1, 9)), _connector="OR"),
                    models.Q(("trl_wanted", None), ("trl_wanted__range", (1, 9)), _connector="OR"),
                ),
                name="proposals_trl",
            ),
        ),
        migrations.AddIndex(
            model_name="expressionofinterest",
            index=models.Index(fields=["region", "state", "sent_at"], name="proposals_waiting_answers"),
        ),
        migrations.AddConstraint(
            model_name="expressionofinterest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("organisation__isnull", False), ("state__in", ["sent", "read", "shortlisted"])),
                fields=("proposal", "organisation"),
                name="proposals_one_open_answer",
            ),
        ),
        migrations.AddConstraint(
            model_name="expressionofinterest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("organisation__isnull", True), ("state__in", ["sent", "read", "shortlisted"])),
                fields=("proposal", "author"),
                name="proposals_one_open_answer_alone",
            ),
        ),
        migrations.AddConstraint(
            model_name="expressionofinterest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "draft")), fields=("proposal", "author"), name="proposals_one_draft_answer"
            ),
        ),
        migrations.AddConstraint(
            model_name="expressionofinterest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decline_reason__gt", ""), ("state", "declined")),
                    models.Q(models.Q(("state", "declined"), _negated=True), ("decline_reason", "")),
                    _connector="OR",
                ),
                name="proposals_declined_with_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="admission",
            constraint=models.UniqueConstraint(fields=("proposal", "account"), name="proposals_admitted_once"),
        ),
        migrations.AddConstraint(
            model_name="proposalconcept",
            constraint=models.UniqueConstraint(fields=("proposal", "concept"), name="proposals_concept_once"),
        ),
        migrations.AddConstraint(
            model_name="proposalversion",
            constraint=models.UniqueConstraint(fields=("proposal", "number"), name="proposals_version_once"),
        ),
        migrations.AddConstraint(
            model_name="savedsearch",
            constraint=models.UniqueConstraint(fields=("account", "region", "query"), name="proposals_search_once"),
        ),
    ]
