# SPDX-License-Identifier: EUPL-1.2

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("collaborations", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="party",
            name="keeps_private",
            field=models.BooleanField(default=False, help_text="has taken its consent to publication back"),
        ),
    ]
