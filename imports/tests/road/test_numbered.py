"""Leads are found again at MEGA by their import's number, once a trial row proved the field."""

import pytest

from imports.delivery import checks
from imports.models import Customer, ImportState
from imports.tests.road.engine import wait_for, wait_until

pytestmark = pytest.mark.road


def asked(client, field):
    Customer.objects.filter(pk=client.customer.pk).update(import_field=field)
    client.customer.refresh_from_db()
    checks.start_check(client.customer, None)

    def found():
        client.customer.refresh_from_db()
        return client.customer.import_field_found

    return wait_until(found, "MEGA to say whether it knows the field")


def test_the_leads_of_two_imports_are_told_apart_in_the_crm(client_of, sheet):
    ines = client_of(custom_fields=["import_no"])
    assert asked(ines, "import_no") == "known"

    first = wait_for(ines.send(sheet(30)))
    second = wait_for(ines.send(sheet(10, start=21, name="second.csv")))

    numbers = [lead["custom_fields"]["import_no"] for lead in ines.leads]
    assert numbers == [str(first.pk)] * 20 + [str(second.pk)] * 10
    assert ines.complaints() == []


def test_a_field_that_mega_does_not_know_is_found_out_without_writing(client_of, sheet):
    ines = client_of(custom_fields=["budget"])
    assert asked(ines, "import_no") == "ignored"
    assert ines.leads == []

    stopped = wait_for(ines.send(sheet(60)), (ImportState.DECISION,))

    assert stopped.question == "ignored_fields"
    assert "custom field “import_no”" in stopped.reason
