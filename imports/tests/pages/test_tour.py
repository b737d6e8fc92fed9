"""Nora is new: a tour shows her a first import, sends nothing, and goes away when she wants."""

import re

import pytest

from imports import tour
from imports.models import Batch, Event, Import, ImportState
from imports.tests import people
from imports.tests.pages import story
from portal.models import User

OFFER = "See a first import in two minutes"


def start(client, **data):
    """Begin the tour, and let the workers do their part."""
    answer = client.post("/tour/start/", data)
    made = Import.objects.order_by("-pk").first()
    assert answer["Location"] == f"/imports/{made.pk}/file/"
    return story.read_and_check(made)


def note(client, address):
    """The tour's note on a page, "" where there is none."""
    found = re.search(r'<section [^>]*id="tour".*?</section>', story.text(client.get(address)))
    return found[0] if found else ""


def next_of(client, address):
    return re.search(r'class="button primary" href="([^"]+)">Next', note(client, address))[1]


def test_it_is_offered_to_who_has_imported_nothing(ines, acme):
    for page in ("/", "/imports/new/"):
        assert OFFER in story.text(ines.get(page)), page
    story.uploaded(acme, ines.user)
    for page in ("/", "/imports/new/"):
        assert OFFER not in story.text(ines.get(page)), page


def test_it_is_not_offered_to_readers_nor_where_there_is_no_customer(vera, sam, acme):
    for reader in (vera, sam):
        assert OFFER not in story.text(reader.get("/"))
        assert reader.post("/tour/start/").status_code == 403
    assert not Import.objects.exists()


def test_ines_goes_from_step_to_step_and_nothing_is_sent(ines, acme):
    made = start(ines)
    steps = f"/imports/{made.pk}"
    assert "Tour 1 of 5" in note(ines, f"{steps}/file/")
    assert next_of(ines, f"{steps}/file/") == f"{steps}/columns/"
    assert "Tour 2 of 5" in note(ines, f"{steps}/columns/")
    assert next_of(ines, f"{steps}/columns/") == f"{steps}/review/"
    assert "Tour 3 of 5" in note(ines, f"{steps}/review/")
    assert next_of(ines, f"{steps}/review/") == f"{steps}/review/?tour=send#tour"
    assert "Tour 4 of 5" in note(ines, f"{steps}/review/?tour=send")
    assert next_of(ines, f"{steps}/review/?tour=send") == f"{steps}/report/"
    assert "Tour 5 of 5" in note(ines, f"{steps}/report/")
    assert "Discard the sample" in note(ines, f"{steps}/report/")
    made.refresh_from_db()
    assert (made.state, made.sent_by) == (ImportState.REVIEW, None)
    assert not Batch.objects.exists()


def test_its_file_shows_five_things_that_a_plain_upload_would_have_imported(ines, acme):
    made = start(ines)
    page = story.text(ines.get(f"/imports/{made.pk}/columns/"))
    found = page.partition('<h2 id="findings">')[2].partition("</section>")[0]
    assert found.count("<li>") == 5
    assert "1 number in column “Phone” lost digits" in found
    assert "is not a valid address: row 6." in found
    assert "2 rows share their e-mail or phone" in found


def test_it_waits_where_the_next_step_is_not_there_yet(ines, acme):
    ines.post("/tour/start/")
    made = Import.objects.get()
    waiting = note(ines, f"/imports/{made.pk}/columns/")
    assert "as soon as every row is checked" in waiting
    assert ">Next" not in waiting
    Import.objects.update(state=ImportState.MAPPING, question="columns")
    assert "or say how dates or numbers are written" in note(ines, f"/imports/{made.pk}/columns/")


def test_it_goes_on_by_itself_on_a_columns_page_that_was_open_while_rows_were_checked(ines, acme):
    made = start(ines)
    Import.objects.filter(pk=made.pk).update(state=ImportState.CHECKING)
    columns = f"/imports/{made.pk}/columns/"
    assert "It goes on here as soon as every row is checked" in note(ines, columns)
    poll = re.search(r'hx-get="([^"]+/progress/[^"]+)"', story.text(ines.get(columns)))[1]
    Import.objects.filter(pk=made.pk).update(state=ImportState.REVIEW)

    part = story.text(ines.get(poll.replace("&amp;", "&"), headers={"HX-Request": "true"}))

    tour_part = re.search(r'<section [^>]*id="tour".*?</section>', part)[0]
    assert 'hx-swap-oob="true"' in tour_part
    assert f'class="button primary" href="/imports/{made.pk}/review/">Next' in tour_part
    assert f'name="next" value="{columns}"' in tour_part  # the way back of who skips it
    assert re.search(r'id="state" hx-swap-oob="true">.*Ready for review', part)


