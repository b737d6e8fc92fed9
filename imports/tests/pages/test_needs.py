"""What needs me: one's own first, with why it waits, since when, and one next step."""

import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from imports.audit import acts, trail
from imports.delivery import tokens
from imports.intake import drafts
from imports.models import Import, ImportState, Token
from imports.tests import people
from imports.tests.pages import story
from portal.models import Membership, Role


def home(browser):
    return story.text(browser.get("/"))


def section(page, heading):
    """The text of the section with this heading, without its tags; "" where there is none."""
    found = re.search(rf"<h2 id=\"[^\"]*\">{heading}</h2>(.*?)</section>", page)
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split()) if found else ""


def put(lead_import, **changes):
    Import.objects.filter(pk=lead_import.pk).update(**changes)


def test_nothing_needs_me_is_said_calmly(ines, acme):
    story.ended(acme, ines.user, statuses=("created",) * 3)
    page = home(ines)
    assert "Nothing needs you." in page
    assert "<title>Home · " in page


def test_the_title_says_how_many_need_me(ines, acme):
    story.reviewed(acme, ines.user)
    assert "<title>1 needs you · Home · " in home(ines)
    story.reviewed(acme, ines.user, name="more.csv", content="Name,Phone\nAna,2065550123\n")
    assert "<title>2 need you · Home · " in home(ines)


def test_ones_own_come_before_those_of_the_team_with_age_and_who_began(ines, max_, acme):
    mine, his = story.reviewed(acme, ines.user), story.reviewed(acme, max_.user, name="max.csv")
    put(his, created_at=timezone.now() - timedelta(days=3))
    put(mine, created_at=timezone.now() - timedelta(hours=2))
    page = home(ines)
    assert page.index("Needs you</h2>") < page.index("Needs somebody in your teams</h2>")
    assert "Begun 2 h ago by you · 4 rows" in section(page, "Needs you")
    assert "Begun 3 days ago by Max Meyer" in section(page, "Needs somebody in your teams")


@pytest.mark.parametrize(
    ("state", "reason", "step", "page"),
    [
        (ImportState.MAPPING, "No column is a name.", "Choose the columns", "columns"),
        (ImportState.REVIEW, "", "Review it", "review"),
        (ImportState.APPROVAL, "", "Review and approve", "review"),
        (ImportState.DECISION, "Many rows fail.", "Decide", "send"),
        (ImportState.BLOCKED, "MEGA refused it.", "See why", "send"),
    ],
)
def test_each_waiting_import_has_one_next_step(ines, acme, state, reason, step, page):
    waiting = story.reviewed(acme, ines.user)
    put(waiting, state=state, reason=reason)
    shown = home(ines)
    assert f'href="/imports/{waiting.pk}/{page}/"' in shown
    assert f"{step}: Acme, leads.csv" in shown
    assert reason in section(shown, "Needs you")


def test_what_stands_still_comes_before_what_nobody_has_sent_yet(ines, acme):
    story.reviewed(acme, ines.user, name="to-review.csv")
    decide = story.reviewed(acme, ines.user, name="to-decide.csv")
    put(decide, state=ImportState.DECISION)
    page = section(home(ines), "Needs you")
    assert page.index("to-decide.csv") < page.index("to-review.csv")


def test_a_refused_token_is_told_once_with_the_imports_that_wait_for_another(ines, max_, acme):
    for _ in range(2):
        put(story.reviewed(acme, ines.user), state=ImportState.BLOCKED)
    since = timezone.now() - timedelta(days=3)
    Token.objects.update(refused_at=since, refusal="unauthorized")
    page = home(max_)
    assert "2 imports wait for one." in section(page, "Needs you")
    assert "Waiting for 3 days" in section(page, "Needs you")
    assert "3 days ago" not in section(page, "Needs you")
    assert 'href="/customers/acme/token/"' in page
    assert "1 waiting" in page
    page = home(ines)
    assert "A manager of North sets it." in section(page, "Waits for others")
    assert "<title>Home · " in page
    assert 'href="/customers/acme/token/"' not in page


def test_a_customer_without_a_token_is_told_when_an_import_waits_for_it(max_, ines, db):
    bare = people.customer("Bare")
    assert "It has no API token yet." not in home(max_)
    story.reviewed(bare, ines.user)
    assert "It has no API token yet. 1 import waits for one." in section(home(max_), "Needs you")
    tokens.set_token(bare, people.TOKEN, None)
    assert "It has no API token yet." not in home(max_)


def test_files_without_a_customer_are_nobody_elses(ines, max_, acme):
    together = uuid.uuid4()
    drafts.keep(ines.user, story.a_file(), "secret.csv", together)
    page = home(ines)
    assert "1 file without a customer" in section(page, "Needs you")
    assert f'href="/uploads/{together}/"' in page
    assert "without a customer" not in home(max_)


def test_a_file_that_could_not_be_read_is_told_its_uploader_for_a_week(ines, max_, acme):
    failed = story.uploaded(acme, ines.user)
    put(failed, state=ImportState.FAILED, reason="This is a PDF.")
    assert "This is a PDF." in section(home(ines), "Needs you")
    assert "This is a PDF." not in section(home(max_), "Needs somebody in your teams")
    put(failed, created_at=timezone.now() - timedelta(days=8))
    assert section(home(ines), "Needs you") == ""


