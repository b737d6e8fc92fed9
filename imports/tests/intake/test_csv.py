"""A person uploads text files as programs write them."""

import tracemalloc

import pytest

from imports.errors import UnreadableFile
from imports.intake.batches import Even, SheetRow
from imports.intake.dialect import Dialect, Limits
from imports.intake.table import open_table


@pytest.fixture
def opened(tmp_path):
    def read(content, encoding="utf-8", **options):
        path = tmp_path / "leads.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return open_table(path, **options)

    return read


def sentence_of(call):
    with pytest.raises(UnreadableFile) as refused:
        call()
    return refused.value.sentence


def test_an_ordinary_file(opened):
    table = opened("Name,E-mail\r\nAnn,ann@example.com\r\nBob,bob@example.com\r\n")

    assert table.headers == ["Name", "E-mail"]
    assert list(table.rows()) == [
        SheetRow(2, ["Ann", "ann@example.com"]),
        SheetRow(3, ["Bob", "bob@example.com"]),
    ]
    assert table.dialect == Dialect("csv", "utf-8", ",", '"', header_row=1)
    assert (table.sheets, table.doubts) == ([], [])


def test_rows_can_be_read_again(opened):
    table = opened("a,b\n" + "1,2\n" * 500)

    assert list(table.rows()) == list(table.rows())


def test_a_dialect_goes_through_json_and_makes_the_same_table(opened):
    first = opened("x\n\nName;City\nAnn;Köln\n", "cp1252")
    again = opened(
        "x\n\nName;City\nAnn;Köln\n", "cp1252", choice=Dialect.from_dict(first.dialect.as_dict())
    )

    assert (again.headers, list(again.rows())) == (first.headers, list(first.rows()))


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16-le"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32-le"),
        ("cp1252", "cp1252"),
    ],
)
def test_encodings_are_found(opened, encoding, found):
    table = opened("Name;Straße\nJürgen;Müllerstraße 5\n", encoding)

    assert table.dialect.encoding == found
    assert table.headers == ["Name", "Straße"]
    assert list(table.rows()) == [SheetRow(2, ["Jürgen", "Müllerstraße 5"])]


def test_one_windows_byte_deep_in_the_file_is_known_before_row_1(opened):
    table = opened(b"Name,City\n" + b"Ann,Bonn\n" * 300_000 + b"J\xfcrgen,K\xf6ln\n")

    assert table.dialect.encoding == "cp1252"
    assert "Windows-1252" in table.doubts[0]
    *_, last = table.rows()
    assert last == SheetRow(300_002, ["Jürgen", "Köln"])


def test_a_file_of_two_encodings_loses_neither(opened):
    table = opened("Name,City\nZoë,Köln\n".encode() + "Jürgen,Nîmes\n".encode("cp1252"))

    assert table.dialect.encoding == "utf-8/cp1252"
    assert "mixes UTF-8 and Windows-1252" in table.doubts[0]
    assert [row.cells for row in table.rows()] == [["Zoë", "Köln"], ["Jürgen", "Nîmes"]]


def test_windows_characters_that_happen_to_be_utf8_are_not_taken_for_it(opened):
    table = opened("Straße,City\nGroß–Str. 5,Köln\n", "cp1252")

    assert table.dialect.encoding == "cp1252"
    assert [row.cells for row in table.rows()] == [["Groß–Str. 5", "Köln"]]


def test_a_dash_in_utf16_without_a_mark_is_no_binary_data(opened):
    table = opened("Name,Straße\n,–\n", "utf-16-le")

    assert [row.cells for row in table.rows()] == [["", "–"]]


