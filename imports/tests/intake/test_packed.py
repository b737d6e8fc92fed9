"""A person uploads a spreadsheet as it came by mail: in a gzip or a ZIP."""

import gzip
import io
import zipfile
import zlib
from functools import partial

import openpyxl
import pytest

from imports.errors import UnreadableFile
from imports.intake import packed
from imports.intake.dialect import DEFAULT, Limits
from imports.intake.table import SheetRow, open_table
from imports.tests.intake.made import zipped

CSV = b"Name,City\r\nAnn,Bonn\r\nBob,Ulm\r\n"
# The moment would be in the names of tests, which two processes must agree on.
packed_by_gzip = partial(gzip.compress, mtime=0)
NESTED = "The archive holds another archive. Unpack it and upload the spreadsheet that is in it."
TWO = (
    "The ZIP archive holds 2 files (“Ann.csv”, “Bob.csv”), but exactly one spreadsheet is expected."
    " Unpack it and upload the spreadsheets one by one."
)
ROWS = [SheetRow(2, ["Ann", "Bonn"]), SheetRow(3, ["Bob", "Ulm"])]


def workbook():
    made = openpyxl.Workbook()
    for row in (["Name", "City"], ["Ann", "Bonn"], ["Bob", "Ulm"]):
        made.active.append(row)
    into = io.BytesIO()
    made.save(into)
    return into.getvalue()


@pytest.fixture
def stored(tmp_path):
    def store(content):
        path = tmp_path / "leads.bin"
        path.write_bytes(content)
        return path

    return store


def sentence_of(path, limits=DEFAULT):
    with pytest.raises(UnreadableFile) as refused, open_table(path, limits=limits) as table:
        list(table.rows())
    assert list(path.parent.iterdir()) == [path], "something of it was left behind"
    return refused.value.sentence


@pytest.mark.parametrize(
    ("content", "kind", "packing"),
    [
        (packed_by_gzip(CSV), "csv", "gzip"),
        (packed_by_gzip(CSV[:11]) + gzip.compress(CSV[11:]) + bytes(512), "csv", "gzip"),
        (packed_by_gzip(workbook()), "xlsx", "gzip"),
        (zipped(("leads.csv", CSV)), "csv", "zip"),
        (zipped(("autumn/Leads März.xlsx", workbook())), "xlsx", "zip"),
        (
            zipped(
                ("autumn/", ""),
                ("autumn/leads.tsv", CSV.replace(b",", b"\t")),
                ("__MACOSX/autumn/._leads.tsv", b"\x00\x05\x16\x07"),
                ("autumn/.DS_Store", b"\x00\x00\x00\x01Bud1"),
                ("Thumbs.db", b"x"),
            ),
            "csv",
            "zip",
        ),
    ],
)
def test_what_is_in_it_is_read_and_nothing_stays(stored, content, kind, packing):
    path = stored(content)
    packed.kind(path, DEFAULT)

    with open_table(path) as table:
        assert (table.dialect.kind, table.dialect.packing) == (kind, packing)
        assert table.headers == ["Name", "City"]
        assert list(table.rows()) == list(table.rows()) == ROWS

    assert list(path.parent.iterdir()) == [path]
    assert path.read_bytes() == content


def test_what_a_killed_reader_left_is_swept_away(stored):
    path = stored(packed_by_gzip(CSV))
    left = path.with_name(".leads.bin.unpacked-abc")
    left.write_bytes(b"half a file")

    with open_table(path):
        assert not left.exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (zipped(("a/Ann.csv", CSV), ("Bob.csv", CSV)), TWO),
        (
            zipped(("__MACOSX/._x", "x"), (".DS_Store", "x")),
            "The ZIP archive is empty. Put the spreadsheet in it, or upload that.",
        ),
        (zipped(("inner.zip", zipped(("leads.csv", CSV)))), NESTED),
        (packed_by_gzip(zipped(("leads.csv", CSV))), NESTED),
        (
            zipped(("scan.csv", b"%PDF-1.7\n")),
            "This is a PDF. Open the spreadsheet it was made from and save that as XLSX or CSV.",
        ),
        (packed_by_gzip(CSV)[:-9], "The archive is damaged or cut off"),
        (packed_by_gzip(CSV)[:-8] + bytes(8), "The archive is damaged or cut off"),
        (zipped(("a.csv", CSV), pack=zipfile.ZIP_STORED).replace(b"Bonn", b"Born"), "The archive"),
        (packed_by_gzip(b""), "The file is empty (0 bytes)."),
    ],
)
def test_anything_else_gets_a_sentence(stored, content, sentence):
    path = stored(content)

    assert sentence_of(path).startswith(sentence)
    with pytest.raises(UnreadableFile):
        packed.kind(path, DEFAULT)


def test_a_zip_with_a_password_or_of_another_packer(stored):
    sealed = bytearray(zipped(("leads.csv", CSV)))
    at = sealed.rindex(b"PK\x01\x02")
    sealed[at + 8] |= 1
    assert sentence_of(stored(sealed)).startswith("The ZIP archive has a password. Unpack it")

    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("leads.csv", CSV)
    assert "packed in a way that is not read here" in sentence_of(stored(into.getvalue()))


@pytest.mark.parametrize("pack", [gzip.compress, lambda bomb: zipped(("leads.csv", bomb))])
def test_a_bomb_is_refused_while_it_is_unpacked(stored, pack):
    path = stored(pack(b"Name,City\n" + b"," * 60_000_000))

    assert "unpacks to more than 200 times its size" in sentence_of(path)
    roomy = Limits(inflated_ratio=10_000, unpacked_bytes=10_000_000)
    assert "unpacks to more than 10 MB" in sentence_of(path, roomy)


def test_a_part_that_lies_about_where_it_is(stored):
    lying = bytearray(zipped(("leads.csv", CSV)))
    at = lying.rindex(b"PK\x01\x02")
    lying[at + 42 : at + 46] = b"\xff\xff\xff\x7f"

    assert sentence_of(stored(lying)).startswith("The archive is damaged")


def test_only_the_beginning_of_a_packed_text_is_looked_at_when_it_arrives(stored):
    whole = zlib.compress(CSV * 200_000, wbits=31)
    path = stored(whole[: len(whole) // 2])  # its second half never arrived

    packed.kind(path, DEFAULT)
    assert sentence_of(path).startswith("The archive is damaged or cut off")
