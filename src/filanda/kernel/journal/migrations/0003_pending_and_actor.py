# SPDX-License-Identifier: EUPL-1.2
"""Events wait for their place in the chain in a table of their own, and the chain covers who acted.

A trigger puts every new event into the waiting table in the writer's transaction, so the worker finds what to chain
without looking through the journal, and writers do not meet at a shared lock. Who acted enters the chain through a
salted digest of its own, so that erasing a person leaves what happened verifiable. The chain so far is made anew.
"""

from django.db import migrations, models

FORWARD = """
CREATE FUNCTION journal_wait_for_chain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO journal_pending (event_id) SELECT id FROM added;
    RETURN NULL;
END
$$;
CREATE TRIGGER journal_event_pending AFTER INSERT ON journal_event
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION journal_wait_for_chain();

CREATE OR REPLACE FUNCTION journal_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'journal_event' THEN
        IF (NEW.id, NEW.region_id, NEW.type, NEW.subject_type, NEW.subject_id, NEW.digest, NEW.actor_digest, NEW.at,
            NEW.touches)
           IS NOT DISTINCT FROM
           (OLD.id, OLD.region_id, OLD.type, OLD.subject_type, OLD.subject_id, OLD.digest, OLD.actor_digest, OLD.at,
            OLD.touches)
           AND (((NEW.payload, NEW.salt) IS NOT DISTINCT FROM (OLD.payload, OLD.salt))
                OR (NEW.payload IS NULL AND NEW.salt IS NULL))
           AND (((NEW.account_id, NEW.actor_salt) IS NOT DISTINCT FROM (OLD.account_id, OLD.actor_salt))
                OR (NEW.account_id IS NULL AND NEW.actor_salt IS NULL))
           AND NEW.erased_at IS NOT NULL
        THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'The journal is append-only: % on % refused.', TG_OP, TG_TABLE_NAME;
END
$$;
"""
BACKWARD = """
DROP TRIGGER journal_event_pending ON journal_event;
DROP FUNCTION journal_wait_for_chain();
CREATE OR REPLACE FUNCTION journal_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'journal_event'
       AND NEW.payload IS NULL AND NEW.salt IS NULL AND NEW.erased_at IS NOT NULL
       AND (NEW.id, NEW.region_id, NEW.type, NEW.subject_type, NEW.subject_id, NEW.digest, NEW.at, NEW.touches)
           IS NOT DISTINCT FROM
           (OLD.id, OLD.region_id, OLD.type, OLD.subject_type, OLD.subject_id, OLD.digest, OLD.at, OLD.touches)
       AND (NEW.account_id IS NULL OR NEW.account_id IS NOT DISTINCT FROM OLD.account_id)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The journal is append-only: % on % refused.', TG_OP, TG_TABLE_NAME;
END
$$;
"""
# What was written before: no salt for the actor, and the digest of nothing, so "who" is not vouched for.
OLD_EVENTS = """
TRUNCATE journal_chainlink;
INSERT INTO journal_pending (event_id) SELECT id FROM journal_event ORDER BY id;
"""
OLD_EVENTS_BACKWARD = "TRUNCATE journal_chainlink;"


class Migration(migrations.Migration):
    dependencies = [("journal", "0002_append_only")]
    operations = [
        migrations.CreateModel(
            name="Pending",
            fields=[("event_id", models.BigIntegerField(primary_key=True, serialize=False))],
        ),
        migrations.AddField("event", "actor_salt", models.BinaryField(max_length=16, null=True)),
        migrations.AddField("event", "actor_digest", models.BinaryField(max_length=32, null=True)),
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.RunSQL(OLD_EVENTS, OLD_EVENTS_BACKWARD),
    ]
