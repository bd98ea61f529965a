# SPDX-License-Identifier: EUPL-1.2

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("taxonomies", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="concept",
            name="search_key",
            field=models.TextField(blank=True, default="", editable=False, help_text="folded code and labels"),
        ),
        migrations.AddField(
            model_name="conceptscheme",
            name="fingerprint",
            field=models.CharField(
                blank=True,
                editable=False,
                help_text="of the shipped file it came from; empty: somebody's own",
                max_length=64,
            ),
        ),
        migrations.AddIndex(
            model_name="concept",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["search_key"], name="taxonomies_concept_search", opclasses=["gin_trgm_ops"]
            ),
        ),
    ]
