"""Files dropped, pasted and cancelled in a real browser."""

import re
import secrets

import pytest
from playwright.sync_api import expect

from imports.models import Draft, Import, ImportState
from imports.tests.browser.conftest import assert_open_to_all, sign_in
from imports.tests.road.engine import wait_for, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.road]

DROP = """([files, kind]) => {
  const carried = new DataTransfer();
  for (const [name, text] of files) carried.items.add(new File([text], name));
  const event = {bubbles: true, cancelable: true, dataTransfer: carried};
  if (kind === 'drop') document.body.dispatchEvent(new DragEvent('dragover', event));
  document.body.dispatchEvent(new DragEvent(kind, event));
}"""
PASTE = """(kinds) => {
  const clipboardData = new DataTransfer();
  for (const [kind, text] of Object.entries(kinds)) clipboardData.setData(kind, text);
  const event = new ClipboardEvent('paste', {bubbles: true, cancelable: true, clipboardData});
  document.body.dispatchEvent(event);
}"""
HUGE = """() => {
  const carried = new DataTransfer();
  carried.items.add(new File([new Uint8Array(201 * 1024 * 1024)], 'huge.csv'));
  document.body.dispatchEvent(new DragEvent('drop', {bubbles: true, dataTransfer: carried}));
}"""


@pytest.fixture
def page(window, ines):
    page = window()
    sign_in(page, ines)
    return page


def sheet(mark, name):
    """A sheet whose columns only one client has."""
    return f"Full name,Phone,Note {mark}\r\n{name},206 555 01{secrets.randbelow(90) + 10},x\r\n"


def drop(page, *files):
    page.evaluate(DROP, [files, "drop"])


def together(page):
    page.wait_for_url("**/uploads/*/")
    return re.search(r"/uploads/([\w-]+)/", page.url)[1]


def arrived(page):
    """The import at whose page the browser has arrived."""
    page.wait_for_url(re.compile(r"/imports/\d+/"))
    return Import.objects.get(pk=int(re.search(r"/imports/(\d+)/", page.url)[1]))


def test_eight_known_files_of_six_customers_take_at_most_two_actions_each(
    page, client_of, tmp_path
):
    clients = [client_of() for _ in range(6)]
    marks = [secrets.token_hex(4) for _ in clients]
    for client, mark in zip(clients, marks, strict=True):
        path = tmp_path / f"{mark}.csv"
        path.write_text(sheet(mark, "Ana Souza"))
        client.review(path)
    files = [
        [f"export {i}.csv", sheet(marks[i % 6], f"Person {secrets.token_hex(3)}")] for i in range(8)
    ]

    page.goto("/")
    drop(page, *files)
    page.get_by_role("button", name="Upload 8 files").click()
    group = together(page)
    page.get_by_role("heading", name="Whose leads are these?").wait_for()
    expect(page.get_by_text("Same columns as the import of")).to_have_count(8)
    assert_open_to_all(page)
    page.get_by_role("button", name="Import all that have a customer").click()

    made = wait_until(
        lambda: (
            (found := list(Import.objects.filter(together=group))) and len(found) == 8 and found
        ),
        "eight imports",
    )
    of = {one.file_name: one.customer_id for one in made}
    assert of == {name: clients[i % 6].customer.pk for i, (name, _) in enumerate(files)}
    for one in made:
        wait_for(one, (ImportState.REVIEW, ImportState.MAPPING))
    page.get_by_text("8 need you").wait_for()
    assert_open_to_all(page)
    assert not Draft.objects.filter(together=group).exists()


def test_a_file_dropped_on_a_customers_page_is_that_customers(page, client_of):
    customer = client_of().customer
    page.goto(f"/customers/{customer.slug}/")
    drop(page, ["leads.csv", sheet("a", "Ana")])
    dialog = page.get_by_role("dialog", name=f"Import for {customer.name}")
    dialog.wait_for()
    assert "leads.csv" in dialog.inner_text()
    assert "bytes" in dialog.inner_text()
    assert_open_to_all(page)
    dialog.get_by_role("button", name="Upload").click()
    assert arrived(page).customer == customer


def test_pasted_cells_become_a_file_that_is_kept(page, client_of):
    customer = client_of().customer
    page.goto("/imports/new/")
    page.get_by_label("Customer").select_option(value=customer.slug)
    cells = "Full name\tPhone\r\nAna Souza\t206 555 0101\r\n"
    page.evaluate(PASTE, {"text/plain": cells, "text/html": "<table><tr><td>no</td></tr></table>"})
    page.get_by_text("pasted cells.tsv").wait_for()
    page.get_by_role("button", name="Upload").click()
    made = arrived(page)
    assert made.file_name == "pasted cells.tsv"
    assert made.file.open().read() == cells.encode()
    assert wait_for(made, (ImportState.REVIEW,)).row_count == 1


