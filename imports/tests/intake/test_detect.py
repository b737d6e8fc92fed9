"""A person uploads something that is not a table, whatever its name says."""

import gzip
import io
import tarfile
import zipfile

import pytest

from imports.errors import UnreadableFile
from imports.intake import detect, packed
from imports.intake.dialect import DEFAULT
from imports.tests.intake import made

A_PASSWORD = "This is a workbook with a password."
ODF = "application/vnd.oasis.opendocument."


def zipped(**entries):
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__", "/"), content)
    return into.getvalue()


def tar(content):
    into = io.BytesIO()
    with tarfile.open(fileobj=into, mode="w") as archive:
        entry = tarfile.TarInfo("leads.csv")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return into.getvalue()


def refusal(tmp_path, content, name="leads.csv"):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnreadableFile) as refused:
        packed.kind(path, DEFAULT)
    return refused.value.sentence


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "This is a PDF."),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "This is a PNG image."),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "This is a JPEG image."),
        (b"\x00\x00\x00\x18ftypheic", "This is a photo or a film."),
        (b"MZ\x90\x00\x03\x00\x00\x00\x04", "This is a Windows program."),
        (b"\x7fELF\x02\x01\x01\x00", "This is a program."),
        (tar(b"name,email\nAnn,ann@example.com\n"), "This is a tar archive."),
        (gzip.compress(tar(b"name\nAnn\n"), mtime=0), "This is a tar archive."),
        (
            b"\x08Ines Roy".ljust(55) + "\x08Ines Roy".ljust(55).encode("utf-16-le"),
            "This is not the",
        ),
        (
            b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="x"\r\n',
            "This is a web",
        ),
        (b'ID;PWXL;N;E\r\nC;Y1;X1;K"Name"\r\nE\r\n', "This is a SYLK file."),
        (b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "This is a calendar."),
        (made.ole("EncryptedPackage"), "This is a workbook with a password."),
        (made.ole("Workbook", b"\x09\x08\x02\x00\x00\x06\x2f\x00\x00\x00"), A_PASSWORD),
        (made.ole("WordDocument"), "This is an old Word document."),
        (made.ole("PowerPoint Document"), "This is an old PowerPoint presentation."),
        (made.ole("Drawing"), "This is an old Microsoft Office file without a spreadsheet in it."),
        (zipped(**{"content.xml": "", "META-INF__manifest.xml": "<encryption-data/>"}), A_PASSWORD),
        (zipped(mimetype=ODF, **{"encrypted-package": ""}), A_PASSWORD),
        (
            zipped(mimetype=ODF + "text", **{"content.xml": ""}),
            "This is an OpenDocument text (ODT).",
        ),
        (zipped(**{"word__document.xml": ""}), "This is a Word document."),
        (zipped(**{"Index__Document.iwa": ""}), "This is an Apple Numbers"),
        (zipped(**{"META-INF__MANIFEST.MF": ""}), "This is a Java program."),
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


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (zipped(**{"[Content_Types].xml": "", "xl\\workbook.xml": ""}), "xlsx"),
        (zipped(**{"[Content_Types].xml": "", "xl__workbook.bin": ""}), "xlsb"),
        (zipped(mimetype=ODF + "spreadsheet", **{"content.xml": ""}), "ods"),
        (made.ole("Workbook", b"\x09\x08\x02\x00\x00\x06\x85\x00\x00\x00"), "xls"),
        (made.ole("Book", b"\x09\x08\x02\x00\x00\x05"), "xls"),
    ],
)
def test_a_workbook_is_known_under_any_name(tmp_path, content, kind):
    path = tmp_path / "leads.csv"
    path.write_bytes(content)

    assert detect.kind(path) == kind


def test_a_part_of_a_zip_that_claims_a_million_names_is_refused(tmp_path):
    many = zipped(**{f"{number}.csv": "" for number in range(10_001)})

    assert refusal(tmp_path, many).startswith("The archive is made of more than 10,000 files.")
