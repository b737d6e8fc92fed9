"""Cells as sheets hold them, and what MEGA would get."""

import pytest

from imports.columns import choices, clean, emails, phones

UUID = "3f2b8c1e-5d4a-4c1b-9e7f-0a1b2c3d4e5f"


def told(cleaned):
    return cleaned.value, *[note.code for note in cleaned.notes]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("(206) 555-0123", ("+12065550123",)),
        ("206.555.0123", ("+12065550123",)),
        ("1 206 555 0123", ("+12065550123",)),
        ("+1 206 555 0123", ("+12065550123",)),
        ("'2065550123", ("+12065550123",)),
        ('="2065550123"', ("+12065550123",)),
        ("2065550123.0", ("+12065550123",)),
        ("p:+12065550123", ("+12065550123",)),
        ("tel:+1-206-555-0123", ("+12065550123",)),
        ("Mobile: 206 555 0123", ("+12065550123",)),
        ("(206) 555-0123 (cell)", ("+12065550123",)),
        ("\u202a+1 206 555 0123\u202c", ("+12065550123",)),
        ("＋１２０６５５５０１２３", ("+12065550123",)),
        ("+44 (0)20 7946 0958", ("+442079460958",)),
        ("0044 20 7946 0958", ("+442079460958",)),
        ("442079460958", ("+442079460958", "phone_international")),
        ("206-555-0123 x12", ("+12065550123", "phone_extension")),
        ("206-555-0123, ext. 12", ("+12065550123", "phone_extension")),
        ("tel:+1-206-555-0123;ext=12", ("+12065550123", "phone_extension")),
        ("206 555 0123 / 206 555 0124", ("+12065550123", "phone_several")),
        ("206 555 0123\n206 555 0124", ("+12065550123", "phone_several")),
        ("206 555 0123 x1 or 206 555 0124", ("+12065550123", "phone_several", "phone_extension")),
        ("+1 999 999 0123", ("+19999990123", "phone_unlikely")),
        ("07x 555", (None, "phone_letters")),
        ("1-800-FLOWERS", (None, "phone_letters")),
        ("call after six", (None, "phone_letters")),
        ("2.06556E+09", (None, "phone_scientific")),
        ("2,06556e9", (None, "phone_scientific")),
        ("0000000000", (None, "phone_placeholder")),
        ("+1 (999) 999-9999", (None, "phone_placeholder")),
        ("123-456-7890", (None, "phone_placeholder")),
        ("555-0123", (None, "phone_local")),
        ("12", (None, "phone_short")),
        ("????", (None, "phone_short")),
        ("206555012345678", (None, "phone_long")),
        ("1" * 200 + "2", (None, "phone_long")),
        ("+999 1234567", (None, "phone_country")),
        ("#REF!", (None, "cell_error")),
        ("", (None,)),
        (" \u00a0 ", (None,)),
        ("n/a", (None, "placeholder")),
        ("-", (None, "placeholder")),
    ],
)
def test_phones_of_an_american_customer(cell, expected):
    assert told(phones.read_phone(cell, "US")) == expected


@pytest.mark.parametrize(
    ("cell", "region", "value"),
    [
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("030/123456", "DE", "+4930123456"),
        ("4915112345678", "DE", "+4915112345678"),
        ("020 7946 0958", "GB", "+442079460958"),
        ("612 345 678", "ES", "+34612345678"),
        ("(11) 91234-5678", "BR", "+5511912345678"),
        ("06-12345678", "NL", "+31612345678"),
        ("06 1234 5678", "IT", "+390612345678"),
        ("+1 206 555 0123", "DE", "+12065550123"),
    ],
)
def test_phones_are_read_by_the_region_s_habits(cell, region, value):
    assert phones.read_phone(cell, region).value == value


