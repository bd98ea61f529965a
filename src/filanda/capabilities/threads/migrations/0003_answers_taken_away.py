# SPDX-License-Identifier: EUPL-1.2
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("threads", "0002_numbers_of_moved_posts"),
    ]

    operations = [
        migrations.AddField(
            model_name="post",
            name="was_answer_at",
            field=models.DateTimeField(
                blank=True,
                help_text="since when it was the accepted answer, when moderation took it away",
                null=True,
            ),
        ),
    ]
