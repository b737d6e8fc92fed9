"""Header rows as people and programs write them, and the fields that they mean."""

import pytest

from imports.columns import match

FULL, FIRST, LAST = "contact_name", "first_name", "last_name"
PHONE, EMAIL = "contact_phone", "contact_email"
PLATFORM, TYPE, STAGE, OWNER, LINE = (
    "source_platform",
    "source_type",
    "stage_slug",
    "owner_id",
    "lead_line",
)
UUID = "3f2b8c1e-5d4a-4c1b-9e7f-0a1b2c3d4e5f"

# Each: a name, the header row with the field expected for each column, and sample rows.
SHEETS = {
    "the API's own names": (
        {
            "contact_name": FULL,
            "contact_phone": PHONE,
            "contact_email": EMAIL,
            "source_platform": PLATFORM,
            "source_type": TYPE,
            "stage_slug": STAGE,
            "owner_id": OWNER,
            "lead_line": LINE,
            "custom_fields.budget": "custom_fields.budget",
        },
        [["Jane Doe", "2065550123", "jane@x.com", "hubspot", "form", "new", UUID, "buyer", "5000"]],
    ),
    "plain English": ({"Name": FULL, "Phone": PHONE, "Email": EMAIL, "Notes": None}, []),
    "shouting with punctuation": (
        {"FIRST NAME:": FIRST, "LAST-NAME": LAST, "E-MAIL ADDRESS*": EMAIL, "PHONE #": PHONE},
        [],
    ),
    "camel case": (
        {"firstName": FIRST, "lastName": LAST, "phoneNumber": PHONE, "emailAddress": EMAIL},
        [],
    ),
    "French": (
        {"Prénom": FIRST, "Nom": LAST, "Téléphone": PHONE, "Adresse e-mail": EMAIL, "Ville": None},
        [["Zoé", "Durand", "06 12 34 56 78", "zoe@x.fr", "Lyon"]],
    ),
    "French, one name": ({"Nom complet": FULL, "N° de téléphone": PHONE, "Courriel": EMAIL}, []),
    "German": (
        {
            "Vorname": FIRST,
            "Name": LAST,
            "Telefonnummer": PHONE,
            "E-Mail-Adresse": EMAIL,
            "PLZ": None,
        },
        [["Jörg", "Müller", "030 1234567", "joerg@x.de", "10115"]],
    ),
    "German, both numbers": (
        {"Nachname": LAST, "Vorname": FIRST, "Handy": PHONE, "Festnetz": None, "E-Mail": EMAIL},
        [["Müller", "Jörg", "0151 12345678", "030 1234567", "joerg@x.de"]],
    ),
    "Spanish": (
        {"Nombre": FIRST, "Apellidos": LAST, "Móvil": PHONE, "Correo electrónico": EMAIL},
        [["Ana", "García López", "612 345 678", "ana@x.es"]],
    ),
    "Spanish, one name": (
        {"Nombre": FULL, "Teléfono": PHONE, "Correo": EMAIL, "Dirección": None},
        [],
    ),
    "Portuguese": (
        {"Nome": FIRST, "Sobrenome": LAST, "Celular": PHONE, "E-mail": EMAIL, "Cidade": None},
        [["João", "Silva", "11 91234-5678", "joao@x.br", "São Paulo"]],
    ),
    "Portuguese of Portugal": (
        {"Nome completo": FULL, "Telemóvel": PHONE, "Endereço de e-mail": EMAIL},
        [],
    ),
    "Dutch": (
        {"Voornaam": FIRST, "Achternaam": LAST, "Telefoonnummer": PHONE, "E-mailadres": EMAIL},
        [],
    ),
    "Dutch, the bare surname": (
        {"Voornaam": FIRST, "Naam": LAST, "GSM": PHONE, "E-mail": EMAIL},
        [["Jan", "de Vries", "0470 12 34 56", "jan@x.be"]],
    ),
    "Meta lead form": (
        {
            "id": None,
            "created_time": None,
            "ad_id": None,
            "ad_name": None,
            "adset_name": None,
            "campaign_name": None,
            "form_id": None,
            "form_name": None,
            "is_organic": None,
            "platform": PLATFORM,
            "full_name": FULL,
            "phone_number": PHONE,
            "email": EMAIL,
            "lead_status": None,
        },
        [
            [
                "l:1",
                "2026-05-01",
                "ag:1",
                "Ad",
                "Set",
                "Spring",
                "f:1",
                "Form",
                "false",
                "fb",
                "Jane",
                "p:+12065550123",
                "j@x.co",
                "NEW",
            ]
        ],
    ),
    "Google Ads lead form": (
        {
            "Lead ID": None,
            "Campaign ID": None,
            "Form ID": None,
            "Full Name": FULL,
            "User Email": EMAIL,
            "User Phone": PHONE,
            "Postal Code": None,
            "Gclid": None,
        },
        [],
    ),
    "HubSpot": (
        {
            "Record ID": None,
            "First Name": FIRST,
            "Last Name": LAST,
            "Email": EMAIL,
            "Phone Number": None,
            "Mobile Phone Number": PHONE,
            "Contact owner": None,
            "Lead Status": None,
            "Original Source": None,
            "Company name": None,
        },
        [
            [
                "1",
                "Jane",
                "Doe",
                "jane@x.com",
                "",
                "206 555 0123",
                "Bo Lee",
                "New",
                "Organic Search",
                "A",
            ]
        ],
    ),
    "Salesforce": (
        {
            "Id": None,
            "OwnerId": None,
            "FirstName": FIRST,
            "LastName": LAST,
            "Company": None,
            "Status": None,
            "LeadSource": None,
            "Phone": PHONE,
            "MobilePhone": None,
            "Fax": None,
            "Email": EMAIL,
        },
        [
            [
                "00Q1",
                "0051",
                "Jane",
                "Doe",
                "Acme",
                "Open",
                "Web",
                "206 555 0123",
                "206 555 0124",
                "2",
                "j@x.co",
            ]
        ],
    ),
    "GoHighLevel": (
        {
            "Contact Id": None,
            "First Name": FIRST,
            "Last Name": LAST,
            "Name": None,
            "Phone": PHONE,
            "Email": EMAIL,
            "Tags": None,
            "Assigned To": None,
            "Business Name": None,
        },
        [
            [
                "c1",
                "Jane",
                "Doe",
                "Acme Roofing",
                "+12065550123",
                "jane@x.com",
                "vip",
                "Bo Lee",
                "Acme",
            ]
        ],
    ),
    "Zoho": (
        {
            "Lead Owner": None,
            "Company": None,
            "First Name": FIRST,
            "Last Name": LAST,
            "Email": EMAIL,
            "Phone": PHONE,
            "Mobile": None,
            "Lead Source": PLATFORM,
            "Lead Status": None,
            "Email Opt Out": None,
            "Annual Revenue": None,
        },
        [
            [
                "Bo",
                "A",
                "Jane",
                "Doe",
                "j@x.co",
                "2065550123",
                "2065550124",
                "Zoho CRM",
                "New",
                "false",
                "1",
            ]
        ],
    ),
    "Google Contacts": (
        {
            "First Name": FIRST,
            "Last Name": LAST,
            "Phonetic First Name": None,
            "Organization Name": None,
            "E-mail 1 - Value": EMAIL,
            "E-mail 1 - Label": None,
            "Phone 1 - Value": PHONE,
            "Phone 1 - Label": None,
        },
        [],
    ),
    "Outlook": (
        {
            "First Name": FIRST,
            "Middle Name": None,
            "Last Name": LAST,
            "Company": None,
            "Business Fax": None,
            "Business Phone": None,
            "Mobile Phone": PHONE,
            "E-mail Address": EMAIL,
            "E-mail Type": None,
            "E-mail Display Name": None,
        },
        [],
    ),
    "Shopify": (
        {
            "First Name": FIRST,
            "Last Name": LAST,
            "Email": EMAIL,
            "Accepts Email Marketing": None,
            "Default Address Phone": None,
            "Phone": PHONE,
            "Total Orders": None,
        },
        [],
    ),
    "false friends": (
        {
            "Campaign name": None,
            "Company name": None,
            "Company phone": None,
            "Email opt-in": None,
            "Email opened": None,
            "Phone type": None,
            "Lead owner": None,
            "Status": None,
            "Fax": None,
            "State": None,
            "List name": None,
            "Contract number": None,
            "Telefax": None,
            "Courrier": None,
            "Firm name": None,
        },
        [],
    ),
    "typing errors": (
        {"Frist name": FIRST, "Lats name": None, "Emial": EMAIL, "Phone nubmer": PHONE},
        [],
    ),
    "lead lines and ids": (
        {"Contact": FULL, "Lead type": LINE, "Owner ID": OWNER, "Stage": STAGE, "Mail": EMAIL},
        [["Jane Doe", "Buyer", UUID, "new_lead", "jane@x.com"]],
    ),
    "labels where MEGA wants ids and slugs": (
        {
            "Name": FULL,
            "Owner ID": None,
            "Stage": None,
            "Lead source": None,
            "Contact number": PHONE,
        },
        [["Jane Doe", "1789", "New lead", "Billboard", "2065550123"]],
    ),
}


