"""What was learnt of one customer is offered for no other one, however near."""

import pytest
from django.test import Client

from imports.columns import derive
from imports.delivery import tokens, word_reading, word_wishes
from imports.mega.sandbox.accounts import OWNERS
from imports.models import Customer, Lead, Vocabulary, Word
from imports.tests import people
from imports.tests.delivery.steps import LONG_AGO
from imports.tests.pages import story
from imports.tests.vocabulary.sent import CREATED, ignoring, learnt, refused

pytestmark = pytest.mark.django_db
ADA = next(iter(OWNERS))
SHEET = (
    "Email,Owner,Stage,Budget,custom_fields.colour\r\n"
    "a@example.com,Ada Brook,Won,5,red\r\nb@example.com,Ada Brook,vip,5,red\r\n"
)


TOLD = ("known-", "budget</code>", "Won</bdi>", "MEGA refused it", "MEGA ignored the", ADA)


@pytest.fixture
def learned(acme, crm, read):
    """All that there is to know of Acme: read from leads, taken and refused in an import."""
    crm(1, {"budget": 5}, stage_slug="won", owner_id=ADA)
    read()
    content = "Email,Stage,custom_fields.colour\r\na@example.com,vip,red\r\nb@example.com,won,\r\n"
    learnt(acme, content, [refused("stage_slug: unknown"), ignoring("colour")])
    return acme


def birch(name, mega_id=None):
    """Another customer, of a team that is named; perhaps the very same account of MEGA."""
    made = people.customer("Birch", people.team(name))
    if mega_id:
        Customer.objects.filter(pk=made.pk).update(mega_id=mega_id)
        made.refresh_from_db()
    return made


OTHERS = [("North", False), ("South", False), ("South", True)]


@pytest.mark.parametrize(("team", "same_account"), OTHERS)
def test_no_page_of_another_customer_says_anything_of_it(learned, team, same_account):
    other = birch(team, learned.mega_id if same_account else None)
    anna = Client()
    anna.force_login(people.anna() if team == "North" else people.sam())

    made = story.reviewed(other, content=SHEET)

    assert derive.mapping_of(made).columns[1].target is None
    assert not any(one.problems for one in Lead.objects.filter(lead_import=made))
    steps = (f"/imports/{made.pk}/{step}/" for step in ("columns", "review"))
    for address in (*steps, "/customers/birch/", "/customers/birch/words/"):
        answer = anna.get(address)
        assert answer.status_code == 200, address
        shown = story.text(answer).replace("<span>Ada Brook</span>", "")  # a cell of the sheet
        for word in TOLD:
            assert word not in shown, (address, word)


def test_the_same_pages_of_the_customer_itself_say_all_of_it(learned):
    anna = Client()
    anna.force_login(people.anna())
    made = story.reviewed(learned, content=SHEET)
    shown = "".join(
        story.text(anna.get(address))
        for address in (f"/imports/{made.pk}/columns/", "/customers/acme/")
    )
    for word in TOLD:
        assert word in shown, word


def test_lessons_and_leads_of_two_customers_are_kept_apart(learned, mega):
    other = birch("North")
    tokens.set_token(other, "mega_" + "7a" * 32, None)
    mega.register("mega_" + "7a" * 32, str(other.mega_id), requests_per_minute=600)
    before = set(Word.objects.values_list("pk", flat=True))

    found = word_wishes.ask_for(Customer.objects.get(pk=other.pk), None)
    Vocabulary.objects.filter(pk=found.pk).update(not_before=LONG_AGO)
    word_reading.run(found.pk, "w")
    content = "Email,Stage\r\na@example.com,vip\r\n"
    learnt(Customer.objects.get(pk=other.pk), content, [CREATED])

    assert Word.objects.get(vocabulary=found, word="vip").is_known
    assert Word.objects.get(vocabulary__customer=learned, word="vip").is_refused
    assert set(Word.objects.filter(vocabulary__customer=learned).values_list("pk", flat=True)) == (
        before
    )
