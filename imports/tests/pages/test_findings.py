"""Within a minute: what was found in this file that a plain upload would have imported."""

from imports import tasks
from imports.columns import chunks, options
from imports.intake.upload import Wishes
from imports.models import Chunk, Import, ImportState, Unchanged
from imports.tests.pages import story

ODD = (
    "Leads of the fair\r\n"
    "Full name,Phone,E-mail,Since\r\n"
    "Ana Souza,(206) 555-0123,ana@example.com,03/04/2025\r\n"
    "Ben Okafor,2.06556E+09,ben@example.com,05/04/2025\r\n"
    "\r\n"
    "Ana Souza,2065550123,ANA@example.com,06/04/2025\r\n"
)


def panel(client, lead_import, step="columns"):
    """The panel's part of a page; "" where there is none."""
    page = story.text(client.get(f"/imports/{lead_import.pk}/{step}/"))
    _, _, after = page.partition('<h2 id="findings">')
    return after.partition("</section>")[0]


def test_ines_sees_at_once_what_is_odd_on_each_page_before_sending(ines, acme):
    lead_import = story.reviewed(acme, ines.user)
    for step in ("file", "columns", "review"):
        found = panel(ines, lead_import, step)
        assert "1 e-mail in column “E-mail” is not a valid address: row 4." in found, step
        assert "1 is kept back." in found, step
        assert "1 phone in column “Phone” has letters: row 3." in found, step
        assert "1 is sent without the phone." in found, step
        address = f"/imports/{lead_import.pk}/rows/?problem=phone_letters&amp;column=1"
        assert f'href="{address}"' in found, step
        assert found.index("e-mail in column") < found.index("phone in column"), step


def test_each_finding_leads_to_its_rows(ines, acme):
    lead_import = story.reviewed(acme, ines.user)
    rows = story.text(
        ines.get(f"/imports/{lead_import.pk}/rows/", {"problem": "phone_letters", "column": 1})
    )
    assert "1 row match" in rows
    assert 'id="row-3"' in rows


def test_what_stands_above_between_and_twice_and_lost_its_digits(ines, acme):
    lead_import = story.reviewed(acme, ines.user, content=ODD)
    found = panel(ines, lead_import)
    assert "1 number in column “Phone” lost digits in a spreadsheet program" in found
    assert "row 4." in found
    assert "2 rows share their e-mail or phone with another row: the first is row 3." in found
    assert f'href="/imports/{lead_import.pk}/rows/?after=2"' in found
    assert "1 row stands above the headings, which are in row 2." in found
    assert "1 row is blank: row 5." in found


def test_who_differs_and_who_would_melt_is_found_where_the_review_asks(ines, acme):
    office = "Zoe Young,(206) 555-0177,{}@example.com,07/04/2025\r\n"
    melting = office.format("zoe") + office.format("yan").replace("Zoe Young", "Yan Ziegler")
    content = ODD.replace("Ana Souza,2065550123,ANA", "Ana Souza,2065550123,ana.b") + melting
    wishes = Wishes(duplicates="ask")
    lead_import = story.reviewed(acme, ines.user, content=content, wishes=wishes)
    found = panel(ines, lead_import)
    assert "2 rows of different people share an e-mail or a phone: the first is row 7." in found
    assert f'href="/imports/{lead_import.pk}/review/groups/?about=melts"' in found
    assert "2 rows share their e-mail or phone with another row: the first is row 3." in found
    assert "The review shows them in groups and asks what is sent." in found
    assert found.index("different people") < found.index("with another row")


def test_a_date_that_can_be_read_in_two_ways_leads_to_its_column(ines, acme):
    lead_import = story.reviewed(acme, ines.user, content=ODD)
    assert "Since" not in panel(ines, lead_import)  # not imported: nothing is misread
    kept = ODD.replace("Since", "custom_fields.since")
    lead_import = story.reviewed(acme, ines.user, content=kept)
    found = panel(ines, lead_import)
    assert "The dates in column “custom_fields.since” can be read in two ways" in found
    assert "Nothing is sent until somebody says how they are written." in found
    page = f"/imports/{lead_import.pk}/columns/"
    assert f'href="{page}#custom-3"' in found
    assert 'id="custom-3"' in story.text(ines.get(page))


def test_dates_that_the_whole_column_proves_are_told_with_their_order(ines, acme):
    proven = ODD.replace("Since", "custom_fields.since").replace("06/04/2025", "16/04/2025")
    lead_import = story.reviewed(acme, ines.user, content=proven)
    found = panel(ines, lead_import)
    assert "The dates in column “custom_fields.since” are written day first." in found


def test_masked_cards_come_first_and_lead_to_the_file(ines, acme):
    cards = "Name,Phone,Card number\r\nAna,2065550123,4111111111111111\r\n"
    lead_import = story.reviewed(acme, ines.user, content=cards)
    found = panel(ines, lead_import)
    assert "1 column holds sensitive data: “Card number” (card numbers)." in found
    assert "4111" not in found
    assert f'href="/imports/{lead_import.pk}/file/#sensitive"' in found


