"""Rows that failed, or were not sent, go again as an import of their own."""

import pytest
from django.utils import timezone

from imports import tasks
from imports.columns import derive, options
from imports.delivery import children, control, plan
from imports.errors import WrongState
from imports.intake.upload import Wishes
from imports.models import (
    Attempt,
    BatchState,
    Chunk,
    Event,
    Import,
    ImportState,
    Kind,
    Lead,
    NameOnly,
    OnDuplicate,
    Origin,
    Outcome,
    Row,
    Unchanged,
)
from imports.reports import balance
from imports.tests.pages import story
from portal.celery import app as celery

SIX = (
    "Name,Phone,E-mail,Source\r\n"
    "Ana,(206) 555-0101,ana@example.com,\r\n"  # 2
    "Ben,,not an address,\r\n"  # 3
    "Cleo,(206) 555-0103,cleo@example.com,\r\n"  # 4
    "Dora,,,\r\n"  # 5: only a name
    "Eli,(206) 555-0105,eli@example.com,\r\n"  # 6
    "Ana again,,ana@example.com,\r\n"  # 7
)
SENDS_NAMES = Wishes(name_only=NameOnly.SEND)


def fresh(lead_import):
    return Import.objects.get(pk=lead_import.pk)


def numbers(lead_import):
    return list(Row.objects.filter(lead_import=lead_import).values_list("number", flat=True))


def settle(lead_import, results, left=(), state=ImportState.FINISHED):
    """Answer rows with these statuses; what is `left` was sent, and a person gave it up."""
    now, customer = timezone.now(), lead_import.customer
    batch = story.a_batch(lead_import, [*results], state=BatchState.DONE, settled_at=now)
    attempt = Attempt.objects.create(
        batch=batch, quota=customer.token.quota, token=customer.token, kind=Kind.SEND, worker="w",
        fence=1, started_at=now, ended_at=now, status=200,
    )  # fmt: skip
    Outcome.objects.bulk_create(
        Outcome(lead_import=lead_import, number=number, status=status, batch=batch,
                errors=["no such stage"] if status == "failed" else [], attempt=attempt,
                ignored_custom_fields=[])
        for number, status in results.items()
    )  # fmt: skip
    if left:
        story.a_batch(lead_import, list(left), state=BatchState.DROPPED, first_sent_at=now)
    Import.objects.filter(pk=lead_import.pk).update(
        state=state, send_after=now, started_at=now, finished_at=now, planned_at=now
    )
    return fresh(lead_import)


@pytest.fixture
def over(acme, ines):
    """Row 3 was invalid, 2 and 6 failed, 4 was made, 7 (the same Ana) too, 5 is unknown."""
    made = story.reviewed(acme, ines.user, content=SIX, wishes=SENDS_NAMES)
    results = {2: "failed", 4: "created", 6: "failed", 7: "created"}
    return settle(made, results, left=[5])


def child_of(parent):
    return parent.children.exclude(origin=Origin.FILE).get()


def take(client, parent, *rows):
    return client.post(f"/imports/{parent.pk}/retry/", {"rows": rows})


def test_ines_takes_the_failed_rows_and_only_these_are_checked_and_reviewed(ines, over):
    asked = story.text(ines.get(f"/imports/{over.pk}/retry/"))
    assert "2 rows that failed" in asked
    assert "1 row that was invalid" in asked
    assert "stayed unknown" not in asked  # its only row has only a name

    answer = take(ines, over, "failed")

    child = child_of(over)
    assert answer["Location"] == f"/imports/{child.pk}/review/"
    story.check(child)
    child = fresh(child)
    assert (child.state, child.origin, child.parent) == (ImportState.REVIEW, Origin.RETRY, over)
    assert numbers(child) == [2, 6]
    assert list(Lead.objects.filter(lead_import=child).values_list("number", flat=True)) == [2, 6]
    theirs = {r.number: r.cells for r in Row.objects.filter(lead_import=over)}
    assert all(r.cells == theirs[r.number] for r in Row.objects.filter(lead_import=child))
    assert derive.mapping_of(child) == derive.mapping_of(over)
    assert child.headers == over.headers
    assert child.file.name == over.file.name
    sheet = balance.balance(child)
    assert (sheet.rows, sheet.not_sent) == (2, 2)
    assert sheet == balance.recount(child)


