"""Ines uploads a broker's file with cards, accounts and diagnoses: nobody sees them but in it."""

import gzip
import io
import json

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection

from imports import tasks
from imports.columns import derive, options
from imports.columns.mapping import Mapping
from imports.delivery import children
from imports.errors import BadMapping, WrongState
from imports.intake import read, upload
from imports.management.base import Problem
from imports.models import Event, Import, ImportState, Lead, Row
from imports.tests.pages import story

CARDS = ("4111 1111 1111 1111", "5500 0000 0000 0004", "3400 000000 00009")
IBANS = (
    "DE89 3704 0044 0532 0130 00",
    "GB82 WEST 1234 5698 7654 32",
    "FR1420041010050500013M02606",
)
ILLS = ("Type 2 diabetes", "Asthma", "Migraine")
SECRETS = (
    *CARDS, *IBANS, *ILLS,
    "4111111111111111", "5500000000000004", "340000000000009", "3704004405320130", "123456987654",
)  # fmt: skip
SHEET = "Full name,Phone,Card number,Account,Diagnosis,City\r\n" + "".join(
    f"{name},(206) 555-01{n}0,{card},{iban},{ill},Lyon\r\n"
    for n, (name, card, iban, ill) in enumerate(
        zip(("Ana Souza", "Ben Okafor", "Chen Li"), CARDS, IBANS, ILLS, strict=True), start=1
    )
)
SHEET += "Dora Novak,(206) 555-0177,,,,Nice\r\n"


def made_of(content, customer, user=None, **options):
    return story.reviewed(customer, user, content=content, **options)


@pytest.fixture
def made(acme, ines):
    return made_of(SHEET, acme, ines.user)


def dump():
    """Every row of every table of the test's database, as text."""
    lines = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT to_jsonb(t)::text FROM "{table}" t')
            lines += [f"{table}: {line}" for (line,) in cursor.fetchall()]
    return lines


def pages_of(client, lead_import):
    base = f"/imports/{lead_import.pk}"
    addresses = [f"{base}/{name}/" for name in ("file", "columns", "review", "rows", "report")]
    texts = {address: story.text(client.get(address)) for address in addresses}
    texts["preview"] = story.text(client.post(f"{base}/file/preview/", {"delimiter": ","}))
    texts["csv"] = story.text(client.get(f"{base}/report.csv"))
    return texts


def assert_masked(text, where):
    for secret in SECRETS:
        assert secret not in text, (where, secret)


def test_the_values_stand_nowhere_but_in_the_stored_file(made, ines):
    for where, text in pages_of(ines, made).items():
        assert_masked(text, where)
    for line in dump():
        assert_masked(line, line[:40])
    kept = made.file.read().decode()
    assert kept == SHEET


def test_what_is_left_of_a_cell_tells_which_it_was(made):
    cells = dict(Row.objects.filter(lead_import=made).values_list("number", "cells"))
    assert cells[2] == ["Ana Souza", "(206) 555-0110", "•••• 1111", "DE •••• 00", "•••", "Lyon"]
    assert cells[3][2:5] == ["•••• 0004", "GB •••• 32", "•••"]
    assert cells[5] == ["Dora Novak", "(206) 555-0177", "", "", "", "Nice"]
    assert [(one["column"], one["kind"], one["share"]) for one in made.sensitive] == [
        (2, "card", 1.0), (3, "bank", 1.0), (4, "health", 1.0),
    ]  # fmt: skip


def test_the_pages_and_the_report_say_what_was_masked(made, ines, max_):
    pages = pages_of(ines, made)
    base = f"/imports/{made.pk}"
    for page in (pages[f"{base}/columns/"], pages[f"{base}/file/"]):
        for what in ("card numbers", "bank account numbers", "health"):
            assert f"Sensitive: {what}" in page
    assert "A manager of North can keep it" in pages[f"{base}/columns/"]
    assert "Keep this column" not in pages[f"{base}/file/"]
    assert "•••• 1111" in pages["csv"]
    assert "•••• 1111" in pages["preview"]
    assert "Keep this column" in story.text(max_.get(f"{base}/file/"))


