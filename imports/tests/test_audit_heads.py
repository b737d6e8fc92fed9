"""Heads kept outside of the database: what its owner cuts off or writes anew contradicts them."""

import json
from datetime import UTC, datetime
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError

from imports.audit import canonical, heads, verify
from imports.models import Chain, Event
from imports.tests import people
from imports.tests.test_audit import as_owner, write

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.AUDIT_HEADS_DIR = tmp_path / "audit"
    return settings.AUDIT_HEADS_DIR


def written_anew(act):
    """What an owner would do: change an event and every hash that follows from it."""
    chain, previous = Chain.objects.get(), canonical.GENESIS
    for event in chain.events.order_by("position"):
        event.act, event.previous = act, previous
        event.digest = previous = canonical.digest(previous, event)
        as_owner(
            f"UPDATE imports_event SET act = '{act}', previous = '\\x{event.previous.hex()}', "
            f"digest = '\\x{event.digest.hex()}' WHERE id = {event.pk}"
        )
    as_owner(f"UPDATE imports_chain SET head = '\\x{previous.hex()}'")


def test_they_are_kept_once_a_day_and_only_for_their_owner(folder):
    write(3, team=people.team("North"))
    write(2)
    with time_machine.travel(datetime(2026, 11, 23, 9, tzinfo=UTC)):
        path = heads.export()
        write(1)
        assert heads.export() is None
    with time_machine.travel(datetime(2026, 11, 24, 0, tzinfo=UTC)):
        heads.export()

    assert path.name == "heads-2026-11-23.jsonl"
    assert (folder.stat().st_mode & 0o777, path.stat().st_mode & 0o777) == (0o700, 0o600)
    kept = [json.loads(line) for line in path.read_text().splitlines()]
    newest = Event.objects.filter(chain__team__name="North").latest("position")
    assert kept[0] | {"chain": 0} == {
        "at": "2026-11-23T09:00:00+00:00", "chain": 0, "team": "north", "length": 3,
        "head": bytes(newest.digest).hex(),
    }  # fmt: skip
    assert heads.days() == 2
    assert sorted(one.name for one in folder.iterdir()) == [
        "heads-2026-11-23.jsonl", "heads-2026-11-24.jsonl",
    ]  # fmt: skip


def test_a_trail_that_grows_agrees_with_them():
    write(3, team=people.team())
    heads.export()
    write(2, team=people.team())
    out = StringIO()

    call_command("verify_audit", stdout=out)

    assert verify.verify() == []
    assert "Days whose heads it was compared with: 1" in out.getvalue()


def test_a_trail_that_was_written_anew_with_all_its_hashes_is_found_out():
    write(4, team=people.team("North"))
    written_anew("paused")
    assert verify.verify() == []
    heads.export()
    written_anew("sent")

    [link] = verify.verify()

    assert (link.team, link.position) == ("North", 4)
    assert "is not the one that was there on" in link.sentence


def test_an_end_that_was_cut_off_is_found_out():
    write(4, team=people.team("North"))
    heads.export()
    third = Event.objects.get(position=3)
    as_owner("DELETE FROM imports_event WHERE position = 4")
    as_owner(f"UPDATE imports_chain SET length = 3, head = '\\x{bytes(third.digest).hex()}'")

    [link] = verify.verify()

    assert (link.team, link.position) == ("North", 4)
    assert "is missing: it was there on" in link.sentence


def test_a_chain_that_is_gone_altogether_is_found_out():
    write(4, team=people.team("North"))
    write(1)
    heads.export()
    as_owner("DELETE FROM imports_event WHERE position < 5")
    as_owner("DELETE FROM imports_chain")

    assert {(link.team, link.position) for link in verify.verify()} == {("north", 4), ("", 1)}


def test_a_file_of_heads_that_was_damaged_is_named(folder):
    heads.export()
    (folder / "heads-2026-01-01.jsonl").write_text('{"at": 1}\n')

    with pytest.raises(CommandError, match=r"Line 1 of heads-2026-01-01.jsonl is not a head"):
        call_command("verify_audit")