def test_a_region_that_does_not_exist_leaves_only_international_numbers():
    assert told(phones.read_phone("206 555 0123", "ZZ")) == (None, "phone_country")
    assert told(phones.read_phone("+12065550123", "ZZ")) == ("+12065550123",)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("jane@x.com", ("jane@x.com",)),
        ("  Jane.Doe+crm@X.COM ", ("Jane.Doe+crm@x.com",)),
        ("o'brien@x.ie", ("o'brien@x.ie",)),
        ("jane@x.com\u200b", ("jane@x.com",)),
        ("mailto:jane@x.com", ("jane@x.com", "email_unwrapped")),
        ("Jane Doe <jane@x.com>", ("jane@x.com", "email_unwrapped")),
        ("jane@x.com;", ("jane@x.com", "email_unwrapped")),
        ("'jane@x.com", ("jane@x.com", "email_unwrapped")),
        ("jane@x.com, jane@x.com", ("jane@x.com", "email_unwrapped")),
        ("jane@x.com; bo@x.com", ("jane@x.com", "email_several")),
        ("jane@müller.de", ("jane@xn--mller-kva.de", "email_unwrapped")),
        ("jörg@x.de", ("jörg@x.de", "email_unusual")),
        ("r&d@x.com", ("r&d@x.com", "email_unusual")),
        ("jane@x", (None, "email_invalid")),
        ("jane.x.com", (None, "email_invalid")),
        ("jane doe@x.com", (None, "email_invalid")),
        ("jane@x,com", (None, "email_invalid")),
        ("jane..doe@x.com", (None, "email_invalid")),
        ("jane@x..com", (None, "email_invalid")),
        ("jane@-x.com", (None, "email_invalid")),
        ("jane@@x.com", (None, "email_invalid")),
        (f"{'a' * 65}@x.com", (None, "email_invalid")),
        (f"a@{'b' * 64}.com", (None, "email_invalid")),
        (f"a@{'b.' * 130}com", (None, "email_invalid")),
        ("jane@1.2.3.4", (None, "email_invalid")),
        ("@" * 5_000, (None, "email_invalid")),
        ("#REF!", (None, "cell_error")),
        ("", (None,)),
        ("none", (None, "placeholder")),
    ],
)
def test_emails(cell, expected):
    assert told(emails.read_email(cell)) == expected


@pytest.mark.parametrize(
    ("field", "cell", "value"),
    [
        ("source_platform", "google_ads", "google_ads"),
        ("source_platform", "Google Ads", "google_ads"),
        ("source_platform", " GOOGLE-ADS ", "google_ads"),
        ("source_platform", "AdWords", "google_ads"),
        ("source_platform", "google / organic", "google_organic"),
        ("source_platform", "Facebook Ads", "meta_ads"),
        ("source_platform", "Instagram Ads", "meta_ads"),
        ("source_platform", "(direct)", "direct"),
        ("source_platform", "GoHighLevel", "ghl"),
        ("source_platform", "Lead Docket", "lead_docket"),
        ("source_type", "Phone call", "phone_call"),
        ("source_type", "E-Mail", "email"),
        ("source_type", "Web form", "form"),
        ("source_type", "Text message", "sms"),
        ("lead_line", "BUYER", "buyer"),
        ("lead_line", "Verkäufer", "seller"),
    ],
)
def test_labels_that_can_mean_one_value_only_are_forgiven(field, cell, value):
    assert told(choices.reader(field)(cell)) == (value,)


@pytest.mark.parametrize(
    "cell", ["Facebook", "FB", "LinkedIn Ads", "Google", "Organic", "1", "x" * 99]
)
def test_labels_that_can_mean_something_else_are_left_out(cell):
    assert told(choices.reader("source_platform")(cell)) == (None, "value_unknown")


def test_spreadsheet_errors_are_called_so_in_every_field():
    for read in (choices.reader("source_type"), clean.read_name, clean.read_text, clean.read_stage):
        assert told(read("#REF!")) == (None, "cell_error")
    assert told(clean.read_uuid("#N/A")) == (None, "cell_error")


@pytest.mark.parametrize(
    "cell", [UUID, UUID.upper(), f"{{{UUID}}}", UUID.replace("-", ""), f" {UUID} "]
)
def test_owners_are_uuids_in_any_notation(cell):
    assert told(clean.read_uuid(cell)) == (UUID,)


@pytest.mark.parametrize("cell", ["Bo Lee", "17", f"{UUID}0", "bo@x.com"])
def test_owners_are_nothing_else(cell):
    assert told(clean.read_uuid(cell)) == (None, "owner_not_uuid")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("new_lead", ("new_lead",)),
        (" New ", ("new",)),
        ("in-progress", ("in-progress",)),
        ("New Lead", ("new_lead", "stage_reshaped")),
        ("À rappeler", ("a_rappeler", "stage_reshaped")),
        ("???", (None, "stage_unreadable")),
        ("電話", (None, "stage_unreadable")),
        ("N/A", (None,)),
    ],
)
def test_stages(cell, expected):
    assert told(clean.read_stage(cell)) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("  Jane \u00a0\t Doe\n", ("Jane Doe",)),
        ("Jane\x00\x07 Doe\ud800", ("Jane Doe",)),
        ("\u200bJane\ufeff", ("Jane",)),
        ("نازنین‌زهرا", ("نازنین‌زهرا",)),
        ("Null", ("Null",)),
        ("N/A", (None, "placeholder")),
        ("?!", (None, "name_unreadable")),
        ("\x00 \u200b", (None,)),
    ],
)
def test_names(cell, expected):
    assert told(clean.read_name(cell)) == expected


def test_custom_fields_keep_their_text_and_lines():
    assert told(clean.read_text(" 0042 ")) == ("0042",)
    assert told(clean.read_text("two\r\nlines  here\r")) == ("two\nlines  here",)
    assert told(clean.read_text("N/A")) == ("N/A",)
    assert told(clean.read_text("\x00\x1f")) == (None,)
