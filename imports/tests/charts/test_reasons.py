"""Why rows failed, in MEGA's words without anybody's values."""

import json
import time

import pytest
from django.db import connection

from imports.delivery import tokens
from imports.models import Outcome
from imports.reports import rows
from imports.reports.charts import reasons
from imports.tests import people
from imports.tests.pages import story


def worded(text):
    with connection.cursor() as cursor:
        sql = reasons.WORDS.replace("{errors}", "%s::jsonb")
        cursor.execute(f"SELECT {sql}", [json.dumps([text])])
        return cursor.fetchone()[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("no such stage", "no such stage"),
        ("stage_slug: 'hot' is not a stage of this customer's pipeline",
         "stage_slug: … is not a stage of this customer's pipeline"),
        ("contact_email: \"ana@example.com\" is invalid", "contact_email: … is invalid"),
        ("contact_email ana.souza@example.com is taken", "contact_email … is taken"),
        ("contact_name: 'O'Connor' is too long", "contact_name: … is too long"),
        ("contact_name: “Ana Souza” is too long", "contact_name: … is too long"),
        ("contact_name: ‘Ana Souza’ is too long", "contact_name: … is too long"),
        ("+1 (206) 555-0123 is no phone", "… is no phone"),
        ("phone 2065550123 exists", "phone … exists"),
        ("leads[17].owner_id must be a uuid", "leads[…].owner_id must be a uuid"),
        ("owner 0f6c1d52-3b7e-4c55-8a54-6d1b0e9f7a01 is unknown", "owner … is unknown"),
        ("at most 500 characters", "at most 500 characters"),
        ("it's the customer's pipeline", "it's the customer's pipeline"),
        ("x" * 400, "x" * 300),
        ("name: '" + "Ana " * 120 + "' is too long", "name: … is too long"),
        ("+1 206 555 0123ana@example.com is taken", "… is taken"),
        ("a" * 70 + "@example.com is taken", "… is taken"),
    ],
)  # fmt: skip
def test_values_are_left_out_and_the_rest_stays(said, shown):
    assert worded(said) == shown


@pytest.mark.django_db
@pytest.mark.parametrize("quotes", ["'{}'", '"{}"', "‘{}’", "“{}”"])
def test_a_value_that_was_cut_off_is_left_out_as_well(quotes):
    """A text of MEGA's is kept up to its thousandth character, and less of it is looked at."""
    assert worded("notes: " + quotes.format("Ana Souza " * 200) + " is too long") == "notes: …"
    assert worded("notes: " + quotes[0] + "Ana Souza") == "notes: …"


LONG = {
    "one word": "a" * 990 + "1234",
    "quotes without an end": " ‘a" * 330,
}


@pytest.mark.django_db
@pytest.mark.parametrize("kind", LONG)
def test_a_long_reason_takes_hardly_longer_than_a_short_one(kind):
    """A page asks for thousands of them; one took a thousandth of a second and more."""
    sql = reasons.WORDS.replace("{errors}", "jsonb_build_array(%s || g)")
    with connection.cursor() as cursor:
        began = time.monotonic()
        cursor.execute(f"SELECT count({sql}) FROM generate_series(10000, 12999) g", [LONG[kind]])
    assert time.monotonic() - began < 1.5


@pytest.fixture
def acme(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    customer = people.customer("Acme")
    tokens.set_token(customer, people.TOKEN, None)
    return customer


def failed(customer, *said):
    """An import of which the rows 2, 3 and 5 were refused so."""
    made = story.ended(customer, statuses=("failed",) * 3)
    for number, errors in zip((2, 3, 5), said, strict=True):
        Outcome.objects.filter(lead_import=made, number=number).update(errors=errors)
    return made


def shown(found):
    return [(one.words, one.rows) for one in found.named], found.others


def test_alike_reasons_are_one_and_the_most_frequent_is_first(acme):
    made = failed(acme, ["stage 'hot' is unknown"], ["no right"], ["stage 'cold' is unknown", "x"])
    found = reasons.of_import(made)
    assert shown(found) == ([("stage … is unknown", 2), ("no right", 1)], 0)
    assert (found.rows, found.most) == (3, 2)


def test_a_row_without_a_reason_says_so(acme):
    made = failed(acme, [], ["no right"], ["no right"])
    assert shown(reasons.of_import(made)) == ([("no right", 2), (reasons.SILENT, 1)], 0)


def test_ten_are_named_and_the_rest_are_others(acme, monkeypatch):
    monkeypatch.setattr(reasons, "MOST", 1)
    made = failed(acme, ["one"], ["two"], ["two"])
    assert shown(reasons.of_import(made)) == ([("two", 2)], 1)


def found(made, key):
    """The numbers of the rows to which a reason leads; as many as are counted."""
    chosen = rows.Selection("failed", wordings=reasons.wordings_of(made, key))
    numbers = [row.number for row in rows.page(made, chosen)]
    assert rows.count(made, chosen) == len(numbers)
    return numbers


def test_each_reason_leads_to_its_very_rows(acme):
    made = failed(acme, ["stage 'hot' is unknown"], ["no right"], ["stage 'cold' is unknown"])
    by_words = {one.words: one.key for one in reasons.of_import(made).named}
    assert found(made, by_words["stage … is unknown"]) == [2, 5]
    assert reasons.words_of(made, by_words["no right"]) == "no right"


def test_rows_without_a_reason_are_found_too(acme):
    made = failed(acme, [], ["no right"], [""])
    (silent,) = (one.key for one in reasons.of_import(made).named if one.words == reasons.SILENT)
    assert found(made, silent) == [2, 5]
    assert found(made, "000000000000") == []


def test_of_several_imports_the_one_with_most_such_rows_is_named(acme):
    few = failed(acme, ["no right"], ["other"], ["other"])
    many = failed(acme, ["no right"], ["no right"], ["no right"])
    found = reasons.of_imports([few.pk, many.pk])
    first = found.named[0]
    assert (first.words, first.rows, first.imports, first.import_id) == ("no right", 4, 2, many.pk)


@pytest.mark.parametrize(
    ("ended", "chosen"),
    [
        ([], []),
        ([(3, 500, 0), (2, 500, 4), (1, 9, 9)], [2, 1]),
        ([(3, 150_000, 1), (2, 150_000, 1), (1, 9, 9)], [3, 2]),
    ],
)
def test_the_newest_with_failures_are_looked_at_as_far_as_that_is_quick(ended, chosen):
    assert reasons.latest_with_failures(ended) == chosen


def test_without_failures_there_is_nothing_to_draw(acme):
    found = reasons.of_import(story.ended(acme, statuses=("created",) * 3))
    assert (found.rows, found.named) == (0, [])
    assert reasons.of_imports([]).rows == 0
