"""What holds for any cell and any mapping."""

import json
from dataclasses import replace

import phonenumbers
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from imports.columns import (
    check,
    clean,
    defects,
    digests,
    fields,
    formats,
    guessing,
    headers,
    mapfile,
    mapping,
    match,
    placeholders,
    sources,
)
from imports.columns.changes import Change
from imports.columns.mapping import ColumnMap, Mapping
from imports.columns.placeholders import Words
from imports.columns.sources import Split
from imports.errors import BadMapping
from imports.tests.columns import contract

ANYTHING = st.text(st.characters(), max_size=30)  # surrogates and control characters included
LIKELY = st.sampled_from(
    [
        "jane@x.com",
        "Jane <j@x.co>",
        "mailto:a@b.co",
        "a@b",
        "ü@x.de",
        "a@müller.de",
        "a@b.co, c@d.co",
        "'a'@b.co",
        "(206) 555-0123",
        "+44 20 7946 0958",
        "07x 555",
        "2.06556E+09",
        "0000000000",
        "206 555 0123 / 206 555 0124",
        "12",
        "+1 999 999 0123",
        "tel:+1206",
        "Google Ads",
        "fb",
        "buyer",
        "New Lead",
        "1.234,50",
        "€ 500",
        "-0.0",
        "9" * 16,
        "1e999",
        "nan",
        "yes",
        "3f2b8c1e-5d4a-4c1b-9e7f-0a1b2c3d4e5f",
        "{bad}",
        "#REF!",
        "N/A",
        '="5"',
        "-",
        "?!",
    ]
)
BLANKS = st.text(st.sampled_from(" \t\r\n\u00a0\u2003\u200b\ufeff\x00\x1f\x85\ud800"), max_size=6)
CELLS = st.one_of(LIKELY, ANYTHING, BLANKS, st.builds(str.__add__, LIKELY, ANYTHING))
TARGETS = [*fields.BY_NAME, "custom_fields.budget", "custom_fields.Shoe-size", None, None]
CONSTANTS = {
    "source_type": "Web form",
    "stage_slug": "New Lead",
    "custom_fields.list": "May",
    "lead_line": "buyer",
}


WORDS = ["columns", "constants", "joins", "Name", "Phone", "field", "values", "split", "changes"]
WORDS += ["by", "fields", "possible_phones", "blank_words", "add", "remove"]
SHORT = st.text(st.characters(), min_size=1, max_size=3)
CHANGES = st.one_of(
    st.builds(Change, st.sampled_from(["tidy", "upper", "lower", "capitals", "digits", "turn"])),
    st.builds(Change, st.just("prefix"), SHORT | st.sampled_from("+'=\u200b")),
    st.builds(Change, st.just("replace"), SHORT | st.sampled_from(" @.0"), ANYTHING),
)


OWN = st.lists(
    LIKELY.map(clean.word).filter(bool) | SHORT.map(clean.word).filter(bool), unique=True
)
OUT = st.lists(st.sampled_from(sorted(placeholders.DEFAULT)), unique=True, max_size=5)


@st.composite
def blank_words(draw):
    """Own words, and usual ones that are taken out; none is both."""
    own = draw(OWN)
    return Words(tuple(own), tuple(word for word in draw(OUT) if word not in own))


@st.composite
def splits(draw, targets):
    """A split that takes its later parts from the targets that are still free."""
    count = draw(st.integers(1, min(3, len(targets)))) if targets else 0
    parts = tuple(targets.pop() for _ in range(count))
    return Split(draw(st.sampled_from(sorted(sources.WAYS))), parts) if parts else None


@st.composite
def mappings(draw):
    """Columns that feed fields, some changed, some split; templates; constants."""
    free = [*draw(st.permutations(TARGETS))]
    meanings = st.dictionaries(CELLS, st.just(""), max_size=2)
    columns = [
        ColumnMap(
            index,
            draw(ANYTHING),
            free.pop(),
            draw(meanings),
            read_as=draw(st.sampled_from([*formats.WORDS, ""])),
            changes=tuple(draw(st.lists(CHANGES, max_size=3))),
            split=draw(splits(free)) if draw(st.booleans()) else None,
        )
        for index in range(draw(st.integers(1, 8)))
        if free
    ]
    columns = [with_others(draw, column) for column in columns]
    made = Mapping(tuple(columns))
    joins = {target: draw(templates(made.names)) for target in free[:2] if target}
    names = draw(st.sets(st.sampled_from(sorted(CONSTANTS))))
    country = draw(st.none() | st.integers(0, len(columns) - 1))
    made = replace(made, country=country, region=draw(st.sampled_from(["", "GB"])))
    made = replace(
        made, possible=draw(st.sampled_from(["", *mapping.POSSIBLE])), words=draw(blank_words())
    )
    return replace(made, joins=joins, constants={name: CONSTANTS[name] for name in names})


