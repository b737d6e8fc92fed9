"""What a customer wants at all: age, day, country, proof; and where its leads come from."""

from dataclasses import replace
from datetime import date

import pytest
from django.urls import reverse

from imports.columns import bars, check, derive, rules
from imports.columns.rules import Rules
from imports.delivery import control
from imports.errors import WrongState
from imports.intake.upload import Wishes
from imports.models import Customer, Event, Import, Lead, OnDuplicate, Provenance
from imports.review import gates, origins
from imports.tests.pages import story

TODAY = date(2026, 11, 29)
SHEET = (
    "Name,Email,Phone,Date of birth,Created at,Country,Consent text\n"
    "Ann,ann@example.com,2065550123,1990-05-01,2026-11-20,USA,I agree\n"
    "Bob,bob@example.com,2065550124,2012-05-01,2026-11-20,USA,I agree\n"
    "Cat,cat@example.com,2065550125,1990-05-01,2020-01-01,USA,I agree\n"
    "Dan,dan@example.com,2065550126,1990-05-01,2026-11-20,Brazil,I agree\n"
    "Eve,eve@example.com,2065550127,1990-05-01,2026-11-20,,n/a\n"
    "Fay,fay@example.com,2065550128,soon,2026-11-20,Atlantis,I agree\n"
)
DAY = (
    "Column “Created at” says “2020-01-01”: 2524 days before 29 Nov 2026, and the customer's leads"
    " are 365 days old at most."
)
COUNTRY = "Column “Country” says “Brazil”, and the customer's leads are of: United States, Canada."
PROOF = "Column “Consent text” says “n/a”, and the customer wants a proof of consent."
NOTHING = {"nothing_6": "on"}


@pytest.fixture
def strict(acme, time_machine):
    time_machine.move_to("2026-11-29T12:00:00Z", tick=True)
    Customer.objects.filter(pk=acme.pk).update(
        rule_age=18, rule_days=365, rule_countries=["US", "CA"], rule_proof=True
    )
    return Customer.objects.get(pk=acme.pk)


def held(made):
    leads = Lead.objects.filter(lead_import=made).exclude(code="").order_by("number")
    return {
        number: (code, why) for number, code, why in leads.values_list("number", "code", "reason")
    }


def without_consent_question(browser, made):
    data = {"expected_version": made.mapping.version, **NOTHING}
    browser.post(reverse("import_consent", args=[made.pk]), data)
    story.check(made)
    return Import.objects.get(pk=made.pk)


def test_breaches_are_excluded_each_with_its_sentence(strict, ines):
    made = without_consent_question(ines, story.reviewed(strict, content=SHEET))
    assert gates.open_gates(made) == []
    asked = "and the customer's leads are 18 years old at least."
    assert held(made) == {
        3: ("rule_age",
            f"Column “Date of birth” says “2012-05-01”: under 18 on 29 Nov 2026, {asked}"),
        4: ("rule_date", DAY),
        5: ("rule_country", COUNTRY),
        6: ("rule_proof", PROOF),
        7: ("rule_age",
            f"Column “Date of birth” says “soon”, which is no date that can be read, {asked}"),
    }  # fmt: skip
    page = ines.get(reverse("import_review", args=[made.pk])).content.decode()
    assert "1 row: older leads than the customer wants" in page
    assert "at least 18 years old; not older than 365 days" in page


def test_without_the_column_a_person_chooses_it_or_a_manager_goes_without(strict, ines, max_):
    Customer.objects.filter(pk=strict.pk).update(
        rule_days=None, rule_countries=[], rule_proof=False
    )
    content = SHEET.replace("Date of birth", "Since").replace("Consent text", "Remarks")
    made = story.reviewed(Customer.objects.get(pk=strict.pk), content=content)
    asked = "Acme wants an age of at least 18, and no column is chosen that holds birth dates."
    page = ines.get(reverse("import_review", args=[made.pk])).content.decode()
    assert asked in page
    assert "Only a manager of North can decide" in page
    with pytest.raises(WrongState, match="an age of at least 18"):
        control.send(made, ines.user, on_duplicate=OnDuplicate.SKIP)

    where = reverse("import_override", args=[made.pk])
    max_.post(where, {"code": "rule_age", "why": "All of them signed as adults"})
    assert gates.open_gates(made) == []
    assert held(made) == {}

    data = {"expected_version": made.mapping.version, "birth": "3"}
    ines.post(reverse("import_rule_columns", args=[made.pk]), data)
    story.check(made)
    made = Import.objects.get(pk=made.pk)
    assert {code for code, _ in held(made).values()} == {"rule_age"}, "it counts no more"


