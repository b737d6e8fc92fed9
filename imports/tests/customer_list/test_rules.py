"""What becomes of each line: made, there already, or wrong, whatever the order of the lines."""

import random
import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imports.customer_list import judge, sheet
from imports.customer_list.judge import Rules, Verdict
from imports.models import Customer
from imports.tests import people
from imports.tests.customer_list.lists import ONE, THREE, TWO, a_csv, read
from portal import characters

pytestmark = pytest.mark.django_db
SLOWLY = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def rules():
    """North and South, with North for lines that name no team."""
    return Rules([people.team("North"), people.team("South")], people.team("North"), "DE")


def line(name, mega_id=ONE, **cells):
    return {"name": name, "mega_id": mega_id} | cells


def judged(rules, *lines):
    raws = [sheet.Raw(number, cells) for number, cells in enumerate(lines, start=2)]
    return judge.judge(raws, rules)


def test_all_settings_are_read_and_what_is_not_said_is_as_usual(rules):
    said, unsaid = judged(
        rules,
        line(
            " Blue  Door ", ONE.upper(), team="south", region="gb", requests="20 / min",
            existing="Update",
        ),
        line("Red Roof", f"{{{TWO.replace('-', '')}}}"),
    )  # fmt: skip

    made = said.customer
    assert (made.name, str(made.mega_id), made.team.name) == ("Blue Door", ONE, "South")
    assert (made.region, made.requests_per_minute, made.on_duplicate) == ("GB", 20, "update")
    usual = unsaid.customer
    assert (str(usual.mega_id), usual.team.name) == (TWO, "North")
    assert (usual.region, usual.requests_per_minute, usual.on_duplicate) == ("DE", 10, "skip")


@pytest.mark.parametrize(
    ("text", "region"), [("+49", "DE"), ("0044", "GB"), ("1", "US"), ("uk", "GB"), ("USA", "US")]
)
def test_a_region_may_be_a_calling_code(rules, text, region):
    assert judged(rules, line("Blue Door", region=text))[0].customer.region == region


def test_everything_that_is_wrong_with_a_line_is_said_at_once(rules):
    (wrong,) = judged(
        rules,
        line("", "12", team="West", region="England", requests="lots", existing="perhaps"),
    )

    assert wrong.verdict == Verdict.WRONG
    assert dict(wrong.problems) == {
        "Customer": "The customer has no name. Type the one that MEGA shows for the account.",
        "MEGA id": "“12” is not a UUID. Copy it from MEGA; it looks like "
        "3f0c9a52-7d1e-4b68-9c3a-5e2f8b1d6a47.",
        "Team": "You manage no team called “West”. Yours: North, South.",
        "Phone region": "“England” is not a region. Use the two letters of a country, such as US, "
        "GB or DE.",
        "Requests a minute": "“lots” is not a whole number from 1 to 600. MEGA's limit is "
        "usually 10.",
        "Existing leads": "“perhaps” is neither skip (existing leads stay as they are) nor update "
        "(the sheet's values overwrite them). Write one of the two.",
    }


def test_a_line_that_names_no_team_needs_one(rules):
    teams = Rules(rules.teams)

    (wrong,) = judged(teams, line("Blue Door"))

    assert wrong.reasons == "Team: The line names no team. Name one of these: North, South."


def test_a_known_mega_id_is_there_already_and_a_taken_name_is_wrong(rules):
    acme = Customer.objects.create(team=rules.teams[0], name="Acme", slug="acme", mega_id=ONE)

    same, renamed, taken, other_team = judged(
        rules,
        line("Acme"),
        line("Acme Homes"),
        line("Ac\u200bme", TWO),
        line("Acme", ONE, team="South"),
    )

    assert (same.verdict, same.there, same.note) == (Verdict.THERE, acme, "It stays as it is.")
    assert renamed.note == "It is called Acme here, and stays as it is."
    assert taken.verdict == Verdict.WRONG
    assert "differs from it only by an invisible character" in taken.reasons
    assert ONE in taken.reasons
    assert other_team.verdict == Verdict.NEW


