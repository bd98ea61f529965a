# SPDX-License-Identifier: EUPL-1.2
"""Merges made by imports keep what is needed to part them, and say which import made them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organisations", "0004_versions_by_the_clock"),
    ]

    operations = [
        migrations.AddField(
            model_name="merge",
            name="source",
            field=models.CharField(
                blank=True, help_text="of the import that united them; empty: a person", max_length=40
            ),
        ),
    ]