def test_the_review_says_why_they_failed_before(ines, over):
    take(ines, over, "failed", "invalid")
    child = child_of(over)
    story.check(child)
    page = story.text(ines.get(f"/imports/{child.pk}/review/"))
    assert f"Why they failed or were held in import #{over.pk}" in page
    assert children.reasons(child) == [("no such stage", 2)]
    assert "Why they failed" not in story.text(ines.get(f"/imports/{over.pk}/review/"))


def test_what_the_child_does_leaves_the_parents_report_as_it_was(ines, over):
    before = balance.balance(over).summary()
    take(ines, over, "failed")
    settle(child_of(over), {2: "created", 6: "failed"})
    assert balance.balance(fresh(over)).summary() == before


def test_both_reports_name_each_other_and_so_does_the_history(ines, over):
    take(ines, over, "failed")
    child = child_of(over)
    story.check(child)
    for step in ("report", "review", "file"):
        page = story.text(ines.get(f"/imports/{child.pk}/{step}/"))
        assert "Rows that failed before: import" in page
        assert f'href="/imports/{over.pk}/report/">#{over.pk}</a>' in page
    assert "Rows of this import" in story.text(ines.get(f"/imports/{child.pk}/report/"))
    page = story.text(ines.get(f"/imports/{over.pk}/report/"))
    assert "Follow-ups" in page
    assert f'href="/imports/{child.pk}/"' in page
    assert f'<a href="/imports/{over.pk}/">#{over.pk}</a>' in story.text(ines.get("/history/"))
    listed = b"".join(ines.get("/history/export.csv").streaming_content).decode()
    assert f",Rows that failed before,{over.pk}\r\n" in listed


def test_the_trail_tells_it_of_both(ines, over):
    take(ines, over, "failed", "invalid")
    child = child_of(over)
    common = {"origin": "retry", "rows": 3, "which": ["failed", "invalid"]}
    assert Event.objects.get(act="followed", import_id=over.pk).facts == common | {
        "child": child.pk
    }
    made = Event.objects.get(act="derived", import_id=child.pk)
    assert (made.facts, made.actor) == (common | {"parent": over.pk}, ines.user)


def test_invalid_rows_go_when_they_are_asked_for_and_other_columns_may_make_them_valid(ines, over):
    take(ines, over, "invalid")
    child = child_of(over)
    story.check(child)
    assert numbers(child) == [3]
    assert balance.balance(fresh(child)).invalid == 1

    wanted = derive.mapping_of(child).to_json()
    wanted["columns"][2]["target"] = None
    derive.remap(
        fresh(child), derive.Mapping.from_json(wanted), ines.user, expected_version=1
    )  # fmt: skip
    story.check(child)
    assert balance.balance(fresh(child)).not_sent == 1


def test_a_row_that_stayed_unknown_goes_only_if_mega_can_recognise_it(ines, acme):
    made = story.reviewed(acme, ines.user, content=SIX, wishes=SENDS_NAMES)
    parent = settle(made, {2: "created", 6: "created", 7: "created"}, left=[4, 5])

    asked = story.text(ines.get(f"/imports/{parent.pk}/retry/"))
    assert "1 row that stayed unknown" in asked
    assert "only a name are not among them" in asked
    take(ines, parent, "unknown")

    assert numbers(child_of(parent)) == [4]


def test_what_is_still_being_settled_never_goes(ines, acme):
    made = story.reviewed(acme, ines.user, content=SIX, wishes=SENDS_NAMES)
    parent = settle(made, {2: "failed"}, state=ImportState.CANCELLED)
    story.a_batch(parent, [4, 6], state=BatchState.UNKNOWN, first_sent_at=timezone.now())

    take(ines, parent, "failed", "unknown")
    ines.post(f"/imports/{parent.pk}/rest/")

    retried, left = parent.children.order_by("pk")
    assert numbers(retried) == [2]
    assert numbers(left) == [5, 7]


@pytest.mark.parametrize("moving", [BatchState.WAITING, BatchState.CLAIMED, BatchState.SENDING])
def test_nothing_goes_while_a_request_may_still_carry_it(ines, acme, moving):
    made = story.reviewed(acme, ines.user, content=SIX, wishes=SENDS_NAMES)
    parent = settle(made, {2: "failed"}, state=ImportState.CANCELLED)
    story.a_batch(parent, [4, 6], state=moving)

    answer = ines.post(f"/imports/{parent.pk}/rest/", follow=True)

    assert "still settling the last requests" in story.text(answer)
    assert not parent.children.exists()


