"""The commands that other people's scripts rely on: answers, sentences, exit statuses."""

import csv
import io
import json
import subprocess
import sys

import openpyxl
import pytest

from imports.models import Import, ImportState
from imports.tests.road.engine import CHECKOUT, wait_for, wait_until

pytestmark = pytest.mark.road


@pytest.fixture
def run(engine):
    """Run a command as a script would, in a process of its own."""

    def call(*arguments, stdin="", **environment):
        return subprocess.run(
            [sys.executable, "manage.py", *map(str, arguments)],
            cwd=CHECKOUT,
            env={**engine.whole_environment, **environment},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return call


def import_leads(run, client, path, *more, **environment):
    return run("import_leads", path, "--customer", client.customer.slug, *more, **environment)


def named(client):
    """The file is meant for this customer, though others have had the same people."""
    return "--confirm-customer", client.customer.name


def test_a_clean_file_is_imported_and_reported(run, client_of, sheet, tmp_path):
    ines = client_of()
    target = tmp_path / "report.csv"

    done = import_leads(run, ines, sheet(30), "--json", "--report", target)

    assert (done.returncode, done.stderr) == (0, "")
    summary = json.loads(done.stdout)
    made = Import.objects.get(pk=summary["import"])
    assert summary.pop("seconds") >= 0
    assert summary == {
        "import": made.pk, "state": "finished", "rows": 30, "blank": 0, "invalid": 0,
        "duplicate": 0, "excluded": 0, "unchanged": 0, "not_sent": 0, "sent": 30, "created": 30,
        "updated": 0, "skipped": 0, "failed": 0, "unknown": 0, "requests": 2,
    }  # fmt: skip
    raw = target.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfRow,Result,Lead ID,Matched by,Reason,")
    assert raw.count(b"\r\n") == 31
    assert len(ines.leads) == 30


def test_some_invalid_rows_give_status_2(run, client_of, tmp_path):
    path = tmp_path / "some.csv"
    path.write_text("Name,Email\nAnn,ann@example.com\nBob,not an address\n")

    done = import_leads(run, client_of(), path)

    assert done.returncode == 2
    assert "invalid    1" in done.stdout


def test_rows_that_a_person_has_to_decide_about_are_kept_back_and_said(run, client_of, tmp_path):
    ines, path = client_of(), tmp_path / "shared.csv"
    path.write_text("Name,Email\nAnn Li,x@example.com\nBo Ito,x@example.com\nCy Only,\n"
                    "Dee Fay,dee@example.com\n")  # fmt: skip

    done = import_leads(run, ines, path)

    assert done.returncode == 2
    assert "2 rows of different people that would become one lead" in done.stderr
    assert "1 row with neither phone nor e-mail" in done.stderr
    assert [lead["contact_name"] for lead in ines.leads] == ["Dee Fay"]
    decided = import_leads(run, ines, path, "--melting", "leave_out", "--name-only", "send")
    assert decided.returncode == 0
    assert sorted(lead["contact_name"] for lead in ines.leads) == [
        "Ann Li", "Bo Ito", "Cy Only", "Dee Fay",
    ]  # fmt: skip


def test_a_dry_run_counts_what_mega_predicts(run, client_of, sheet):
    ines = client_of()

    done = import_leads(run, ines, sheet(30), "--dry-run", "--json")

    summary = json.loads(done.stdout)
    assert (done.returncode, summary["dry_run"], summary["created"]) == (0, True, 30)
    assert ines.leads == []


def test_without_waiting_it_returns_at_once_and_goes_on_by_itself(run, client_of, sheet):
    ines = client_of()

    done = import_leads(run, ines, sheet(30), "--no-wait", "--json")

    summary = json.loads(done.stdout)
    assert (done.returncode, summary["state"]) == (0, "uploaded")
    wait_for(Import.objects.get(pk=summary["import"]))
    assert len(ines.leads) == 30


def test_a_mapping_file_decides(run, client_of, tmp_path):
    ines = client_of()
    path, mapping = tmp_path / "odd.csv", tmp_path / "mapping.json"
    path.write_text("Who,Where to write,Kind\nAnn,ann@example.com,web\n")
    mapping.write_text(json.dumps({
        "columns": {
            "Who": "contact_name",
            "Where to write": "contact_email",
            "Kind": {"field": "source_type", "values": {"web": "form"}},
        },
        "constants": {"lead_line": "buyer"},
    }))  # fmt: skip

    done = import_leads(run, ines, path, "--mapping", mapping)

    assert done.returncode == 0, done.stderr
    (lead,) = ines.leads
    assert (lead["contact_name"], lead["source_type"]) == ("Ann", "form")
    assert lead["lead_line"] == "buyer"


def test_a_sheet_of_a_workbook_and_a_report_as_xlsx(run, client_of, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Nothing to see"])
    leads = book.create_sheet("Leads")
    for row in (["Name", "Phone"], ["Ann", 2065550193], ["=cmd()", "+1 206 555 0194"]):
        leads.append(row)
    leads["A3"].data_type = "s"
    path, target = tmp_path / "book.xlsx", tmp_path / "out.xlsx"
    book.save(path)
    ines = client_of()

    done = import_leads(run, ines, path, "--sheet", "Leads", "--report", target)

    assert done.returncode == 0, done.stderr
    assert {lead["contact_phone"] for lead in ines.leads} == {"+12065550193", "+12065550194"}
    rows = list(openpyxl.load_workbook(target).active.values)
    assert rows[0][:2] == ("Row", "Result")
    assert rows[2][-2:] == ("'=cmd()", "'+1 206 555 0194")


REFUSED = {
    "no such file": (lambda path: path / "gone.csv", "No such file"),
    "empty": (lambda path: written(path, b""), "The file is empty (0 bytes)"),
    "only a header": (lambda path: written(path, b"Name,Email\n"), "no rows"),
    "a picture": (lambda path: written(path, b"\x89PNG\r\n\x1a\n"), "PNG"),
    "a document": (lambda path: written(path, b"%PDF-1.7\n"), "PDF"),
}


def written(folder, content):
    path = folder / "leads.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("what", REFUSED)
def test_a_file_that_cannot_be_read_gets_one_sentence(run, client_of, tmp_path, what):
    make, sentence = REFUSED[what]
    ines = client_of()

    done = import_leads(run, ines, make(tmp_path))

    assert done.returncode == 1
    assert sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr
    assert ines.requests() == []


def test_a_file_over_the_limit_is_refused_by_size(run, client_of, sheet):
    path = sheet(30_000)

    done = import_leads(run, client_of(), path, MAX_UPLOAD_MB="1")

    assert done.returncode == 1
    assert "The file is larger than 1 MB" in done.stderr


MAPPINGS = {
    "not JSON": ("{", "mapping"),
    "no such column": ('{"columns": {"Nome": "contact_name"}}', "Nome"),
    "no such field": ('{"columns": {"Name": "contact_nmae"}}', "contact_name"),
    "no contact": ('{"columns": {"Name": null, "Email": null, "Phone": null}}', "No column is"),
}


@pytest.mark.parametrize("what", MAPPINGS)
def test_a_wrong_mapping_file_gets_one_sentence(run, client_of, sheet, tmp_path, what):
    content, sentence = MAPPINGS[what]
    mapping = tmp_path / "mapping.json"
    mapping.write_text(content)

    done = import_leads(run, client_of(), sheet(2), "--mapping", mapping)

    assert done.returncode == 1
    assert sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_an_unknown_customer_and_a_missing_token_get_one_sentence_each(run, sheet):
    slug = run(
        "add_customer", "No Token Ltd", "--mega-id", "5f0c6f0e-7d53-4c6e-9c55-000000000001",
        "--team", "Road team",
    ).stdout.strip()  # fmt: skip

    nobody = run("import_leads", sheet(2), "--customer", "nobody")
    tokenless = run("import_leads", sheet(2), "--customer", slug)

    assert (nobody.returncode, tokenless.returncode) == (1, 1)
    assert "There is no customer “nobody”" in nobody.stderr
    assert f"set_token {slug}" in tokenless.stderr


def test_many_failures_wait_for_a_person(run, client_of, sheet):
    ines = client_of(stages=["new"])

    done = import_leads(run, ines, sheet(60, stage_slug=lambda n: "gone"), *named(ines), "--json")

    assert done.returncode == 3
    assert "25 of the first 25 rows were refused" in done.stderr
    assert json.loads(done.stdout)["state"] == ImportState.DECISION


def test_a_refused_token_waits_for_a_person(run, client_of, sheet, mega):
    ines = client_of()
    mega.revoke(ines.raw)

    done = import_leads(run, ines, sheet(60), *named(ines))

    assert done.returncode == 3
    assert "Set a new token" in done.stderr
    assert ines.raw not in done.stdout + done.stderr


def test_the_report_of_an_earlier_import(run, client_of, sheet, tmp_path):
    ines = client_of(stages=["new"])
    made = json.loads(import_leads(run, ines, sheet(10, stage_slug=odd_stage), "--json").stdout)
    target = tmp_path / "failed.csv"

    done = run("import_report", made["import"], "--rows", "failed", "--output", target)

    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(target.read_text(encoding="utf-8-sig"))))
    assert [row["Row"] for row in rows] == ["11"]
    assert "gone" in rows[0]["Reason"]


