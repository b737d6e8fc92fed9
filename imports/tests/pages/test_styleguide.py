"""The style guide, and the parts that it shows at their work: toasts, tabs, tiles."""

import zlib

import pytest
from django.urls import reverse

from imports.models import BatchState, ImportState
from imports.tests import people
from imports.tests.pages import story
from imports.views import styleguide, words
from portal.models import Role

PREFERENCES = {"name": "Ines I.", "time_zone": "Europe/Lisbon", "theme": ""}


def test_everybody_who_is_signed_in_may_look_at_it(client, vera, audrey, sam):
    assert client.get("/styleguide/")["Location"].startswith("/sign-in/")
    for reader in (vera, audrey, sam):
        assert reader.get("/styleguide/").status_code == 200


@pytest.mark.parametrize("section", styleguide.SECTIONS, ids=lambda section: section.slug)
def test_each_component_stands_there_with_its_name_and_a_sentence(vera, section):
    page = vera.get("/styleguide/").content.decode()
    begin = page.index(f'<section class="card" id="{section.slug}"')
    part = page[begin : page.index("</section>", begin)]
    assert f">{section.name}</h2><p>{section.how}</p>" in part
    assert section.how.endswith(".")
    assert len(part) > 600, "nothing is shown"
    assert f'<a class="chip" href="#{section.slug}">' in page


def test_every_state_and_result_is_shown_with_its_word(vera):
    page = story.text(vera.get("/styleguide/"))
    shown = [words.state(code) for code in ImportState]
    shown += [*words.RESULTS.values(), *words.NOTICES.values(), *words.CALLS.values()]
    for look in shown:
        assert f"</svg>{look.word}</span>" in page, look.word
    assert page.count('class="badge') >= len(shown) + len(BatchState)


def test_staff_have_it_in_their_menu_and_all_in_the_help(ines, vera):
    link = 'href="/styleguide/"'
    assert link in story.text(vera.get("/help/"))
    assert link not in story.text(ines.get("/notices/"))
    ines.user.is_staff = True
    ines.user.save()
    assert link in story.text(ines.get("/notices/"))


def toasts(page):
    begin = page.index('<div class="toasts" id="toasts" role="status">')
    return page[begin : page.index("</div>", page.index("</button>", begin))]


def test_what_leaves_no_trace_is_said_in_a_toast_once(ines):
    page = story.text(ines.post("/preferences/", PREFERENCES, follow=True))
    assert "Your preferences were saved." in toasts(page)
    assert page.count("<p>Your preferences were saved.</p>") == 1
    assert '<ul class="messages">' not in page
    empty = '<div class="toasts" id="toasts" role="status"></div>'
    assert empty in story.text(ines.get("/preferences/"))


def test_what_has_a_next_step_stays_on_the_page_as_a_note(max_, acme):
    fields = {
        "name": "Harbour Clinic", "mega_id": "6d1f8f1a-4d3b-4b52-9d1c-0d5f3c0f1a11",
        "region": "US", "requests_per_minute": "10", "on_duplicate": "skip", "team": acme.team.pk,
    }  # fmt: skip
    page = story.text(max_.post("/customers/new/", fields, follow=True))
    notes = page[page.index('<ul class="messages">') :]
    assert "Harbour Clinic was added. Set its API token next." in notes
    assert 'id="toasts" role="status"></div>' in page


def test_what_a_toast_says_is_never_markup(max_, acme):
    lea = people.person("lea@example.com", Role.VIEWER, name="<b>Lea")
    member = lea.memberships.get()
    page = story.text(
        max_.post(f"/teams/north/members/{member.pk}/", {"role": "importer"}, follow=True)
    )
    assert "<p>&lt;b&gt;Lea is now importer.</p>" in toasts(page)
    assert "<b>Lea" not in page


def test_the_toast_of_the_style_guide_changes_nothing(vera):
    answer = vera.post("/styleguide/toast/")
    assert answer["Location"] == "/styleguide/#toast"
    assert "This is a toast. Nothing was changed." in toasts(story.text(vera.get("/styleguide/")))


def test_the_tabs_of_an_import_are_pages_and_each_marks_its_own(ines, acme):
    pk = story.answered(acme, ines.user).pk
    names = {"import_report": "Results", "import_rows": "Rows", "import_requests": "Requests"}
    for here in names:
        page = story.text(ines.get(reverse(here, args=[pk])))
        tabs = page[page.index('<nav aria-label="Views of this import">') :]
        tabs = tabs[: tabs.index("</nav>")]
        for name, label in names.items():
            mark = ' aria-current="page"' if name == here else ""
            assert f'<a href="{reverse(name, args=[pk])}"{mark}><svg' in tabs
            assert f"</svg>{label}</a>" in tabs


def test_a_single_request_is_below_its_tab(ines, acme):
    lead_import = story.answered(acme, ines.user)
    batch = lead_import.batches.get()
    lead_import.batches.update(body=zlib.compress(b'{"leads": []}'))
    page = story.text(ines.get(f"/imports/{lead_import.pk}/requests/{batch.pk}/"))
    assert f'<a href="/imports/{lead_import.pk}/requests/" aria-current="true">' in page


def test_a_team_has_tabs_for_its_managers_only(max_, ines, acme):
    members, webhook = "/teams/north/", "/teams/north/webhook/"
    for here, other in ((members, webhook), (webhook, members)):
        page = story.text(max_.get(here))
        assert f'<a href="{here}" aria-current="page">' in page
        assert f'<a href="{other}"><svg' in page
    assert webhook not in story.text(ines.get(members))


def test_the_figures_of_sending_are_read_as_sentences(ines, acme):
    lead_import = story.answered(acme, ines.user)
    page = story.text(ines.get(f"/imports/{lead_import.pk}/send/"))
    requests = f'<a href="/imports/{lead_import.pk}/requests/">1</a>'
    assert f'<li class="tile"><strong>{requests}</strong> <span>request</span></li>' in page
    assert "<strong>3 <small>of 3</small></strong> <span>leads answered</span>" in page
    assert '<li class="tile bad"><strong>1</strong> <span>failed</span></li>' in page
