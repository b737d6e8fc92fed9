"""Rows of one person never share a request; every row goes into exactly one."""

from hypothesis import given
from hypothesis import strategies as st

from imports.delivery.packing import FIRST_ROWS, Packable, Packer, count
from imports.mega.contract import MAX_ROWS


def pack(leads, first_rows=FIRST_ROWS):
    packer = Packer(first_rows)
    return [*packer.pack(leads), *packer.finish()]


def test_the_first_request_is_small_and_the_others_are_full():
    parcels = pack(Packable(number) for number in range(2, 1_202))

    assert [len(one.row_numbers) for one in parcels] == [25, 500, 500, 175]
    assert [one.after for one in parcels] == [0, 1, 1, 1]
    assert parcels[0].row_numbers == tuple(range(2, 27))


def test_a_second_row_of_a_person_waits_for_the_answer_to_the_first():
    ann = frozenset({"e:ann@example.com"})
    leads = [Packable(2, ann), Packable(3), Packable(4, ann)]

    first, second = pack(leads)

    assert (first.row_numbers, second.row_numbers) == ((2, 3), (4,))
    assert second.after == first.number


def test_ten_rows_of_a_person_keep_the_order_of_the_sheet():
    ann = frozenset({"p:2065550123"})

    parcels = pack(Packable(number, ann) for number in range(2, 12))

    assert [one.row_numbers for one in parcels] == [(number,) for number in range(2, 12)]
    assert [one.after for one in parcels] == [0, *range(1, 10)]


leads_of_few_people = st.lists(
    st.sets(st.sampled_from(["e:a", "e:b", "p:1", "p:2", "p:3"]), max_size=2), max_size=200
).map(lambda keys: [Packable(place, frozenset(one)) for place, one in enumerate(keys, start=2)])


@given(leads_of_few_people)
def test_every_row_once_no_person_twice_in_a_request_and_in_order(leads):
    parcels = pack(leads)
    keys = {lead.number: lead.keys for lead in leads}

    assert sorted(n for one in parcels for n in one.row_numbers) == [lead.number for lead in leads]
    met: dict[str, int] = {}
    for parcel in parcels:
        assert len(parcel.row_numbers) <= (FIRST_ROWS if parcel.number == 1 else MAX_ROWS)
        in_parcel = [key for number in parcel.row_numbers for key in keys[number]]
        assert len(in_parcel) == len(set(in_parcel))
        for number in parcel.row_numbers:
            for key in keys[number]:
                assert met.get(key, 0) < number, "an earlier row of the person came later"
                met[key] = number
    numbers_of = {n: one for one in parcels for n in one.row_numbers}
    for parcel in parcels:
        for number in parcel.row_numbers:
            earlier = [
                numbers_of[other.number].number
                for other in leads
                if other.number < number and other.keys & keys[number]
            ]
            assert parcel.after >= max(earlier, default=0)


@given(leads_of_few_people, st.integers(0, 100))
def test_packing_goes_on_after_an_interruption_as_if_there_was_none(leads, cut):
    whole = pack(leads)
    packer = Packer()
    first = list(packer.pack(leads[:cut]))

    assert [*first, *packer.pack(leads[cut:]), *packer.finish()] == whole


def test_with_a_first_request_of_full_size_none_is_small():
    packer = Packer(first_rows=MAX_ROWS)
    parcels = [*packer.pack(Packable(number) for number in range(2, 1_202)), *packer.finish()]

    assert [len(one.row_numbers) for one in parcels] == [500, 500, 200]
    assert [one.after for one in parcels] == [0, 1, 1]


@given(
    st.lists(st.sampled_from("abcdefgh"), max_size=40).map(sorted),
    st.integers(0, 2_000),
    st.sampled_from([FIRST_ROWS, MAX_ROWS]),
)
def test_how_many_requests_it_will_be_is_known_before(persons, alone, first_rows):
    """Rows of persons with several stand at the end of a sheet of others."""
    last = [Packable(-n, frozenset({who})) for n, who in enumerate(persons, start=1)]
    leads = [*map(Packable, range(2, alone + 2)), *last]

    assert count(len(leads), first_rows, last) == len(pack(leads, first_rows))
    assert count(alone, first_rows, []) == len(pack(leads[:alone], first_rows))


def test_leads_that_mega_may_refuse_come_last_in_requests_without_others():
    ann = frozenset({"p:2065550123"})
    leads = [
        Packable(2, lane=1),
        Packable(3),
        Packable(4, ann, lane=1),
        Packable(5, ann),
        Packable(6),
    ]

    parcels = pack(leads)

    assert [one.row_numbers for one in parcels] == [(3, 6), (2, 4), (5,)]
    assert [one.after for one in parcels] == [0, 1, 2]


def test_a_file_of_nothing_else_begins_with_a_small_request_too():
    parcels = pack(Packable(number, lane=1) for number in range(2, 602))

    assert [len(one.row_numbers) for one in parcels] == [25, 500, 75]


leads_some_apart = st.tuples(leads_of_few_people, st.sets(st.integers(2, 201))).map(
    lambda drawn: [
        Packable(lead.number, lead.keys, int(lead.number in drawn[1])) for lead in drawn[0]
    ]
)


@given(leads_some_apart)
def test_those_apart_share_no_request_with_strangers_and_keep_their_person_s_order(leads):
    parcels = pack(leads)
    place = {number: one.number for one in parcels for number in one.row_numbers}
    assert sorted(place) == [lead.number for lead in leads]
    tied: set[str] = set()
    last = {lead.number: False for lead in leads}
    for lead in leads:
        if lead.lane or lead.keys & tied:
            tied |= lead.keys
            last[lead.number] = True
    for parcel in parcels:
        assert len({last[number] for number in parcel.row_numbers}) == 1
    for one in leads:
        for other in leads:
            if one.number < other.number and one.keys & other.keys:
                assert place[one.number] < place[other.number]
                assert parcels[place[other.number] - 1].after >= place[one.number]


@given(st.integers(0, 1_200), st.integers(0, 1_200))
def test_the_requests_of_those_apart_are_foretold(together, apart):
    leads = [Packable(n, lane=int(n >= together)) for n in range(together + apart)]

    assert count(len(leads), FIRST_ROWS, (), [apart]) == len(pack(leads))


in_lanes = st.tuples(leads_of_few_people, st.lists(st.integers(0, 5), max_size=200)).map(
    lambda drawn: [
        Packable(lead.number, lead.keys, dict(enumerate(drawn[1], start=2)).get(lead.number, 0))
        for lead in drawn[0]
    ]
)


@given(in_lanes)
def test_a_request_is_of_one_lane_and_a_person_s_rows_never_go_back_to_a_former_one(leads):
    parcels = pack(leads)
    place = {number: one for one in parcels for number in one.row_numbers}

    assert sorted(place) == [lead.number for lead in leads]
    assert [one.lane for one in parcels] == sorted(one.lane for one in parcels)
    for one in leads:
        tied = [o for o in leads if o.number < one.number and o.keys & one.keys]
        assert place[one.number].lane == max([one.lane, *(place[o.number].lane for o in tied)])
        for other in tied:
            assert place[other.number].number <= place[one.number].after


@given(in_lanes, st.integers(0, 100))
def test_lanes_go_on_after_an_interruption_as_if_there_was_none(leads, cut):
    packer = Packer()
    first = list(packer.pack(leads[:cut]))

    assert [*first, *packer.pack(leads[cut:]), *packer.finish()] == pack(leads)
