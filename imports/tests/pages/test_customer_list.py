"""A manager adds customers from a list: looks at it, adds what is good, repairs the rest."""

import io
import uuid

import openpyxl
import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from imports import customers
from imports.audit import verify
from imports.models import Chain, Customer, Event
from imports.tests import people
from imports.tests.customer_list.lists import HEAD, ONE, THREE, TWO, a_csv
from imports.tests.pages import story

NEW = "/customers/new/list/"


def upload(browser, content, name="list.csv", **fields):
    content = content.encode() if isinstance(content, str) else content
    file = SimpleUploadedFile(name, content, "text/csv")
    return browser.post(NEW, {"file": file, "team": "north", "region": "US"} | fields)


def lists_of(answer):
    """The address of the preview to which an upload leads."""
    assert answer.status_code == 302, story.text(answer)
    return answer["Location"]


@pytest.fixture
def three(max_):
    """One line to add, one that is there, one that is wrong."""
    people.customer("Acme")
    Customer.objects.update(mega_id=ONE)
    lines = [("Acme", ONE), ("Blue Door", TWO, "North", "GB", "20", "update"), ("Red Roof", "12")]
    return lists_of(upload(max_, a_csv(*lines)))


def test_max_adds_two_customers_from_a_workbook_and_is_led_to_their_tokens(max_, db):
    book = openpyxl.Workbook()
    for line in [("Kunde", "UUID"), ("Blue Door", ONE), ("Red Roof", TWO)]:
        book.active.append(line)
    made = io.BytesIO()
    book.save(made)

    address = lists_of(upload(max_, made.getvalue(), "kunden.xlsx", region="de"))
    page = story.text(max_.get(address))
    assert "<h1>2 customers can be added</h1>" in page
    assert "kunden.xlsx" in page
    assert Customer.objects.count() == 0

    answer = max_.post(address, {"count": "2"}, follow=True)

    assert answer.redirect_chain == [("/customers/?lacks=token", 302)]
    page = story.text(answer)
    assert "2 customers were added. Set their API tokens next." in page
    assert 'href="/customers/blue-door/token/"' in page
    assert [(one.name, one.region, one.created_by) for one in Customer.objects.all()] == [
        ("Blue Door", "DE", max_.user),
        ("Red Roof", "DE", max_.user),
    ]
    events = Event.objects.filter(act="customer_added", actor=max_.user).order_by("pk")
    assert [(event.customer_id, event.facts) for event in events] == [
        (one.pk, {"mega_id": str(one.mega_id)}) for one in Customer.objects.order_by("name")
    ]
    assert not verify.verify(Chain.objects.get(team=people.team()))


def test_each_line_says_what_becomes_of_it(max_, three):
    page = story.text(max_.get(three))

    assert "<h1>1 customer can be added</h1>" in page
    assert "list.csv</bdi> has 3 rows: 1 to add, 1 there already, 1 wrong." in page
    assert "Is added" in page
    assert 'href="/customers/acme/">Open <bdi>Acme</bdi>' in page
    assert "<strong>MEGA id:</strong> “12” is not a UUID." in page
    only = story.text(max_.get(f"{three}?show=wrong"))
    assert "Red Roof" in only
    assert "Blue Door" not in only
    assert "1 row<" in only


def test_the_good_ones_are_added_and_the_wrong_ones_come_back_repaired(max_, three):
    download = max_.get(f"{three}wrong.csv")
    content = b"".join(download.streaming_content)
    assert "attachment" in download["Content-Disposition"]
    assert content.startswith(b"\xef\xbb\xbfRow,Customer,MEGA id,Team,Phone region,")
    assert b"4,Red Roof,12,,,,,MEGA id: " in content

    max_.post(three, {"count": "1"})
    made = Customer.objects.get(name="Blue Door")
    assert (made.region, made.requests_per_minute, made.on_duplicate) == ("GB", 20, "update")

    repaired = content.replace(b",12,", f",{THREE},".encode())
    again = lists_of(upload(max_, repaired, "customers-to-repair.csv"))
    assert "<h1>1 customer can be added</h1>" in story.text(max_.get(again))
    max_.post(again, {"count": "1"})
    assert str(Customer.objects.get(name="Red Roof").mega_id) == THREE


def test_what_changed_since_it_was_looked_at_is_looked_at_again(max_, three):
    customers.create(Customer(team=people.team(), name="Blue Door", mega_id=uuid.uuid4()), None)

    answer = max_.post(three, {"count": "1"}, follow=True)

    assert "The list changed since you saw it, so nothing was added." in story.text(answer)
    assert "The team already has a customer called Blue Door" in story.text(answer)
    assert Customer.objects.count() == 2


def test_two_who_add_the_same_at_the_same_moment_do_not_add_half(max_, three, monkeypatch):
    """The other one's customers are not seen until they are stored."""
    other, store = people.customer("Other"), Customer.objects.bulk_create

    def as_the_other_commits(new):
        with transaction.atomic():
            Customer.objects.filter(pk=other.pk).update(name="Blue Door")
        return store(new)

    monkeypatch.setattr(Customer.objects, "bulk_create", as_the_other_commits)
    answer = max_.post(three, {"count": "1"}, follow=True)

    assert "Somebody added customers at the same moment" in story.text(answer)
    assert not Event.objects.filter(act="customer_added").exists()


