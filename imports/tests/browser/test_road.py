"""The whole road in a real browser."""

import csv
import re

import openpyxl
import pytest
from playwright.sync_api import expect

from imports.models import Import, ImportState
from imports.reports import balance
from imports.tests.browser.conftest import sign_in
from imports.tests.road.engine import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.road]
SOURCES = ("Google Ads", "Facebook Ads", "Referral")


def workbook(path, count):
    """Every 40th e-mail is none; the last column has a name that nothing is known of."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["First name", "Surname", "Mobile", "E-mail", "Source", "Wish"])
    for i in range(count):
        email = f"person{i}@example.com" if i % 40 else "not an address"
        sheet.append(["Ana", f"Souza {i}", f"206{2_300_000 + i}", email, SOURCES[i % 3], "garden"])
    book.save(path)
    return path


def upload(page, client, path):
    page.goto("/")
    page.get_by_role("link", name="New import").first.click()
    page.get_by_label("Customer").select_option(label=f"{client.customer.name} · Road team")
    page.get_by_label("Spreadsheet").set_input_files(path)
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url(re.compile(r"/imports/\d+/"))
    return Import.objects.get(pk=int(re.search(r"/imports/(\d+)/", page.url)[1]))


def test_1200_rows_from_sign_in_to_the_report(window, ines, client_of, tmp_path):
    client, page = client_of(custom_fields=["wish"]), window()
    sign_in(page, ines)
    lead_import = upload(page, client, workbook(tmp_path / "leads.xlsx", 1_200))

    page.get_by_role("heading", name="What becomes of each column").wait_for()
    page.get_by_text("5 recognised · 1 not imported").wait_for()
    page.get_by_label("What column Wish becomes").select_option(label="Custom field …")
    page.get_by_label("Slug of the custom field in MEGA").last.fill("wish")
    page.get_by_role("button", name="Check all rows").click()

    page.get_by_role("heading", name="What will happen").wait_for()
    page.get_by_text("30 rows: e-mail is not an address").wait_for()
    page.get_by_role("button", name=f"Send 1,170 leads to {client.customer.name}").click()
    page.get_by_role("button", name="Undo").wait_for()
    wait_for(lead_import)
    page.get_by_role("link", name="Open the report").wait_for()
    expect(page).to_have_title(f"Finished · {client.customer.name} #{lead_import.pk}")
    expect(page.locator("#announce")).to_have_text("Finished, 100 %")

    page.get_by_role("link", name="Open the report").click()
    page.get_by_text("every row is in exactly one line").wait_for()
    with page.expect_download() as downloading:
        page.get_by_role("link", name="All rows", exact=True).click()
    with downloading.value.path().open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))

    lead_import.refresh_from_db()
    books = balance.balance(lead_import)
    results = [row["Result"] for row in rows]
    assert lead_import.state == ImportState.FINISHED
    assert (books.rows, books.created, books.invalid) == (1_200, 1_170, 30)
    assert (len(rows), results.count("created"), results.count("invalid")) == (1_200, 1_170, 30)
    assert len(client.leads) == 1_170
    assert {row["Lead ID"] for row in rows} - {""} == {lead["id"] for lead in client.leads}
    for code, count in (("created", "1,170"), ("invalid", "30")):
        cell = page.locator(f"section[aria-labelledby=books] table a[href$='result={code}']")
        assert cell.inner_text() == count
    assert all(lead["custom_fields"] == {"wish": "garden"} for lead in client.leads)


def test_the_whole_road_without_javascript(window, ines, client_of, tmp_path):
    client, page = client_of(), window(java_script_enabled=False)
    sign_in(page, ines)
    lead_import = upload(page, client, workbook(tmp_path / "leads.xlsx", 40))
    wait_for(lead_import, (ImportState.REVIEW,))
    page.goto(f"/imports/{lead_import.pk}/columns/")
    page.get_by_label("What column Wish becomes").select_option(label="Leave out")
    page.get_by_role("button", name="Check all rows").click()
    wait_for(lead_import, (ImportState.REVIEW,))
    page.goto(f"/imports/{lead_import.pk}/review/")
    page.get_by_role("button", name="Send 39 leads").click()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Sending was undone").wait_for()
    page.get_by_role("button", name="Send 39 leads").click()
    wait_for(lead_import)
    page.goto(f"/imports/{lead_import.pk}/report/")
    with page.expect_download() as downloading:
        page.get_by_role("link", name="All rows", exact=True).click()
    assert downloading.value.suggested_filename.startswith(f"import-{lead_import.pk}-")
    assert len(client.leads) == 39


def test_a_file_dropped_anywhere_is_uploaded_and_a_wrong_one_explained(
    window, ines, client_of, tmp_path
):
    client, page = client_of(), window()
    sign_in(page, ines)
    page.goto(f"/imports/new/?customer={client.customer.slug}")
    drop(page, "report.pdf", "%PDF-1.7")
    page.get_by_role("button", name="Upload").click()
    page.locator("[data-part=complaint]").wait_for()
    assert not client.customer.imports.exists()
    drop(page, "leads.csv", "Name,Phone\nAna,206 555 0123\n")
    page.get_by_role("button", name="Remove leads.csv").wait_for()
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url(re.compile(r"/imports/\d+/"))
    assert client.customer.imports.get().file_name == "leads.csv"


def drop(page, name, content):
    page.evaluate(
        """([name, content]) => {
            const files = new DataTransfer();
            files.items.add(new File([content], name));
            document.body.dispatchEvent(new DragEvent("drop",
                { dataTransfer: files, bubbles: true, cancelable: true }));
        }""",
        [name, content],
    )
