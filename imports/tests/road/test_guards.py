"""What stops an import by itself, and what lets it go on, over real HTTP with real workers."""

import secrets
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from imports import tasks
from imports.delivery import checks, control, tokens
from imports.models import (
    Attempt,
    Batch,
    BatchState,
    Customer,
    Decision,
    DryRun,
    Import,
    ImportState,
    Kind,
    Lead,
    OnDuplicate,
    Outcome,
    RefusedValue,
)
from imports.reports import balance
from imports.tests.road.engine import wait_for, wait_until
from portal.models import Membership, Role, Team, User

pytestmark = pytest.mark.road

ASKED = (ImportState.DECISION,)


@pytest.fixture
def max_(committed):
    """Max, a manager of the clients' team."""
    team, _ = Team.objects.get_or_create(name="Road team", slug="road-team")
    found = User.objects.filter(email="max@example.com").first()
    found = found or User.objects.create_user("max@example.com", name="Max")
    Membership.objects.get_or_create(user=found, team=team, defaults={"role": Role.MANAGER})
    return found


def sends(client):
    return [one.rows for one in client.requests() if one.key]


def test_failures_that_begin_after_the_first_request_stop_the_import(client_of, sheet, max_):
    ines = client_of(stages=["new"])
    bad = lambda n: "gone" if n > 25 and n % 2 else "new"  # noqa: E731

    asked = wait_for(ines.send(sheet(3000, stage_slug=bad)), ASKED)

    assert asked.question == "failures"
    assert "of the" in asked.reason
    wait_until(lambda: not in_flight(asked), "what was under way to be answered")
    before = len(sends(ines))
    control.go_on(asked, max_)
    done = wait_for(asked)
    sheet_of = balance.recount(done)
    assert (sheet_of.created, sheet_of.failed) == (1513, 1487)
    assert done.accepted == ["failures"]
    assert before <= len(sends(ines)) == 7


def in_flight(lead_import):
    states = (BatchState.CLAIMED, BatchState.SENDING)
    return lead_import.batches.filter(state__in=states).exists()


def test_a_custom_field_that_mega_does_not_know_stops_the_import(client_of, sheet, max_):
    ines = client_of(custom_fields=["budget"])
    columns = {"custom_fields.budget": lambda n: "5", "custom_fields.origin": lambda n: "fair"}

    asked = wait_for(ines.send(sheet(60, **columns)), ASKED)

    assert asked.question == "ignored_fields"
    assert "custom field “origin”" in asked.reason
    assert len(ines.leads) == 25
    control.go_on(asked, max_)
    assert wait_for(asked).state == ImportState.FINISHED
    assert len(ines.leads) == 60


def previewed(client, path):
    made = client.review(path)
    Import.objects.filter(pk=made.pk).update(on_duplicate=OnDuplicate.UPDATE)
    asked_by = control.start_dry_run(made, None)
    tasks.nudge_plan_dry_run(asked_by.pk)
    done = DryRun.objects.filter(pk=asked_by.pk, state=DryRun.State.DONE)
    wait_until(done.exists, "the dry run")
    return made


def confirmed(made):
    control.send(made, None, on_duplicate=OnDuplicate.UPDATE, undo_seconds=0)
    tasks.nudge_plan(made.pk)
    return made


def test_after_a_full_preview_the_first_request_is_full(client_of, sheet):
    ines = client_of()
    made = previewed(ines, sheet(700))

    done = wait_for(confirmed(made))

    assert done.state == ImportState.FINISHED
    assert sends(ines) == [500, 200]


def test_more_updates_than_the_preview_foresaw_stop_the_import(client_of, sheet, max_):
    ines = client_of()
    made = previewed(ines, sheet(700))
    wait_for(ines.send(sheet(400, name="meanwhile.csv", lead_line=lambda n: "buyer")))

    asked = wait_for(confirmed(made), ASKED)

    assert asked.question == "updates"
    assert "400 of the 500 rows answered so far updated an existing lead" in asked.reason
    assert "it would have been 0" in asked.reason
    control.go_on(asked, max_)
    sheet_of = balance.recount(wait_for(asked))
    assert (sheet_of.updated, sheet_of.created) == (400, 300)


