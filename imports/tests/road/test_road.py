"""A spreadsheet goes all the way to MEGA, and every row is accounted for."""

import csv
from io import StringIO

import pytest

from imports.delivery import control, progress
from imports.models import DryRun, Event, ImportState, Kind, OnDuplicate, Outcome
from imports.reports import balance, files
from imports.reports.rows import Selection
from imports.tests.road.engine import wait_for, wait_until

pytestmark = pytest.mark.road


def report(lead_import, **chosen):
    text = b"".join(files.write_csv(lead_import, Selection(**chosen))).decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text)))


def test_1200_clean_rows_arrive_once_each_in_full_requests(client_of, sheet, mega):
    ines = client_of()

    done = wait_for(ines.send(sheet(1_200)))

    assert done.state == ImportState.FINISHED
    sent = balance.balance(done)
    assert (sent.rows, sent.sent, sent.created, sent.requests) == (1_200, 1_200, 1_200, 4)
    assert len(ines.leads) == 1_200
    first, *others = [one.rows for one in ines.requests()]
    assert (first, sorted(others)) == (25, [175, 500, 500])
    rows = report(done)
    assert [row["Row"] for row in rows[:2]] == ["2", "3"]
    assert {row["Result"] for row in rows} == {"created"}
    assert {row["Lead ID"] for row in rows} == {lead["id"] for lead in ines.leads}
    assert ines.complaints() == []


def test_every_kind_of_row_ends_in_its_own_bucket(client_of, tmp_path):
    ines = client_of(stages=["new", "won"])
    path = tmp_path / "mixed.csv"
    path.write_text(
        "Name;E-Mail;Telefon;stage_slug;owner_id\n"
        "Ann;ann@example.com;2065550101;new;\n"
        "Bob;bob@example;2065550102;;\n"
        ";;;;\n"
        "Cy;;2065550103;nowhere;\n"
        "Dee;dee@example.com;2065550104;won;7f1f6dcb-8d9b-4f0e-9a53-0d6f4a2d9f11\n"
        "Ann Again;ann@example.com;;new;\n"
    )

    made = ines.send(path)
    control.go_on(wait_for(made, (ImportState.DECISION,)), None)  # two of the first three fail
    done = wait_for(made)

    results = {row["Row"]: (row["Result"], row["Reason"]) for row in report(done)}
    assert results["2"][0] == "created"
    assert results["3"][0] == "invalid"
    assert "bob@example" in results["3"][1]
    assert results["4"][0] == "blank"
    assert results["5"][0] == "failed"
    assert "nowhere" in results["5"][1]
    assert results["6"][0] == "failed"
    assert results["7"][0] == "updated"
    sheet = balance.balance(done)
    assert sheet.is_balanced
    assert sheet == balance.recount(done)
    assert {lead["contact_email"] for lead in ines.leads} == {"ann@example.com"}


def test_a_new_customers_import_overwrites_nothing(client_of, sheet):
    ines = client_of()
    wait_for(ines.send(sheet(3)))

    again = wait_for(ines.send(sheet(3), on_duplicate=OnDuplicate(ines.customer.on_duplicate)))

    assert balance.balance(again).skipped == 3
    assert {row["Matched by"] for row in report(again)} == {"email"}


def test_unchanged_rows_can_be_left_out_and_changed_back_ones_cannot(client_of, sheet):
    ines = client_of()
    wait_for(ines.send(sheet(3, City=lambda n: "Rome")))
    wait_for(ines.send(sheet(1, City=lambda n: "x", name="b.csv"), mapping=city_mapping()))

    rows = sheet(3, City=lambda n: "Rome", name="c.csv")
    third = ines.review(rows, mapping={"columns": {"City": None}}, unchanged="skip")

    assert balance.balance(third).unchanged == 2


def city_mapping():
    return {"columns": {"City": "custom_fields.city"}}


def test_a_dry_run_predicts_and_writes_nothing(client_of, sheet):
    ines = client_of()
    wait_for(ines.send(sheet(2)))
    second = ines.review(sheet(4, name="more.csv"))

    dry_run = control.start_dry_run(second, None)
    wait_until(lambda: refreshed(dry_run).state == DryRun.State.DONE, "the dry run to end")

    predicted = balance.predicted(dry_run)
    assert (predicted.created, predicted.skipped) == (2, 2)
    assert len(ines.leads) == 2
    assert second.batches.filter(kind=Kind.DRY_RUN).count() == 1


