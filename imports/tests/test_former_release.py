"""While a release is rolled out, processes of the former one still write, without new columns."""

import pytest
from django.db import connection

from imports.models import Batch, Chunk, Customer, DryRun, Import, MappingVersion, ReadAttempt
from portal.models import User

NEW = {
    Import: ("layout", "again", "returned", "sensitive", "import_field", "never", "unforeseen"),
    Batch: ("left_out",),
    Customer: ("import_field", "import_field_found"),
    DryRun: ("is_sample",),
    ReadAttempt: ("asked",),
    MappingVersion: ("region",),
    Chunk: ("read_by",),
    User: ("tour",),
}


@pytest.mark.django_db
@pytest.mark.parametrize("model", NEW)
def test_new_columns_need_no_value_from_a_process_that_does_not_know_them(model):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
            " AND (is_nullable = 'YES' OR column_default IS NOT NULL)",
            [model._meta.db_table],
        )
        unasked = {name for (name,) in cursor}

    assert set(NEW[model]) <= unasked


def test_the_defaults_are_those_of_the_model():
    for model, names in NEW.items():
        for name in names:
            field = model._meta.get_field(name)
            assert field.db_default == field.get_default()
