"""Dropping in a spreadsheet."""

import json

from imports.models import Event, Import, ImportState
from imports.tests import people
from imports.tests.pages import story


def test_ines_uploads_a_sheet_and_lands_on_its_columns(ines, acme):
    page = story.text(ines.get("/imports/new/?customer=acme"))
    assert '<option value="acme" selected>Acme · North</option>' in page
    assert "At most 200.0" in page
    answer = ines.post("/imports/new/", {"customer": "acme", "file": story.a_file()})
    stored = Import.objects.get()
    assert answer["Location"] == f"/imports/{stored.pk}/"
    assert ines.get(answer["Location"])["Location"] == f"/imports/{stored.pk}/columns/"
    assert (stored.file_name, stored.created_by) == ("leads.csv", ines.user)
    assert stored.file.open().read() == story.SHEET.encode()
    assert Event.objects.filter(act="uploaded", import_id=stored.pk).exists()


def test_who_has_one_customer_need_not_choose_it(ines, acme):
    page = story.text(ines.get("/imports/new/"))
    assert '<option value="acme" selected>Acme · North</option>' in page
    assert "/customers/acme/template.xlsx" in page
    people.customer("Birch")
    page = story.text(ines.get("/imports/new/"))
    assert '<option value="" selected>Not chosen yet: suggest one for each file</option>' in page
    assert "/customers/acme/template.xlsx" not in page


def test_a_script_hears_where_to_go_or_what_is_wrong(ines, acme):
    wants_json = {"Accept": "application/json"}
    fields = {"customer": "acme", "file": story.a_file()}
    answer = ines.post("/imports/new/", fields, headers=wants_json)
    assert answer.status_code == 201
    assert json.loads(answer.content) == {"url": f"/imports/{Import.objects.get().pk}/"}
    answer = ines.post("/imports/new/", {"customer": "acme"}, headers=wants_json)
    assert answer.status_code == 422
    assert "Choose a spreadsheet" in json.loads(answer.content)["errors"][0]


def test_what_is_no_spreadsheet_is_refused_with_a_sentence(ines, acme):
    for content in ("", "%PDF-1.7 binary"):
        file = story.a_file(content, "report.pdf")
        answer = ines.post("/imports/new/", {"customer": "acme", "file": file})
        assert answer.status_code == 422
        assert 'role="alert"' in story.text(answer)
    assert not Import.objects.exists()


def test_a_stranger_cannot_upload_for_acme(sam, acme):
    answer = sam.post("/imports/new/", {"customer": "acme", "file": story.a_file()})
    assert answer.status_code == 422
    assert not Import.objects.exists()


def test_the_same_file_again_names_the_first_import_and_who_made_it(ines, max_, acme):
    first = story.answered(acme, max_.user)
    again = story.reviewed(acme, ines.user)
    for page in ("file", "columns", "review"):
        shown = story.text(ines.get(f"/imports/{again.pk}/{page}/"))
        assert "The very same file was already imported for Acme" in shown
        assert f"Open import #{first.pk}" in shown
        assert "by Max Meyer" in shown
    answer = ines.post(f"/imports/{again.pk}/send/cancel/", {"open": first.pk})
    assert answer["Location"] == f"/imports/{first.pk}/"
    assert Import.objects.get(pk=again.pk).state == ImportState.CANCELLED
    assert "very same file" not in story.text(ines.get(f"/imports/{first.pk}/file/"))


def test_repaired_rows_are_linked_to_the_import_they_come_from(ines, acme):
    first = story.answered(acme, ines.user)
    fields = {"customer": "acme", "file": story.a_file("Name,Phone\r\nEd,206 555 0199\r\n")}
    ines.post(f"/imports/new/?customer=acme&parent={first.pk}", fields)
    child = Import.objects.exclude(pk=first.pk).get()
    assert child.parent == first
    assert f"#{child.pk}" in story.text(ines.get(f"/imports/{first.pk}/report/"))


def test_a_parent_of_another_team_is_passed_over(sam, acme):
    first = story.answered(acme)
    people.customer("Far", people.team("South"))
    sam.post(f"/imports/new/?parent={first.pk}", {"customer": "far", "file": story.a_file()})
    assert Import.objects.exclude(pk=first.pk).get().parent is None


def test_a_file_that_cannot_be_read_says_why_and_what_to_do(ines, acme):
    broken = story.uploaded(acme, ines.user, "Name,Phone\r\n")
    story.read_and_check(broken)
    assert ines.get(f"/imports/{broken.pk}/")["Location"].endswith("/file/")
    page = story.text(ines.get(f"/imports/{broken.pk}/file/"))
    assert "The file could not be used" in page
    assert "Read again" in page


def test_ines_has_the_file_read_differently(ines, acme):
    lead_import = story.reviewed(
        acme, ines.user, content="junk\r\nName;Phone\r\nEd;206 555 0199\r\n"
    )
    choice = {"header_row": "2", "delimiter": ";"}
    answer = ines.post(f"/imports/{lead_import.pk}/file/again/", choice)
    assert answer["Location"] == f"/imports/{lead_import.pk}/columns/"
    again = story.read_and_check(lead_import)
    assert again.headers == ["Name", "Phone"]
    assert again.row_count == 1
    answer = ines.post(f"/imports/{lead_import.pk}/file/again/", {"header_row": "0"})
    assert answer.status_code == 422
