"""Lists on the pages: added to by importers, looked up, thinned by managers, counted by readers."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from imports.columns import sums
from imports.do_not_import import lists
from imports.intake.upload import Wishes
from imports.models import DoNotImportList, Event, Import, Lead, ListAddition, ListEntry
from imports.tests import people
from imports.tests.do_not_import.conftest import of, of_team, put
from imports.tests.pages import story
from imports.views import by_key

pytestmark = pytest.mark.django_db
ACME, NORTH = "/customers/acme/do-not-import/", "/teams/north/do-not-import/"


@pytest.fixture
def ivan(client, acme):
    client.force_login(people.ivan())
    return client


def given(**fields):
    return {"source": "unsubscribes", "region": "US", **fields}


def test_pasted_lines_are_told_one_by_one(ivan, acme):
    put(of(acme), "ben@example.com")

    page = ivan.post(ACME + "add/", given(text="Ana@example.com\n\nben@example.com\nnobody"))

    shown = story.text(page)
    assert page.status_code == 200
    assert "1 added, 1 there already, 1 not readable" in shown
    assert shown.index("nobody") < shown.index("ben@example.com") < shown.index("Ana@example.com")
    assert "This is neither an e-mail address, nor a phone, nor a domain" in shown
    assert 'data-label="Line">4</td>' in shown
    assert lists.counts(lists.of(of(acme)))["email"] == 2


def test_a_file_is_read_by_its_cells(ivan, acme):
    content = "Name,Mobile,Notes\nAna,(206) 555-0123,x\nBen,none,y\nCleo,206 555 0124,z\n"
    file = SimpleUploadedFile("stop.csv", content.encode())

    shown = story.text(ivan.post(NORTH + "add/", given(file=file)))

    assert "2 added, 1 not readable" in shown
    assert "“Mobile”" in shown
    addition = ListAddition.objects.get()
    assert (addition.way, addition.source, addition.list.customer) == ("file", "unsubscribes", None)
    assert addition.added_by.email == "ivan@example.com"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Type at least one entry, or choose a file of them."),
        ({"text": "a@example.com", "source": ""}, "This field is required."),
        ({"text": "a@example.com", "source": "ask a@example.com"}, "Write no address or phone"),
        ({"text": "a@example.com", "reason": "206 555 0123"}, "Write no address or phone"),
        ({"text": "a@example.com", "region": "XX"}, "region"),
    ],
)
def test_what_is_wrong_is_said_beside_it_and_nothing_is_kept(ivan, fields, sentence):
    page = ivan.post(ACME + "add/", given(**fields))

    assert page.status_code == 422
    assert sentence in story.text(page)
    assert not DoNotImportList.objects.exists()


def test_a_file_that_cannot_be_read_says_so(ivan):
    file = SimpleUploadedFile("stop.xlsx", b"PK\x03\x04 nonsense")

    page = ivan.post(ACME + "add/", given(file=file))

    assert page.status_code == 422
    assert 'id="id_file_error"' in story.text(page) or "id_file" in story.text(page)
    assert not DoNotImportList.objects.exists()


def test_looking_somebody_up_is_posted(ivan, acme):
    put(of(acme), "ana@example.com\nhush-corp.com")

    there = story.text(ivan.post(ACME + "check/", {"entry": "ANA@example.com"}))
    by_domain = story.text(ivan.post(ACME + "check/", {"entry": "x@mail.hush-corp.com"}))
    not_there = story.text(ivan.post(ACME + "check/", {"entry": "ben@example.com"}))
    wrong = ivan.post(ACME + "check/", {"entry": "nobody"})

    assert "is on the list, from unsubscribes, added" in there
    assert "is on the list" in by_domain
    assert "ben@example.com</bdi> is not on the list." in not_there
    assert wrong.status_code == 422
    assert "nor a phone" in story.text(wrong)
    assert ivan.get(ACME + "check/").status_code == 405


def test_readers_see_counts_and_sources_and_no_hint(client, acme):
    put(of(acme), "ana@example.com\n206 555 0123")
    for reader in (people.vera(), people.olga()):
        client.force_login(reader)
        page = story.text(client.get(ACME))
        assert "2 entries" in page
        assert "unsubscribes" in page
        assert "…@e" not in page
        assert "Add to the list" not in page
        assert client.post(ACME + "add/", given(text="x@example.com")).status_code == 403
        assert client.get(ACME + "export.csv").status_code == 403


def test_strangers_find_nothing(client, acme):
    client.force_login(people.sam())

    for address in (ACME, NORTH, ACME + "export.csv"):
        assert client.get(address).status_code == 404
    assert client.post(ACME + "add/", given(text="x@example.com")).status_code == 404


def test_managers_remove_one_or_all_from_a_source(client, acme):
    put(of(acme), "ana@example.com\nben@example.com")
    client.force_login(people.anna())
    entry = ListEntry.objects.latest("pk")
    one = reverse("customer_do_not_import_remove", args=["acme", entry.pk])

    assert "Take “b…@e….com” off the list?" in story.text(client.get(one))
    assert client.post(one, follow=True).status_code == 200
    assert ListEntry.objects.count() == 1
    again = story.text(client.post(one, follow=True))
    assert "no longer on the list: somebody removed it" in again

    every = reverse(
        "customer_do_not_import_remove_source", args=["acme", ListAddition.objects.get().pk]
    )
    assert "Take 1 entry off the list?" in story.text(client.get(every))
    client.post(every)
    assert not ListEntry.objects.exists()
    assert Event.objects.filter(act="unlisted").count() == 2


def test_nobody_removes_an_entry_of_another_list(client, acme):
    beta = people.customer("Beta", people.team("South"))
    put(of(beta), "ana@example.com")
    client.force_login(people.anna())

    theirs = ListEntry.objects.get().pk
    away = reverse("customer_do_not_import_remove", args=["acme", theirs])
    assert client.get(away).status_code == 404
    client.post(away)
    assert ListEntry.objects.exists()


def test_the_csv_holds_what_is_known_and_no_value(ivan, acme):
    put(of(acme), "ana@example.com\n206 555 0123", source="=unsubscribes")

    content = b"".join(ivan.get(ACME + "export.csv").streaming_content).decode()

    lines = list(csv.reader(io.StringIO(content.lstrip("\ufeff"))))
    assert lines[0] == ["Kind", "Hint", "Source", "Reason", "How", "Added by", "Added at"]
    assert [line[:3] for line in lines[1:]] == [
        ["Phone", "…23", "'=unsubscribes"], ["E-mail", "a…@e….com", "'=unsubscribes"],
    ]  # fmt: skip
    assert "ana@" not in content
    assert Event.objects.filter(act="downloaded", facts__list="do_not_import").exists()


def test_many_entries_come_page_by_page(ivan, acme, monkeypatch):
    monkeypatch.setattr(by_key.page, "__defaults__", (2,))
    put(of(acme), "a@example.com\nb@example.com\nc@example.com")

    first = story.text(ivan.get(ACME))
    after = ListEntry.objects.order_by("-pk")[1].pk
    second = story.text(ivan.get(f"{ACME}?after={after}"))

    assert "c…@e….com" in first
    assert "a…@e….com" not in first
    assert "a…@e….com" in second


def test_a_rows_contact_goes_on_a_list_and_the_row_stays_back(ivan, acme):
    made = story.reviewed(acme)
    address = reverse("import_row_listed", args=[made.pk, 2])
    assert address in story.text(ivan.get(reverse("import_rows", args=[made.pk])))
    page = story.text(ivan.get(address))
    assert "E-mail: ana@example.com" in page
    assert "Phone: +12065550123" in page

    ivan.post(address, {"what": ["email"], "whose": "team", "reason": "asked by letter"})

    lead = Lead.objects.get(lead_import=made, number=2)
    assert (lead.verdict, lead.code) == ("excluded", "listed")
    assert f"the team North (source: row 2 of import {made.pk})" in lead.reason
    addition = ListAddition.objects.get()
    assert (addition.way, addition.reason) == ("row", "asked by letter")
    assert addition.list == lists.of(of_team(acme))


def test_choosing_nothing_of_a_row_says_so(ivan, acme):
    made = story.reviewed(acme)

    page = ivan.post(reverse("import_row_listed", args=[made.pk, 2]), {"whose": "customer"})

    assert page.status_code == 422
    assert "Choose at least one." in story.text(page)


def test_a_row_without_a_contact_has_nothing_to_list(ivan, acme):
    made = story.reviewed(acme)
    Lead.objects.filter(number=5).update(email_key=None, phone_key=None)

    page = story.text(ivan.get(reverse("import_row_listed", args=[made.pk, 5])))

    assert "neither an e-mail address nor a phone" in page


def test_the_customers_page_leads_to_its_list(ivan, acme):
    put(of(acme), "ana@example.com")

    page = story.text(ivan.get("/customers/acme/"))

    assert f'<a href="{ACME}">1 entry</a>' in page
    assert NORTH in story.text(ivan.get("/teams/north/"))
    assert Import.objects.count() == 0


def test_whoever_a_column_forbids_to_contact_goes_on_a_list_at_once(ivan, acme):
    made = story.reviewed(acme)
    Lead.objects.filter(number__in=[2, 5]).update(verdict="excluded", code="opt_out", reason="x")
    sums.keep(made)
    address = reverse("import_forbidden_listed", args=[made.pk])
    assert address in story.text(ivan.get(reverse("import_review", args=[made.pk])))
    assert "Put 2 rows on a do-not-import list" in story.text(ivan.get(address))

    ivan.post(address, {"whose": "customer"})

    assert lists.counts(lists.of(of(acme))) == {"email": 1, "phone": 2, "domain": 0}
    assert ListAddition.objects.get().source == f"opt-outs of import {made.pk}"


def test_a_phone_that_different_people_share_goes_on_no_list(ivan, acme):
    plan = {"columns": {"Opt out": {"consent": {"forbids": ["yes"], "allows": [""]}}}}
    sheet = (
        "Name,Email,Phone,Opt out\nAnn Abel,ann@example.com,2065550100,yes\n"
        "Ben Ek,ben@example.com,2065550100,\nCy Fox,cy@example.com,2065550100,\n"
    )
    wishes = Wishes(mapping=plan, melting="leave_out")
    made = story.reviewed(acme, content=sheet, wishes=wishes)
    address = reverse("import_forbidden_listed", args=[made.pk])
    assert "that different people of this file share goes on no list" in story.text(
        ivan.get(address)
    )

    ivan.post(address, {"whose": "customer"})

    assert lists.counts(lists.of(of(acme))) == {"email": 1, "phone": 0, "domain": 0}
    codes = Lead.objects.filter(lead_import=made).order_by("number").values_list("code", flat=True)
    assert list(codes) == ["opt_out", "", ""]
