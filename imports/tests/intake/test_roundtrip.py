"""Whatever a program writes as CSV is read as it was."""

import csv
import io
import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from imports.intake.dialect import ENCODINGS as WORDS
from imports.intake.dialect import Dialect
from imports.intake.table import open_table
from imports.tests.intake import leads_of_the_world

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
# Random letters are no names, so what encoding they are in is chosen.
CHOSEN = [
    "utf-8", "cp1252", "iso8859-15", "mac-roman", "cp850", "utf-16-le", "utf-16-be", "utf-32-le",
    "utf-32-be", "gb18030",
]  # fmt: skip
CHARACTERS = "".join(map(chr, range(32, 127))) + "äöüßéñ€–\n\r\t"
CELLS = st.text(CHARACTERS, max_size=12)
COMMON = st.text(CHARACTERS.replace("€", "").replace("–", ""), max_size=12)  # of all in CHOSEN
HEADINGS = ["Name", "Straße", "Phone", "City", "Note", "Tags"]


@st.composite
def tables(draw):
    width = draw(st.integers(2, len(HEADINGS)))
    row = st.lists(CELLS, min_size=width, max_size=width).filter(
        lambda cells: "".join(cells).strip()
    )
    return [HEADINGS[:width], *draw(st.lists(row, min_size=1, max_size=12))]


@st.composite
def tables_of(draw, cells):
    row = st.lists(cells, min_size=3, max_size=3).filter(lambda row: "".join(row).strip())
    return [HEADINGS[:3], *draw(st.lists(row, min_size=1, max_size=12))]


def written(table, encoding, **dialect):
    into = io.StringIO(newline="")
    csv.writer(into, **dialect).writerows(table)
    return into.getvalue().encode(encoding)


def read(content, **options):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "leads.csv"
        path.write_bytes(content)
        with open_table(path, **options) as table:
            return [table.headers, *(row.cells for row in table.rows())]


@settings(deadline=None, max_examples=150)
@given(
    table=tables(),
    encoding=st.sampled_from(ENCODINGS),
    delimiter=st.sampled_from(",;\t|"),
    # With other line ends than CR LF Python's writer forgets to quote a CR or LF within a cell.
    style=st.sampled_from(
        [
            ("\r\n", csv.QUOTE_MINIMAL),
            ("\r\n", csv.QUOTE_ALL),
            ("\n", csv.QUOTE_ALL),
            ("\r", csv.QUOTE_ALL),
        ]
    ),
)
def test_any_table_in_any_dialect_reads_back_the_same(table, encoding, delimiter, style):
    ends, quoting = style
    content = written(table, encoding, delimiter=delimiter, lineterminator=ends, quoting=quoting)

    assert read(content, choice=Dialect(delimiter=delimiter, header_row=1)) == table


@settings(deadline=None, max_examples=100)
@given(
    # A cell within single quotes in each row would be taken for a quoted one.
    names=st.lists(st.text("abcdefgäöü ,;|'", max_size=10), min_size=3, max_size=12).filter(
        lambda names: not all(name.startswith("'") and name.endswith("'") for name in names)
    ),
    encoding=st.sampled_from(ENCODINGS),
    delimiter=st.sampled_from(",;\t|"),
)
def test_delimiter_and_headings_are_found_around_any_names(names, encoding, delimiter):
    table = [["Name", "E-mail", "Phone", "City"]] + [
        [name, f"lead{number}@example.com", f"206555{number:04}", "Köln"]
        for number, name in enumerate(names)
    ]

    assert read(written(table, encoding, delimiter=delimiter)) == table


@settings(deadline=None, max_examples=200)
@given(
    table=tables_of(COMMON),
    encoding=st.sampled_from(CHOSEN),
    delimiter=st.sampled_from(",;\t|^"),
    quote=st.sampled_from("\"'"),
    escape=st.sampled_from(["", "\\"]),
    ends=st.sampled_from(["\r\n", "\n", "\r"]),
)
def test_quotes_escapes_and_encodings_may_be_chosen_and_read_back(
    table, encoding, delimiter, quote, escape, ends
):
    style = {"delimiter": delimiter, "quotechar": quote, "lineterminator": ends}
    if escape:
        style |= {"escapechar": escape, "doublequote": False}
    content = written(table, encoding, quoting=csv.QUOTE_ALL, **style)

    choice = Dialect(
        encoding=encoding, delimiter=delimiter, quote=quote, escape=escape, header_row=1
    )
    assert read(content, choice=choice) == table