def test_lines_that_contradict_each_other_are_all_wrong(rules):
    one, two, three, fine = judged(
        rules, line("Acme"), line("Bcme"), line("Bcme", TWO), line("Ccme", THREE)
    )

    assert [one.verdict, two.verdict, three.verdict] == [Verdict.WRONG] * 3
    assert one.reasons == (
        "MEGA id: Rows 2 and 3 have the same MEGA id and differ otherwise. Keep the one that is "
        "right."
    )
    assert "Rows 3 and 4 have the same Customer" in three.reasons
    assert fine.verdict == Verdict.NEW


def test_of_lines_that_say_the_same_one_is_made(rules):
    first, again = judged(rules, line("Acme"), line("Acme ", ONE.upper()))

    assert (first.verdict, again.verdict) == (Verdict.NEW, Verdict.THERE)
    assert again.note == "The same as row 2, which is added."


def test_a_token_in_a_cell_makes_the_line_wrong(rules):
    raw = sheet.Raw(2, {"mega_id": ONE}, ("name",))

    (wrong,) = judge.judge([raw], rules)

    assert wrong.reasons.startswith("Customer: An API token stands here. It was not kept")


def _names():
    written = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=40)
    return written.map(lambda text: " ".join(text.split())).filter(
        lambda name: bool(characters.seen(name)) and not name.casefold().startswith("mega_")
    )


CUSTOMERS = st.lists(
    st.tuples(
        _names(),
        st.uuids(),
        st.sampled_from(["North", "south", ""]),
        st.sampled_from(["US", "de", "+44", ""]),
        st.integers(1, 600),
        st.sampled_from(["skip", "UPDATE", ""]),
    ),
    min_size=1,
    max_size=12,
    unique_by=(lambda one: characters.seen(one[0]), lambda one: one[1]),
)


@SLOWLY
@given(CUSTOMERS)
def test_any_list_of_valid_customers_comes_through(rules, tmp_path, found):
    lines = [(name, str(mega_id), *rest) for name, mega_id, *rest in found]

    made = judge.judge(read(tmp_path, a_csv(*lines)).lines, rules)

    assert [line.verdict for line in made] == [Verdict.NEW] * len(found)
    assert [(one.customer.name, one.customer.mega_id) for one in made] == [
        (name, mega_id) for name, mega_id, *_ in found
    ]
    assert [one.customer.requests_per_minute for one in made] == [one[4] for one in found]


MIXED = st.lists(
    st.tuples(
        st.sampled_from(["Acme", "Bcme", "Ccme", "", "Ac\u00adme"]),
        st.sampled_from([ONE, TWO, THREE, "no"]),
        st.sampled_from(["North", "South", "West"]),
        st.sampled_from(["US", "DE", ""]),
    ),
    max_size=8,
)


@SLOWLY
@given(MIXED, st.randoms())
def test_the_order_of_the_lines_does_not_matter(rules, found, chance: random.Random):
    lines = [line(name, mega_id, team=team, region=region) for name, mega_id, team, region in found]
    shuffled = lines[:]
    chance.shuffle(shuffled)

    def made(some):
        of_all = judge.of(judged(rules, *some), Verdict.NEW)
        return {(c.name, c.mega_id, c.team_id, c.region) for c in (one.customer for one in of_all)}

    def wrong(some):
        of_all = judge.of(judged(rules, *some), Verdict.WRONG)
        return sorted(str(one.raw.cells) for one in of_all)

    assert made(lines) == made(shuffled)
    assert wrong(lines) == wrong(shuffled)
    assert len(made(lines)) == len({(name, team) for name, _id, team, _region in made(lines)})


def test_two_thousand_lines_are_judged_while_a_page_is_made(rules, django_assert_num_queries):
    lines = [line(f"C{n}", str(uuid.UUID(int=n))) for n in range(2000)]

    with django_assert_num_queries(1):
        found = judged(rules, *lines)

    assert len(judge.of(found, Verdict.NEW)) == 2000
