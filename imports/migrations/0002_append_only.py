"""What the application's own role must not be able to do, not even by mistake."""

from django.db import migrations

REFUSALS = """
CREATE FUNCTION imports_event_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The audit trail is append-only: % of % is refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON imports_event
    FOR EACH ROW EXECUTE FUNCTION imports_event_refuse();
CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON imports_event
    FOR EACH STATEMENT EXECUTE FUNCTION imports_event_refuse();
CREATE TRIGGER chain_kept BEFORE DELETE ON imports_chain
    FOR EACH ROW EXECUTE FUNCTION imports_event_refuse();
CREATE TRIGGER chain_no_truncate BEFORE TRUNCATE ON imports_chain
    FOR EACH STATEMENT EXECUTE FUNCTION imports_event_refuse();

CREATE FUNCTION imports_chain_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.length <> OLD.length + 1 OR NEW.team_id IS DISTINCT FROM OLD.team_id THEN
        RAISE EXCEPTION 'A chain of the audit trail only grows, one event at a time.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER chain_grows BEFORE UPDATE ON imports_chain
    FOR EACH ROW EXECUTE FUNCTION imports_chain_grows();

CREATE FUNCTION imports_customer_keeps_mega_id() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM imports_token WHERE customer_id = OLD.id) THEN
        RAISE EXCEPTION 'The MEGA id of customer % cannot change: it has had a token.', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER customer_keeps_mega_id BEFORE UPDATE ON imports_customer
    FOR EACH ROW WHEN (OLD.mega_id IS DISTINCT FROM NEW.mega_id)
    EXECUTE FUNCTION imports_customer_keeps_mega_id();
"""

UNDO = """
DROP FUNCTION imports_event_refuse() CASCADE;
DROP FUNCTION imports_chain_grows() CASCADE;
DROP FUNCTION imports_customer_keeps_mega_id() CASCADE;
"""


class Migration(migrations.Migration):

    dependencies = [("imports", "0001_initial")]

    operations = [migrations.RunSQL(REFUSALS, UNDO)]