def test_a_chosen_encoding_is_obeyed_or_refused(opened):
    polish = "Imię,Miasto\nŁukasz,Łódź\n"

    table = opened(polish, "cp1250", choice=Dialect(encoding="cp1250"))
    assert [row.cells for row in table.rows()] == [["Łukasz", "Łódź"]]
    refused = sentence_of(lambda: opened(polish, "cp1250", choice=Dialect(encoding="utf-8")))
    assert refused.startswith("The file cannot be read as UTF-8")


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_delimiters_are_found_by_consistency(opened, mark):
    lines = [["Name", "Address", "Tags"], ["Ann", '"1, Main St; rear"', "a/b"], ["Bob", "", "c"]]

    table = opened("\n".join(mark.join(line) for line in lines))

    assert table.dialect.delimiter == mark
    assert [row.cells for row in table.rows()] == [
        ["Ann", "1, Main St; rear", "a/b"],
        ["Bob", "", "c"],
    ]


def test_decimal_commas_and_lists_do_not_mislead(opened):
    assert opened("Name;Value\nAnn;1,5\nBob;2,5\nCay;3,5\n").dialect.delimiter == ";"
    assert opened("Name,Tags\nAnn,a|b|c|d\nBob,e|f|g|h\n").dialect.delimiter == ","


def test_one_column_of_names_with_commas_stays_one_column(opened):
    table = opened("Full name\nSmith, Ann\nMiller, Bob\n")

    assert table.headers == ["Full name"]
    assert not table.doubts
    assert [row.number for row in table.rows()] == [2, 3]


def test_one_column(opened):
    table = opened("Email\nann@example.com\nbob@example.com\n")

    assert table.headers == ["Email"]
    assert [row.cells for row in table.rows()] == [["ann@example.com"], ["bob@example.com"]]


def test_excels_sep_line_is_obeyed_and_not_counted(opened):
    table = opened("sep=|\r\nName|City, Country\r\nAnn|Bonn, Germany\r\n")

    assert table.dialect.delimiter == "|"
    assert list(table.rows()) == [SheetRow(2, ["Ann", "Bonn, Germany"])]


def test_mixed_line_ends_and_quoted_new_lines_count_as_excel_counts(opened):
    table = opened('Name,Note\rAnn,"one\r\ntwo\nthree"\nBob,"say ""hi"""\r\n\r\nCay,x')

    assert list(table.rows()) == [
        SheetRow(2, ["Ann", "one\r\ntwo\nthree"]),
        SheetRow(3, ["Bob", 'say "hi"']),
        SheetRow(4, []),
        SheetRow(5, ["Cay", "x"]),
    ]


def test_blank_rows_at_the_end_are_no_rows(opened):
    table = opened("Name,City\n\nAnn,Bonn\n , \n,\n\n")

    assert list(table.rows()) == [SheetRow(2, []), SheetRow(3, ["Ann", "Bonn"])]


def test_longer_and_shorter_rows_keep_their_cells_and_say_so(opened):
    table = opened("Name,City\nAnn,Bonn,x,y\nBob\nCay,Ulm,,\nDan,Rom,z\n")

    assert list(table.rows()) == [
        SheetRow(2, ["Ann", "Bonn", "x", "y"], "2 cells more than the headings"),
        SheetRow(3, ["Bob"], "1 cell fewer than the headings"),
        SheetRow(4, ["Cay", "Ulm"]),
        SheetRow(5, ["Dan", "Rom", "z"], "1 cell more than the headings"),
    ]


def test_doubled_and_empty_headings_are_kept(opened):
    table = opened("Phone,,Phone,,,\n1,2,3,,,\n")

    assert table.headers == ["Phone", "", "Phone"]


def test_nul_bytes_are_removed_with_a_note(opened):
    table = opened(b"Na\x00me,City\nA\x00nn\x00,Bonn\nBob,Ulm\n")

    assert table.headers == ["Name", "City"]
    assert list(table.rows()) == [
        SheetRow(2, ["Ann", "Bonn"], "2 NUL characters removed"),
        SheetRow(3, ["Bob", "Ulm"]),
    ]


