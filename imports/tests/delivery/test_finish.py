"""No import is called finished before every single row is accounted for."""

import pytest
from django.db import OperationalError
from django.utils import timezone

from imports.delivery import finish, setbacks
from imports.models import Import, ImportState, Lead, MappingVersion, Row
from imports.reports import balance
from imports.tests import people
from imports.tests.delivery.sending import batch
from imports.tests.thawed import thawed

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    """An import of two rows that was planned."""
    found = people.an_import()
    found.mapping = MappingVersion.objects.create(lead_import=found, version=1, content={})
    for number in (2, 3):
        Row.objects.create(lead_import=found, number=number, cells=["Ann"])
        Lead.objects.create(
            lead_import=found,
            mapping=found.mapping,
            number=number,
            verdict="invalid",
            body={},
            problems=[],
            warned=False,
            digest=b"",
        )
    found.state, found.planned_at, found.row_count = ImportState.SENDING, timezone.now(), 2
    found.save()
    return found


def ended(lead_import):
    finish.finish_imports()
    lead_import.refresh_from_db()
    return lead_import.state


def test_an_import_whose_rows_are_all_accounted_for_is_finished(made):
    assert ended(made) == ImportState.FINISHED
    assert made.finished_at is not None


def test_a_row_that_vanished_is_an_alarm_and_no_end(made, caplog):
    with thawed():
        Row.objects.filter(number=3).delete()

    assert ended(made) == ImportState.INCONSISTENT
    assert "2 rows were read, 1 are accounted for" in made.reason
    assert "do not balance" in caplog.text


def test_a_row_that_was_forgotten_is_an_alarm_and_no_end(made):
    with thawed():
        Lead.objects.filter(number=3).update(verdict="ok")

    assert ended(made) == ImportState.INCONSISTENT


@pytest.mark.parametrize("state", ["waiting", "claimed", "sending", "unknown", "decision"])
def test_an_open_request_keeps_an_import_open(made, state):
    batch(made, 2, state=state)

    assert ended(made) not in (ImportState.FINISHED, ImportState.INCONSISTENT)


def test_a_tick_that_has_no_time_left_leaves_the_others_to_the_next_one(made, monkeypatch):
    other = Import.objects.create(
        customer=made.customer, mega_id=made.mega_id, file_size=1, state=ImportState.SENDING,
        planned_at=timezone.now(),
    )  # fmt: skip
    monkeypatch.setattr(finish, "A_TICK", -1.0)

    assert finish.finish_imports() == [made.pk]
    assert finish.finish_imports() == [other.pk]
    assert finish.finish_imports() == []


def test_an_import_that_cannot_be_finished_keeps_no_other_waiting(made, monkeypatch):
    other = Import.objects.create(
        customer=made.customer, mega_id=made.mega_id, file_size=1, state=ImportState.SENDING,
        planned_at=timezone.now(),
    )  # fmt: skip
    monkeypatch.setattr(finish, "_setbacks", setbacks.Setbacks())
    recount = balance.recount

    def too_slow(lead_import):
        if lead_import == made:
            raise OperationalError("canceling statement due to statement timeout")
        return recount(lead_import)

    monkeypatch.setattr(balance, "recount", too_slow)
    with pytest.raises(OperationalError):
        finish.finish_imports()

    assert finish.finish_imports() == [other.pk]
    assert finish.finish_imports() == []

    monkeypatch.setattr(balance, "recount", recount)
    monkeypatch.setattr(setbacks.time, "monotonic", lambda: 1e12)
    assert finish.finish_imports() == [made.pk]
