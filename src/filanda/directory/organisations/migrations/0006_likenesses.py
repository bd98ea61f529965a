# SPDX-License-Identifier: EUPL-1.2
"""What looks alike is found by a job and kept."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organisations", "0005_merges_of_imports"),
        ("regions", "0002_regions"),
    ]

    operations = [
        migrations.CreateModel(
            name="LikenessRound",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.BigIntegerField(default=0, help_text="in the journal's chain")),
                ("looked_at", models.DateTimeField(help_text="over all organisations", null=True)),
                (
                    "region",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="regions.region"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Likeness",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "reasons",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        help_text="strongest first; see queries.duplicates",
                        size=None,
                    ),
                ),
                ("score", models.PositiveSmallIntegerField()),
                ("found_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "first",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="organisations.organisation"
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="regions.region"
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="organisations.organisation"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "likenesses",
                "ordering": ["-score", "first_id", "second_id"],
                "indexes": [
                    models.Index(fields=["region", "-score", "first", "second"], name="organisations_likeness_score")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("first", "second"), name="organisations_likeness_once"),
                    models.CheckConstraint(
                        condition=models.Q(("first__lt", models.F("second"))), name="organisations_likeness_order"
                    ),
                ],
            },
        ),
    ]
