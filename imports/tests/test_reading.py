"""A file becomes rows, and rows become leads, whatever stops the worker in between."""

import csv
import io

import pytest
from django.core.files import File
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from imports.audit import acts
from imports.columns import check, derive, digests, options, review
from imports.columns.mapping import Mapping
from imports.delivery import chores
from imports.errors import BadInput, BadMapping, UnreadableFile, WrongState
from imports.intake import encoding, known, read, upload
from imports.models import Chunk, Duplicates, Event, Import, ImportState, Lead, Row
from imports.reports import balance
from imports.review import judge
from imports.tests import people

pytestmark = pytest.mark.django_db

PEOPLE = "Name,Email,Phone\nAnn,ann@example.com,\n,,\nBob,bob@example,2065550101\n"


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path


def uploaded(text=PEOPLE, name="leads.csv", **wishes):
    content = text if isinstance(text, bytes) else text.encode()
    file = SimpleUploadedFile(name, content)
    return upload.accept(
        people.customer(), people.ivan(), file, name, wishes=upload.Wishes(**wishes)
    )


def checked(made):
    derive.propose(made.pk, read.read(made.pk))
    for chunk in derive.unchecked_chunks(made.pk):
        derive.check_chunk(chunk)
    made.refresh_from_db()
    return made


def test_an_upload_is_kept_byte_for_byte_under_our_own_name(tmp_path):
    made = uploaded(b"\xef\xbb\xbfName\r\nAnn\r\n", name="../../etc/My \x00leads.csv")

    assert made.file.read() == b"\xef\xbb\xbfName\r\nAnn\r\n"
    assert made.file_name == "My leads.csv"
    assert "leads" not in made.file.name
    event = Event.objects.get(act=acts.UPLOADED)
    assert event.facts == {"size": 14, "sha256": made.file_sha256}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "The file is empty"), (b"%PDF-1.7", "PDF"), (b"PK\x05\x06" + b"\0" * 18, "ZIP")],
)
def test_what_cannot_be_read_leaves_nothing_behind(tmp_path, content, sentence):
    with pytest.raises(BadInput, match=sentence):
        uploaded(content)

    assert list(tmp_path.iterdir()) == []
    assert not Import.objects.exists()