def test_skipped_it_is_gone_for_good_and_the_page_stays(ines, acme):
    made = start(ines)
    here = f"/imports/{made.pk}/columns/"
    answer = ines.post("/tour/stop/", {"next": here})
    assert answer["Location"] == here
    assert note(ines, here) == ""
    Import.objects.all().update(created_by=None)
    assert OFFER not in story.text(ines.get("/"))
    assert User.objects.get(pk=ines.user.pk).tour == "off"


def test_the_way_back_never_leads_elsewhere(ines, acme):
    elsewhere = ("https://evil.example/", "//evil.example", "javascript:alert(1)")
    for address in (*elsewhere, "foo", "import_file", "http://testserver/history/", ""):
        assert ines.post("/tour/stop/", {"next": address})["Location"] == "/", address


def test_it_can_be_taken_again_from_the_help_page(ines, acme):
    ines.post("/tour/stop/")
    page = story.text(ines.get("/help/"))
    assert 'action="/tour/start/"' in page
    made = start(ines)
    assert "Tour 1 of 5" in note(ines, f"/imports/{made.pk}/file/")


def test_taken_again_it_goes_on_with_its_file_until_that_was_sent(ines, acme):
    made = start(ines)
    ines.post("/tour/start/")
    assert Import.objects.count() == 1
    Import.objects.filter(pk=made.pk).update(state=ImportState.FINISHED)
    ines.post("/tour/start/")
    assert Import.objects.count() == 2


def test_a_customer_is_chosen_where_there_are_several(ines, acme):
    people.customer("Zebra")
    assert '<option value="zebra">Zebra · North' in story.text(ines.get("/"))
    assert start(ines, customer="zebra").customer.name == "Zebra"


def test_another_teams_customer_is_not_there(ines, sam, acme):
    people.customer("Southern", people.team("South"))
    assert ines.post("/tour/start/", {"customer": "southern"}).status_code == 404
    assert not Import.objects.exists()


def test_notes_stand_only_on_the_pages_of_ones_own_imports(ines, max_, acme):
    made = start(ines)
    others = story.reviewed(acme, max_.user)
    assert note(ines, f"/imports/{others.pk}/file/") == ""
    assert note(max_, f"/imports/{made.pk}/file/") == ""
    assert note(ines, f"/imports/{made.pk}/rows/") == ""


@pytest.mark.parametrize(
    ("base_url", "words"),
    [
        ("http://127.0.0.1:9", "sends to the sandbox"),
        ("https://mega.example", "do not send them to a real customer"),
    ],
)
def test_it_says_where_sending_would_lead(ines, acme, settings, base_url, words):
    made = start(ines)
    settings.MEGA_BASE_URL = base_url
    assert words in note(ines, f"/imports/{made.pk}/review/?tour=send")


def test_once_somebody_sends_the_pages_of_sending_go_on_with_it(ines, acme):
    made = start(ines)
    Import.objects.filter(pk=made.pk).update(
        state=ImportState.SENDING, sent_by=ines.user, send_after=made.created_at
    )
    pages = f"/imports/{made.pk}"
    assert next_of(ines, f"{pages}/review/") == f"{pages}/send/"
    assert next_of(ines, f"{pages}/send/") == f"{pages}/report/"
    assert "Discard" not in note(ines, f"{pages}/report/")


def test_the_upload_stands_in_the_trail_like_any_other(ines, acme):
    made = start(ines)
    event = Event.objects.get(act="uploaded", import_id=made.pk)
    assert event.actor == ines.user
    assert made.file_name == tour.FILE_NAME


def test_a_disk_without_room_is_said_on_the_page(ines, acme, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "file"
    (tmp_path / "file").write_text("")
    page = story.text(ines.post("/tour/start/", follow=True))
    assert "disk is full or not writable" in page
    assert User.objects.get(pk=ines.user.pk).tour == ""
