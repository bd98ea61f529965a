# SPDX-License-Identifier: EUPL-1.2
"""How drafts of a piece of evidence are named."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organisations", "0006_likenesses"),
    ]

    operations = [
        migrations.AlterField(
            model_name="draft",
            name="form",
            field=models.CharField(help_text="details, evidence, evidence-17", max_length=40),
        ),
    ]