def test_a_pasted_table_of_a_mail_becomes_cells(page, client_of):
    customer = client_of().customer
    page.goto(f"/customers/{customer.slug}/")
    table = (
        "<script>document.title = 'run'</script><table><tr><th>Full name<th>Phone</tr>"
        "<tr><td>Ana <b>Souza</b><td>206 555 0101</tr></table>"
    )
    page.evaluate(PASTE, {"text/plain": "Full name Phone Ana Souza", "text/html": table})
    page.get_by_role("dialog").get_by_role("button", name="Upload").click()
    made = arrived(page)
    assert made.file.open().read() == b"Full name\tPhone\r\nAna Souza\t206 555 0101"
    assert "run" not in page.title()


def test_a_pasted_word_is_no_file(page, client_of):
    client_of()
    page.goto("/imports/new/")
    page.evaluate(PASTE, {"text/plain": "only a word"})
    assert page.get_by_role("button", name="Remove").count() == 0


def test_a_file_over_the_limit_is_refused_before_it_is_sent(page, client_of):
    client_of()
    page.goto("/imports/new/")
    posted = []
    page.on("request", lambda request: request.method == "POST" and posted.append(request.url))
    page.evaluate(HUGE)
    page.get_by_text("The file is larger than 200 MB, the largest that is accepted").wait_for()
    page.get_by_text("201.0 MB").wait_for()
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("alert").filter(has_text="Choose a spreadsheet").wait_for()
    assert posted == []


def test_a_known_file_is_named_before_the_upload_and_left_out_unless_it_is_meant(
    page, client_of, tmp_path
):
    client, text = client_of(), sheet("k", "Ana")
    path = tmp_path / "leads.csv"
    path.write_bytes(text.encode())
    first = client.review(path)
    page.goto(f"/imports/new/?customer={client.customer.slug}")
    drop(page, ["same.csv", text])
    page.get_by_text("The very same file was already uploaded").wait_for()
    assert page.get_by_role("link", name="Open it").get_attribute("href") == f"/imports/{first.pk}/"
    assert_open_to_all(page)
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("alert").filter(has_text="tick what you want to import again").wait_for()
    assert client.customer.imports.count() == 1
    page.get_by_label("Import same.csv again").check()
    page.get_by_role("button", name="Upload").click()
    assert arrived(page).file_name == "same.csv"


def test_an_upload_shows_bytes_and_percent_and_can_be_cancelled(page, client_of):
    customer = client_of().customer
    page.goto(f"/imports/new/?customer={customer.slug}")
    wire = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1}
    wire.send("Network.emulateNetworkConditions", slow | {"uploadThroughput": 400_000})
    drop(page, ["long.csv", sheet("l", "Ana") * 100_000], ["short.csv", sheet("s", "Ben")])
    page.get_by_role("button", name="Upload 2 files").click()
    bar = page.get_by_role("progressbar", name="Upload of long.csv")
    bar.wait_for()
    page.get_by_text(re.compile(r"of 4\.\d MB, [1-9]\d* %$")).first.wait_for()
    assert 0 < float(bar.evaluate("bar => bar.value")) < 1
    assert_open_to_all(page)
    page.get_by_role("button", name="Cancel long.csv").click()
    page.get_by_text("Cancelled. Nothing of this file was kept.").wait_for()
    page.get_by_role("link", name="Go on with the file that was taken").click()
    assert arrived(page).file_name == "short.csv"
    assert customer.imports.count() == 1


def test_one_refused_file_does_not_hide_the_others(page, client_of):
    customer = client_of().customer
    page.goto(f"/customers/{customer.slug}/")
    files = [["a.csv", sheet("a", "Ana")], ["b.csv", sheet("b", "Ben")], ["c.pdf", "%PDF-1.7"]]
    drop(page, *files)
    page.get_by_role("button", name="Upload 3 files").click()
    page.get_by_text("1 of 3 files were not taken").wait_for()
    page.get_by_text("This is a PDF.").wait_for()
    page.get_by_role("link", name="Go on with 2 files").click()
    together(page)
    assert customer.imports.count() == 2


def test_several_files_without_javascript(window, ines, client_of, tmp_path):
    customer, page = client_of().customer, window(java_script_enabled=False)
    sign_in(page, ines)
    for name in "ab":
        (tmp_path / f"{name}.csv").write_text(sheet(name, "Ana"))
    page.goto(f"/imports/new/?customer={customer.slug}")
    page.get_by_label("Spreadsheets").set_input_files([tmp_path / "a.csv", tmp_path / "b.csv"])
    page.get_by_role("button", name="Upload").click()
    together(page)
    assert customer.imports.count() == 2
