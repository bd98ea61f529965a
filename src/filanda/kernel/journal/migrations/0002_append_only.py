# SPDX-License-Identifier: EUPL-1.2
"""The database itself keeps the journal append-only: erasure may empty payload and salt, nothing else may change."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION journal_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER journal_event_append_only BEFORE UPDATE OR DELETE ON journal_event
    FOR EACH ROW EXECUTE FUNCTION journal_append_only();
CREATE TRIGGER journal_chainlink_append_only BEFORE UPDATE OR DELETE ON journal_chainlink
    FOR EACH ROW EXECUTE FUNCTION journal_append_only();
"""
BACKWARD = """
DROP TRIGGER journal_event_append_only ON journal_event;
DROP TRIGGER journal_chainlink_append_only ON journal_chainlink;
DROP FUNCTION journal_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