def test_nothing_odd_is_said_calmly(ines, acme):
    clean = "Name,Phone\r\nAna Souza,(206) 555-0123\r\nBen Okafor,(206) 555-0177\r\n"
    lead_import = story.reviewed(acme, ines.user, content=clean)
    for step in ("file", "columns", "review"):
        assert "Nothing odd found in 2 rows." in panel(ines, lead_import, step), step


def test_nothing_is_said_of_cells_before_they_are_checked(ines, acme):
    lead_import = story.uploaded(acme, ines.user)
    assert panel(ines, lead_import) == ""
    tasks.read(lead_import.pk)
    assert "Nothing odd" not in panel(ines, lead_import)
    live = f"/imports/{lead_import.pk}/found/?seen="
    assert f'hx-get="{live}0"' in story.text(ines.get(f"/imports/{lead_import.pk}/columns/"))
    assert ines.get(f"{live}0").status_code == 204
    story.check(lead_import)
    answer = story.text(ines.get(f"{live}0"))
    assert "1 phone in column “Phone” has letters" in answer
    assert "hx-get" not in answer


def test_who_is_in_the_file_twice_is_told_when_all_rows_are_judged(ines, acme):
    made = Import.objects.filter(pk=story.reviewed(acme, ines.user, content=ODD).pk)
    live = f"/imports/{made.get().pk}/found/?seen="
    made.update(state=ImportState.CHECKING)  # the first rows are checked, nothing is judged
    early = story.text(ines.get(f"{live}0"))
    assert "lost digits" in early
    assert "share their e-mail or phone" not in early
    assert f'hx-get="{live}4"' in early
    assert ines.get(f"{live}4").status_code == 204  # nothing new: whoever reads is not disturbed
    made.update(state=ImportState.REVIEW)
    late = story.text(ines.get(f"{live}4"))
    assert "2 rows share their e-mail or phone with another row" in late
    assert "hx-get" not in late


def test_of_a_large_file_the_first_rows_are_told_and_the_review_counts_all(ines, acme, monkeypatch):
    monkeypatch.setattr(chunks, "CHUNK", 2)
    lead_import = story.reviewed(acme, ines.user)  # rows 2 to 5: two chunks of two rows
    assert Chunk.objects.filter(mapping=lead_import.mapping).count() == 2
    found = panel(ines, lead_import)
    assert "Counted in the first 2 of 4 rows" in found
    assert f'<a href="/imports/{lead_import.pk}/review/">review</a> counts all' in found
    assert "is not a valid address" not in found
    assert "is not a valid address" in panel(ines, lead_import, "review")
    assert "Counted in" not in panel(ines, lead_import, "review")


def test_unchanged_rows_are_told_once_they_are_left_out(ines, acme):
    story.answered(acme, ines.user)
    again = story.reviewed(acme, ines.user)
    assert "identical" not in panel(ines, again, "review")
    options.set_options(again, ines.user, unchanged=Unchanged.SKIP)
    found = panel(ines, again, "review")
    assert "2 rows are identical to what the customer already got." in found
    assert f'href="/imports/{again.pk}/rows/?result=unchanged"' in found


def test_once_it_is_sent_the_report_tells_and_the_panel_is_gone(ines, acme):
    done = story.answered(acme, ines.user)
    for step in ("file", "columns", "review"):
        assert panel(ines, done, step) == "", step


def test_a_file_without_a_contact_says_what_it_saw_and_nothing_of_cells(ines, acme):
    lead_import = story.reviewed(acme, ines.user, content="A title\r\nColour,Size\r\nred,4\r\n")
    found = panel(ines, lead_import)
    assert "1 row stands above the headings" in found
    assert "Nothing odd" not in found


def test_strangers_find_no_findings(sam, vera, acme):
    lead_import = story.reviewed(acme)
    assert sam.get(f"/imports/{lead_import.pk}/found/").status_code == 404
    assert "has letters" in story.text(vera.get(f"/imports/{lead_import.pk}/found/"))
    assert Import.objects.get(pk=lead_import.pk).state == "review"


def test_the_review_says_it_once_its_problems_stand_open_and_the_findings_are_folded(ines, acme):
    lead_import = story.reviewed(acme, ines.user)
    review = story.text(ines.get(f"/imports/{lead_import.pk}/review/"))
    before, _, after = review.partition('<h2 id="findings">')
    assert before.rindex("<details") > before.rindex("<section")
    assert "3 things that a plain upload would have sent to MEGA as they are." in after
    columns = story.text(ines.get(f"/imports/{lead_import.pk}/columns/"))
    before, _, after = columns.partition('<h2 id="findings">')
    assert "<details" not in before[before.rindex("<section") :]
    assert "A plain upload would have sent this to MEGA as it is." in after
