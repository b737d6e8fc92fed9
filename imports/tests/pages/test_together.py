"""Several files at once: some with a customer, some without, and the page that lists them."""

import json
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from imports.models import Draft, Event, Import
from imports.tests import people
from imports.tests.pages import story

OTHER = "Naam,Telefoon\r\nAnna,206 555 0101\r\n"
JSON = {"Accept": "application/json"}


@pytest.fixture
def beta(acme):
    return people.customer("Beta")


def drop(client, *files, **fields):
    """Upload files (name, content) by the form of the page, as browsers without scripts do."""
    sent = [story.a_file(content, name) for name, content in files]
    return client.post("/imports/new/", {"file": sent, **fields})


def test_two_files_for_one_customer_are_two_imports_on_one_page(ines, acme):
    answer = drop(ines, ("a.csv", story.SHEET), ("b.csv", OTHER), customer="acme")
    first, second = Import.objects.order_by("pk")
    assert first.together == second.together
    assert answer["Location"] == f"/uploads/{first.together}/"
    story.read_and_check(first)
    page = story.text(ines.get(answer["Location"]))
    assert f'href="/imports/{first.pk}/"' in page
    assert "<bdi>a.csv</bdi> · 4 rows" in page
    assert "Checked, not sent yet" in page
    assert f"Open import {second.pk}, b.csv" in page


def test_a_files_page_leads_to_what_came_with_it_and_says_nothing_where_nothing_did(
    ines, acme, beta
):
    drop(ines, ("a.csv", story.SHEET), ("b.csv", OTHER), customer="acme")
    for one in Import.objects.all():
        page = story.text(ines.get(f"/imports/{one.pk}/file/"))
        assert f'<a href="/uploads/{one.together}/">what was uploaded at once</a>' in page

    drop(ines, ("c.csv", story.SHEET), customer="beta")
    alone = Import.objects.get(customer=beta)
    Import.objects.filter(pk=alone.pk).update(together=uuid.uuid4())
    assert "what was uploaded at once" not in story.text(ines.get(f"/imports/{alone.pk}/file/"))


def test_one_of_them_is_no_spreadsheet_and_the_other_goes_on(ines, acme):
    answer = drop(ines, ("a.csv", story.SHEET), ("b.pdf", "%PDF-1.7"), customer="acme")
    assert Import.objects.get().file_name == "a.csv"
    page = story.text(ines.get(answer["Location"]))
    assert "b.pdf: This is a PDF." in page


def test_when_none_can_be_read_the_form_says_why_for_each(ines, acme):
    answer = drop(ines, ("a.pdf", "%PDF-1.7"), ("b.csv", ""), customer="acme")
    page = story.text(answer)
    assert answer.status_code == 422
    assert "a.pdf: This is a PDF." in page
    assert "b.csv: The file is empty (0 bytes)." in page


def test_a_file_without_a_customer_waits_for_ines_with_a_suggestion(ines, acme, beta):
    story.reviewed(acme, ines.user)
    answer = drop(ines, ("march.csv", story.SHEET + "\r\n"))
    draft = Draft.objects.get()
    assert answer["Location"] == f"/uploads/{draft.together}/"
    page = story.text(ines.get(answer["Location"]))
    assert "1 file still needs a customer" in page
    assert "5 columns: Full name, Phone, E-mail, Source, Budget" in page
    assert "Same columns as the import of" in page
    assert '<option value="acme" selected>Acme · North</option>' in page
    assert Import.objects.count() == 1
    home = story.text(ines.get("/"))
    assert f'href="/uploads/{draft.together}/"><bdi>1 file without a customer</bdi></a>' in home


def test_one_click_starts_all_that_have_a_customer(ines, acme, beta):
    answer = drop(ines, ("acme march.csv", story.SHEET), ("x.csv", OTHER))
    first, second = Draft.objects.all()
    fields = {f"customer-{first.pk}": "acme", f"customer-{second.pk}": "", "all": "1"}
    ines.post(f"{answer['Location']}start/", fields)
    made = Import.objects.get()
    assert (made.customer, made.file_name, made.created_by) == (acme, "acme march.csv", ines.user)
    assert Draft.objects.get() == second
    page = story.text(ines.get(answer["Location"]))
    assert "1 file still needs a customer. 1 import so far." in page


def test_one_file_alone_and_one_by_its_suggestion(ines, acme, beta):
    for customer in (acme, beta):
        story.reviewed(customer, ines.user)
    start = drop(ines, ("x.csv", story.SHEET + "\r\n"), ("y.csv", OTHER))["Location"]
    page = story.text(ines.get(start))
    both, other = Draft.objects.all()
    assert f'value="{both.pk}:acme"' in page
    assert f'value="{both.pk}:beta"' in page
    assert " selected" not in page
    ines.post(f"{start}start/", {"pick": f"{both.pk}:beta", f"customer-{other.pk}": "acme"})
    assert Import.objects.latest("pk").customer == beta
    fields = {"only": str(other.pk), f"customer-{other.pk}": "acme"}
    ines.post(f"{start}start/", fields)
    assert Import.objects.latest("pk").file_name == "y.csv"
    assert not Draft.objects.exists()