def test_only_a_token_that_mega_accepts_ends_a_block(client_of, sheet, mega):
    ines = client_of()
    mega.revoke(ines.raw)
    made = wait_for(ines.send(sheet(60)), (ImportState.BLOCKED,))

    tokens.set_token(ines.customer, f"mega_{secrets.token_hex(32)}", None)
    wait_until(lambda: checks.latest_check(ines.customer).code == "unauthorized", "the check")
    made.refresh_from_db()
    assert made.state == ImportState.BLOCKED
    assert Attempt.objects.filter(batch__lead_import=made).count() == 1

    ines.renew_token()
    done = wait_for(made)
    assert (done.state, len(ines.leads)) == (ImportState.FINISHED, 60)
    checked = ines.customer.batches.filter(kind=Kind.CHECK)
    assert checked.count() == 2


def test_after_a_long_block_a_person_confirms(client_of, sheet, mega, max_):
    ines = client_of()
    mega.revoke(ines.raw)
    made = wait_for(ines.send(sheet(60)), (ImportState.BLOCKED,))
    Import.objects.filter(pk=made.pk).update(blocked_at=Now() - timedelta(hours=73))

    ines.renew_token()
    asked = wait_for(made, ASKED)

    assert asked.question == "blocked_long"
    assert ines.leads == []
    control.go_on(asked, max_)
    assert wait_for(asked).state == ImportState.FINISHED
    assert len(ines.leads) == 60


def test_a_name_alone_is_not_repeated_for_longer_than_an_hour(client_of, tmp_path, mega, max_):
    ines = client_of()
    path = tmp_path / "names.csv"
    path.write_text("Name,Email\nAnn,ann@example.com\nBo,\nCho,cho@example.com\n")
    mega.misbehave("status_after_work", status=500, times=1000, token=ines.raw)
    made = ines.send(path, name_only="send")
    wait_until(lambda: made.batches.filter(state="unknown").exists(), "an unclear answer")

    long_ago = Now() - timedelta(minutes=61)  # also for the answer that may come just now
    Attempt.objects.filter(batch__lead_import=made).update(started_at=long_ago)
    Batch.objects.filter(lead_import=made).update(first_sent_at=long_ago)
    asked = wait_for(made, ASKED)

    one = made.batches.get()
    assert (asked.question, one.reason, one.matchless) == ("batches", "name_only", True)
    mega.calm()
    control.decide(one, max_, Decision.Choice.REPEAT)
    assert wait_for(made).state == ImportState.FINISHED
    assert len(ines.leads) == 3  # MEGA remembered the key
    assert ines.complaints() == []


def test_rows_with_a_value_that_was_refused_cost_no_request(client_of, sheet, mega):
    ines = client_of(stages=["new", "gone"])
    mega.misbehave("status", status=400, token=ines.raw, only="send",
                   message="leads[8].stage_slug: must be one of new")  # fmt: skip

    path = sheet(1000, stage_slug=lambda n: "gone" if n % 10 == 9 else "new")
    done = wait_for(ines.send(path))

    sheet_of = balance.recount(done)
    assert done.state == ImportState.FINISHED
    assert RefusedValue.objects.get(lead_import=done).number == 10
    assert Outcome.objects.get(lead_import=done, status="failed").number == 10
    held = Lead.objects.filter(lead_import=done, verdict="invalid")
    assert set(range(30, 1002, 10)) <= set(held.values_list("number", flat=True))
    assert sheet_of.invalid + sheet_of.created == 999
    assert len(sends(ines)) == 4  # the refused one, its rest, and two more
    assert ines.complaints() == []


def test_past_the_budget_the_import_asks_and_the_next_one_is_done_first(
    client_of, sheet, mega, max_
):
    ines = client_of()
    Customer.objects.filter(pk=ines.customer.pk).update(failure_percent=100)
    mega.misbehave("status", status=400, token=ines.raw, message="Bad request", times=45)

    asked = wait_for(ines.send(sheet(120)), ASKED)

    assert asked.question == "split_budget"
    wait_until(lambda: not in_flight(asked), "what was under way to be answered")
    refused = len(sends(ines))
    assert 20 <= refused <= 42
    mega.calm()
    assert wait_for(ines.send(sheet(5, start=500, name="next.csv"))).state == ImportState.FINISHED
    assert len(sends(ines)) == refused + 1
    control.go_on(asked, max_)
    done = wait_for(asked)
    sheet_of = balance.recount(done)
    assert (done.state, sheet_of.created + sheet_of.failed) == (ImportState.FINISHED, 120)
    assert ines.complaints() == []
