"""Odd values in addresses and forms: a page or a sentence, never an error of the server."""

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as speed
from hypothesis import strategies as st

from imports.models import BatchState
from imports.tests.pages import story

ODD = [
    "\0", "a\0b", "9" * 5000, "-1", "99999999999999999999", "9999-12-31", "0001-01-01",
    "9999-99-99", "٣", "²", "\ufffd\U0001f600", "%00", "//evil.example", "x" * 3000, "[]", "{}",
]  # fmt: skip
FILTERS = {
    "customers": "q team lacks page", "customers_csv": "q team lacks",
    "history": "customer state who since until page", "history_csv": "customer who since until",
    "audit": "team act who customer import_id since until page", "audit_check": "team since until",
    "audit_csv": "team act who customer import_id since until",
    "import_new": "customer parent", "import_rows": "result problem column after",
    "import_requests": "which q page", "import_requests_csv": "which q", "team": "page",
    "import_progress": "v page", "import_live": "v", "import_asked": "v",
    "import_cancel": "open", "import_download": "rows",
}  # fmt: skip
FIELDS = {
    "history_search": "words", "customer_new": "team name mega_id region requests_per_minute",
    "customer_edit": "name mega_id region requests_per_minute on_duplicate",
    "customers_new": "file team region", "customer_token": "token", "member_add": "email role",
    "members_search": "words",
    "import_new": "customer file parent",
    "import_read_again": "sheet header_row encoding delimiter quote",
    "import_read_preview": "sheet header_row encoding delimiter quote",
    "import_columns": "version target-0 constant-source_platform shape",
    "import_column": "change_0 what_0 into_0 by parts target_0 slug_0 blank expected_version",
    "import_joins": "target_0 slug_0 template_0 expected_version",
    "import_blank_words": "usual own expected_version",
    "import_possible": "possible_phones expected_version",
    "import_confirm": "name",
    "import_options": "again", "import_unchanged": "unchanged",
    "import_overwrite": "rule-source_platform",
    "import_send": "on_duplicate unforeseen expected_mapping expected_leads expected_acts",
    "import_rows": "person", "import_cancel": "open", "import_decide": "choice why",
    "preferences": "name time_zone theme",
}  # fmt: skip


@pytest.fixture
def address(acme, max_):
    """The address of a page, on things of the manager's team."""
    made = story.reviewed(acme, max_.user)
    batch = story.a_batch(made, [2], state=BatchState.DECISION)
    known = [{}, {"slug": acme.slug}, {"slug": "north"}, {"pk": made.pk},
             {"pk": made.pk, "batch": batch.pk}, {"pk": made.pk, "column": 4}]  # fmt: skip

    def address(name):
        for one in known[2:3] if name.startswith("member") else known:
            try:
                return reverse(name, kwargs=one)
            except Exception:  # noqa: BLE001 - not these arguments
                continue
        raise AssertionError(name)

    return address


@pytest.fixture
def max_browser(max_):
    """Answers a failure with its page, as a server does."""
    browser = Client(raise_request_exception=False)
    browser.force_login(max_.user)
    return browser


def finished(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.mark.parametrize("name", FILTERS)
def test_no_filter_breaks_a_page(max_browser, address, name):
    for value in ODD:
        answer = max_browser.get(address(name), dict.fromkeys(FILTERS[name].split(), value))
        assert answer.status_code < 500, value[:20]
        finished(answer)


@pytest.mark.parametrize("name", FIELDS)
def test_no_field_breaks_a_form(max_browser, address, name):
    for value in ODD:
        answer = max_browser.post(address(name), dict.fromkeys(FIELDS[name].split(), value))
        assert answer.status_code < 500, value[:20]
    assert max_browser.get("/history/").status_code == 200
    assert max_browser.get("/history/export.csv").status_code == 200


@given(text=st.text(max_size=40))
@speed(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)
def test_any_words_can_be_searched_for(max_browser, text):
    assert max_browser.get("/customers/", {"q": text}).status_code == 200
    assert max_browser.post("/history/search/", {"words": text}).status_code == 302
    assert max_browser.get("/history/").status_code == 200


def test_a_history_that_was_searched_for_a_nul_before_opens_again(max_browser):
    session = max_browser.session
    session["history_words"] = "a\0b"
    session.save()
    assert max_browser.get("/history/").status_code == 200


def test_the_end_of_time_filters_nothing_and_the_far_past_everything(max_browser, acme, max_):
    story.uploaded(acme, max_.user, name="kept.csv")
    assert "kept.csv" in story.text(max_browser.get("/history/?until=9999-12-31"))
    assert "kept.csv" not in story.text(max_browser.get("/history/?since=9999-12-31"))
    assert "No event matches" not in story.text(max_browser.get("/audit/?until=9999-12-31"))
    assert "No event matches" in story.text(max_browser.get("/audit/?since=9999-12-31"))