def odd_stage(place):
    return "gone" if place == 10 else "new"


def test_a_report_for_nobody_or_to_nowhere(run, client_of, sheet, tmp_path):
    unknown = run("import_report", 999_999, "--output", tmp_path / "x.csv")
    odd = run("import_report", 1, "--output", tmp_path / "x.pdf")

    assert (unknown.returncode, odd.returncode) == (1, 1)
    assert "There is no import 999999" in unknown.stderr
    assert ".csv or .xlsx" in odd.stderr or "There is no import 1" in odd.stderr


def test_a_dead_broker_loses_nothing(run, client_of, sheet):
    ines = client_of()

    done = import_leads(
        run, ines, sheet(30), "--no-wait", "--json", REDIS_URL="redis://127.0.0.1:9"
    )

    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    made = Import.objects.get(pk=json.loads(done.stdout)["import"])
    wait_until(lambda: len(ines.leads) == 30, "the clock to have it read", patience=60)
    wait_for(made)


def test_a_file_that_looks_like_another_customers_waits_until_the_name_is_given(
    run, client_of, sheet
):
    theirs, ines = client_of(), client_of()
    path = sheet(60, start=70_000)
    assert import_leads(run, theirs, path).returncode == 0

    done = import_leads(run, ines, path)
    assert done.returncode == 3
    assert (
        f"This may be another customer's file: 100 % of these people are already leads of "
        f"{theirs.customer.name}; none of them is {ines.customer.name}'s." in done.stderr
    )
    assert ines.leads == []

    wrong = import_leads(run, ines, path, "--confirm-customer", theirs.customer.name)
    assert wrong.returncode == 1
    assert f"which is {ines.customer.name}." in wrong.stderr
    assert Import.objects.filter(customer=ines.customer).count() == 1

    assert import_leads(run, ines, path, *named(ines)).returncode == 0
    assert len(ines.leads) == 60


def test_a_script_that_protects_a_field_leaves_the_rest_to_a_person(run, client_of, sheet):
    ines = client_of(stages=["new", "won"])
    path = sheet(5, stage_slug=lambda _: "won")
    update = ("--on-duplicate", "update", *named(ines))

    asked = import_leads(run, ines, path, *update, "--only-new", "stage_slug")
    assert asked.returncode == 3
    assert "MEGA was not asked about every row" in asked.stdout + asked.stderr
    assert ines.leads == []

    assert import_leads(run, ines, path, *update).returncode == 0
    assert {lead["stage_slug"] for lead in ines.leads} == {"won"}
    again = sheet(5, name="again.csv", stage_slug=lambda _: "new")
    assert import_leads(run, ines, again, *update, "--unforeseen", "leave_out").returncode == 0
    assert {lead["stage_slug"] for lead in ines.leads} == {"won"}