def test_a_row_that_the_books_hide_is_not_sent_again(ines, acme):
    """A request that was answered without a result for a row: never, unless books are wrong."""
    made = story.reviewed(acme, ines.user, content=SIX, wishes=SENDS_NAMES)
    parent = settle(made, {2: "created"}, state=ImportState.CANCELLED)
    story.a_batch(parent, [4, 6], state=BatchState.DONE)

    ines.post(f"/imports/{parent.pk}/rest/")

    assert numbers(child_of(parent)) == [5, 7]


def test_what_was_not_sent_before_a_cancel_is_taken_up(ines, acme):
    made = story.reviewed(acme, ines.user, content=SIX, wishes=SENDS_NAMES)
    parent = settle(made, {2: "created", 4: "failed"}, state=ImportState.CANCELLED)
    page = story.text(ines.get(f"/imports/{parent.pk}/report/"))
    assert "3 rows were not sent" in page

    ines.post(f"/imports/{parent.pk}/rest/")

    child = child_of(parent)
    assert (child.origin, numbers(child)) == (Origin.REST, [5, 6, 7])
    assert "were not sent</h2>" not in story.text(ines.get(f"/imports/{parent.pk}/report/"))
    assert "Rows that were not sent before" in story.text(ines.get(f"/imports/{child.pk}/file/"))


def test_who_presses_second_is_told_who_was_first(ines, max_, over):
    take(ines, over, "failed")
    answer = max_.post(f"/imports/{over.pk}/retry/", {"rows": ["failed"]}, follow=True)
    said = f"All such rows are in import #{child_of(over).pk} already, made by Ines Iversen."
    assert said in story.text(answer)
    assert over.children.count() == 1


def test_each_row_is_in_one_child_only_until_that_is_discarded(ines, over):
    take(ines, over, "failed")
    take(ines, over, "invalid")
    first, second = over.children.order_by("pk")
    assert (numbers(first), numbers(second)) == ([2, 6], [3])

    ines.post(f"/imports/{first.pk}/send/cancel/")
    assert "discarded" in fresh(first).reason.lower()
    take(ines, over, "failed")
    assert numbers(over.children.latest("pk")) == [2, 6]
    with pytest.raises(WrongState, match=f"take them up from import #{over.pk}"):
        children.rest(fresh(first), ines.user)


def test_what_failed_again_goes_from_the_child_on(ines, over):
    take(ines, over, "failed")
    child = settle(child_of(over), {2: "created", 6: "failed"})
    with pytest.raises(WrongState, match="already"):
        children.retry(over, ines.user, ["failed"])
    assert numbers(children.retry(child, ines.user, ["failed"])) == [6]


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (ImportState.SENDING, "only rows of imports that are over"),
        (ImportState.REVIEW, "only rows of imports that are over"),
        (ImportState.INCONSISTENT, "books of this import do not balance"),
    ],
)
def test_other_imports_have_no_follow_up(ines, over, state, sentence):
    Import.objects.filter(pk=over.pk).update(state=state)
    page = story.text(ines.get(f"/imports/{over.pk}/retry/", follow=True))
    assert sentence in page
    with pytest.raises(WrongState):
        children.retry(fresh(over), ines.user, ["failed"])


def test_older_values_of_a_person_are_announced(ines, over):
    """Row 2 and row 7 are the same Ana; row 7 arrived, row 2 did not."""
    take(ines, over, "failed")
    child = child_of(over)
    story.check(child)
    said = "A later row of the same person has arrived at MEGA already, for 1 of these rows."
    assert said in story.text(ines.get(f"/imports/{child.pk}/review/"))


def test_its_file_is_not_read_again_and_is_no_second_upload(ines, over):
    take(ines, over, "failed")
    child = child_of(over)
    story.check(child)
    page = story.text(ines.get(f"/imports/{child.pk}/file/"))
    assert "Read the file differently" not in page
    assert "very same file" not in page
    with pytest.raises(WrongState, match="upload it again"):
        options.reread(child, ines.user, dialect={})
    assert numbers(child) == [2, 6]


def test_a_later_upload_of_the_file_is_compared_with_the_upload(ines, acme, over):
    take(ines, over, "failed")
    again = story.reviewed(acme, ines.user, content=SIX, wishes=SENDS_NAMES)
    page = story.text(ines.get(f"/imports/{again.pk}/review/"))
    assert f'import <a href="/imports/{over.pk}/">#{over.pk}</a>' in page