def test_headings_in_row_7_below_titles(opened):
    table = opened(
        "Leads of autumn,,,\n\nExported on,2026-11-03,,\nBy,Ann,,\n,,,\n\n"
        "Name,E-mail,Phone,City\nAnn,ann@example.com,206 555 0123,Bonn\n"
        "Bob,bob@example.com,,Ulm\nCay,cay@example.com,,Rom\n"
    )

    assert table.dialect.header_row == 7
    assert table.headers == ["Name", "E-mail", "Phone", "City"]
    assert [row.number for row in table.rows()] == [8, 9, 10]
    assert not table.doubts


def test_headings_can_be_chosen(opened):
    content = "Group,\nName,City\nAnn,Bonn\n"

    table = opened(content, choice=Dialect(header_row=2))

    assert table.headers == ["Name", "City"]
    assert list(table.rows()) == [SheetRow(3, ["Ann", "Bonn"])]
    refused = sentence_of(lambda: opened(content, choice=Dialect(header_row=9)))
    assert refused.startswith("The file has nothing in row 9")


def test_a_first_row_that_is_a_lead_is_doubted(opened):
    table = opened("Ann,ann@example.com\nBob,bob@example.com\n")

    assert table.headers == ["Ann", "ann@example.com"]
    assert table.doubts[0].startswith(
        "Row 1 looks like data, not like headings: “ann@example.com”."
    )


@pytest.mark.parametrize("content", ["Name,City\n", "Name,City\n\n ,\n\n"])
def test_only_headings(opened, content):
    assert sentence_of(lambda: opened(content)) == (
        "The file has headings in row 1 but no rows below them. Add the leads below the headings"
        " and upload it again."
    )


@pytest.mark.parametrize("content", ["\n\n", "\ufeff", " , \n", "sep=;\n"])
def test_nothing_but_blanks(opened, content):
    assert "nothing but blank rows" in sentence_of(lambda: opened(content))


def test_the_first_lead_may_stand_far_below(opened):
    table = opened("Name,City\n" + "\n" * 400 + "Ann,Bonn\n")

    rows = list(table.rows())

    assert (len(rows), rows[0], rows[-1]) == (401, SheetRow(2, []), SheetRow(402, ["Ann", "Bonn"]))


def test_apostrophes_that_stand_alone_in_their_cells_are_no_quotes(opened):
    """As a quote, the first would swallow the delimiter up to the second."""
    table = opened("Name,Street,Phone\r\n,','\r\n,','\r\n")

    assert [row.cells for row in table.rows()] == [["", "'", "'"]] * 2
    assert table.dialect.quote == '"'


def test_a_quote_that_is_never_closed_is_named(opened):
    start = "Name,Note\n" + 'Ann,"two\nlines"\n' * 300

    def read():
        return list(opened(start + 'Bob,"oops\nCay,x\n').rows())

    assert sentence_of(read) == (
        "The quote that opens in row 302 (line 602 of the file) is never closed, so nobody can"
        " tell where that row ends. Close or remove the quote and upload the file again."
    )


def test_a_quote_that_opens_by_accident_costs_no_row_where_the_others_are_plain(opened):
    table = opened('Name,Note\nAnn,x\nBob,"oops\n' + "Cay,x\n" * 3_000 + 'Dan,"fine"\nEve,y\n')

    rows = list(table.rows())

    assert rows[1] == SheetRow(
        3,
        ["Bob", '"oops'],
        "a quote opens in it that is not closed: it was read as part of the cell",
    )
    assert rows[2] == SheetRow(4, ["Cay", "x"])
    assert rows[-2:] == [SheetRow(3_004, ["Dan", "fine"]), SheetRow(3_005, ["Eve", "y"])]
    assert [row.note for row in rows if row.note] == [rows[1].note]


def test_a_quote_that_closes_in_the_next_row_is_told_by_what_follows_it(opened):
    table = opened('Name,Note,City\nAnn,"5 ft,Bonn\nBob,"tall",Ulm\nCay,x,Rom\n')

    assert [(row.cells, bool(row.note)) for row in table.rows()] == [
        (["Ann", '"5 ft', "Bonn"], True),
        (["Bob", "tall", "Ulm"], False),
        (["Cay", "x", "Rom"], False),
    ]