@pytest.mark.parametrize(("expected", "rows"), SHEETS.values(), ids=SHEETS)
def test_every_column_of_a_known_sheet_finds_its_field(expected, rows):
    guesses = match.propose(list(expected), rows)
    assert {guess.header: guess.target for guess in guesses} == expected


def by_header(headers, rows=()):
    return {guess.name: guess for guess in match.propose(headers, rows)}


def test_a_guess_says_how_it_came_about():
    guesses = by_header(["contact_email", "Mobile", "Vornname", "Shoe size"])
    assert [(g.confidence, g.reason) for g in guesses.values()] == [
        ("exact", "MEGA's own name"),
        ("synonym", "a usual name for Phone"),
        ("similar", "spelt almost like “vorname”"),
        ("none", "no lead field goes by this name"),
    ]


def test_a_field_is_given_away_once_and_the_loser_says_to_whom():
    guesses = by_header(["Mobile", "Phone", "Home phone"])
    assert guesses["Phone"].target == PHONE
    assert guesses["Mobile"].reason == "Phone is already taken by column B"
    assert (guesses["Home phone"].target, guesses["Home phone"].wanted) == (None, PHONE)


def test_the_fuller_of_two_phone_columns_wins():
    guesses = by_header(["Phone", "Mobile"], [["", f"206555010{i}"] for i in range(9)])
    assert guesses["Mobile"].target == PHONE


