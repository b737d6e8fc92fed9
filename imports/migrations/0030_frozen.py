"""From planning on, what an import sends and why is frozen, whoever asks.

Bytes are made of leads when batches are cut, and auditors read years later of which rows, columns
and problems they came. Deriving any of it anew is a new import. What still changes is how the import
stands, and a lead that waits may yet be kept back, never the other way round.

A row-level trigger that names its columns does not fire for the updates of verdicts, which touch a
million leads in review.
"""

from django.db import migrations

FROZEN = """
CREATE FUNCTION imports_is_frozen(asked bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM imports_import WHERE id = asked AND planned_at IS NOT NULL)
        OR EXISTS (SELECT 1 FROM imports_batch WHERE import_id = asked AND kind = 'send')
$$;

CREATE FUNCTION imports_refuse_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_import bigint;
BEGIN
    of_import := CASE TG_OP WHEN 'INSERT' THEN NEW.import_id ELSE OLD.import_id END;
    IF imports_is_frozen(of_import) THEN
        RAISE EXCEPTION 'Import % is planned: % of % is refused.', of_import, TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

-- Rows are never changed at all: corrections stand beside them.
CREATE FUNCTION imports_row_as_read() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Row % of import % stays as it was read.', OLD.number, OLD.import_id
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER row_as_read BEFORE UPDATE OF number, cells, repairs ON imports_row
    FOR EACH ROW EXECUTE FUNCTION imports_row_as_read();
CREATE TRIGGER row_kept BEFORE DELETE ON imports_row
    FOR EACH ROW EXECUTE FUNCTION imports_refuse_frozen();

CREATE TRIGGER lead_frozen BEFORE UPDATE OF import_id, mapping_id, number, body, problems, warned,
        barred, email_key, phone_key, digest ON imports_lead
    FOR EACH ROW EXECUTE FUNCTION imports_refuse_frozen();
CREATE TRIGGER lead_kept BEFORE DELETE ON imports_lead
    FOR EACH ROW EXECUTE FUNCTION imports_refuse_frozen();
CREATE TRIGGER verdict_frozen BEFORE UPDATE OF verdict ON imports_lead
    FOR EACH ROW WHEN (OLD.verdict <> 'ok' AND NEW.verdict <> OLD.verdict)
    EXECUTE FUNCTION imports_refuse_frozen();

-- A statement brings the leads of some thousand rows.
CREATE FUNCTION imports_lead_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    late bigint;
BEGIN
    SELECT f.import_id INTO late FROM (SELECT DISTINCT import_id FROM fresh) f
    WHERE imports_is_frozen(f.import_id) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Import % is planned: it gets no more leads.', late
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER lead_in_time AFTER INSERT ON imports_lead
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION imports_lead_in_time();

-- A version is succeeded by another, never changed; who accepted its guesses is told later.
CREATE FUNCTION imports_mapping_as_made() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Mapping % is never changed: make another version.', OLD.id
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER mapping_as_made BEFORE UPDATE OF import_id, version, content ON imports_mappingversion
    FOR EACH ROW WHEN ((OLD.import_id, OLD.version, OLD.content)
                       IS DISTINCT FROM (NEW.import_id, NEW.version, NEW.content))
    EXECUTE FUNCTION imports_mapping_as_made();
CREATE TRIGGER mapping_kept BEFORE DELETE ON imports_mappingversion
    FOR EACH ROW EXECUTE FUNCTION imports_refuse_frozen();
CREATE TRIGGER mapping_in_time BEFORE INSERT ON imports_mappingversion
    FOR EACH ROW EXECUTE FUNCTION imports_refuse_frozen();

CREATE TRIGGER review_act_in_time BEFORE INSERT OR UPDATE OR DELETE ON imports_reviewact
    FOR EACH ROW EXECUTE FUNCTION imports_refuse_frozen();
CREATE TRIGGER correction_in_time BEFORE INSERT OR UPDATE OR DELETE ON imports_correction
    FOR EACH ROW EXECUTE FUNCTION imports_refuse_frozen();

CREATE FUNCTION imports_import_as_planned() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF imports_is_frozen(OLD.id) THEN
        RAISE EXCEPTION 'Import % is planned: what it was made of stays.', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER import_as_planned BEFORE UPDATE ON imports_import
    FOR EACH ROW WHEN (
        (OLD.customer_id, OLD.mega_id, OLD.parent_id, OLD.origin, OLD.file, OLD.file_name,
         OLD.file_size, OLD.file_sha256, OLD.dialect, OLD.headers, OLD.layout, OLD.sensitive,
         OLD.row_count, OLD.blank_count, OLD.mapping_id, OLD.on_duplicate, OLD.duplicates,
         OLD.unchanged, OLD.again, OLD.rules_version, OLD.phone_data_version, OLD.release,
         OLD.to_send)
        IS DISTINCT FROM
        (NEW.customer_id, NEW.mega_id, NEW.parent_id, NEW.origin, NEW.file, NEW.file_name,
         NEW.file_size, NEW.file_sha256, NEW.dialect, NEW.headers, NEW.layout, NEW.sensitive,
         NEW.row_count, NEW.blank_count, NEW.mapping_id, NEW.on_duplicate, NEW.duplicates,
         NEW.unchanged, NEW.again, NEW.rules_version, NEW.phone_data_version, NEW.release,
         NEW.to_send)
        OR (OLD.planned_at IS NOT NULL AND NEW.planned_at IS NULL)
    ) EXECUTE FUNCTION imports_import_as_planned();
"""

UNDO = """
DROP FUNCTION imports_refuse_frozen() CASCADE;
DROP FUNCTION imports_row_as_read() CASCADE;
DROP FUNCTION imports_lead_in_time() CASCADE;
DROP FUNCTION imports_mapping_as_made() CASCADE;
DROP FUNCTION imports_import_as_planned() CASCADE;
DROP FUNCTION imports_is_frozen(bigint);
"""


class Migration(migrations.Migration):

    dependencies = [("imports", "0029_review_acts")]

    operations = [migrations.RunSQL(FROZEN, UNDO)]
