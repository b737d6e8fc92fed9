"""`manage.py add_customers`: the rules of the page, for scripts."""

import sys
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from imports.models import Customer, Event
from imports.tests import people
from imports.tests.customer_list.lists import ONE, THREE, TWO, a_csv
from portal.models import Team

EXAMPLE = "3f0c9a52-7d1e-4b68-9c3a-5e2f8b1d6a47"
pytestmark = pytest.mark.django_db


@pytest.fixture
def run(tmp_path):
    """Run it with a file of these lines; what it says on stdout and stderr, and its status."""

    def call(content, *options):
        path = tmp_path / "list.csv"
        path.write_text(content)
        out, err, status = StringIO(), StringIO(), 0
        try:
            call_command("add_customers", str(path), *options, stdout=out, stderr=err)
        except CommandError as problem:
            err.write(f"{problem}\n")
            status = problem.returncode
        return status, out.getvalue(), err.getvalue()

    return call


def test_customers_are_added_to_the_only_team_and_their_slugs_printed(run):
    people.team("North")

    done = run(a_csv(("Blue Door", ONE), ("Red Roof", TWO)))

    assert done == (0, "blue-door\nred-roof\n", "2 added, 0 there already, 0 wrong.\n")
    assert {one.team.name for one in Customer.objects.all()} == {"North"}
    assert Event.objects.filter(act="customer_added", actor=None).count() == 2
    assert run(a_csv(("Blue Door", ONE)))[2] == "0 added, 1 there already, 0 wrong.\n"


def test_wrong_lines_are_sentences_and_status_1_and_the_others_are_added(run):
    people.team("North")

    status, out, err = run(a_csv(("Blue Door", ONE), ("Red Roof", "12"), ("", TWO)))

    assert (status, out) == (1, "blue-door\n")
    assert err.splitlines() == [
        f"Row 3, MEGA id: “12” is not a UUID. Copy it from MEGA; it looks like {EXAMPLE}.",
        "Row 4, Customer: The customer has no name. Type the one that MEGA shows for the account.",
        "1 added, 0 there already, 2 wrong.",
    ]


def test_a_dry_run_adds_nothing_not_even_the_team(run):
    done = run(a_csv(("Blue Door", ONE)), "--team", "North", "--dry-run")

    assert done == (0, "", "1 would be added, 0 there already, 0 wrong.\n")
    assert not Customer.objects.exists()
    assert not Team.objects.exists()
    assert not Event.objects.exists()


def test_the_team_is_made_when_it_is_missing_and_lines_may_name_others(run):
    people.team("South")

    run(a_csv(("Blue Door", ONE), ("Red Roof", TWO, "South")), "--team", "North")

    assert {one.name: one.team.name for one in Customer.objects.all()} == {
        "Blue Door": "North",
        "Red Roof": "South",
    }
    unknown = run(a_csv(("Third", THREE, "West")))
    assert unknown[0] == 1
    assert "There is no team called “West”. There are: North, South." in unknown[2]
    assert "names no team" in run(a_csv(("Third", THREE)))[2]


def test_on_an_empty_site_it_makes_the_team_of_add_customer(run):
    assert run(a_csv(("Blue Door", ONE)))[0] == 0
    assert Customer.objects.get().team.name == "Agency"


def test_somebodys_rights_hold(run):
    anna, ivan = people.anna(), people.ivan()
    people.team("South")

    done = run(a_csv(("Blue Door", ONE), ("Red Roof", TWO, "South")), "--user", anna.email)

    assert done[1].startswith("blue-door-")
    assert "You manage no team called “South”. Yours: North." in done[2]
    assert Customer.objects.get().created_by == anna
    assert "is not a manager of any team" in run(a_csv(("A", TWO)), "--user", ivan.email)[2]
    refused = run(a_csv(("A", TWO)), "--user", anna.email, "--team", "South")
    assert "is not a manager of the team South" in refused[2]


def test_tokens_are_named_and_never_repeated(run):
    people.team("North")
    head = ("Customer", "MEGA id", "Token")

    status, _, err = run(a_csv(("Blue Door", ONE, people.TOKEN), head=head))

    assert status == 0
    assert "There are API tokens in this file; none was read." in err
    assert people.TOKEN not in err


def test_a_file_that_is_not_there_is_a_sentence(tmp_path):
    with pytest.raises(CommandError, match="cannot be read: No such file") as problem:
        call_command("add_customers", str(tmp_path / "nowhere.csv"), stdout=sys.stdout)
    assert problem.value.returncode == 1
