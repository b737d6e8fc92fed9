"""What the listing answers is read tolerantly, and nothing is made up."""

import json
from datetime import UTC, datetime

import pytest

from imports.mega.contract import MalformedAnswer
from imports.mega.listed import Page


def page(*leads, **more):
    return Page.parse(json.dumps({"leads": list(leads), **more}).encode())


def test_a_lead_is_kept_as_it_was_told():
    (lead,) = page(
        {
            "id": "l-1",
            "contact_name": "Ann",
            "contact_email": " Ann@Example.com ",
            "contact_phone": "+1 (206) 555-0101",
            "score": 7,
            "current_stage": {"id": "s", "slug": "won", "name": "Won", "color": "#fff"},
            "owner": None,
            "last_interaction_at": "2026-11-01T10:00:00Z",
            "custom_fields": {"budget": 500, "lead_line": "buyer", "odd": {"a": 1}},
        }
    ).leads
    assert (lead.email_key, lead.phone_key) == ("ann@example.com", "2065550101")
    assert lead.contacted_at == datetime(2026, 11, 1, 10, tzinfo=UTC)
    assert lead.content == {
        "contact_name": "Ann",
        "contact_email": " Ann@Example.com ",
        "contact_phone": "+1 (206) 555-0101",
        "stage_slug": "won",
        "stage_name": "Won",
        "owner_id": None,
        "owner_name": None,
        "last_interaction_at": "2026-11-01T10:00:00Z",
        "lead_line": "buyer",
        "custom_fields": {"budget": 500, "odd": None},
    }


def test_what_is_not_told_is_not_empty():
    (lead,) = page({"id": "l-1"}).leads
    assert lead.content == {}
    assert (lead.email_key, lead.phone_key, lead.contacted_at) == (None, None, None)


def test_leads_without_an_id_and_texts_that_no_database_takes():
    found = page({"contact_name": "x"}, 7, {"id": ""}, {"id": "l", "contact_name": "a\0b\ud800c"})
    (lead,) = found.leads
    assert lead.content["contact_name"] == "a b c"


@pytest.mark.parametrize(
    ("more", "total", "cursor"),
    [
        ({"total": 7, "next_cursor": "abc"}, 7, "abc"),
        ({"total": -1, "next_cursor": ""}, None, None),
        ({"total": True, "next_cursor": 5}, None, None),
        ({"total": 10**12}, None, None),
        ({}, None, None),
    ],
)
def test_total_and_cursor_are_believed_only_when_they_make_sense(more, total, cursor):
    found = page(**more)
    assert (found.total, found.next_cursor) == (total, cursor)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"leads": {}}', b'{"leads": [', b"<html>"])
def test_what_is_no_page_of_leads_is_refused(body):
    with pytest.raises(MalformedAnswer):
        Page.parse(body)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_are_none_become_empty(number):
    body = b'{"leads": [{"id": "l", "custom_fields": {"n": %s}}]}' % number.encode()
    assert Page.parse(body).leads[0].content["custom_fields"] == {"n": None}
