"""38 people share a phone: the review names them, and without it MEGA makes one lead of them."""

import pytest
from django.test import Client

from imports import samples, tasks
from imports.delivery import control
from imports.models import Gathering, ImportState, OnDuplicate, ReviewAct
from imports.reports import balance
from imports.review import acts
from imports.review.acts import Deed, Kind
from imports.tests.pages import story
from imports.tests.road.engine import wait_for
from portal.models import Membership, Role, User

pytestmark = pytest.mark.road

SHARING, ROWS = samples.SHARING, samples.SHARED_ROWS


@pytest.fixture
def sample(tmp_path):
    """The sample in which an office line stands where no phone was known."""
    return next(path for path in samples.write_samples(tmp_path / "s") if "one-phone" in path.name)


@pytest.fixture
def lena(client_of):
    """An importer of the clients' team, at her browser, with a client of hers."""
    mine = client_of()
    user, _ = User.objects.get_or_create(email="lena@road.example", defaults={"name": "Lena Lau"})
    Membership.objects.get_or_create(
        user=user, team=mine.customer.team, defaults={"role": Role.IMPORTER}
    )
    browser = Client()
    browser.force_login(user)
    browser.user, browser.customers = user, mine
    return browser


def send(made):
    control.send(made, None, on_duplicate=OnDuplicate.UPDATE, undo_seconds=0)
    tasks.nudge_plan(made.pk)
    return wait_for(made)


def test_the_review_names_them_and_each_becomes_a_lead_of_their_own(lena, sample):
    made = lena.customers.review(sample, duplicates="ask")

    page = story.text(lena.get(f"/imports/{made.pk}/review/"))
    assert f"{SHARING} rows: of different people that would become one lead" in page
    assert f"{SHARING} people share the phone <bdi>+12065550100</bdi>" in page
    group = Gathering.objects.get(lead_import=made)
    named = story.text(lena.get(f"/imports/{made.pk}/review/groups/?about=melts"))
    assert all(f"<bdi>{name}</bdi>" in named for name in group.names)
    assert f"and {SHARING - len(group.names)} more" in named
    assert balance.balance(made).excluded == SHARING

    acts.do(made, lena.user, Deed(Kind.DECIDE, "melts", content={"choice": "leave_out"}))
    done = send(made)

    assert done.state == ImportState.FINISHED
    assert balance.balance(done).created == ROWS
    assert len(lena.customers.leads) == ROWS
    phones = [lead["contact_phone"] for lead in lena.customers.leads]
    assert phones.count(None) == SHARING
    assert lena.customers.complaints() == []


def test_kept_back_none_of_them_reaches_mega(client_of, sample):
    ines = client_of()
    done = send(ines.review(sample))
    books = balance.balance(done)
    assert (books.created, books.excluded) == (ROWS - SHARING, SHARING)
    assert len(ines.leads) == ROWS - SHARING


def test_without_the_guard_mega_makes_one_lead_of_them_all(client_of, sample):
    ines = client_of()
    made = ines.review(sample, melting="send")
    assert not ReviewAct.objects.filter(lead_import=made, about="melts").exists()

    done = send(made)

    books = balance.balance(done)
    assert (books.created, books.updated) == (ROWS - SHARING + 1, SHARING - 1)
    assert len(ines.leads) == ROWS - SHARING + 1
    (melted,) = [lead for lead in ines.leads if lead["contact_phone"] == "+12065550100"]
    group = Gathering.objects.get(lead_import=made)
    assert (
        melted["contact_name"]
        == group.lead_import.leads.get(number=group.rows[-1]).body["contact_name"]
    )
