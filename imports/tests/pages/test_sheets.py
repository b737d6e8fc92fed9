"""A workbook with several sheets: the others are offered, each as an import of its own."""

import io

import openpyxl
import pytest
from django.core.files.base import ContentFile

from imports.columns import template_book
from imports.intake import upload
from imports.models import Import
from imports.tests.pages import story


def workbook(*names):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name in names:
        sheet = book.create_sheet(name)
        sheet.append(["Full name", "Phone"])
        sheet.append([f"Ana {name}", "206 555 0101"])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


@pytest.fixture
def first(ines, acme):
    """The first of three sheets."""
    file = ContentFile(workbook("March", "April", "May"), "q2.xlsx")
    return story.read_and_check(upload.accept(acme, ines.user, file, "q2.xlsx"))


def test_ines_imports_the_other_sheets_too(ines, first):
    page = story.text(ines.get(f"/imports/{first.pk}/columns/"))
    assert "The workbook has 2 more sheets" in page
    assert "This import reads “March”" in page
    answer = ines.post(f"/imports/{first.pk}/sheets/", {"sheet": ["April", "May"]})
    first.refresh_from_db()
    assert answer["Location"] == f"/uploads/{first.together}/"
    for name, other in zip(("April", "May"), Import.objects.exclude(pk=first.pk).order_by("pk"),
                           strict=True):  # fmt: skip
        read = story.read_and_check(other)
        assert (read.dialect["sheet"], read.rows.get().cells[0]) == (name, f"Ana {name}")
        assert (read.file_sha256, read.created_by) == (first.file_sha256, ines.user)
        assert read.file.name != first.file.name
    page = story.text(ines.get(answer["Location"]))
    assert "<bdi>q2.xlsx</bdi>, sheet “May” · 1 row" in page
    assert "very same file" not in page
    assert "More sheets" not in page


def test_a_sheet_is_taken_once(ines, first):
    ines.post(f"/imports/{first.pk}/sheets/", {"sheet": "April"})
    page = story.text(ines.get(f"/imports/{first.pk}/file/"))
    april = Import.objects.latest("pk")
    assert f"“April” is import #{april.pk}" in page
    again = ines.post(f"/imports/{first.pk}/sheets/", {"sheet": "April"}, follow=True)
    assert "These sheets are imported already" in story.text(again)
    assert Import.objects.count() == 2


def test_the_files_of_both_imports_are_their_own(ines, first):
    ines.post(f"/imports/{first.pk}/sheets/", {"sheet": "April"})
    other = Import.objects.latest("pk")
    first.file.storage.delete(first.file.name)
    assert other.file.open().read()[:2] == b"PK"


def test_the_same_workbook_again_is_known_sheet_by_sheet(ines, acme, first):
    file = ContentFile(first.file.open().read(), "again.xlsx")
    again = story.read_and_check(upload.accept(acme, ines.user, file, "again.xlsx"))
    page = story.text(ines.get(f"/imports/{again.pk}/file/"))
    assert "The very same file was already uploaded" in page


def test_the_templates_examples_are_not_offered(ines, acme, settings, tmp_path):
    path = tmp_path / "filled.xlsx"
    path.write_bytes(template_book.write(acme))
    book = openpyxl.load_workbook(path)
    book["Leads"].append(["Ana", "206 555 0101"])
    book.save(path)
    file = ContentFile(path.read_bytes(), "filled.xlsx")
    made = story.read_and_check(upload.accept(acme, ines.user, file, "filled.xlsx"))
    assert made.row_count == 1
    assert "more sheet" not in story.text(ines.get(f"/imports/{made.pk}/file/"))


def test_viewers_and_strangers_take_no_sheets(vera, sam, first):
    assert vera.post(f"/imports/{first.pk}/sheets/", {"sheet": "April"}).status_code == 403
    assert sam.post(f"/imports/{first.pk}/sheets/", {"sheet": "April"}).status_code == 404
    assert Import.objects.count() == 1


def test_the_template_is_on_the_customers_and_the_upload_page(ines, acme, sam):
    for address in ("/customers/acme/", "/imports/new/?customer=acme"):
        assert 'href="/customers/acme/template.xlsx"' in story.text(ines.get(address))
    answer = ines.get("/customers/acme/template.xlsx")
    assert answer["Content-Disposition"] == 'attachment; filename="acme-leads-template.xlsx"'
    assert b"".join(answer.streaming_content)[:2] == b"PK"
    assert sam.get("/customers/acme/template.xlsx").status_code == 404
