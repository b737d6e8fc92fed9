"""Failed rows are taken out, repaired in a spreadsheet program, and uploaded again."""

import csv
import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from imports.columns import derive
from imports.delivery import children, control, unattended
from imports.errors import WrongState
from imports.intake.upload import Wishes
from imports.models import (
    Customer,
    Draft,
    Event,
    Import,
    ImportState,
    Lead,
    OnceChecked,
    OnDuplicate,
    Origin,
    Outcome,
    Row,
)
from imports.reports import balance
from imports.tests import people
from imports.tests.pages import story
from imports.tests.pages.test_children import settle

SIX = (
    "Name,Phone,E-mail,Note\r\n"
    "Ana,(206) 555-0101,ana@example.com,'=vip\r\n"  # 2
    "Ben,,not an address,=SUM(A1)\r\n"  # 3: invalid
    "Cleo,(206) 555-0103,cleo@example.com,\r\n"  # 4
    "Dora,(206) 555-0104,,\r\n"  # 5
)


@pytest.fixture
def over(acme, ines):
    """Row 3 was invalid, 2 and 5 failed, 4 was made; Note was made a custom field by a person."""
    made = story.reviewed(acme, ines.user, content=SIX)
    wanted = derive.mapping_of(made).to_json()
    wanted["columns"][3] |= {"target": "custom_fields.remark", "confidence": "chosen"}
    derive.remap(made, derive.Mapping.from_json(wanted), ines.user, expected_version=1)
    story.check(made)
    return settle(made, {2: "failed", 4: "created", 5: "failed"})


def taken(client, of, query="", ending="csv"):
    answer = client.get(f"/imports/{of.pk}/to-repair.{ending}{query}")
    assert answer.status_code == 200
    return answer, b"".join(answer.streaming_content)