def test_a_masked_column_becomes_nothing_whoever_asks(made, ines):
    """A forged field of the form is passed over, and what a stage is given is refused."""
    current = derive.mapping_of(made)
    assert [(c.target, c.masked) for c in current.columns] == [
        ("contact_name", ""), ("contact_phone", ""), (None, "card"), (None, "bank"),
        (None, "health"), (None, ""),
    ]  # fmt: skip
    form = {"expected_version": made.mapping.version, "target_0": "contact_name",
            "target_1": "contact_phone", "target_2": "custom", "slug_2": "card"}  # fmt: skip
    assert ines.post(f"/imports/{made.pk}/columns/", form).status_code == 302
    made.refresh_from_db()
    assert derive.mapping_of(made).columns[2].target is None

    content = current.to_json()
    content["columns"][2]["target"] = "custom_fields.card"
    wanted = Mapping.from_json(content)
    with pytest.raises(
        BadMapping, match=r"'Card number': it holds sensitive data \(card numbers\)"
    ):
        derive.remap(made, wanted, None, expected_version=made.mapping.version)


def test_a_mapping_that_forgot_what_is_masked_feeds_nothing_from_it(made):
    content = derive.mapping_of(made).to_json()
    content["columns"][2] |= {"masked": "", "target": "custom_fields.card"}
    wanted = Mapping.from_json(content)
    derive.remap(made, wanted, None, expected_version=made.mapping.version)
    made.refresh_from_db()
    assert derive.mapping_of(made).columns[2].target is None


def test_a_mapping_file_that_names_a_masked_column_is_answered_in_a_sentence(acme, ines):
    wishes = upload.Wishes(mapping={"columns": {"Card number": "custom_fields.card"}})
    failed = made_of(SHEET, acme, ines.user, wishes=wishes)
    assert failed.state == ImportState.FAILED
    assert failed.reason == (
        "Column 'Card number': it holds sensitive data (card numbers) and is masked, so it cannot "
        "be imported. A manager of the team can keep it, on the file's page of the import."
    )


# --- a manager decides ----------------------------------------------------------------------------


def keep(client, lead_import, column=2, **data):
    fence = Import.objects.get(pk=lead_import.pk).read_fence
    return client.post(f"/imports/{lead_import.pk}/file/keep/{column}/", {"seen": fence, **data})


def test_a_manager_keeps_a_column_and_the_file_is_read_anew(made, max_):
    assert keep(max_, made)["Location"] == f"/imports/{made.pk}/columns/"
    made = story.read_and_check(made)
    cells = Row.objects.get(lead_import=made, number=2).cells
    assert cells[2:5] == ["4111 1111 1111 1111", "DE •••• 00", "•••"]
    event = Event.objects.get(act="column_kept")
    assert (event.actor, event.facts) == (max_.user, {"column": 2, "kind": "card"})
    page = story.text(max_.get(f"/imports/{made.pk}/columns/"))
    assert "Sensitive: card numbers, kept" in page
    assert "4111 1111 1111 1111" in page

    form = {"expected_version": made.mapping.version, "target_0": "contact_name",
            "target_1": "contact_phone", "target_2": "custom", "slug_2": "card"}  # fmt: skip
    max_.post(f"/imports/{made.pk}/columns/", form)
    story.check(made)
    lead = Lead.objects.filter(lead_import=made).order_by("number").first()
    assert lead.body["custom_fields"] == {"card": "4111 1111 1111 1111"}


def test_and_masks_it_again(made, max_):
    keep(max_, made)
    story.read_and_check(made)
    keep(max_, made, mask="1")
    made = story.read_and_check(made)
    assert Row.objects.get(lead_import=made, number=2).cells[2] == "•••• 1111"
    assert Event.objects.filter(act="column_masked").count() == 1
    for line in dump():
        assert_masked(line, line[:40])