def refreshed(thing):
    thing.refresh_from_db()
    return thing


def test_a_paused_import_sends_nothing_new_and_goes_on_when_resumed(client_of, sheet, mega):
    ines = client_of()
    mega.misbehave("hold_after", token=ines.raw)
    made = ines.send(sheet(600))
    wait_until(ines.requests, "the first request")

    before = progress.standing(made)
    control.pause(made, None)
    mega.release()
    wait_until(lambda: Outcome.objects.filter(lead_import=made).count() == 25, "the first answer")

    assert len(ines.requests()) == 1
    after = progress.standing(refreshed(made))
    assert (before.rows_done, after.rows_done, after.rows_total) == (0, 25, 600)
    assert before.version != after.version
    assert progress.standing(made).version == after.version
    control.resume(made, None)
    done = wait_for(made)
    assert (done.state, balance.balance(done).created) == (ImportState.FINISHED, 600)


def test_a_cancelled_import_keeps_what_was_sent_and_says_what_was_not(client_of, sheet, mega):
    ines = client_of()
    mega.misbehave("hold_after", token=ines.raw)
    made = ines.send(sheet(600))
    wait_until(ines.requests, "the first request")

    control.cancel(made, None)
    mega.release()
    done = wait_for(made)

    assert done.state == ImportState.CANCELLED
    sheet_of = balance.balance(done)
    assert (sheet_of.created, sheet_of.not_sent) == (25, 575)
    assert len(ines.leads) == 25
    last = report(done)[-1]
    assert (last["Result"], last["Request"]) == ("not sent", "")
    assert "cancelled" in last["Reason"]


def test_many_failures_in_the_first_request_ask_a_person_before_the_rest_goes(client_of, sheet):
    ines = client_of(stages=["new"])

    made = ines.send(sheet(600, stage_slug=lambda n: "gone" if n % 3 == 0 else "new"))
    asked = wait_for(made, (ImportState.DECISION,))

    assert asked.question == "first_failures"
    assert "8 of the first 25 rows" in asked.reason
    assert len(ines.requests()) == 1
    control.go_on(made, None)
    done = wait_for(made)
    assert (balance.balance(done).failed, balance.balance(done).created) == (200, 400)


def test_rows_of_one_person_go_in_order_in_different_requests(client_of, tmp_path):
    ines = client_of()
    path = tmp_path / "ann.csv"
    names = ["Ann", "Ann C.", "Ann C"]
    path.write_text("Name,Email\n" + "".join(f"{name},ann@example.com\n" for name in names))

    done = wait_for(ines.send(path))

    assert [one.rows for one in ines.requests()] == [1, 1, 1]
    assert [row["Result"] for row in report(done)] == ["created", "updated", "updated"]
    assert ines.leads[0]["contact_name"] == "Ann C"


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("first", ["created", "duplicate", "created"]),
        ("last", ["duplicate", "created", "created"]),
        ("hold", ["duplicate", "duplicate", "created"]),
    ],
)
def test_duplicates_are_treated_as_chosen(client_of, tmp_path, choice, expected):
    ines = client_of()
    path = tmp_path / "twice.csv"
    path.write_text("Name,Email\nAnn,x@example.com\nAnn B,x@example.com\nC,c@example.com\n")

    done = wait_for(ines.send(path, duplicates=choice))

    rows = report(done)
    assert [row["Result"] for row in rows] == expected
    held = next(row for row in rows if row["Result"] == "duplicate")
    assert "the same e-mail as row" in held["Reason"]


def test_the_trail_tells_of_the_send_and_of_the_end_with_counts_only(client_of, sheet):
    ines = client_of()

    done = wait_for(ines.send(sheet(3)))

    told = Event.objects.filter(import_id=done.pk).order_by("id")
    assert [event.act for event in told] == [
        "uploaded", "customer_confirmed", "mapped", "sent", "finished",
    ]  # fmt: skip
    assert told[4].facts["created"] == 3
    assert told[4].actor is None
