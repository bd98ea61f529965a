# SPDX-License-Identifier: EUPL-1.2
"""Extensions first: everything later may use them."""

from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations
from pgvector.django import VectorExtension


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [
        VectorExtension(),
        TrigramExtension(),
        UnaccentExtension(),
        migrations.RunSQL(
            # The table of the "shared" cache (rate-limit counters), as createcachetable makes it; unlogged: it may be lost.
            "CREATE UNLOGGED TABLE kernel_cache (cache_key varchar(255) PRIMARY KEY, value text NOT NULL,"
            " expires timestamptz NOT NULL); CREATE INDEX kernel_cache_expires ON kernel_cache (expires)",
            "DROP TABLE kernel_cache",
        ),
    ]