def test_only_a_manager_decides_and_strangers_find_nothing(made, ines, vera, sam):
    for client, status in ((ines, 403), (vera, 403), (sam, 404)):
        assert keep(client, made).status_code == status
    made.refresh_from_db()
    assert made.masked == {2: "card", 3: "bank", 4: "health"}
    assert not Event.objects.filter(act="column_kept").exists()


def test_a_column_that_is_not_sensitive_or_kept_already_is_answered_in_words(made, max_):
    keep(max_, made, column=0)
    page = story.text(max_.get(f"/imports/{made.pk}/file/"))
    assert "Somebody changed how this column is kept in the meantime." in page
    keep(max_, made)
    assert Event.objects.filter(act="column_kept").count() == 1
    keep(max_, made)  # not read yet
    assert Event.objects.filter(act="column_kept").count() == 1


def test_once_sending_began_nothing_changes(acme, max_):
    sent = story.answered(acme, max_.user, content=SHEET)
    with pytest.raises(WrongState, match="can no longer be changed"):
        options.keep_column(sent, max_.user, 2, kept=True, seen=sent.read_fence)
    page = story.text(max_.get(f"/imports/{sent.pk}/file/"))
    assert "It stays masked" in page
    assert "Keep this column" not in page


def test_a_kept_column_is_masked_on_another_sheet(acme, max_):
    """The same heading in the same place, but nobody decided about these people's cards."""
    book = openpyxl.Workbook()
    for sheet, cards in ((book.active, CARDS), (book.create_sheet("May"), CARDS[::-1])):
        sheet.append(["Name", "Phone", "Card number"])
        for n, card in enumerate(cards):
            sheet.append([f"Person {n}", f"(206) 555-010{n}", card])
    file = io.BytesIO()
    book.save(file)
    stored = upload.accept(acme, max_.user, _file(file.getvalue()), "cards.xlsx")
    made = story.read_and_check(stored)
    keep(max_, made)
    made = story.read_and_check(made)
    assert made.masked == {}
    options.reread(made, max_.user, dialect={"sheet": "May"})
    made = story.read_and_check(made)
    assert made.masked == {2: "card"}
    assert Row.objects.get(lead_import=made, number=2).cells[2] == "•••• 0009"


def _file(content, name="cards.xlsx"):
    return SimpleUploadedFile(name, content)


# --- wherever else a file is looked at ------------------------------------------------------------


def test_rows_that_are_sent_again_stay_masked(acme, ines):
    parent = story.answered(acme, ines.user, content=SHEET)
    child = children.retry(parent, ines.user, {"failed"})
    assert child.masked == {2: "card", 3: "bank", 4: "health"}
    page = story.text(ines.get(f"/imports/{child.pk}/columns/"))
    assert "Sensitive: card numbers" in page
    assert_masked(page, "child")


def test_while_a_file_is_read_its_first_rows_are_masked_already(acme, ines):
    lead_import = story.uploaded(acme, ines.user, content=SHEET)
    read.read(lead_import.pk)
    page = story.text(ines.get(f"/imports/{lead_import.pk}/columns/"))
    assert "<td>•••• 1111</td>" in page
    assert_masked(page, "first rows")


def test_a_draft_of_a_file_without_headings_keeps_none_of_its_first_lead(ines, acme):
    lines = "\r\n".join(f"{n} Person,{card}" for n, card in enumerate(CARDS * 2))
    ines.post("/imports/new/", {"file": [_file(lines.encode(), "leads.csv")]})
    for line in dump():
        assert_masked(line, line[:40])
    made = made_of(lines, acme, ines.user)
    assert made.headers[1] == "•••• 1111"
    for line in dump():
        assert_masked(line, line[:40])
    for where, text in pages_of(ines, made).items():
        assert_masked(text, where)