def with_others(draw, column):
    several = column.target in ("contact_phone", "contact_email") and draw(st.booleans())
    return replace(column, others=f"custom_fields.more_{column.index}") if several else column


@st.composite
def templates(draw, names):
    """A template that names some of the columns whose names have no brace."""
    plain = [name for name in names if not set("{}") & set(name)] or ["?"]
    pieces = [f"{{{draw(st.sampled_from(plain))}}}" for _ in range(draw(st.integers(1, 3)))]
    between = draw(ANYTHING).replace("{", "{{").replace("}", "}}")
    return between.join(pieces) + draw(st.sampled_from(["", between]))


def is_valid(number):
    return number is None or phonenumbers.is_valid_number(phonenumbers.parse(number))


@settings(max_examples=300, deadline=None)
@given(
    mappings(),
    st.lists(st.lists(CELLS, max_size=14), max_size=4),
    st.sampled_from(["US", "DE", "ZZ"]),
)
def test_what_is_ok_keeps_mega_s_contract(mapped, rows, region):
    assume(not any(defects.found(mapped)))  # two names may be alike, or none fit for a template
    assert Mapping.from_json(json.loads(json.dumps(mapped.to_json()))) == mapped
    checker = check.compile_mapping(mapped, region)
    for number, cells in enumerate(rows, 2):
        row = checker.check(number, cells)
        unusual = any(problem.code == "email_unusual" for problem in row.problems)
        faults = contract.faults(row.lead, apart=unusual)
        assert row.verdict in ("ok", "invalid")
        assert faults == [] or (row.verdict == "invalid" and faults == ["no contact"])
        assert (row.verdict == "ok") == all(problem.level == "warning" for problem in row.problems)
        assert mapped.sends_possible or is_valid(row.lead.get("contact_phone"))
        stored = json.dumps([problem.to_json() for problem in row.problems], ensure_ascii=False)
        assert "\\u0000" not in stored.encode().decode()
        assert len(digests.lead_hash(row.lead)) == 16


@settings(max_examples=200, deadline=None)
@given(blank_words().filter(lambda words: words.own), st.data())
def test_an_own_word_is_no_contact_however_it_is_written(words, data):
    columns = [ColumnMap(at, name, name) for at, name in enumerate(fields.CONTACTS)]
    checker = check.compile_mapping(Mapping(tuple(columns), words=words), "US")
    word = data.draw(st.sampled_from(words.own))
    shown = data.draw(st.sampled_from([word, f" {word}\u200b", f"\n{word} "]))
    row = checker.check(2, [shown] * len(columns))
    assert (row.lead, row.verdict) == ({}, "invalid")
    assert [one.code for one in row.problems] == ["placeholder"] * 3 + ["no_contact"]


@settings(max_examples=100, deadline=None)
@given(mappings(), st.lists(BLANKS, max_size=14))
def test_blank_cells_never_become_values(mapped, cells):
    assume(not any(defects.found(mapped)))
    bare = replace(mapped, constants={})
    row = check.compile_mapping(bare, "US").check(2, cells)
    assert (row.lead, row.verdict) == ({}, "invalid")
    assert [problem.code for problem in row.problems] == ["no_contact"]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.one_of(ANYTHING, st.sampled_from(["Name", "Vorname", "E-mail", "Phone"])), max_size=12
    ),
    st.data(),
)
def test_any_header_row_is_matched_to_a_mapping_that_compiles(header_row, data):
    width = st.lists(CELLS, max_size=len(header_row) + 1)
    guesses = match.propose(header_row, data.draw(st.lists(width, max_size=3)))
    mapped = guessing.from_guesses(guesses)
    assert [column.index for column in mapped.columns] == list(range(len(header_row)))
    assert Mapping.from_json(json.loads(json.dumps(mapped.to_json()))) == mapped
    check.compile_mapping(mapped, "US")
    names = headers.names(header_row)
    assert len(set(names)) == len(names)
    offers = [guess.offer for guess in guesses]
    assert len(set(offers)) == len(offers)
    assert all(fields.find(offer) for offer in offers)
    for name in names:
        assert mapfile.find_column(mapped, name) == names.index(name)


@settings(max_examples=100, deadline=None)
@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | ANYTHING
        | st.sampled_from(["Name", "contact_name", "{Name} {Phone}", "{Nam}", "tidy", ","]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(WORDS),
                inner,
            )
        ),
        max_leaves=10,
    )
)
def test_any_json_is_applied_or_refused(data):
    mapped = guessing.from_guesses(match.propose(["Name", "Phone"], []))
    try:
        decided = mapfile.apply_file(mapped, data)
    except BadMapping:
        return
    check.compile_mapping(decided, "US")
