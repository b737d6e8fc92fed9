"""How a person wants the portal, and the page of help."""

from imports.models import ImportState
from imports.tests.pages import story
from imports.views import words

WANTED = {"name": "Ines I.", "time_zone": "Europe/Lisbon", "theme": "dark"}


def test_ines_chooses_her_zone_a_theme_and_no_single_keys(ines):
    assert ines.post("/preferences/", WANTED).status_code == 302
    ines.user.refresh_from_db()
    assert (ines.user.name, ines.user.time_zone) == ("Ines I.", "Europe/Lisbon")
    page = story.text(ines.get("/"))
    assert '<html lang="en" data-theme="dark" data-shortcuts="off">' in page
    ines.post("/preferences/", WANTED | {"theme": "", "shortcuts": "on"})
    assert '<html lang="en">' in story.text(ines.get("/"))


def test_a_zone_that_does_not_exist_is_refused(ines):
    answer = ines.post("/preferences/", WANTED | {"time_zone": "Mars/Base"})
    assert answer.status_code == 422


def test_a_forged_theme_is_not_written_into_the_page(ines):
    ines.cookies["theme"] = '"><script>'
    assert '<html lang="en">' in story.text(ines.get("/"))


def test_help_explains_every_result_and_state(vera):
    page = story.text(vera.get("/help/"))
    for code in words.RESULTS:
        assert f'id="result-{code}"' in page
    for state in ImportState:
        assert words.STATE_MEANINGS[state] in page.replace("&#x27;", "'")
    assert "<kbd>/</kbd>" in page


def test_the_sample_is_a_sheet_that_can_be_imported(ines, acme):
    sample = b"".join(ines.get("/help/sample.csv").streaming_content).decode()
    lead_import = story.reviewed(acme, ines.user, content=sample)
    assert lead_import.row_count == 3
    assert {lead.verdict for lead in lead_import.leads.all()} == {"ok"}
