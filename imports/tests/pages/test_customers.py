"""Customers and their tokens."""

import re

import pytest
from django.utils import timezone

from imports import customers
from imports.models import Batch, Customer, Event, Kind, Token
from imports.tests import people
from imports.tests.pages import story

NEW = {
    "name": "  Blue   Door ", "mega_id": "3f2b8c1e-5d4a-4c1b-9e7f-0a1b2c3d4e5f", "region": "gb",
    "requests_per_minute": "20", "on_duplicate": "skip", "keep_old_values": "on",
}  # fmt: skip


def test_max_adds_a_customer_and_its_token(max_, db):
    answer = max_.post("/customers/new/", NEW | {"team": people.team().pk})
    assert answer["Location"] == "/customers/blue-door/"
    customer = Customer.objects.get(slug="blue-door")
    assert (customer.name, customer.region, customer.requests_per_minute) == ("Blue Door", "GB", 20)
    assert customer.created_by == max_.user
    assert "Without a token nothing can be sent" in story.text(max_.get("/customers/blue-door/"))

    max_.post("/customers/blue-door/token/", {"token": f" {people.TOKEN}\n"})
    page = story.text(max_.get("/customers/blue-door/"))
    assert "…5e5e" in page
    assert Token.objects.get().quota.fingerprint[:16] in page
    assert "Max Meyer" in page
    assert people.TOKEN not in page
    acts = list(Event.objects.filter(actor=max_.user).values_list("act", flat=True).order_by("pk"))
    assert acts[-3:] == ["customer_added", "token_set", "token_checked"]


def test_a_wrong_token_is_explained_and_never_repeated(max_, acme):
    wrong = "mega_" + "z" * 40
    answer = max_.post("/customers/acme/token/", {"token": wrong})
    assert answer.status_code == 422
    page = story.text(answer)
    assert "69 characters in all" in page
    assert wrong not in page
    assert 'autocomplete="off"' in page


def test_the_mega_id_is_fixed_once_there_was_a_token(max_, acme):
    fields = NEW | {"name": "Acme", "mega_id": "11111111-1111-4111-8111-111111111111"}
    assert max_.post("/customers/acme/settings/", fields).status_code == 302
    changed = Customer.objects.get(slug="acme")
    assert changed.mega_id == acme.mega_id
    assert (changed.region, changed.requests_per_minute) == ("GB", 20)
    event = Event.objects.order_by("pk").last()
    assert event.act == "customer_changed"
    assert event.facts == {
        "changed": ["region", "requests_per_minute"], "region": "GB", "requests_per_minute": 20,
    }  # fmt: skip


def test_a_name_or_mega_id_that_is_taken_is_a_sentence(max_, acme):
    twin = NEW | {"team": acme.team_id, "mega_id": str(acme.mega_id)}
    answer = max_.post("/customers/new/", twin)
    assert answer.status_code == 422
    assert "already" in story.text(answer)
    named = NEW | {"team": acme.team_id, "name": "Acme"}
    assert "already" in story.text(max_.post("/customers/new/", named))
    assert Customer.objects.count() == 1


def test_nonsense_in_the_form_is_said_beside_the_field(max_, db):
    answer = max_.post("/customers/new/", NEW | {"region": "England", "mega_id": "12"})
    assert answer.status_code == 422
    page = story.text(answer)
    assert 'aria-invalid="true"' in page
    assert "Enter a valid UUID" in page


def test_a_region_without_any_phone_is_refused_and_one_with_phones_is_not(max_, db):
    answer = max_.post("/customers/new/", NEW | {"team": people.team().pk, "region": "ZZ"})
    assert answer.status_code == 422
    assert "Use the two letters of a country, such as US, GB or DE." in story.text(answer)
    assert not Customer.objects.exists()
    max_.post("/customers/new/", NEW | {"team": people.team().pk, "region": " de "})
    assert Customer.objects.get().region == "DE"