@st.composite
def lists_of_leads(draw, fewest):
    """A list of leads of one language, as programs there write it: rows, encoding and style."""
    language = draw(st.sampled_from(sorted(leads_of_the_world.LEADS)))
    codecs, headings, names, towns = leads_of_the_world.LEADS[language]
    codec = draw(st.sampled_from([*codecs.split(), "utf-8", "utf-8-sig", "utf-16", "utf-32"]))
    chosen = draw(st.lists(st.sampled_from(names.split("|")), min_size=fewest, unique=True))
    table = [headings.split("|")]
    for number, name in enumerate(chosen):
        table.append([name, f"lead{number}@example.com", draw(st.sampled_from(towns.split("|")))])
    if codec == "cp1258":
        table = [list(map(leads_of_the_world.as_vietnamese, row)) for row in table]
    # A single cell within single quotes may have been typed so.
    quotings = [(csv.QUOTE_MINIMAL, '"'), (csv.QUOTE_ALL, '"'), (csv.QUOTE_ALL, "'")]
    quoting, quote = draw(st.sampled_from(quotings))
    style = {
        "delimiter": draw(st.sampled_from(",;\t|^")),
        "lineterminator": draw(st.sampled_from(["\r\n", "\n", "\r"])),
        "quoting": quoting,
        "quotechar": quote,
    }
    return table, codec, style


@settings(deadline=None, max_examples=200)
@given(lists_of_leads(fewest=8))
def test_lists_of_leads_in_any_encoding_and_style_read_back_without_a_word_about_them(leads):
    table, codec, style = leads

    assert read(written(table, codec, **style)) == table


@settings(deadline=None, max_examples=200)
@given(lists_of_leads(fewest=1))
def test_where_a_few_bytes_do_not_decide_the_page_says_what_was_taken_and_may_be_told(leads):
    """One name may be German of Windows or Polish of DOS: both are text."""
    table, codec, style = leads
    content = written(table, codec, **style)
    choice = Dialect(delimiter=style["delimiter"], quote=style["quotechar"], header_row=1)

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "leads.csv"
        path.write_bytes(content)
        with open_table(path, choice=choice) as found:
            as_found = [found.headers, *(row.cells for row in found.rows())]
    if as_found != table:
        assert f"was read as {WORDS[found.dialect.encoding]}" in found.doubts[0]
    named = {"utf-8-sig": "utf-8", "utf-16": "", "utf-32": ""}.get(codec, codec)
    assert read(content, choice=replace(choice, encoding=named)) == table


@settings(deadline=None, max_examples=100)
@given(tables=st.lists(tables_of(CELLS), min_size=2, max_size=3), data=st.data())
def test_quoted_and_plain_blocks_follow_each_other_without_loss(tables, data):
    headings, rows = tables[0][0], [row for one in tables for row in one[1:]]
    plain = [[f"plain {n}", "x", "y"] for n in range(data.draw(st.integers(0, 4_000)))]
    table = [headings, *rows, *plain, *rows]
    content = written(table, "utf-8", quoting=csv.QUOTE_MINIMAL)

    assert read(content, choice=Dialect(delimiter=",", header_row=1)) == table


@settings(deadline=None, max_examples=150)
@given(
    table=tables_of(CELLS),
    encoding=st.sampled_from(ENCODINGS),
    ends=st.sampled_from(["\x1e", "\x1e\n", "\x1e\r\n"]),
    last=st.booleans(),
)
def test_a_table_of_unit_and_record_separators_reads_back_the_same(table, encoding, ends, last):
    table = [[row[0].lstrip("\r\n") or "x", *row[1:]] for row in table]
    style = {"delimiter": "\x1f", "lineterminator": "\x1e", "quoting": csv.QUOTE_MINIMAL}
    text = written(table, "utf-8", **style).decode().replace("\x1e", ends)
    text = text if last else text.removesuffix(ends)

    assert read(text.encode(encoding), choice=Dialect(header_row=1)) == table