def test_a_quote_in_prose_that_is_not_closed_within_a_thousand_lines_is_refused(opened):
    prose = "".join(f"Well, {'and so on, ' * (n % 3)}it went on\n" for n in range(1_500))

    refused = sentence_of(lambda: list(opened(f'Name,Note\nAnn,x\nBob,"{prose}').rows()))

    assert refused == (
        "The quote that opens in row 3 (line 3 of the file) is not closed within 1,000 lines, so"
        " nobody can tell where that row ends. Close or remove the quote and upload the file again."
    )


def test_a_cell_over_the_limit_is_refused_with_its_row(opened):
    content = "Name,Note\nAnn,x\nBob," + "y" * 1_100_000 + "\n"

    refused = sentence_of(lambda: list(opened(content).rows()))

    assert refused.startswith("Row 3 (line 3 of the file) has a cell of more than 1,048,576")


def test_a_long_cell_of_prose_is_kept_with_a_note(opened):
    prose = "".join(f"Well, {'and so on, ' * (n % 3)}it went on\n" for n in range(61))

    rows = list(opened(f'Name,Note\nAnn,"{prose}"\nDan,y\n').rows())

    assert rows == [
        SheetRow(2, ["Ann", prose], "runs over 62 lines: a quote may be missing"),
        SheetRow(3, ["Dan", "y"]),
    ]


def test_long_cells_are_kept(opened):
    table = opened("Name,Note\nAnn," + "x" * 40_000 + "\n")

    assert len(next(table.rows()).cells[1]) == 40_000


def test_16384_columns_are_read_and_one_more_is_refused(opened):
    def wide(columns):
        names = ",".join(f"c{number}" for number in range(columns))
        return names + "\n" + ",".join("x" for _ in range(columns)) + "\n"

    assert len(opened(wide(16_384)).headers) == 16_384
    assert sentence_of(lambda: opened(wide(16_385))).startswith(
        "Row 1 has 16,385 cells, more than the 16,384 columns"
    )


def test_too_many_rows_and_bytes(opened):
    content = "Name,City\n" + "Ann,Bonn\n" * 10

    rows = opened(content, limits=Limits(rows=8)).rows()
    assert sentence_of(lambda: list(rows)).startswith("The file has more than 8 rows.")
    refused = sentence_of(lambda: opened(content, limits=Limits(file_bytes=20)))
    assert refused.startswith("The file has 0.0 MB, more than the 0 MB")


def test_a_file_without_line_ends_is_refused_before_it_fills_the_memory(opened):
    assert "a line of more than 16 MB" in sentence_of(lambda: opened(b"x" * (17 * 1024 * 1024)))


def test_a_large_file_is_read_in_flat_memory(opened):
    table = opened("Name,City,Note\n" + "Ann,Bonn,some words\n" * 30_000 + "\n" * 200_000)
    tracemalloc.start()

    count = sum(1 for _ in table.rows())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert count == 30_000
    assert peak < 6_000_000


def test_a_million_blank_rows_at_the_end_are_no_rows_and_take_no_memory(opened):
    table = opened("Name,City\nAnn,Bonn\n" + "\n" * 500_000 + ",\n" * 500_000)

    assert list(table.rows()) == [SheetRow(2, ["Ann", "Bonn"])]


def test_a_hundred_thousand_blank_rows_in_between_are_numbers_only(opened):
    table = opened("Name,City\nAnn,Bonn\n" + "\n" * 100_000 + "Bob,Ulm\n")

    rows = list(table.rows())

    assert len(rows) == 100_002
    assert (rows[1], rows[-1]) == (SheetRow(3, []), SheetRow(100_003, ["Bob", "Ulm"]))


