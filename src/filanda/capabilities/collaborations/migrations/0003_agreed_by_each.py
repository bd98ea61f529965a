# SPDX-License-Identifier: EUPL-1.2
"""What was only counted is public once each side that somebody speaks for has agreed to it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("collaborations", "0002_keeps_private"),
        ("identity", "0002_scopes"),
    ]

    operations = [
        migrations.AlterField(
            model_name="party",
            name="keeps_private",
            field=models.BooleanField(default=False, help_text="has not agreed to publication, or has taken that back"),
        ),
        migrations.RunSQL(
            """UPDATE collaborations_party p SET keeps_private = true FROM collaborations_collaboration c
               WHERE c.id = p.collaboration_id AND NOT c.is_public AND (p.account_id IS NOT NULL OR EXISTS (
                   SELECT 1 FROM identity_rolegrant g WHERE g.scope_kind = 'organisation'
                   AND g.scope_id = p.organisation_id AND g.role = 'organisation_admin' AND g.ended_at IS NULL))""",
            migrations.RunSQL.noop,
        ),
    ]