def test_nothing_chosen_is_said(ines, acme):
    start = drop(ines, ("x.csv", OTHER))["Location"]
    page = story.text(ines.post(f"{start}start/", {"all": "1"}, follow=True))
    assert "Choose the customer whose leads these are" in page
    assert Draft.objects.count() == 1


def test_the_very_same_file_asks_before_anything_is_made(ines, acme, max_):
    first = story.reviewed(acme, max_.user)
    start = drop(ines, ("again.csv", story.SHEET))["Location"]
    draft = Draft.objects.get()
    page = story.text(ines.get(start))
    assert f'Acme has this very file: import <a href="/imports/{first.pk}/">#{first.pk}</a>' in page
    assert "by Max Meyer" in page
    assert " selected" not in page
    fields = {"only": str(draft.pk), f"customer-{draft.pk}": "acme"}
    page = story.text(ines.post(f"{start}start/", fields, follow=True))
    assert "Acme has again.csv already: see below." in page
    assert Import.objects.count() == 1
    ines.post(f"{start}start/", {"again": f"{draft.pk}:acme"})
    assert Import.objects.latest("pk").file_name == "again.csv"


def test_a_file_is_removed_again(ines, acme):
    start = drop(ines, ("x.csv", OTHER))["Location"]
    answer = ines.post(f"{start}remove/", {"draft": Draft.objects.get().pk})
    assert answer["Location"] == "/imports/new/"
    assert not Draft.objects.exists()


def test_nobody_else_sees_or_touches_a_file_without_a_customer(ines, acme, max_, sam, audrey):
    start = drop(ines, ("x.csv", OTHER))["Location"]
    draft = Draft.objects.get()
    for client in (max_, sam, audrey):
        assert client.get(start).status_code == 404
        fields = {"only": str(draft.pk), f"customer-{draft.pk}": "acme"}
        assert client.post(f"{start}start/", fields).status_code == 404
        assert client.post(f"{start}remove/", {"draft": draft.pk}).status_code == 404
    assert Draft.objects.count() == 1


def test_a_file_cannot_be_started_for_another_teams_customer(ines, acme):
    people.customer("Far", people.team("South"))
    start = drop(ines, ("x.csv", OTHER))["Location"]
    draft = Draft.objects.get()
    ines.post(f"{start}start/", {"pick": f"{draft.pk}:far"})
    ines.post(f"{start}start/", {"pick": "no number"})
    assert not Import.objects.exists()
    assert Event.objects.filter(act="stranger", chain__team__slug="south").exists()


def test_a_browser_asks_by_hash_before_it_uploads(ines, max_, acme, beta):
    first = story.reviewed(acme, max_.user)
    asked = {"sha256": [first.file_sha256, "0" * 64]}
    answer = json.loads(ines.post("/customers/acme/known/", asked).content)["known"]
    assert list(answer) == [first.file_sha256]
    assert answer[first.file_sha256]["url"] == f"/imports/{first.pk}/"
    assert "was already uploaded for Acme on" in answer[first.file_sha256]["sentence"]
    assert f"by Max Meyer: import #{first.pk}." in answer[first.file_sha256]["sentence"]
    assert json.loads(ines.post("/customers/beta/known/", asked).content) == {"known": {}}


def test_a_stranger_learns_nothing_by_hash(sam, vera, acme):
    first = story.reviewed(acme)
    asked = {"sha256": first.file_sha256}
    assert sam.post("/customers/acme/known/", asked).status_code == 404
    assert vera.post("/customers/acme/known/", asked).status_code == 403


def test_a_script_that_names_no_customer_is_sent_to_the_page_of_files(ines, acme):
    together = str(uuid.uuid4())
    file = SimpleUploadedFile("x.csv", OTHER.encode())
    answer = ines.post("/imports/new/", {"file": file, "together": together}, headers=JSON)
    assert (answer.status_code, answer.json()) == (201, {"url": f"/uploads/{together}/"})


def test_too_large_is_said_alike_before_and_after_the_upload(ines, acme, settings):
    settings.MAX_UPLOAD_BYTES = 100
    sentence = "The file is larger than 9.53674e-05 MB, the largest that is accepted"
    assert f'data-too-large="{sentence}' in story.text(ines.get("/imports/new/"))
    answer = drop(ines, ("x.csv", story.SHEET), customer="acme")
    assert sentence in story.text(answer)