def test_a_million_rows_are_all_there(opened):
    table = opened("Name,City\n" + "Ann,Bonn\nBob,Ulm\n" * 500_000)

    assert sum(batch.size for batch in table.batches() if isinstance(batch, Even)) > 900_000
    last = None
    for last in table.rows():  # noqa: B007 - only the last one counts
        pass
    assert last == SheetRow(1_000_001, ["Bob", "Ulm"])


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (b"sep=;\rName;City\rAnn;Bonn\r", [["Ann", "Bonn"]]),
        (b'Name,City\n"Ann","Bonn"', [["Ann", "Bonn"]]),
        (b"Name,City\n" + b"x" * 32_767 + b",Bonn\n", [["x" * 32_767, "Bonn"]]),
        (b"'Name','City'\n'O''Hara','Bonn'\n'Bob','Ulm'\n", [["O'Hara", "Bonn"], ["Bob", "Ulm"]]),
        (b"Name,City\n'Ann,Bonn\nO'Hara,Ulm\n", [["'Ann", "Bonn"], ["O'Hara", "Ulm"]]),
        (b'Name,Path\nAnn,"C:\\temp\\"\nBob,x\n', [["Ann", "C:\\temp\\"], ["Bob", "x"]]),
        (b"Name,City\n\x00\x00Ann,B\x00onn\n", [["Ann", "Bonn"]]),
        (b'Name,City\nAnn,"a ""b"" c"\nBob,5" pipe\n', [["Ann", 'a "b" c'], ["Bob", '5" pipe']]),
    ],
)
def test_odd_files_are_read_as_they_were_meant(opened, content, rows):
    assert [row.cells for row in opened(content).rows()] == rows


def test_a_quote_that_never_closes_costs_no_row_where_ten_others_are_plain(opened):
    content = "Name,Note\n" + "Ann,x\n" * 5_000 + 'Bob,"oops\n' + "Cay,x\n" * 12

    rows = list(opened(content).rows())

    assert len(rows) == 5_013
    assert [(row.number, row.cells) for row in rows if row.note] == [(5_002, ["Bob", '"oops'])]


def test_a_file_that_breaks_off_within_a_quoted_cell_is_refused(opened):
    refused = sentence_of(lambda: list(opened('Name,Note\nAnn,x\nBob,"I said').rows()))

    assert refused.startswith("The quote that opens in row 3 (line 3 of the file) is never closed")


def test_twenty_megabytes_that_hold_no_line_end_but_record_separators(opened):
    below = "".join(f"Jürgen {n}\x1f{n:0>1000}\x1e" for n in range(20_000))
    table = opened(f"Name\x1fNote\x1e{below}".encode())

    assert table.dialect.encoding == "utf-8"
    rows = list(table.rows())
    assert (len(rows), rows[-1].number, rows[-1].cells[0]) == (20_000, 20_001, "Jürgen 19999")


@pytest.mark.parametrize(
    ("head", "lead"),
    [
        ('"Name,E-mail"', '"Ann,ann@example.com"'),  # Excel saved what it had not divided
        ("Name~E-mail", "Ann~ann@example.com"),
        ("姓名，邮箱", "王伟，wei@example.com"),
    ],
)
def test_where_nothing_divides_the_rows_the_page_asks_what_does(tmp_path, head, lead):
    path = tmp_path / "leads.csv"
    path.write_text(f"{head}\r\n{lead}\r\n", newline="")

    with open_table(path) as table:
        assert table.headers == [head.strip('"')]
        [doubt] = table.doubts
    assert doubt == (
        f"Each row was read as one cell, the headings as “{table.headers[0]}”. If those are several"
        " columns, choose on this page what separates them, or save the sheet as CSV again and"
        " upload that."
    )


def test_a_single_column_with_a_plain_heading_raises_no_doubt(tmp_path):
    path = tmp_path / "leads.csv"
    path.write_text("Name\nLee, Ann\nRoy, Bob\n")

    with open_table(path) as table:
        assert (table.headers, table.doubts) == (["Name"], [])