def test_a_file_that_could_not_be_read_is_forgotten_when_a_better_one_came(ines, max_, acme):
    failed = story.uploaded(acme, ines.user)
    put(failed, state=ImportState.FAILED, reason="This is a PDF.")
    story.reviewed(people.customer("Birch"), ines.user)
    story.ended(acme, max_.user)
    assert "This is a PDF." in section(home(ines), "Needs you")
    story.ended(acme, ines.user, statuses=("created",) * 3)
    assert "This is a PDF." not in section(home(ines), "Needs you")
    assert "This is a PDF." in section(home(ines), "Recent results")


def test_books_that_do_not_balance_need_somebody(ines, acme):
    odd = story.ended(acme, ines.user)
    put(odd, state=ImportState.INCONSISTENT, reason="The books do not balance.")
    with transaction.atomic():
        trail.record(acts.INCONSISTENT, actor=None, lead_import=odd)
    assert "See the books: Acme" in home(ines)


def test_readers_see_what_waits_for_others_and_are_not_asked(vera, audrey, ines, acme):
    story.reviewed(acme, ines.user)
    for reader in (vera, audrey):
        page = home(reader)
        assert "leads.csv" in section(page, "Waits for others")
        assert "<title>Home · " in page
        assert "Review it" not in page
        assert "Needs you" not in page


def test_other_teams_are_not_told(sam, ines, acme):
    story.reviewed(acme, ines.user)
    put(story.reviewed(acme, ines.user), state=ImportState.BLOCKED)
    Token.objects.update(refused_at=timezone.now(), refusal="unauthorized")
    assert "Acme" not in home(sam)


def test_a_long_list_shows_the_first_and_says_how_many_more(ines, acme):
    Import.objects.bulk_create(
        Import(customer=acme, mega_id=acme.mega_id, created_by=ines.user, file_name=f"{i}.csv",
               file_size=1, file_sha256="0" * 64, on_duplicate="skip", state="review")
        for i in range(11)
    )  # fmt: skip
    page = section(home(ines), "Needs you")
    assert page.count("Review it") == 8
    assert "11 waiting" in page
    assert "3 more wait:" in page


def test_results_name_what_failed_and_lead_to_it(ines, acme):
    done = story.ended(acme, ines.user)
    page = home(ines)
    recent = section(page, "Recent results")
    assert "3 rows sent: 1 created, 1 updated" in recent
    assert "1 failed" in recent
    assert f'href="/imports/{done.pk}/rows/?result=failed"' in page


def test_the_live_part_is_only_sent_when_something_changed(ines, acme):
    going = story.reviewed(acme, ines.user)
    put(going, state=ImportState.SENDING)
    address = re.search(r'hx-get="(/\?v=\w+)"', home(ines))[1]
    assert ines.get(address, headers={"HX-Request": "true"}).status_code == 204
    story.reviewed(acme, ines.user, name="new.csv")
    part = story.text(ines.get(address, headers={"HX-Request": "true"}))
    assert part.startswith("<title>1 needs you · Home · ")
    assert "new.csv" in part
    put(going, state=ImportState.FINISHED, finished_at=timezone.now())
    part = story.text(ines.get(address, headers={"HX-Request": "true"}))
    assert 'hx-trigger="every 15s, refresh"' in part


def test_home_asks_the_database_as_often_for_many_as_for_one(max_, ines, acme):
    def one_more(name):
        customer = people.customer(name)
        tokens.set_token(customer, f"{people.TOKEN[:-2]}{name[-2:]}", None)
        story.reviewed(customer, ines.user)
        story.ended(customer, ines.user)
        Token.objects.update(refused_at=timezone.now(), refusal="unauthorized")

    def asked(browser):
        with CaptureQueriesContext(connection) as queries:
            browser.get("/")
        return len(queries)

    one_more("Birch-a1")
    home(max_), home(ines)
    before = asked(max_), asked(ines)
    for number in range(4):
        one_more(f"Cedar-b{number}")
    assert (asked(max_), asked(ines)) == before


def test_the_first_visit_takes_a_file_at_once_and_offers_a_sample(ines, acme):
    page = home(ines)
    assert "Import the first spreadsheet" in page
    assert 'href="/help/sample.csv"' in page
    assert 'type="file" name="file"' in page
    assert page.count("data-upload ") == 1
    story.reviewed(acme, ines.user)
    page = home(ines)
    assert "Import spreadsheets" in page
    assert "/help/sample.csv" not in page


def test_who_may_not_import_is_offered_no_place_for_files(vera, audrey, acme):
    for reader in (vera, audrey):
        assert 'type="file"' not in home(reader)
    Membership.objects.filter(user=vera.user).update(role=Role.IMPORTER)
    assert 'type="file"' in home(vera)


def test_a_file_taken_on_home_waits_for_its_customer(ines, acme):
    page = home(ines)
    together = re.search(r'name="together" value="([\w-]+)"', page)[1]
    fields = {"file": story.a_file(), "together": together}
    answer = ines.post("/imports/new/", fields)
    assert answer["Location"] == f"/uploads/{together}/"
