"""Whose leads a file holds: by its bytes, its columns, its name, and never somebody else's."""

import uuid
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile

from imports import access, migrations
from imports.columns.headers import words
from imports.intake import drafts, suggest
from imports.intake.layout import fingerprint
from imports.intake.names import Names
from imports.models import Import
from imports.tests import people
from imports.tests.pages import story

pytestmark = pytest.mark.django_db
PLAIN = "Naam,Telefoon\r\nAnna,206 555 0101\r\n"


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def ivan(db):
    return people.ivan()


def dropped(owner, name, content=PLAIN):
    file = SimpleUploadedFile(name, content.encode())
    return drafts.keep(owner, file, name, uuid.uuid4())


def suggested(owner, draft):
    return suggest.for_drafts([draft], access.customers_to_import_for(owner))[draft.pk]


def names_in(file_name, *customers):
    found = Names(dict(enumerate(customers))).in_file_name(words(file_name))
    return {customers[pk] for pk in found}


def test_the_columns_of_an_earlier_import_name_its_customer_and_day(ivan):
    acme, _ = people.customer("Acme"), people.customer("Beta")
    earlier = story.reviewed(acme, ivan)
    same = "e-mail;PHONE;Source;Full Name;Budget\r\nx@example.com;;;Xi;1\r\n"
    found = suggested(ivan, dropped(ivan, "march.csv", same))
    day = f"{earlier.created_at.day} {earlier.created_at:%B %Y}"
    assert found.sure.customer == acme
    assert found.sure.reason == f"same columns as the import of {day} for Acme"


def test_two_customers_with_the_same_columns_are_both_offered_and_none_is_taken(ivan):
    for name in ("Acme", "Beta"):
        story.reviewed(people.customer(name), ivan)
    found = suggested(ivan, dropped(ivan, "march.csv", story.SHEET + "\r\n"))
    assert [one.customer.name for one in found.offered] == ["Acme", "Beta"]
    assert found.sure is None


def test_the_files_name_decides_between_them(ivan):
    for name in ("Acme", "Beta"):
        story.reviewed(people.customer(name), ivan)
    found = suggested(ivan, dropped(ivan, "2026-03 beta leads.csv", story.SHEET + "\r\n"))
    assert found.sure.customer.name == "Beta"
    assert found.sure.reason.endswith(", and the file name contains “Beta”")


def test_columns_of_one_and_the_name_of_another_are_too_near_to_choose(ivan):
    story.reviewed(people.customer("Acme"), ivan)
    people.customer("Beta")
    found = suggested(ivan, dropped(ivan, "beta.csv", story.SHEET + "\r\n"))
    assert {one.customer.name for one in found.offered} == {"Acme", "Beta"}
    assert found.sure is None


def test_the_very_same_file_counts_most_and_is_named(ivan):
    acme = people.customer("Acme")
    earlier = story.reviewed(acme, ivan)
    found = suggested(ivan, dropped(ivan, "leads.csv", story.SHEET))
    assert found.sure.customer == acme
    assert found.sure.earlier == earlier
    assert found.sure.reason == f"the very same file as import #{earlier.pk}"


def test_another_teams_customers_are_never_suggested(ivan):
    far = people.customer("Farland", people.team("South"))
    story.reviewed(far)
    found = suggested(ivan, dropped(ivan, "farland leads.csv", story.SHEET))
    assert list(found.offered) == []


def test_who_may_only_read_for_a_customer_is_not_offered_it():
    vera = people.vera()
    story.reviewed(people.customer("Acme"))
    assert list(suggested(vera, dropped(vera, "acme.csv", story.SHEET)).offered) == []


def test_names_are_found_in_names_of_files():
    all_ = ("Acme", "Acme Homes", "Client 1", "Client 10", "Grünwald Immobilien GmbH", "Bo")
    assert names_in("acme_homes-march.csv", *all_) == {"Acme Homes"}
    assert names_in("AcmeMarch", *all_) == {"Acme"}
    assert names_in("client 10 leads", *all_) == {"Client 10"}
    assert names_in("GRUNWALD leads", *all_) == {"Grünwald Immobilien GmbH"}
    assert names_in("acmehomes leads", *all_) == {"Acme Homes"}
    assert names_in("bo", *all_) == set()
    assert names_in("leads real estate", *all_) == set()


def test_a_layout_is_its_headings_in_any_order_and_spelling():
    assert fingerprint(["Full name", "E-Mail", ""]) == fingerprint(["email", "FULL  NAME"])
    assert fingerprint(["Full name", "Phone"]) != fingerprint(["Full name", "E-mail"])
    assert fingerprint(["E-mail"]) == fingerprint([]) == ""


def test_a_long_text_is_looked_at_only_at_its_beginning(ivan):
    long = PLAIN + "Anna,206 555 0101\r\n" * 60_000 + '"never closed'
    assert dropped(ivan, "long.csv", long).headers == ["Naam", "Telefoon"]


def test_what_cannot_be_seen_quickly_is_left_to_the_reader(ivan):
    draft = dropped(ivan, "odd.csv", "only headings\r\n")
    assert (draft.headers, draft.layout) == ([], "")
    assert draft.file.open().read() == b"only headings\r\n"


def test_reading_notes_the_layout(ivan):
    made = story.reviewed(people.customer("Acme"), ivan)
    assert Import.objects.get().layout == fingerprint(made.headers) != ""


def test_imports_of_an_earlier_release_are_given_theirs(ivan):
    made = story.reviewed(people.customer("Acme"), ivan)
    Import.objects.update(layout="")
    (path,) = Path(migrations.__path__[0]).glob("*_uploads.py")
    import_module(f"imports.migrations.{path.stem}").find_layouts(apps, None)
    assert Import.objects.get().layout == fingerprint(made.headers)


def test_who_has_one_customer_is_suggested_it_until_there_is_a_choice(ivan):
    people.customer("Harbour")
    draft = dropped(ivan, "list.csv")
    found = suggested(ivan, draft)
    assert found.sure.customer.name == "Harbour"
    assert found.sure.reason == "the only customer that you import for"
    people.customer("Birch")
    assert suggested(ivan, draft).sure is None