def test_a_full_disk_is_a_sentence_and_leaves_no_half_file(tmp_path, monkeypatch):
    def no_space(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("django.core.files.locks.lock", no_space)

    with pytest.raises(BadInput, match="could not be stored"):
        uploaded()

    assert not Import.objects.exists()


def test_rows_keep_the_numbers_of_the_sheet_and_blank_ones_are_numbers_only():
    made = checked(uploaded())

    rows = list(Row.objects.filter(lead_import=made).order_by("number"))
    assert [(row.number, row.cells) for row in rows] == [
        (2, ["Ann", "ann@example.com", ""]),
        (3, []),
        (4, ["Bob", "bob@example", "2065550101"]),
    ]
    sheet = balance.balance(made)
    assert (made.state, sheet.rows, sheet.blank, sheet.invalid) == (ImportState.REVIEW, 3, 1, 1)
    assert sheet.is_balanced


def test_reading_that_was_cut_off_begins_anew_and_doubles_nothing(monkeypatch):
    made = uploaded("Name\n" + "Ann\n" * 60_000)
    store, stored = read._store, []

    def dies_after_two_slices(lead_import, batches, size):
        if len(stored) == 2:
            raise KeyboardInterrupt
        stored.append(store(lead_import, batches, size))
        return stored[-1]

    monkeypatch.setattr(read, "_store", dies_after_two_slices)
    with pytest.raises(KeyboardInterrupt):
        read.read(made.pk)
    monkeypatch.setattr(read, "_store", store)
    assert not read.read(made.pk), "the lease of the dead reader still holds"
    Import.objects.update(work_until=timezone.now())

    assert read.read(made.pk), Import.objects.get(pk=made.pk).reason

    made.refresh_from_db()
    assert Row.objects.filter(lead_import=made).count() == made.row_count == 60_000


def test_rows_that_take_long_are_shown_as_they_come(monkeypatch):
    monkeypatch.setattr(read, "SLICE", 1_000_000)
    monkeypatch.setattr(read, "SLICE_SECONDS", 0.001)
    made = uploaded("Name\n" + "Ann\n" * 60_000)
    store, seen = read._store, []

    def watched(lead_import, batches, size):
        goes_on = store(lead_import, batches, size)
        seen.append(Import.objects.get(pk=made.pk).row_count)
        return goes_on

    monkeypatch.setattr(read, "_store", watched)

    assert read.read(made.pk)
    assert len(set(seen)) > 2
    assert seen == sorted(seen)
    assert seen[-1] == Row.objects.filter(lead_import=made).count() == 60_000


def test_a_reader_that_was_overtaken_writes_nothing_more(monkeypatch):
    made = uploaded("Name\n" + "Ann\n" * 60_000)
    store, stored = read._store, []

    def overtaken_meanwhile(lead_import, batches, size):
        goes_on = store(lead_import, batches, size)
        Import.objects.filter(pk=made.pk).update(read_fence=2)
        stored.append(Row.objects.filter(lead_import=made).count())
        return goes_on

    monkeypatch.setattr(read, "_store", overtaken_meanwhile)

    assert not read.read(made.pk)
    assert [Row.objects.filter(lead_import=made).count()] == stored
    assert 0 < stored[0] < 60_000


def test_a_reader_that_finds_the_rows_of_whoever_overtook_it_ends_in_silence(monkeypatch):
    made = uploaded("Name\n" + "Ann\n" * 60_000)
    store = read._store

    def meets_another(lead_import, batches, size):
        there = Row.objects.filter(lead_import=made).count()
        if there:
            Import.objects.filter(pk=made.pk).update(read_fence=2)
            Row.objects.create(lead_import=made, number=2 + there, cells=["Ann"])
        return store(lead_import, batches, size)

    monkeypatch.setattr(read, "_store", meets_another)

    assert not read.read(made.pk)
    made.refresh_from_db()
    assert (made.state, made.reason) == (ImportState.READING, "")


def test_one_windows_byte_in_the_middle_of_a_large_file_has_it_read_anew(monkeypatch):
    monkeypatch.setattr(encoding, "SMALL", 1_000)
    monkeypatch.setattr(encoding, "CHUNK", 64 * 1024)
    monkeypatch.setattr(encoding, "WINDOWS", 2)
    rows = "Jörg,Köln\n".encode() * 60_000
    made = uploaded(b"Name,City\n" + rows + b"J\xfcrgen,Bonn\n" + rows + rows + rows)

    assert read.read(made.pk), Import.objects.get(pk=made.pk).reason

    made.refresh_from_db()
    assert (made.dialect["encoding"], made.row_count) == ("utf-8/cp1252", 240_001)
    assert "mixes UTF-8 and Windows-1252" in made.doubts[0]
    found = Row.objects.filter(lead_import=made)
    assert (found.count(), found.get(number=60_002).cells) == (240_001, ["Jürgen", "Bonn"])


def test_a_broken_character_far_below_ends_the_reading_with_a_sentence():
    """The whole file is looked at once more, not for ever."""
    japanese = "氏名,市\n" + "佐藤 健,東京都新宿区\n鈴木 さくら,大阪市\n" * 3_000
    made = uploaded(japanese.encode("cp932") + b"\x81\x00,\xfd\xfe\n")

    assert read.read(made.pk) is None
    made.refresh_from_db()
    assert made.state == ImportState.FAILED
    assert made.reason.startswith("The file cannot be read as CP932: some of its bytes mean")


def test_an_emoji_that_was_cut_in_half_becomes_a_row_that_says_so():
    text = "\ufeffName\tAd\r\nAnn\tAutumn \ud83d\r\nBob\tSpring\r\n"
    made = uploaded(text.encode("utf-16-le", "surrogatepass"))

    assert read.read(made.pk) is not None
    assert list(Row.objects.order_by("number").values_list("number", "cells", "note")) == [
        (2, ["Ann", "Autumn \ufffd"], "a character is broken in the file: \ufffd stands for it"),
        (3, ["Bob", "Spring"], ""),
    ]


def test_rows_of_another_encoding_below_a_mark_of_utf8_become_rows_too():
    text = "\ufeffName,City\r\nJürgen,Köln\r\n".encode() + "Käthe,Ulm\r\n".encode("cp1252")
    made = uploaded(text)

    assert read.read(made.pk) is not None
    cells = Row.objects.order_by("number").values_list("cells", flat=True)
    assert list(cells) == [["Jürgen", "Köln"], ["Käthe", "Ulm"]]
    made.refresh_from_db()
    assert "mixes UTF-8 and Windows-1252" in made.doubts[0]


def test_odd_characters_of_every_kind_are_stored_as_they_are():
    cells = [
        "back\\slash\\",
        'a "quote"',
        "\x01\x02",
        "{brace}",
        "NULL",
        "\\.",
        " x ",
        "l1\n\\.\nl2",
        "\t",
    ]
    into = io.StringIO()
    headings = ["Name of somebody, in full"] * len(cells)
    csv.writer(into).writerows([headings, cells, *[cells[::-1]] * 2])
    plain = "\n\\N,x\\,{},NULL,\x01,\x02,\\.,\t|,'\n"

    made = checked(uploaded(into.getvalue() + plain, dialect={"header_row": 1, "delimiter": ","}))

    stored = Row.objects.filter(lead_import=made).order_by("number").values_list("cells", flat=True)
    assert list(stored) == [
        cells, cells[::-1], cells[::-1], [],
        ["\\N", "x\\", "{}", "NULL", "\x01", "\x02", "\\.", "\t|", "'"],
    ]  # fmt: skip


def test_plain_lines_with_odd_characters_are_stored_as_they_are():
    made = uploaded("Name,City\n" + f"\\M,{{x\x01\x02}}\\\nNULL{'x' * 90},\\.\n" * 5_000)

    assert read.read(made.pk), Import.objects.get(pk=made.pk).reason

    stored = (
        Row.objects.filter(lead_import=made).order_by("-number").values_list("cells", flat=True)
    )
    assert list(stored[:2]) == [["NULL" + "x" * 90, "\\."], ["\\M", "{x\x01\x02}\\"]]


def test_a_file_that_ends_its_reader_three_times_is_set_aside():
    made = uploaded()
    Import.objects.update(read_fence=3)

    assert not read.read(made.pk)

    made.refresh_from_db()
    assert made.state == ImportState.FAILED
    assert "three times" in made.reason


def test_only_headings_is_a_sentence():
    made = uploaded("Name,Email\n")

    assert not read.read(made.pk)

    made.refresh_from_db()
    assert (made.state, made.row_count) == (ImportState.FAILED, 0)
    assert "no rows" in made.reason


def test_a_file_that_is_gone_is_a_sentence():
    made = uploaded()
    made.file.delete(save=False)

    assert not read.read(made.pk)

    made.refresh_from_db()
    assert "stored file is missing" in made.reason


def test_another_heading_row_can_be_chosen():
    made = checked(uploaded("Export of 3 Nov,,\nName,Email,\nAnn,ann@example.com,\n"))

    options.reread(made, None, dialect={**made.dialect, "header_row": 2})
    made = checked(made)

    assert made.headers[:2] == ["Name", "Email"]
    assert Lead.objects.get(lead_import=made).body["contact_name"] == "Ann"


def test_without_any_contact_column_a_person_must_look():
    made = checked(uploaded("Colour,Size\nred,3\n"))

    assert (made.state, made.question) == (ImportState.MAPPING, "columns")
    assert "map at least one" in made.reason


def test_a_new_mapping_derives_every_lead_anew():
    made = checked(uploaded("Name,Who\nAnn,ann@example.com\n"))
    assert Lead.objects.get(lead_import=made).body == {"contact_name": "Ann"}
    content = derive.mapping_of(made).to_json()
    content["columns"][1]["target"] = "contact_email"

    version = derive.remap(made, Mapping.from_json(content), people.anna(), expected_version=1)
    for chunk in derive.unchecked_chunks(made.pk):
        derive.check_chunk(chunk)

    lead = Lead.objects.get(lead_import=made, mapping=version)
    assert (lead.mapping_id, lead.body["contact_email"]) == (version.pk, "ann@example.com")
    assert Event.objects.filter(act=acts.MAPPED, import_id=made.pk).exists()


def test_a_lead_is_stored_as_it_was_checked_whatever_its_cells_hold():
    odd = [
        "back\\slash \\n \\N \\.",
        "line\nend\ttab",
        '"quoted" {braces}',
        "Ünïcode 🙂",
        "\\x41",
    ]
    emails = ["Ann@Example.com", *(f"mailto:a{n}@example.com" for n in range(3)), "a\\@example.com"]
    names = [f"Ann {n}" for n in range(5)]
    sheet = io.StringIO()
    csv.writer(sheet).writerows([("Name", "Email", "Note"), *zip(names, emails, odd, strict=True)])
    plan = {"columns": {"Note": "custom_fields.note"}}
    made = checked(uploaded(sheet.getvalue(), mapping=plan))

    checker = check.compile_mapping(derive.mapping_of(made), made.customer.region)
    cells = Row.objects.filter(lead_import=made).order_by("number").values_list("number", "cells")
    rows = list(checker.check_all(cells))
    stored = list(Lead.objects.filter(lead_import=made).order_by("number"))
    assert [row.lead["custom_fields"]["note"] for row in rows] == odd
    for lead, row in zip(stored, rows, strict=True):
        assert (lead.number, lead.body, lead.verdict) == (row.number, row.lead, row.verdict)
        assert lead.problems == [problem.to_json() for problem in row.problems]
        assert (lead.email_key, lead.phone_key) == (row.email_key, row.phone_key)
        assert bytes(lead.digest) == digests.lead_hash(row.lead)
        assert (lead.reason, lead.shared) == ("", False)
    assert [lead.warned for lead in stored] == [False, True, True, True, False]
    assert [lead.verdict for lead in stored] == ["ok"] * 4 + ["invalid"]


def test_two_people_at_the_same_mapping_are_told_of_each_other():
    made = checked(uploaded())
    mapping = derive.mapping_of(made)
    derive.remap(made, mapping, people.anna(), expected_version=1)

    with pytest.raises(WrongState, match="Anna Berg changed the columns in the meantime"):
        derive.remap(made, mapping, people.vera(), expected_version=1)


def test_a_check_of_an_old_mapping_writes_nothing():
    made = uploaded()
    derive.propose(made.pk, read.read(made.pk))
    made.refresh_from_db()
    (stale,) = derive.unchecked_chunks(made.pk)
    derive.remap(made, derive.mapping_of(made), None, expected_version=1)

    derive.check_chunk(stale)

    assert not Lead.objects.filter(lead_import=made).exists()
    made.refresh_from_db()
    assert made.state == ImportState.CHECKING


def test_a_chunk_that_is_checked_twice_is_stored_once():
    made = checked(uploaded())
    chunk = Chunk.objects.get(mapping=made.mapping)
    Chunk.objects.update(work_until=None)

    derive.check_chunk(chunk.pk)

    assert Lead.objects.filter(lead_import=made).count() == 2


def test_an_import_whose_last_check_was_not_concluded_is_found_by_the_clock(monkeypatch):
    made = uploaded()
    monkeypatch.setattr(judge, "conclude", lambda mapping: None)
    checked(made)
    assert Import.objects.get(pk=made.pk).state == ImportState.CHECKING
    monkeypatch.undo()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE imports_mappingversion SET created_at = now() - interval '1 minute'")

    for chunk in chores.unchecked():
        derive.check_chunk(chunk)

    assert Import.objects.get(pk=made.pk).state == ImportState.REVIEW


def test_a_mapping_file_that_does_not_fit_the_sheet_fails_the_import():
    made = checked_or_failed(uploaded(mapping={"columns": {"Nome": "contact_name"}}))

    assert made.state == ImportState.FAILED
    assert "Nome" in made.reason


def checked_or_failed(made):
    derive.propose(made.pk, read.read(made.pk))
    made.refresh_from_db()
    return made


def test_a_defective_mapping_is_refused_with_its_first_defect():
    made = checked(uploaded())
    content = derive.mapping_of(made).to_json()
    content["columns"][0]["target"] = "contact_shoe_size"

    with pytest.raises(BadMapping, match="contact_shoe_size"):
        derive.remap(made, Mapping.from_json(content), None, expected_version=1)


def test_duplicates_are_decided_anew_when_the_choice_changes():
    made = checked(
        uploaded("Name,Email\nAnn B,x@example.com\nAnn,X@example.com\nC,c@example.com\n")
    )
    assert list(verdicts_of(made)) == ["ok", "ok", "ok"]

    found = {}
    for choice in (Duplicates.FIRST, Duplicates.LAST, Duplicates.HOLD, Duplicates.ALL):
        options.set_options(made, None, duplicates=choice)
        found[choice] = list(verdicts_of(made))

    assert found == {
        Duplicates.FIRST: ["ok", "duplicate", "ok"],
        Duplicates.LAST: ["duplicate", "ok", "ok"],
        Duplicates.HOLD: ["duplicate", "duplicate", "ok"],
        Duplicates.ALL: ["ok", "ok", "ok"],
    }
    assert list(Lead.objects.order_by("number").values_list("shared", flat=True)) == [
        True, True, False,
    ]  # fmt: skip


def verdicts_of(made):
    leads = Lead.objects.filter(lead_import=made).order_by("number")
    return leads.values_list("verdict", flat=True)


def test_the_same_file_again_is_noticed():
    first = uploaded()
    ivan = first.created_by
    second = upload.accept(
        first.customer, ivan, File(io.BytesIO(PEOPLE.encode()), "b.csv"), "b.csv"
    )

    found = known.earlier_import_of(second.customer, second.file_sha256, but=second.pk)

    assert found == first


def test_a_locked_workbook_is_refused_at_once():
    with pytest.raises(UnreadableFile, match=r"[Pp]assword|OLE|old"):
        uploaded(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, name="x.xlsx")


def test_problems_are_grouped_by_their_repair_with_examples_in_words():
    made = checked(uploaded("Name,Email,Phone\n" + "Bob,bob@example,12\n" * 5 + "Ann,,x\n"))

    groups = review.problem_groups(made)

    assert [(one.level, one.column, one.count) for one in groups[:1]] == [("error", "Email", 5)]
    assert groups[0].title == "e-mail is not an address"
    assert [one.number for one in groups[0].examples] == [2, 3, 4]
    assert groups[0].examples[0].sentence.startswith("Row 2, Email: 'bob@example' is not")
    assert {one.level for one in groups[1:]} == {"warning"}