def test_names_that_make_the_same_address_get_addresses_of_their_own(max_, db):
    lines = [("Blue Door", ONE), ("Blue-Door", TWO), ("New", THREE)]

    max_.post(lists_of(upload(max_, a_csv(*lines))), {"count": "3"})

    slugs = sorted(Customer.objects.values_list("slug", flat=True))
    assert slugs[0] == "blue-door"
    assert slugs[1].startswith("blue-door-")
    assert slugs[2] == "new-customer"


def test_on_a_site_of_several_teams_addresses_tell_nothing(max_, sam):
    max_.post(lists_of(upload(max_, a_csv(("Blue Door", ONE)))), {"count": "1"})

    assert len(Customer.objects.get().slug) == len("blue-door-abcdef")


def test_a_line_may_not_name_another_managers_team(max_, sam):
    page = story.text(max_.get(lists_of(upload(max_, a_csv(("Blue Door", ONE, "South"))))))

    assert "<h1>Nothing to add</h1>" in page
    assert "You manage no team called “South”. Yours: North." in page
    unknown = story.text(max_.get(lists_of(upload(max_, a_csv(("Blue Door", ONE, "Nowhere"))))))
    assert "You manage no team called “Nowhere”. Yours: North." in unknown


def test_a_list_is_its_owners_alone(max_, three, sam):
    for address in (three, f"{three}wrong.csv"):
        assert sam.get(address)["Location"] == NEW
    assert sam.post(three, {"count": "1"})["Location"] == NEW
    assert not Customer.objects.filter(name="Blue Door").exists()


def test_a_list_that_was_added_or_lost_is_uploaded_again(max_, three):
    max_.post(three, {"count": "1"})

    page = story.text(max_.post(three, {"count": "1"}, follow=True))

    assert "That list is not kept any more" in page
    assert Customer.objects.filter(name="Blue Door").count() == 1


def test_the_next_list_replaces_the_one_before_so_that_nobody_fills_the_broker(max_, three):
    kept = set(cache._cache.get_client().keys("*customer-list*"))
    later = lists_of(upload(max_, a_csv(("Green Gate", THREE))))
    assert set(cache._cache.get_client().keys("*customer-list*")) == kept

    for address in (three, f"{three}wrong.csv"):
        page = story.text(max_.get(address, follow=True))
        assert "it was added, replaced by one that you uploaded later, or is older" in page
    max_.post(three, {"count": "1"})
    assert not Customer.objects.filter(name__in=("Blue Door", "Green Gate")).exists()

    max_.post(later, {"count": "1"})
    assert Customer.objects.filter(name="Green Gate").exists()


def test_importers_and_viewers_do_not_add_customers(ines, vera, max_, three):
    for browser in (ines, vera):
        assert browser.get(NEW).status_code == 403
        assert upload(browser, a_csv(("Blue Door", ONE))).status_code == 403
        assert browser.post(three, {"count": "1"}).status_code == 403


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        ("", "empty.csv", "The file is empty. Choose one with a row of headings"),
        ("Customer,Phone\nA,1\n", "list.csv", "The file has no column “MEGA id”"),
        (b"%PDF-1.7\n" + b"\x00" * 50, "list.csv", "PDF"),
        ("Customer,MEGA id\n" + "x," * 600_000, "list.csv", "a list of customers has at most 1 MB"),
    ],
)
def test_a_file_that_cannot_be_used_is_said_beside_the_field(max_, db, content, name, said):
    answer = upload(max_, content, name)

    assert answer.status_code == 422
    page = story.text(answer)
    assert said in page
    assert 'role="alert"' in page


def test_a_region_without_phones_and_no_file_at_all_are_said(max_, db):
    answer = max_.post(NEW, {"region": "XX", "team": "north"})

    page = story.text(answer)
    assert answer.status_code == 422
    assert "Choose the file: a CSV or a workbook" in page
    assert "Use the two letters of a country" in page


def test_a_token_in_the_file_is_nowhere_afterwards(max_, db):
    head = (*HEAD[:2], "Token")
    answer = upload(max_, a_csv(("Blue Door", ONE, people.TOKEN), head=head))

    page = story.text(max_.get(lists_of(answer)))

    assert "There are API tokens in this file" in page
    assert people.TOKEN not in page
    key = f"customer-list:{max_.user.pk}"
    assert cache.get(key)
    max_.post(answer["Location"], {"count": "1"})
    assert Customer.objects.get().token is None
    assert cache.get(key) is None


def test_while_the_broker_is_away_nothing_is_lost_but_the_preview(max_, db, monkeypatch):
    monkeypatch.setattr("imports.customer_list.kept.cache.set", lambda *_: None)

    answer = upload(max_, a_csv(("Blue Door", ONE)))

    assert answer.status_code == 422
    assert "Upload it again in a minute" in story.text(answer)


def test_the_page_tells_what_the_file_should_hold_and_why_no_tokens(max_, db):
    page = story.text(max_.get(NEW))

    assert "No tokens in this file" in page
    assert 'href="/customers/?lacks=token"' in page
    template = b"".join(max_.get("/customers/new/list/template.csv").streaming_content)
    assert template.decode("utf-8-sig") == ",".join(HEAD) + "\r\n"