def test_unchanged_compares_the_child_with_what_the_parent_brought(ines, acme):
    twice = "Name,E-mail\r\nAna,ana@example.com\r\nAna,ana@example.com\r\nBo,bo@example.com\r\n"
    made = story.reviewed(acme, ines.user, content=twice)
    parent = settle(made, {2: "created", 3: "failed", 4: "failed"})
    child = children.retry(parent, ines.user, ["failed"])
    story.check(child)

    options.set_options(fresh(child), ines.user, unchanged=Unchanged.SKIP)

    verdicts = dict(Lead.objects.filter(lead_import=child).values_list("number", "verdict"))
    assert verdicts == {3: "unchanged", 4: "ok"}


def test_rows_far_apart_are_checked_in_one_go(ines, acme):
    lines = "".join(f"P{n},p{n}@example.com\r\n" for n in range(2, 5002))
    made = story.reviewed(acme, ines.user, content=f"Name,E-mail\r\n{lines}")
    assert Chunk.objects.filter(mapping=made.mapping).count() == 2
    parent = settle(made, {2: "failed", 3000: "failed", 5001: "failed"})

    child = children.retry(parent, ines.user, ["failed"])

    assert [(c.first, c.last) for c in Chunk.objects.filter(mapping__lead_import=child)] == [
        (2, 5001)
    ]
    assert derive.progress(fresh(child)) == (0, 3)
    story.check(child)
    assert derive.progress(fresh(child)) == (3, 3)


def test_the_child_is_sent_under_new_keys_with_the_parents_row_numbers(ines, over):
    take(ines, over, "failed")
    child = child_of(over)
    story.check(child)
    control.send(child, ines.user, on_duplicate=OnDuplicate.SKIP, undo_seconds=0)
    assert plan.plan(child.pk)
    (batch,) = child.batches.all()
    assert batch.row_numbers == [2, 6]
    assert batch.key not in over.batches.values_list("key", flat=True)


def profiled(lead_import):
    return list(lead_import.profiles.order_by("place").values_list("rows", "filled"))


def test_nobody_waits_until_the_columns_of_the_child_are_counted(
    ines, over, monkeypatch, django_capture_on_commit_callbacks
):
    """A million rows take some seconds, in which nobody else could do anything with the parent."""
    monkeypatch.setitem(celery.conf, "task_always_eager", True)
    with django_capture_on_commit_callbacks() as afterwards:
        take(ines, over, "failed")
    child = child_of(over)
    assert profiled(child) == []
    assert ines.get(f"/imports/{child.pk}/columns/").status_code == 200

    for nudge in afterwards:
        nudge()
    assert profiled(child) == [(2, 2), (2, 2), (2, 2), (2, 0)]


def test_columns_are_counted_once_however_often_a_worker_is_asked(ines, over):
    take(ines, over, "failed")
    child = child_of(over)
    tasks.count_columns(child.pk)
    child.profiles.update(filled=9)
    tasks.count_columns(child.pk)
    assert profiled(child) == [(2, 9)] * 4

    over.profiles.all().delete()
    for pk in (over.pk, 0):  # who read a file counts its columns; one is gone in the meantime
        tasks.count_columns(pk)
    assert profiled(over) == []


def test_readers_make_no_follow_up(vera, over):
    assert take(vera, over, "failed").status_code == 403
    assert vera.post(f"/imports/{over.pk}/rest/").status_code == 403
    assert "Send rows again" not in story.text(vera.get(f"/imports/{over.pk}/report/"))
    assert not over.children.exists()


def test_a_phone_that_different_people_share_stays_left_out_when_one_row_goes_again(ines, acme):
    office = (
        "Name,E-mail,Phone\nAna Souza,ana@example.com,2065550100\n"
        "Ben Okafor,ben@example.com,2065550100\nCy Young,cy@example.com,2065550100\n"
    )
    made = story.reviewed(acme, ines.user, content=office, wishes=Wishes(melting="leave_out"))
    control.send(made, ines.user, on_duplicate=OnDuplicate.SKIP, undo_seconds=0)
    settle(made, {2: "created", 3: "failed", 4: "created"})

    child = children.retry(fresh(made), ines.user, ["failed"])
    story.check(child)

    lead = Lead.objects.get(lead_import=child, number=3, mapping=fresh(child).mapping)
    assert lead.body == {"contact_name": "Ben Okafor", "contact_email": "ben@example.com"}
    act = fresh(child).review_acts.get()
    assert (act.rows, act.why) == (
        [3], f"Left out in import #{made.pk}, as different people share it.",
    )  # fmt: skip
    assert "as different people share it" in story.text(ines.get(f"/imports/{child.pk}/review/"))