def test_a_full_name_excludes_its_parts():
    guesses = by_header(["First name", "Last name", "Full name"])
    assert guesses["Full name"].target == FULL
    assert guesses["First name"].reason == "Full name is already taken by column C"
    assert guesses["Last name"].target is None


def test_parts_win_where_the_full_name_is_hardly_filled():
    rows = [["Jane", "Doe", ""]] * 9 + [["Jane", "Doe", "Jane Doe"]]
    guesses = by_header(["First name", "Last name", "Full name"], rows)
    assert (guesses["First name"].target, guesses["Full name"].target) == (FIRST, None)
    assert guesses["Full name"].reason == "First name and Last name are taken instead"


def test_a_bare_name_that_holds_the_first_name_is_the_whole():
    guesses = by_header(["Vorname", "Name"], [["Jörg", "Jörg Müller"], ["Ute", "Ute Maier"]])
    assert (guesses["Vorname"].target, guesses["Name"].target) == (None, FULL)


def test_an_email_column_without_any_address_is_unsure_but_kept():
    guess = by_header(["Email"], [["jane at x.com"]])["Email"]
    assert (guess.target, guess.confidence) == (EMAIL, "similar")
    assert guess.reason == "a usual name for E-mail, but no sample holds an @"


@pytest.mark.parametrize(
    ("header", "cells", "why"),
    [
        ("Email", ["yes", "No"], "called like E-mail, but its samples only say yes or no"),
        ("Mobile", ["a@x.co", "b@x.co"], "called like Phone, but its samples are e-mail addresses"),
        ("Contact", ["2065550123"], "called like Full name, but its samples have no letters"),
        (
            "Lead owner",
            ["Bo"],
            "called like Owner, but MEGA needs an owner's UUID, and no sample is one",
        ),
        ("Stage", [""], "called like Stage, but its first rows are empty"),
    ],
)
def test_cells_rule_a_field_out(header, cells, why):
    guess = by_header([header], [[cell] for cell in cells])[header]
    assert (guess.target, guess.reason) == (None, why)


def test_meta_exports_say_what_fb_means_and_other_sheets_do_not():
    headers = ["ad_id", "form_id", "is_organic", "platform", "email"]
    paid = by_header(headers, [["1", "2", "false", "ig", "a@x.co"]])["platform"]
    assert paid.values == {"fb": "meta_ads", "ig": "meta_ads"}
    assert by_header(headers, [["1", "2", "true", "ig", "a@x.co"]])["platform"].target is None
    assert by_header(["platform", "email"], [["fb", "a@x.co"]])["platform"].target is None


def test_every_column_is_offered_as_a_custom_field_of_its_own():
    guesses = match.propose(
        ["Größe (cm)", "groesse", "Größe cm", "", "Lead line", "電話", "x" * 99], []
    )
    assert [guess.offer for guess in guesses] == [
        "custom_fields.grosse_cm",
        "custom_fields.groesse",
        "custom_fields.grosse_cm_2",
        "custom_fields.column_d",
        "custom_fields.lead_line_text",
        "custom_fields.field",
        f"custom_fields.{'x' * 48}",
    ]


def test_ragged_rows_and_very_wide_sheets_are_no_matter():
    guesses = match.propose([f"Question {i}" for i in range(2_000)] + ["Email"], [["a"], []])
    assert guesses[-1].target == EMAIL
    assert len({guess.offer for guess in guesses}) == 2_001