def test_the_only_teams_customers_have_plain_addresses(max_, db):
    max_.post("/customers/new/", NEW | {"team": people.team().pk})
    assert Customer.objects.get().slug == "blue-door"


@pytest.mark.parametrize("is_there", [True, False])
def test_an_address_tells_nothing_of_another_teams_customers(max_, sam, is_there):
    if is_there:
        people.customer("Blue-Door")
    sam.post("/customers/new/", NEW | {"team": people.team("South").pk})
    slug = Customer.objects.get(team__name="South").slug
    assert re.fullmatch(r"blue-door-[a-z2-9]{6}", slug)


def test_a_command_takes_the_plain_address_where_it_is_free(max_, sam):
    made = [customers.create(people.draft("Blue Door", team), None) for team in ("North", "South")]
    assert made[0].slug == "blue-door"
    assert re.fullmatch(r"blue-door-[a-z2-9]{6}", made[1].slug)


def test_a_manager_sets_when_the_portal_stops_and_asks(max_, ines, acme):
    path, fields = "/customers/acme/settings/", NEW | {"name": "Acme", "region": "US"}
    fields["requests_per_minute"] = "10"
    assert ines.post(path, fields | {"failure_percent": "5"}).status_code == 403
    page = story.text(max_.get(path))
    assert 'name="failure_percent" value="20"' in page
    assert 'name="update_points" value="10"' in page

    max_.post(path, fields | {"failure_percent": "5", "update_points": "100"})

    changed = Customer.objects.get(slug="acme")
    assert (changed.failure_percent, changed.update_points) == (5, 100)
    assert Event.objects.latest("pk").facts == {
        "changed": ["failure_percent", "update_points"], "failure_percent": 5, "update_points": 100,
    }  # fmt: skip
    page = story.text(ines.get("/customers/acme/"))
    assert "when more than 5 % of the rows fail" in page
    assert "never because of updates" in page
    assert max_.post(path, fields | {"failure_percent": "101"}).status_code == 422
    max_.post(path, fields)  # left out: as it was
    assert Customer.objects.get(slug="acme").failure_percent == 5


def test_a_new_token_is_checked_at_once(max_, acme):
    max_.post("/customers/acme/token/", {"token": "mega_" + "7c" * 32})
    assert Batch.objects.get().kind == Kind.CHECK
    assert "Asking MEGA" in story.text(max_.get("/customers/acme/"))


def test_ines_checks_a_token_and_hears_the_result_in_words(ines, acme):
    ines.post("/customers/acme/check/")
    assert Batch.objects.get().kind == Kind.CHECK
    page = story.text(ines.get("/customers/acme/"))
    assert "Asking MEGA" in page
    assert 'hx-get="/customers/acme/check/state/"' in page
    assert ines.get("/customers/acme/check/state/").status_code == 204

    Batch.objects.update(state="done", settled_at=timezone.now())
    Token.objects.update(check_result="unauthorized", checked_at=timezone.now())
    part = story.text(ines.get("/customers/acme/check/state/"))
    assert "MEGA does not know this token (401)" in part
    assert "hx-trigger" not in part


def test_checking_without_a_token_says_so(ines, db):
    people.customer("Bare")
    ines.post("/customers/bare/check/")
    assert "has no token yet" in story.text(ines.get("/customers/bare/"))


def test_the_list_is_searched_counted_and_exported(vera, acme):
    people.customer("Zenith")
    page = story.text(vera.get("/customers/?q=zen"))
    assert "Zenith" in page
    assert "Acme" not in page
    assert "1 customer" in page
    assert "No customer matches “nobody”" in story.text(vera.get("/customers/?q=nobody"))
    export = vera.get("/customers/export.csv?q=zen")
    content = b"".join(export.streaming_content).decode()
    assert content.startswith("\ufeffCustomer,Team,MEGA id,")
    assert content.count("\r\n") == 2
    assert "attachment" in export["Content-Disposition"]
