"""Which facts about a file make the portal ask for its customer's name, and which do not."""

import pytest

from imports.review.guard_rule import Facts, Odd, judge
from imports.review.guard_sample import region

BETA, GAMMA = 7, 8
HERE, THERE = {"+1 206": 0.9, "+1 425": 0.1}, {"+1 512": 0.8, "+1 737": 0.2}
PAST = {"former": 5, "phones": 200, "regions": {"+1 808": 1.0}, "own_regions": [HERE] * 5}


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        (Facts(200, 200, 0, {BETA: 82}, **PAST), Odd("people", BETA, 41, 0)),
        (Facts(200, 200, 0, {BETA: 10}, **PAST), Odd("people", BETA, 5, 0)),
        (Facts(200, 200, 0, {BETA: 9}, **PAST), None),  # under 5 %
        (Facts(49, 49, 0, {BETA: 49}, **PAST), None),  # under 50 rows
        (Facts(200, 49, 0, {BETA: 49}, **PAST), None),  # under 50 people
        (Facts(200, 200, 30, {BETA: 60}, **PAST), None),  # nearly as many are the customer's own
        (Facts(200, 200, 6, {BETA: 82, GAMMA: 20}, **PAST), Odd("people", BETA, 41, 3)),
    ],
)
def test_people_of_another_customer(facts, found):
    assert judge(facts) == found


def test_neighbours_have_people_in_common_but_not_with_one_alone():
    near = PAST | {"regions": HERE}
    assert judge(Facts(200, 200, 0, {BETA: 20, GAMMA: 19}, **near)) is None
    assert judge(Facts(200, 200, 0, {BETA: 9}, **near)) is None
    assert judge(Facts(200, 200, 0, {BETA: 20}, **near)) == Odd("people", BETA, 10, 0)


def test_columns_that_only_another_customer_has_had():
    near = PAST | {"regions": HERE}
    theirs = {"theirs": {BETA: 12, GAMMA: 12}, "their_columns": {BETA: 3}}
    assert judge(Facts(200, 200, 0, **theirs, **near)) == Odd("columns", BETA, 6, 0)
    assert judge(Facts(200, 200, 0, own_columns=1, **theirs, **near)) is None
    both = theirs | {"their_columns": {BETA: 3, GAMMA: 1}}
    assert judge(Facts(200, 200, 0, **both, **near)) is None


def test_what_a_common_supplier_always_brings_is_not_odd():
    usual = {BETA: 0.3}
    assert judge(Facts(200, 200, 0, {BETA: 76}, usual=usual, **PAST)) is None
    assert judge(Facts(200, 200, 0, {BETA: 160}, usual=usual, **PAST)) == Odd("people", BETA, 80, 0)


def test_a_new_customer_is_not_odd_by_itself():
    stranger = {"phones": 200, "regions": THERE, "their_regions": {BETA: [THERE]}}
    assert judge(Facts(200, 200, 0, **stranger)) is None
    assert judge(Facts(200, 200, 0, {BETA: 40})) is None
    assert judge(Facts(200, 200, 0, {BETA: 160})) == Odd("people", BETA, 80, 0)


def test_phones_from_where_only_another_customer_has_leads():
    facts = {"phones": 200, "regions": THERE, "their_regions": {BETA: [THERE], GAMMA: [HERE]}}
    assert judge(Facts(200, 200, **PAST | facts)) == Odd("regions", BETA, 100, 0)
    few = PAST | {"own_regions": []}
    assert judge(Facts(200, 200, **few | facts)) is None
    assert judge(Facts(200, 200, **PAST | facts | {"their_regions": {}})) is None


def test_who_had_leads_from_elsewhere_before_may_have_them_again():
    facts = {"phones": 200, "regions": {"+1 305": 1.0}, "their_regions": {BETA: [{"+1 305": 1.0}]}}
    moved = {"former": 4, "own_regions": [HERE, HERE, THERE, HERE]}
    assert judge(Facts(200, 200, **facts, **moved)) is None
    known = {"former": 4, "own_regions": [HERE, HERE, HERE, {"+1 305": 1.0}]}
    assert judge(Facts(200, 200, **facts, **known)) is None


def test_companies_that_only_another_customer_has_had():
    facts = {"emails": 200, "domains": {"beta-builds.com": 0.4, "acme.com": 0.1}}
    theirs = {"their_domains": {BETA: frozenset({"beta-builds.com"})}}
    ours = {"own_domains": frozenset({"acme.com"})}
    assert judge(Facts(200, **facts, **theirs, **ours, **PAST)) == Odd("domains", BETA, 40, 10)
    assert judge(Facts(200, **facts, **theirs, **ours)) is None  # the customer has no past


@pytest.mark.parametrize(
    ("phone", "where"),
    [
        ("+12065550123", "+1 206"),
        ("+442079460958", "+44 20"),
        ("+4930901820", "+49 30"),
        ("+35315550123", "+353 15"),
        ("+", "+ "),
    ],
)
def test_where_a_phone_is_from(phone, where):
    assert region(phone) == where