def table(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def as_csv(lines, delimiter=","):
    into = io.StringIO(newline="")
    csv.writer(into, delimiter=delimiter).writerows(lines)
    return into.getvalue().encode()


def back(client, content, customer="acme", name="repaired.csv", query=""):
    """Uploaded by a person at a page, read and checked."""
    known = set(Import.objects.values_list("pk", flat=True))
    fields = {"customer": customer, "file": SimpleUploadedFile(name, content)}
    client.post(f"/imports/new/{query}", fields)
    return story.read_and_check(Import.objects.exclude(pk__in=known).get())


def cells(lead_import):
    return {row.repairs: row.cells for row in Row.objects.filter(lead_import=lead_import)}


def verdicts(lead_import):
    leads = Lead.objects.filter(lead_import=lead_import, mapping=lead_import.mapping_id)
    return dict(leads.order_by("number").values_list("number", "verdict"))


def fresh(lead_import):
    return Import.objects.get(pk=lead_import.pk)


def test_ines_repairs_the_rows_and_they_come_back_to_where_they_were(ines, acme, over):
    assert f"/imports/{over.pk}/to-repair.csv" in story.text(
        ines.get(f"/imports/{over.pk}/report/")
    )
    answer, content = taken(ines, over)
    assert answer["Content-Disposition"].endswith(f'"import-{over.pk}-acme-to-repair.csv"')
    head, ana, ben, dora = table(content)
    assert head[:4] == ["Name", "Phone", "E-mail", "Note"]
    assert [line[3] for line in (ana, ben)] == ["''=vip", "'=SUM(A1)"]
    assert "no such stage" in ana[4]
    assert "not an address" in ben[4]
    assert [line[5] for line in (ana, ben, dora)] == ["2", "3", "5"]

    ben[2] = "ben@example.com"
    child = back(ines, as_csv([head, dora, ben, ana], delimiter=";"))

    assert (child.parent, child.origin, child.doubts) == (over, Origin.FILE, [])
    assert child.headers == over.headers
    assert child.layout == over.layout
    assert cells(child) == {
        5: ["Dora", "(206) 555-0104", "", ""],
        3: ["Ben", "", "ben@example.com", "=SUM(A1)"],
        2: ["Ana", "(206) 555-0101", "ana@example.com", "'=vip"],
    }
    assert verdicts(child) == {2: "ok", 3: "ok", 4: "ok"}
    targets = [column.target for column in derive.mapping_of(child).columns]
    assert targets == [column.target for column in derive.mapping_of(over).columns]
    assert targets[3] == "custom_fields.remark"
    assert Lead.objects.get(lead_import=child, number=4).body["custom_fields"] == {
        "remark": "'=vip"
    }
    control.send(child, ines.user, on_duplicate=OnDuplicate.SKIP, undo_seconds=0)
    assert fresh(child).to_send == 3


def test_a_workbook_keeps_texts_as_they_are_and_comes_back_likewise(ines, over):
    _, content = taken(ines, over, ending="xlsx")
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert [cell.value for cell in book.active[3]][:4] == ["Ben", None, "not an address",
                                                          "'=SUM(A1)"]  # fmt: skip
    assert all(cell.data_type == "s" for line in book.active for cell in line if cell.value)
    book.active["C3"] = "ben@example.com"
    into = io.BytesIO()
    book.save(into)

    child = back(ines, into.getvalue(), name="repaired.xlsx")

    assert child.parent == over
    assert cells(child)[3] == ["Ben", "", "ben@example.com", "=SUM(A1)"]


def test_the_pages_of_both_say_it(ines, over):
    child = back(ines, taken(ines, over)[1])
    for step in ("file", "columns", "review"):
        page = story.text(ines.get(f"/imports/{child.pk}/{step}/"))
        assert f'Repairs rows of import <a href="/imports/{over.pk}/report/">' in page, step
    page = story.text(ines.get(f"/imports/{child.pk}/columns/"))
    assert "2 columns of it are the portal's own and not imported" in page
    assert f"Reason (import {over.pk}), Row of import {over.pk} (" in page
    assert f"As in import #{over.pk}" in page
    assert page.count('data-label="Values"') == 4
    page = story.text(ines.get(f"/imports/{over.pk}/report/"))
    assert "Follow-ups" in page
    assert f'Repairs rows of: <a href="/imports/{over.pk}/">#{over.pk}</a>' in page


def test_the_trail_tells_what_was_taken_and_that_it_came_back(ines, over):
    child = back(ines, taken(ines, over)[1])
    event = Event.objects.get(act="downloaded")
    assert event.facts == {"rows": ["failed", "invalid"], "kind": "csv", "to_repair": True}
    told = {e.import_id: (e.actor, e.facts) for e in Event.objects.filter(act="came_back")}
    assert told == {
        over.pk: (ines.user, {"kind": "repair", "child": child.pk}),
        child.pk: (ines.user, {"kind": "repair", "parent": over.pk}),
    }


def test_one_result_alone_can_be_repaired_but_not_what_is_done(ines, over):
    lines = table(taken(ines, over, "?rows=invalid")[1])
    assert [line[0] for line in lines] == ["Name", "Ben"]
    for done in ("created", "unknown", "golden"):
        assert ines.get(f"/imports/{over.pk}/to-repair.csv?rows={done}").status_code == 400
    going = story.reviewed(over.customer, ines.user, content=SIX)
    assert ines.get(f"/imports/{going.pk}/to-repair.csv?rows=not_sent").status_code == 400


def test_a_command_writes_the_same_files(ines, over, tmp_path):
    for ending in ("csv", "xlsx"):
        path = tmp_path / f"rows.{ending}"
        call_command("import_report", over.pk, repair=True, output=path)
        child = back(ines, path.read_bytes(), name=path.name)
        assert (child.parent, sorted(cells(child))) == (over, [2, 3, 5])
    with pytest.raises(CommandError, match="Such rows are not to be repaired"):
        call_command("import_report", over.pk, "--rows=created", repair=True, output=path)


def test_columns_that_were_added_or_removed_take_nothing_from_the_parents(ines, over):
    lines = table(taken(ines, over)[1])
    moved = [
        ["Telephone" if not n else f"206 555 019{n}", *line[:1], *line[2:]]
        for n, line in enumerate(lines)
    ]
    child = back(ines, as_csv(moved))
    columns = {c.header: c for c in derive.mapping_of(child).columns}
    assert columns["Telephone"].target == "contact_phone"  # theirs was removed
    assert columns["Note"].reason == f"as in import #{over.pk}"
    added = [["Mail" if not n else "x", *line] for n, line in enumerate(lines)]
    child = back(ines, as_csv(added))
    columns = {c.header: c.target for c in derive.mapping_of(child).columns}
    assert columns == {
        "Mail": None, "Name": "contact_name", "Phone": "contact_phone",
        "E-mail": "contact_email", "Note": "custom_fields.remark",
    }  # fmt: skip


def test_strangers_find_no_file_and_readers_do(sam, vera, over):
    for ending in ("csv", "xlsx"):
        assert sam.get(f"/imports/{over.pk}/to-repair.{ending}").status_code == 404
        assert taken(vera, over, ending=ending)[1]
    assert Event.objects.filter(act="downloaded").count() == 2


def test_the_wrong_customer_is_seen_before_anything_is_sent(ines, over):
    people.customer("Globex")
    child = back(ines, taken(ines, over)[1], customer="globex")
    assert child.parent is None
    said = f"made from rows of import {over.pk} of Acme, and here it would go to Globex."
    for step in ("file", "columns", "review"):
        assert said in story.text(ines.get(f"/imports/{child.pk}/{step}/")), step
    assert verdicts(child) == {2: "ok", 3: "invalid", 4: "ok"}
    assert not Event.objects.filter(act="came_back").exists()


def test_a_customer_of_another_team_is_not_named(ines, sam, over):
    people.customer("Far", people.team("South"))
    child = back(sam, taken(ines, over)[1], customer="far")
    page = story.text(sam.get(f"/imports/{child.pk}/review/"))
    assert "made from rows of another team&#x27;s customer, and here it would go to Far" in page
    assert "Acme" not in page
    assert child.parent is None


def test_a_command_does_not_send_another_customers_rows(ines, acme, over):
    people.customer("Globex")
    globex = Customer.objects.get(slug="globex")
    content = taken(ines, over)[1].decode()
    made = story.uploaded(globex, content=content, wishes=Wishes(once_checked=OnceChecked.SEND))
    child = story.read_and_check(made)
    unattended.go_on()
    child = fresh(child)
    assert (child.state, child.once_checked) == (ImportState.REVIEW, "")
    assert "here it would go to Globex" in child.reason


def test_a_file_without_a_customer_is_known_to_be_the_parents(ines, over):
    people.customer("Globex")
    fields = {"customer": "", "file": SimpleUploadedFile("globex.csv", taken(ines, over)[1])}
    answer = ines.post("/imports/new/", fields)
    assert Draft.objects.get().repairs == over.pk
    page = story.text(ines.get(answer["Location"]))
    assert f"Rows to repair of import #{over.pk}" in page
    assert '<option value="acme" selected>' in page


def test_read_as_another_sheet_it_is_no_longer_linked(ines, over):
    head, *lines = table(taken(ines, over)[1])
    child = back(ines, as_csv([["a title", "for all"], ["Name", "Phone"], head, *lines]))
    assert child.parent == over
    ines.post(f"/imports/{child.pk}/file/again/", {"header_row": "2"})
    child = story.read_and_check(child)
    assert (child.parent, child.returned) == (None, {})


# --- no row twice -----------------------------------------------------------------------------


def test_what_the_parent_has_sent_meanwhile_is_left_out_and_said(ines, over):
    content = taken(ines, over)[1]
    Outcome.objects.filter(lead_import=over, number=5).update(status="created")
    head, ana, ben, dora = table(content)
    ben[2] = "ben@example.com"

    child = back(ines, as_csv([head, ana, ben, dora]))

    assert verdicts(child) == {2: "ok", 3: "ok", 4: "duplicate"}
    page = story.text(ines.get(f"/imports/{child.pk}/review/"))
    assert "1 row is left out: what it repairs went to MEGA in the meantime" in page
    rows = story.text(ines.get(f"/imports/{child.pk}/rows/?result=duplicate"))
    assert f"Row 5 of import {over.pk} was created in MEGA already by import {over.pk}." in rows
    sheet = balance.balance(child)
    assert (sheet.rows, sheet.duplicate, sheet.not_sent) == (3, 1, 2)
    assert sheet == balance.recount(child)


def test_who_really_wants_sends_it_all_the_same(ines, over):
    content = taken(ines, over)[1]
    Outcome.objects.filter(lead_import=over, number=5).update(status="updated")
    child = back(ines, content)
    assert verdicts(child) == {2: "ok", 3: "invalid", 4: "duplicate"}
    chosen = {"duplicates": "all", "unchanged": "send", "again": "send"}
    ines.post(f"/imports/{child.pk}/review/options/", chosen)
    assert verdicts(child) == {2: "ok", 3: "invalid", 4: "ok"}
    page = story.text(ines.get(f"/imports/{child.pk}/review/"))
    assert "1 row goes to MEGA once more, as was chosen here" in page
    assert Event.objects.get(act="options_set").facts == {"again": "send"}
    control.send(fresh(child), ines.user, on_duplicate=OnDuplicate.SKIP, undo_seconds=0)
    assert fresh(child).to_send == 2


def test_of_two_files_with_the_same_rows_the_first_that_is_sent_has_them(ines, over):
    head, ana, _, dora = table(taken(ines, over)[1])
    first = back(ines, as_csv([head, ana]))
    second = back(ines, as_csv([head, ana, dora], delimiter=";"))
    assert verdicts(second) == {2: "ok", 3: "ok"}
    seen = {"on_duplicate": "skip", "expected_mapping": second.mapping_id, "expected_leads": 2}

    control.send(first, ines.user, on_duplicate=OnDuplicate.SKIP, undo_seconds=0)
    page = story.text(ines.post(f"/imports/{second.pk}/send/", seen, follow=True))

    assert "The page showed 2 rows to send, and it is 1 now" in page
    assert "1 row is left out: what it repairs went to MEGA" in page
    assert (fresh(second).state, verdicts(second)) == ("review", {2: "duplicate", 3: "ok"})
    ines.post(f"/imports/{first.pk}/send/undo/")
    page = story.text(
        ines.post(f"/imports/{second.pk}/send/", seen | {"expected_leads": 1}, follow=True)
    )
    assert "The page showed 1 rows to send, and it is 2 now" in page
    ines.post(f"/imports/{second.pk}/send/", seen)
    assert fresh(second).to_send == 2


def test_a_command_leaves_out_what_went_since_it_was_checked(ines, over):
    head, ana, _, dora = table(taken(ines, over)[1])
    first, second = back(ines, as_csv([head, ana])), back(ines, as_csv([head, ana, dora]))
    control.send(first, ines.user, on_duplicate=OnDuplicate.SKIP, undo_seconds=0)
    control.send(second, ines.user, on_duplicate=OnDuplicate.SKIP, undo_seconds=0)
    assert fresh(second).to_send == 1
    assert verdicts(second) == {2: "duplicate", 3: "ok"}


def test_a_follow_up_leaves_out_what_came_back_repaired_and_the_other_way_round(ines, over):
    head, ana, _, dora = table(taken(ines, over)[1])
    repaired = back(ines, as_csv([head, ana]))
    settle(repaired, {2: "created"})
    retried = children.retry(over, ines.user, ["failed"])
    story.check(retried)
    retried = fresh(retried)
    assert verdicts(retried) == {2: "duplicate", 5: "ok"}
    settle(retried, {5: "updated"})

    late = back(ines, as_csv([head, dora, ana]))
    assert set(verdicts(late).values()) == {"duplicate"}
    with pytest.raises(WrongState, match="No row of this import can be sent"):
        control.send(late, ines.user, on_duplicate=OnDuplicate.SKIP, undo_seconds=0)


def test_a_repaired_file_that_failed_again_is_repaired_from_there(ines, over):
    child = settle(back(ines, taken(ines, over)[1]), {2: "failed", 4: "created"})
    head, *lines = table(taken(ines, child)[1])
    assert head[:4] == ["Name", "Phone", "E-mail", "Note"]
    assert head[4:] == [f"Reason (import {child.pk})", head[5]]
    assert f"Row of import {child.pk} (" in head[5]
    grandchild = back(ines, as_csv([head, *lines]))
    assert grandchild.parent == child
    assert cells(grandchild)[2][3] == "'=vip"


# --- row-level reports ------------------------------------------------------------------------


def reported(client, of, query=""):
    answer = client.get(f"/imports/{of.pk}/report.csv{query}")
    return b"".join(answer.streaming_content)


def test_a_whole_report_comes_back_and_only_what_has_not_gone_goes(ines, over):
    child = back(ines, reported(ines, over))
    assert child.parent == over
    assert child.headers == over.headers
    assert verdicts(child) == {2: "ok", 3: "invalid", 4: "duplicate", 5: "ok"}
    assert cells(child)[3][3] == "=SUM(A1)"
    assert "This is a row-level report of the portal" in story.text(
        ines.get(f"/imports/{child.pk}/columns/")
    )


def test_a_report_without_a_request_is_known_by_its_rows(ines, over):
    child = back(ines, reported(ines, over, "?rows=invalid"))
    assert (child.parent, list(cells(child))) == (over, [3])


def test_a_report_that_fits_two_imports_is_linked_to_neither(ines, acme, over):
    story.reviewed(acme, ines.user, content=SIX)
    child = back(ines, reported(ines, over, "?rows=invalid"))
    assert (child.parent, child.headers) == (None, over.headers)
    assert child.returned["linked"] is False


def test_a_report_of_another_customer_is_told_by_its_requests(ines, over):
    people.customer("Globex")
    child = back(ines, reported(ines, over), customer="globex")
    assert child.parent is None
    assert f"made from rows of import {over.pk} of Acme" in child.doubts[0]
