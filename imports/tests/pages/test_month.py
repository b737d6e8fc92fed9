"""The customers' month on a manager's home."""

import csv
import datetime as dt
import io
import re

import pytest
from django.utils import timezone

from imports.delivery import tokens
from imports.forms.months import month_of
from imports.models import Event, Import
from imports.reports.charts import months
from imports.tests import people
from imports.tests.pages import story

TODAY = dt.date(2026, 11, 28)


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("2026-10", "2026-10"), ("2026-11", "2026-11"), ("2027-01", "2026-11"),
        ("1066-10", "2000-01"), ("2026-13", "2026-11"), ("October", "2026-11"),
        ("", "2026-11"), (None, "2026-11"),
    ],
)  # fmt: skip
def test_a_month_in_the_address(text, month):
    assert f"{month_of(text, TODAY):%Y-%m}" == month


@pytest.fixture
def this():
    return months.first_of(timezone.localdate())


@pytest.fixture
def year(max_, acme, this):
    """Acme: one import this month, two in the one before. Zenith: one before. South has its own."""
    zenith, south = people.customer("Zenith"), people.customer("Southern", people.team("South"))
    for one in (zenith, south):
        tokens.set_token(one, people.TOKEN, None)
    story.ended(acme)
    story.ended(south)
    for customer in (acme, acme, zenith):
        made = story.ended(customer)
        before = timezone.make_aware(dt.datetime.combine(months.before(this), dt.time(12)))
        Import.objects.filter(pk=made.pk).update(created_at=before)


def rows(page):
    """The lines of the month's table: the customer, then each number and the one before it."""
    table = re.search(r'<table class="months">(.*?)</table>', page)[1]
    lines = re.findall(r"<tr.*?</tr>", table)[1:]
    said = [re.sub(", the month before(.*?)before ", "/", line) for line in lines]
    return [" ".join(re.sub(r"<[^>]+>", " ", line).split()) for line in said]


def test_each_customer_stands_beside_its_month_before(max_, year):
    assert rows(story.text(max_.get("/"))) == [
        "Acme 1 / 2 3 / 6 1 / 2 1 / 2 1 / 2",
        "Zenith 0 / 1 0 / 3 0 / 1 0 / 1 0 / 1",
        "All 2 customers 1 / 3 3 / 9 1 / 3 1 / 3 1 / 3",
    ]


def test_a_customers_line_leads_to_its_imports_of_that_month(max_, year, this):
    page = story.text(max_.get("/"))
    link = f"/history/?customer=acme&amp;since={this}&amp;until={months.last_day(this)}"
    assert f'href="{link}"' in page
    shown = story.text(max_.get(link.replace("&amp;", "&")))
    assert "1 import<" in shown


def test_other_months_stand_in_the_address(max_, year, this):
    before = months.before(this)
    page = story.text(max_.get(f"/?month={before:%Y-%m}"))
    assert f"Customers in {before:%B %Y}" in page
    assert rows(page)[0] == "Acme 2 / 0 6 / 0 2 / 0 2 / 0 2 / 0"
    assert f'href="?month={this:%Y-%m}#month"' in page
    assert f"month={months.after(this):%Y-%m}" not in story.text(max_.get("/"))


def test_a_month_without_imports_says_so(max_, year):
    assert "No import in June nor in May" in story.text(max_.get("/?month=2020-06"))


def test_what_is_not_over_is_named_beside_its_customer(max_, acme, year):
    made = story.answered(acme)
    Import.objects.filter(pk=made.pk).update(state="sending", finished_at=None)
    assert "1 not over: its rows are not counted yet" in story.text(max_.get("/"))


def test_the_months_bars_have_a_table_with_the_same_numbers(max_, year, this):
    page = story.text(max_.get("/"))
    assert 'role="img" aria-labelledby="months-title" aria-describedby="months-about"' in page
    assert "12 rows sent" in page
    line = re.search(rf"{months.before(this):%B %Y}</th>(.*?)</tr>", page)[1]
    assert re.findall(r">(\d+)<", line) == ["3", "9", "3", "3", "0", "3", "0"]
    assert f"<title>{this:%B %Y}: Created 1, Updated 1, Failed 1</title>" in page


def test_only_managers_see_it(ines, vera, audrey, year):
    for reader in (ines, vera, audrey):
        assert "Customers in" not in story.text(reader.get("/"))
        assert reader.get("/month.csv").status_code == 403


def test_all_of_it_comes_as_a_file_that_the_trail_knows(max_, year, this):
    answer = max_.get(f"/month.csv?month={this:%Y-%m}")
    assert f'filename="customers-{this:%Y-%m}.csv"' in answer["Content-Disposition"]
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(content)))
    assert [(line["Customer"], line["Sent"], line["Sent before"]) for line in lines] == [
        ("Acme", "3", "6"), ("Zenith", "0", "3"),
    ]  # fmt: skip
    assert Event.objects.get(act="downloaded").facts == {"list": "month"}
