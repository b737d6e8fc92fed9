"""What of an update can be put back, told apart field by field."""

import pytest

from imports.delivery.restorable import Updated, is_as_left, is_same, put_back, read_as

ANN = {
    "contact_name": "Ann Old",
    "contact_email": "ann@example.com",
    "contact_phone": "+12065550101",
    "stage_slug": "won",
    "owner_id": None,
    "custom_fields": {"budget": 500, "vip": True, "city": None},
}


def updated(sent, old=ANN, **more):
    return Updated("l-1", [2], sent, old, **more)


def test_fields_that_differ_go_back_with_the_contacts_to_find_the_lead_by():
    back = put_back(updated({"contact_name": "Ann New", "stage_slug": "won"}))
    assert (back.why, back.values) == (
        "",
        {
            "contact_email": "ann@example.com",
            "contact_phone": "+12065550101",
            "contact_name": "Ann Old",
        },
    )


def test_an_e_mail_that_was_overwritten_goes_back():
    back = put_back(updated({"contact_email": "other@example.com"}))
    assert (back.why, back.values["contact_email"]) == ("", "ann@example.com")


def test_custom_fields_go_back_as_they_were_read():
    back = put_back(updated({"custom_fields.budget": "700", "custom_fields.vip": "false"}))
    assert back.values["custom_fields.budget"] == 500
    assert back.values["custom_fields.vip"] is True


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([500, 12.5, -3, 0], "point"),
        ([1234567.891], "point"),
        ([True, False], "yes_no"),
        (["500", "12.5"], ""),  # texts, though they look like numbers
        ([500, "n/a"], ""),
        ([1, True], ""),
        ([True, "yes"], ""),
        ([12345678901234567890], ""),  # more digits than a number keeps
        ([1e300], ""),
        (["Austin"], ""),
    ],
)
def test_a_field_is_typed_where_each_of_its_old_values_comes_out_the_same(values, kind):
    assert read_as(values) == kind


@pytest.mark.parametrize(
    ("sent", "why", "emptied", "untold"),
    [
        ({"contact_name": "Ann Old", "contact_email": "ANN@example.com"}, "same", (), ()),
        ({"custom_fields.budget": "500"}, "same", (), ()),
        ({"owner_id": "x"}, "cannot", ("owner_id",), ()),
        ({"custom_fields.city": "Rome"}, "cannot", ("custom_fields.city",), ()),
        ({"custom_fields.never": "x"}, "cannot", ("custom_fields.never",), ()),
        ({"lead_line": "buyer"}, "cannot", (), ("lead_line",)),
        ({"contact_name": "N", "owner_id": "x"}, "", ("owner_id",), ()),
    ],
)
def test_what_cannot_go_back_is_named(sent, why, emptied, untold):
    back = put_back(updated(sent))
    assert (back.why, back.emptied, back.untold) == (why, emptied, untold)


def test_custom_fields_that_were_not_shown_are_not_taken_for_empty():
    bare = {name: value for name, value in ANN.items() if name != "custom_fields"}
    back = put_back(updated({"custom_fields.budget": "700"}, bare))
    assert (back.why, back.untold) == ("cannot", ("custom_fields.budget",))


def test_leads_without_old_values_are_told_apart():
    assert put_back(updated({"contact_name": "N"}, None)).why == "not_read"
    assert put_back(updated({"contact_name": "N"}, was_made_here=True)).why == "made_here"
    nobody = {"contact_name": "Ann", "contact_email": "", "contact_phone": None}
    assert put_back(updated({"contact_name": "N"}, nobody)).why == "no_contact"


def test_a_lead_is_as_left_while_it_has_what_was_sent_or_what_was_there_before():
    sent = {"contact_name": "Ann New", "custom_fields.budget": "700"}
    wanted = {
        "contact_email": "ann@example.com",
        "contact_name": "Ann Old",
        "custom_fields": {"budget": "500"},
    }
    left = ANN | {"contact_name": "Ann New", "custom_fields": {"budget": "700"}}
    assert is_as_left(left, sent, wanted)
    assert is_as_left(ANN, sent, wanted)
    assert is_as_left(left | {"stage_slug": "lost"}, sent, wanted)
    assert not is_as_left(left | {"contact_name": "Ann Third"}, sent, wanted)
    assert not is_as_left(left | {"custom_fields": {"budget": "900"}}, sent, wanted)
    assert not is_as_left(left | {"contact_email": "new@example.com"}, sent, wanted)


@pytest.mark.parametrize(
    ("name", "one", "other", "expected"),
    [
        ("contact_phone", "+1 (206) 555-0101", "+12065550101", True),
        ("contact_email", "A@x.com", "a@x.com", True),
        ("owner_id", "AB", "ab", True),
        ("contact_name", "Ann", "ann", False),
        ("custom_fields.vip", True, "true", True),
        ("custom_fields.n", 5, "5", True),
    ],
)
def test_values_are_compared_as_mega_does(name, one, other, expected):
    assert is_same(name, one, other) is expected