def test_rules_that_change_have_all_rows_checked_again(acme, ines, max_):
    made = story.reviewed(acme, content=SHEET.replace("Consent text", "Remarks"))
    assert gates.open_gates(made) == []
    form = {"name": "Acme", "mega_id": acme.mega_id, "region": "US", "requests_per_minute": 10,
            "on_duplicate": "skip", "rule_countries": "USA, kanada",
            "note": "Ask Jane first"}  # fmt: skip
    done = max_.post(reverse("customer_edit", args=[acme.slug]), form)
    assert done.status_code == 302, done.content.decode()
    changed = Customer.objects.get(pk=acme.pk)
    assert changed.rule_countries == ["US", "CA"]
    assert "Jane" not in str(Event.objects.filter(act="customer_changed").get().facts)

    page = ines.get(reverse("import_review", args=[made.pk])).content.decode()
    assert "The rules of Acme were changed since these rows were checked." in page
    assert "Ask Jane first" in page
    ines.post(reverse("import_check_again", args=[made.pk]), {"expected_version": 1})
    story.check(made)
    made = Import.objects.get(pk=made.pk)
    assert gates.open_gates(made) == []
    assert {number: code for number, (code, _) in held(made).items()} == {
        5: "rule_country", 7: "rule_country",
    }  # fmt: skip


def test_bad_rules_are_said_beside_their_control(acme, max_):
    form = {"name": "Acme", "mega_id": acme.mega_id, "region": "US", "requests_per_minute": 10,
            "on_duplicate": "skip", "rule_countries": "Atlantis", "rule_age": "999"}  # fmt: skip
    done = max_.post(reverse("customer_edit", args=[acme.slug]), form)
    assert done.status_code == 422
    page = done.content.decode()
    assert "“Atlantis” is no country that is known." in page
    assert "less than or equal to 120" in page


@pytest.mark.parametrize(
    ("cell", "barred"),
    [
        ("29.11.2008", ""),  # eighteen today
        ("30.11.2008", "rule_age"),
        ("01/05/2009", "rule_age"),
        ("12/10/2008", "rule_age"),  # 10 December or 12 October: the younger counts
        ("1/2/55", ""),  # of the last century
        ("", "rule_age"),
    ],
)
def test_ages_at_their_edges(acme, cell, barred):
    made = story.reviewed(acme, content=SHEET.replace("Consent text", "Remarks"))
    mapping = derive.mapping_of(made)
    place = rules.called("birth", [column.header for column in mapping.columns])
    mapping = bars_mapping(mapping, place)
    checker = check.compile_mapping(mapping, "US", bars=bars.of(mapping, Rules(TODAY, age=18)))
    row = checker.check(2, ["Ann", "ann@example.com", "", cell, "", "", ""])
    assert row.barred == barred


def bars_mapping(mapping, place):
    return replace(mapping, rules=rules.RuleColumns(birth=place))


def test_phones_tell_the_country_where_no_column_does(acme):
    made = story.reviewed(acme)
    mapping = derive.mapping_of(made)
    checker = check.compile_mapping(
        mapping, "US", bars=bars.of(mapping, Rules(TODAY, countries=("US",)))
    )
    cells = ["Ann", "", "ann@example.com", "", ""]
    for phone, barred in (
        ("2065550123", ""),
        ("+493090182000", "rule_country"),
        ("", "rule_country"),
    ):
        cells[1] = phone
        assert checker.check(2, cells).barred == barred, phone


def test_where_leads_come_from_is_asked_for_remembered_and_on_record(acme, ines, audrey):
    Customer.objects.filter(pk=acme.pk).update(needs_provenance=True)
    acme = Customer.objects.get(pk=acme.pk)
    made = story.reviewed(acme)
    with pytest.raises(WrongState, match="wants to know where leads come from"):
        control.send(made, ines.user, on_duplicate=OnDuplicate.SKIP)
    where = reverse("import_provenance", args=[made.pk])
    refused = ines.post(where, {"supplier": "Fair 2026", "received_on": "2999-01-01"})
    assert refused.status_code == 422
    assert "Choose a day that is not still to come." in refused.content.decode()

    ines.post(where, {"supplier": "Fair 2026", "received_on": "2026-01-05"})
    assert "the lawful basis and who handed it over" in gates.open_gates(made)[0].sentence
    said = {"supplier": "Fair  2026", "received_on": "2026-01-05", "basis": "consent",
            "handed_over_by": "Jane Roe"}  # fmt: skip
    ines.post(where, said)
    assert gates.open_gates(made) == []
    report = audrey.get(reverse("import_report", args=[made.pk])).content.decode()
    for words in ("Fair 2026", "5 Jan 2026", "Consent", "Jane Roe"):
        assert words in report
    event = Event.objects.filter(act="provenance_noted").order_by("pk").last()
    assert event.facts == {"supplier": True, "handed_over_by": True, "basis": "consent",
                           "received_on": "2026-01-05"}  # fmt: skip

    again = story.reviewed(acme, name="next.csv")
    page = ines.get(reverse("import_review", args=[again.pk])).content.decode()
    assert f"Filled in as in import #{made.pk}" in page
    assert 'value="Fair 2026"' in page
    assert [gate.code for gate in gates.open_gates(again)] == ["provenance"], "a person says it"

    told = Wishes(provenance={"supplier": "Fair", "received_on": date(2026, 1, 5),
                              "basis": "contract", "handed_over_by": "Jo"})  # fmt: skip
    assert gates.open_gates(story.reviewed(acme, wishes=told)) == []
    control.send(made, ines.user, on_duplicate=OnDuplicate.SKIP)
    with pytest.raises(WrongState, match="can no longer be changed"):
        origins.note(made, ines.user, said)
    assert Provenance.objects.get(pk=made.pk).supplier == "Fair 2026"
