# SPDX-License-Identifier: EUPL-1.2

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("needs", "0001_initial"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="introductionrequest",
            name="needs_one_open_request",
        ),
        migrations.AddIndex(
            model_name="introductionrequest",
            index=models.Index(
                condition=models.Q(("state", "closed"), _negated=True),
                fields=["organisation", "email"],
                name="needs_open_requests",
            ),
        ),
    ]
