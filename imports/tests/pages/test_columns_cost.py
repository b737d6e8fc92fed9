"""The pages of a mapping read no more rows of a large file than of a small one."""

import json
from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from imports.columns import chunks, profile, values
from imports.columns.mapping import fold_cell
from imports.forms import meanings
from imports.models import ColumnProfile, Import
from imports.tests.pages import story
from imports.tests.pages.test_columns import columns_page, fields_of
from imports.tests.pages.test_remembered import mapped, sent

SMALL, LARGE = 400, 4000  # rows
PAGES = (
    *("columns/", "columns/others/?shown=1", "columns/0/", "columns/2/", "columns/joined/"),
    *("columns/blank/", "file/", "progress/"),
)


@pytest.fixture(autouse=True)
def _small_stretches(monkeypatch):
    """Both files are long in comparison."""
    monkeypatch.setattr(chunks, "CHUNK", 200)
    monkeypatch.setattr(values, "FIRST_ROWS", 150)


def a_file(rows):
    sources = ("Google Ads", "Referral", "Billboard")
    lines = [
        f"Ann {n},a{n}@example.com,{sources[n % 3]},{'Buyer' if n % 4 else ''},{n % 7},03/04/2025"
        for n in range(rows)
    ]
    return "Full name,E-mail,Source,Buyer or seller,Score,Since\r\n" + "\r\n".join(lines)


def rows_read(queries):
    """How many rows PostgreSQL looks at for the queries, by what its plans say."""
    found = 0
    with connection.cursor() as cursor:
        for sql in queries:
            if sql.lstrip().upper().startswith("SELECT"):
                cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + sql)
                plan = cursor.fetchone()[0]
                plan = json.loads(plan) if isinstance(plan, str) else plan
                found += looked_at(plan[0]["Plan"])
    return found


def looked_at(node):
    """The rows that the scans of a plan look at, those that they drop included."""
    below = sum(looked_at(one) for one in node.get("Plans", ()))
    if "Relation Name" not in node:
        return below
    dropped = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return below + (node["Actual Rows"] + dropped) * node["Actual Loops"]


def cost_of(browser, lead_import, page):
    address = f"/imports/{lead_import.pk}/{page}"
    browser.get(address)  # what is asked once for a session
    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = browser.get(address)
    assert answer.status_code in {200, 204}
    return rows_read([one["sql"] for one in asked.captured_queries])


def analyzed():
    with connection.cursor() as cursor:
        for table in ("row", "lead", "columnprofile", "chunk"):
            cursor.execute(f"ANALYZE imports_{table}")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_reads_as_many_rows_of_a_large_file(ines, acme, page):
    small = story.reviewed(acme, ines.user, content=a_file(SMALL))
    large = story.reviewed(acme, ines.user, content=a_file(LARGE), name="large.csv")
    analyzed()
    few = cost_of(ines, small, page)
    assert cost_of(ines, large, page) <= few + 2 * LARGE / 200, "but for its chunks"


def test_so_it_is_where_a_known_layout_is_compared_with_what_was_sent_before(ines, acme):
    sent(acme, ines.user, a_file(LARGE).replace("Referral", "HubSpot"))
    small = story.reviewed(acme, ines.user, content=a_file(SMALL))
    analyzed()
    assert "“<bdi>Referral</bdi>”" in story.text(columns_page(ines, small))
    assert cost_of(ines, small, "columns/") < LARGE


@pytest.mark.parametrize("sends", [False, True])
def test_with_twice_the_meanings_twice_as_much_is_looked_up(ines, acme, monkeypatch, sends):
    """Not each meaning for each cell, on a page that asks about hundreds."""
    folded = Counter()

    def fold(cell):
        folded[""] += 1
        return fold_cell(cell)

    looked_up = []
    for count in (50, 100):
        lines = [f"Ann,a{n}@example.com,Step {n}" for n in range(count)]
        content = "Full name,E-mail,Stage\r\n" + "\r\n".join(lines)
        made = story.reviewed(acme, ines.user, content=content)
        means = {f"step {n}": f"stage_{n}" for n in range(count)}
        mapped(made, ines.user, stage={"target": "stage_slug", "values": means})
        fields = fields_of(columns_page(ines, made))
        folded.clear()
        with monkeypatch.context() as patch:
            patch.setattr(meanings, "fold_cell", fold)
            if sends:
                ines.post(f"/imports/{made.pk}/columns/", fields)
            else:
                assert "stage_49" in story.text(columns_page(ines, made))
        looked_up.append(folded[""])
        version = Import.objects.get(pk=made.pk).mapping
        assert version.content["columns"][2]["values"] == means
    assert looked_up[1] <= 2 * looked_up[0]


@pytest.mark.parametrize("gone", ["values", "profile"])
def test_so_it_is_where_nothing_was_counted(ines, acme, monkeypatch, gone):
    """A column with too many different cells, and an import of an earlier release."""
    if gone == "values":
        monkeypatch.setattr(profile, "MOST", 1)
    small = story.reviewed(acme, ines.user, content=a_file(SMALL))
    large = story.reviewed(acme, ines.user, content=a_file(LARGE), name="large.csv")
    if gone == "profile":
        ColumnProfile.objects.all().delete()
    analyzed()
    assert "These are those of the first 150 rows" in story.text(columns_page(ines, large))
    few = cost_of(ines, small, "columns/")
    assert cost_of(ines, large, "columns/") <= few + 2 * LARGE / 200
    assert Import.objects.get(pk=large.pk).row_count == LARGE