@pytest.mark.parametrize("pack", [gzip.compress, None])
def test_cells_that_stand_beside_their_column_are_masked_there(acme, ines, pack):
    """A comma too many in a name moves the cells of its row by one."""
    content = SHEET + f"Okafor, Eva,(206) 555-0188,{CARDS[0]},{IBANS[0]},{ILLS[0]},Nice\r\n"
    if pack:
        stored = upload.accept(
            acme, ines.user, _file(pack(content.encode()), "leads.csv.gz"), "leads.csv.gz"
        )
        made = story.read_and_check(stored)
    else:
        made = made_of(content, acme, ines.user)
    cells = Row.objects.get(lead_import=made, number=6).cells
    assert cells[:2] == ["Okafor", " Eva"]
    assert cells[3:5] == ["•••• 1111", "DE •••• 00"]
    assert_masked("|".join(cells), "row 6")


# --- values that begin far below ------------------------------------------------------------------


def test_cards_that_begin_far_below_are_found_and_the_file_is_read_again(acme, ines):
    head = "Name,Phone,Reference\r\n"
    plain = "".join(f"P {n},(206) 555-{n:04},\r\n" for n in range(2_500))
    cards = "".join(f"Q {n},(206) 556-{n:04},{CARDS[n % 3]}\r\n" for n in range(300))
    made = made_of(head + plain + cards, acme, ines.user)
    assert made.state == ImportState.REVIEW
    assert (made.row_count, made.masked) == (2_800, {2: "card"})
    for line in dump():
        assert_masked(line, line[:40])


def test_and_a_manager_may_keep_them_as_well(acme, max_):
    head = "Name,Phone,Reference\r\n"
    plain = "".join(f"P {n},(206) 555-{n:04},\r\n" for n in range(300))
    cards = "".join(f"Q {n},(206) 556-{n:04},{CARDS[n % 3]}\r\n" for n in range(300))
    made = made_of(head + plain + cards, acme, max_.user)
    keep(max_, made)
    made = story.read_and_check(made)
    assert Row.objects.get(lead_import=made, number=302).cells[2] == CARDS[0]
    assert made.masked == {}


# --- the command line -----------------------------------------------------------------------------


@pytest.fixture
def _servers_run(monkeypatch):
    monkeypatch.setattr("imports.management.base._ask_for_servers", lambda: None)


@pytest.mark.usefixtures("_servers_run")
def test_the_command_says_which_columns_were_masked(acme, tmp_path, monkeypatch):
    path = tmp_path / "leads.csv"
    path.write_bytes(SHEET.encode())

    def at_once(lead_import, *, dry_run):
        story.read_and_check(lead_import)
        lead_import.refresh_from_db()
        return 0, None

    monkeypatch.setattr("imports.management.commands.import_leads._wait", at_once)
    monkeypatch.setattr(tasks, "nudge_read", lambda pk: None)
    said, told = io.StringIO(), io.StringIO()
    with pytest.raises(SystemExit):
        call_command(
            "import_leads", str(path), "--customer", "acme", "--json", stdout=told, stderr=said
        )
    expected = "Masked and not imported: 'Card number' (card numbers), 'Account' (bank account"
    assert expected in said.getvalue()
    assert json.loads(told.getvalue())["rows"] == 4
    assert_masked(said.getvalue() + told.getvalue(), "command")


@pytest.mark.usefixtures("_servers_run")
def test_the_command_refuses_a_mapping_of_a_masked_column_before_it_uploads(acme, tmp_path):
    path, mapping = tmp_path / "leads.csv", tmp_path / "mapping.json"
    path.write_bytes(SHEET.encode())
    mapping.write_text('{"columns": {"Diagnosis": "custom_fields.diagnosis"}}')
    with pytest.raises(Problem, match=r"'Diagnosis': it holds sensitive data \(health\)"):
        call_command("import_leads", str(path), "--customer", "acme", "--mapping", str(mapping))
    assert not Import.objects.exists()
