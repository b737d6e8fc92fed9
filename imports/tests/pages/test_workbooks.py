"""Workbooks of any format on the pages."""

import gzip
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile

from imports.models import Import
from imports.tests.intake import corpus
from imports.tests.pages import story

CORPUS = Path(corpus.__file__).parent


def upload(ines, name, content):
    file = SimpleUploadedFile(name, content)
    answer = ines.post("/imports/new/", {"customer": "acme", "file": file})
    assert answer.status_code == 302, story.text(answer)
    made = Import.objects.get()
    story.read_and_check(made)
    made.refresh_from_db()
    return made


def test_ines_chooses_a_hidden_sheet_of_an_old_workbook(ines, acme):
    made = upload(ines, "leads.xls", (CORPUS / "excel97.xls").read_bytes())

    page = story.text(ines.get(f"/imports/{made.pk}/file/"))
    assert "Excel workbook (XLS), sheet “Leads”" in page
    assert '<option value="Leads">Leads</option>' in page
    assert '<option value="Old">Old (hidden)</option>' in page
    assert "Empty" not in page

    ines.post(f"/imports/{made.pk}/file/again/", {"sheet": "Old"})
    story.read_and_check(made)
    assert [row.cells for row in made.rows.all()] == [["Zoe"]]


def test_a_packed_workbook_is_kept_as_it_came(ines, acme):
    packed = gzip.compress((CORPUS / "odfpy.ods").read_bytes())
    made = upload(ines, "leads.ods.gz", packed)

    page = story.text(ines.get(f"/imports/{made.pk}/file/"))
    assert "OpenDocument workbook (ODS) in a GZIP, sheet “Leads”" in page
    assert made.file.open().read() == packed
    assert made.row_count == 2
