"""A person uploads something that is not a table, whatever its name says."""

import gzip
import io
import zipfile

import pytest

from imports.errors import UnreadableFile
from imports.intake import detect

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def zipped(**entries):
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__", "/"), content)
    return into.getvalue()


def refusal(tmp_path, content, name="leads.csv"):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnreadableFile) as refused:
        detect.kind(path)
    return refused.value.sentence


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "This is a PDF."),
        (gzip.compress(b"name,email\n"), "This is a gzip archive."),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "This is a PNG image."),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "This is a JPEG image."),
        (b"\x00\x00\x00\x18ftypheic", "This is a photo or a film."),
        (b"MZ\x90\x00\x03\x00\x00\x00\x04", "This is a Windows program."),
        (b"\x7fELF\x02\x01\x01\x00", "This is a program."),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "This is a workbook with a password."),
        (OLE + "Workbook".encode("utf-16-le"), "This is an old Excel workbook (.xls)."),
        (OLE + "WordDocument".encode("utf-16-le"), "This is an old Word document."),
        (zipped(**{"xl__workbook.bin": ""}), "This is an XLSB workbook."),
        (zipped(mimetype="", **{"content.xml": ""}), "This is an OpenDocument (ODS) spreadsheet."),
        (zipped(**{"word__document.xml": ""}), "This is a Word document."),
        (zipped(**{"leads.csv": "name\n"}), "This is a ZIP archive."),
        (b"\r\n<!DOCTYPE html><html><table>", "This is a web page (HTML), whatever its name says."),
        (b'<?xml version="1.0"?><leads/>', "This is an XML file."),
        (b'[{"email": "ann@example.com"}]', "This is a JSON file."),
        (b'{\n  "leads": []}', "This is a JSON file."),
        (bytes(range(256)) * 8, "This is not a spreadsheet but binary data."),
        (bytes(4000), "This is not a spreadsheet but binary data."),
        (b"", "The file is empty (0 bytes)."),
    ],
)
def test_it_says_what_was_found_and_what_to_do(tmp_path, content, found):
    sentence = refusal(tmp_path, content)

    assert sentence.startswith(found)
    assert sentence.endswith(".")
    assert any(advice in sentence for advice in ("XLSX", "CSV", "upload", "Unpack", "Remove"))


def test_an_old_workbook_gets_the_way_out(tmp_path):
    assert refusal(tmp_path, OLE + "Workbook".encode("utf-16-le"), "leads.xlsx") == (
        "This is an old Excel workbook (.xls). Save it as XLSX or CSV and upload that."
    )


def test_a_zip_around_a_workbook_is_not_taken_for_the_workbook(tmp_path):
    inner = zipped(**{"[Content_Types].xml": "", "xl__workbook.xml": ""})

    assert refusal(tmp_path, zipped(**{"leads.xlsx": inner})).startswith("This is a ZIP archive.")


def test_a_workbook_that_was_cut_off_is_called_damaged(tmp_path):
    whole = zipped(**{"[Content_Types].xml": "x" * 500, "xl__workbook.xml": "y" * 500})

    assert "its end is missing" in refusal(tmp_path, whole[:700])


@pytest.mark.parametrize(
    "content",
    [
        b"name,email\nAnn,ann@example.com\n",
        b"[Leads],email\nAnn,ann@example.com\n",
        b"MZ,email\nAnn,ann@example.com\n",
        b"name\nAn\x00n\n",
        "name;city\nAnn;Köln\n".encode("cp1252"),
        "name\tcity\nAnn\tKöln\n".encode("utf-16"),
    ],
)
def test_text_is_csv_under_any_name(tmp_path, content):
    path = tmp_path / "leads.xlsx"
    path.write_bytes(content)

    assert detect.kind(path) == "csv"


def test_a_workbook_is_xlsx_under_any_name(tmp_path):
    path = tmp_path / "leads.csv"
    path.write_bytes(zipped(**{"[Content_Types].xml": "", "xl\\workbook.xml": ""}))

    assert detect.kind(path) == "xlsx"
