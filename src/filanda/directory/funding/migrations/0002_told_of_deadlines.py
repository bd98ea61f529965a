# SPDX-License-Identifier: EUPL-1.2

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("funding", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="fundingcall",
            name=name,
            field=models.DateField(blank=True, editable=False, null=True),
        )
        for name in ("told_14_for", "told_3_for")
    ]
