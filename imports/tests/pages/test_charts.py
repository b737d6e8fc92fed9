"""The charts on the pages: drawn by the server, each with its words and its table."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from imports.delivery import tokens
from imports.models import Attempt, Import, Outcome
from imports.tests import people
from imports.tests.pages import story

HTMX = {"HX-Request": "true"}


@pytest.fixture
def done(ines, acme):
    """Sent two hours ago; MEGA refused one request for its rate."""
    made = story.ended(acme, ines.user)
    begun = timezone.now().replace(second=0, microsecond=0) - timedelta(hours=2)
    Import.objects.filter(pk=made.pk).update(
        started_at=begun, finished_at=begun + timedelta(minutes=9)
    )
    for second in (1, 2, 70):
        story.requested(made, begun + timedelta(seconds=second))
    at = begun + timedelta(seconds=130)
    story.requested(made, at, 429, headers={"retry-after": "60"})
    first = Attempt.objects.filter(started_at__gt=begun + timedelta(hours=1))
    first.update(started_at=begun + timedelta(seconds=80))
    return Import.objects.get(pk=made.pk)


def test_the_report_draws_requests_a_minute_against_the_quota(vera, done):
    page = story.text(vera.get(f"/imports/{done.pk}/report/"))
    assert 'role="img" aria-labelledby="pace-title" aria-describedby="pace-about"' in page
    assert "the quota is 10 a minute. MEGA refused 1 for the rate (429)." in page
    assert ">limit 10 a minute</text>" in page
    assert "1 refused for the rate (429)</title>" in page
    assert "Told to wait by MEGA, " in page


def test_the_same_numbers_stand_in_a_table(vera, done):
    page = story.text(vera.get(f"/imports/{done.pk}/report/"))
    table = re.search(r'aria-label="Requests a minute as a table">(.*?)</table>', page)[1]
    lines = [" ".join(re.findall(r'class="num">([\d.]+)<', line)) for line in table.split("</tr>")]
    assert [line for line in lines if line] == ["2 2 0", "2 2 0", "1 1 1"]
    waits = re.search(r'aria-label="When nothing new was sent, as a table">(.*?)</table>', page)[1]
    assert "Told to wait by MEGA" in waits
    assert "<td>1 min</td>" in waits


def test_an_import_that_was_not_sent_has_no_chart(ines, acme):
    waiting = story.reviewed(acme, ines.user)
    for page in ("report", "send"):
        assert "pace-title" not in story.text(ines.get(f"/imports/{waiting.pk}/{page}/"))
    assert ines.get(f"/imports/{waiting.pk}/send/pace/").status_code == 204


def test_while_it_is_sent_the_chart_asks_anew_and_stops_at_the_end(ines, done):
    going = Import.objects.filter(pk=done.pk)
    going.update(state="sending", finished_at=None)
    page = story.text(ines.get(f"/imports/{done.pk}/send/"))
    address = re.search(rf'hx-get="(/imports/{done.pk}/send/pace/\?v=\w+)"', page)[1]
    assert ines.get(address, headers=HTMX).status_code == 204
    story.requested(done, timezone.now())
    part = story.text(ines.get(address, headers=HTMX))
    assert part.startswith('<section class="card" id="pace"')
    assert "hx-get" in part
    going.update(state="finished", finished_at=timezone.now())
    assert "hx-get" not in story.text(ines.get(address, headers=HTMX))


def test_a_customers_hour_and_day_stand_in_the_address(vera, acme, done):
    page = story.text(vera.get("/customers/acme/"))
    assert "No request in the last hour." in page
    assert 'href="/customers/acme/?pace=day#pace"' in page
    page = story.text(vera.get("/customers/acme/?pace=day"))
    assert "in the last day; the quota is 10 a minute" in page
    assert "A bar is the average of 15 min." in page
    assert "No request in the last hour." in story.text(vera.get("/customers/acme/?pace=century"))


def test_what_the_teams_other_customers_send_with_the_token_is_named_so(vera, acme, done):
    zenith = people.customer("Zenith")
    tokens.set_token(zenith, people.TOKEN, None)
    story.requested(story.reviewed(zenith), timezone.now() - timedelta(minutes=3))
    page = story.text(vera.get("/customers/acme/"))
    assert "1 more of the team’s other customers with the same token." in page


def test_a_customer_that_was_never_sent_anything_has_no_charts(vera, db):
    people.customer("Bare")
    page = story.text(vera.get("/customers/bare/"))
    assert "Rows by month" not in page
    assert "pace-title" not in page
    assert vera.get("/customers/bare/pace/").status_code == 204


def test_a_customers_year_is_drawn_by_outcome(vera, done):
    page = story.text(vera.get("/customers/acme/"))
    assert "3 rows sent, by what MEGA made of them" in page
    assert f"<title>{timezone.localdate():%B %Y}: Created 1, Updated 1, Failed 1</title>" in page
    assert page.count('scope="row" class="nowrap"') == 12


def test_outcomes_differ_by_pattern_not_by_colour_alone(vera, done):
    page = story.text(vera.get("/customers/acme/"))
    patterns = re.findall(r'<pattern id="months-(\w+)"[^>]*>(.*?)</pattern>', page)
    drawn = [re.sub(r'class="[^"]*"', "", inside) for _, inside in patterns]
    assert len(set(drawn)) == len(patterns) == 5


def refused(done, words):
    Outcome.objects.filter(lead_import=done, status="failed").update(errors=[words])


def test_why_rows_failed_leads_to_the_rows_without_their_values(vera, done):
    refused(done, "contact_email: 'dora@example.com' is <b>bad</b>")
    page = story.text(vera.get(f"/imports/{done.pk}/report/"))
    assert "contact_email: … is &lt;b&gt;bad&lt;/b&gt;" in page
    assert "dora@example.com" not in page
    link = re.search(rf'href="(/imports/{done.pk}/rows/\?result=failed&amp;reason=\w+)"', page)[1]
    shown = story.text(vera.get(link.replace("&amp;", "&")))
    assert "1 row match" in shown
    assert 'id="row-5"' in shown
    assert "No longer only: contact_email: … is" in shown
    other = re.sub(r"reason=\w+", "reason=000000000000", link).replace("&amp;", "&")
    assert "No row matches" in story.text(vera.get(other))


def test_without_failures_nothing_is_said_of_reasons(vera, ines, acme):
    fine = story.ended(acme, ines.user, statuses=("created",) * 3)
    assert "Why rows failed" not in story.text(vera.get(f"/imports/{fine.pk}/report/"))


def test_the_history_draws_what_it_is_filtered_to(vera, ines, done):
    other = people.customer("Zenith")
    story.uploaded(other, ines.user)
    page = story.text(vera.get("/history/?customer=acme"))
    assert 'hx-get="/history/charts/?customer=acme"' in page
    assert 'href="/history/charts/?customer=acme"' in page
    refused(done, "no such stage")
    charts = story.text(vera.get("/history/charts/?customer=acme"))
    assert "reasons are looked for in the newest 500 imports." in charts
    assert "3 rows sent" in charts
    assert "no such stage" in charts
    assert f"import #{done.pk}" in charts
    assert "Nothing was sent in these months" in story.text(
        vera.get("/history/charts/?customer=zenith")
    )
    part = story.text(vera.get("/history/charts/?customer=acme", headers=HTMX))
    assert part.startswith('<div id="charts"')


def test_the_historys_words_and_days_count_for_its_charts_too(vera, done):
    vera.post("/history/search/", {"words": "autumn"})
    assert "Nothing was sent" in story.text(vera.get("/history/charts/"))
    vera.post("/history/search/", {"words": ""})
    assert "3 rows sent" in story.text(vera.get("/history/charts/"))
    few = story.text(vera.get("/history/charts/?since=2020-03-05&until=2020-05-01"))
    assert "Shown: March 2020 to May 2020." in few
    one = story.text(vera.get("/history/charts/?since=2020-03-05&until=2020-03-09"))
    assert "Shown: March 2020." in one
    assert "Nothing was sent" in story.text(vera.get("/history/charts/?until=2020-01-31"))


def test_a_stranger_gets_no_chart_of_anybody(sam, done):
    assert sam.get(f"/imports/{done.pk}/send/pace/").status_code == 404
    assert sam.get("/customers/acme/pace/").status_code == 404
    assert "Nothing was sent" in story.text(sam.get("/history/charts/"))
    assert "Nothing was sent" in story.text(sam.get("/history/charts/?customer=acme"))


def test_the_bar_of_a_running_import_has_a_table(ines, done):
    page = story.text(ines.get(f"/imports/{done.pk}/send/"))
    table = re.search(r'id="bar-table">(.*?)</details>', page)[1]
    assert "Per cent" in table
    assert table.count("25.0") == 4


def test_the_chart_comes_by_itself_once_an_import_is_to_be_sent(ines, acme):
    waiting = story.reviewed(acme, ines.user)
    Import.objects.filter(pk=waiting.pk).update(state="queued", send_after=timezone.now())
    page = story.text(ines.get(f"/imports/{waiting.pk}/send/"))
    assert (
        f'<div id="pace" class="hidden" data-poll hx-get="/imports/{waiting.pk}/send/pace/"' in page
    )
    address = f"/imports/{waiting.pk}/send/pace/"
    assert ines.get(address, headers=HTMX).status_code == 204
    Import.objects.filter(pk=waiting.pk).update(started_at=timezone.now())
    story.requested(waiting, timezone.now())
    assert "Requests a minute" in story.text(ines.get(address, headers=HTMX))
