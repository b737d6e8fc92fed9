"""OpenDocuments by hand, in the manner of LibreOffice."""

from imports.tests.intake.made import ods, ods_cell, ods_row


def leads():
    """Repeated blank cells and rows to the end of the sheet, a hidden sheet, an empty one."""
    end = ods_row(ods_cell("", more='table:number-columns-repeated="16384"'),
                  more='table:number-rows-repeated="1048573"')  # fmt: skip
    blank = ods_cell("", more='table:number-columns-repeated="16381"')
    leads = ods_row("Name", "City", "Tag", blank)
    leads += ods_row("Ann Lee", "Bonn", "x", blank)
    leads += ods_row("Bob Ray", ods_cell("same", more='table:number-columns-repeated="2"'), blank)
    leads += ods_row("Cay", "Ulm", "y", blank, more='table:number-rows-repeated="2"') + end
    hidden = '<style:style style:name="ta2" style:family="table">'
    hidden += '<style:table-properties table:display="false"/></style:style>'
    old = ("Old", ods_row("Name") + ods_row("Zoe"), 'table:style-name="ta2"')
    return ods(("Leads", leads), old, ("Empty", end), styles=hidden)


def number(kind, value, seen, more=""):
    """A cell with a value and what is seen of it."""
    return ods_cell(seen, kind, f'office:value="{value}" calcext:value-type="{kind}" {more}')


def formats():
    """What is seen differs from what is stored: blank rows above, notes, repetition, errors."""
    error = 'office:string-value="" calcext:value-type="error" table:formula="of:=NA()"'
    note = "<office:annotation><text:p>05550123</text:p></office:annotation><text:p>"
    noted = number("float", 5550123, "5550123").replace("<text:p>", note)
    rows = ods_row(ods_cell(""), more='table:number-rows-repeated="2"')
    rows += ods_row("Name", "Rate", "Zip", "Since", "Note", "Code", "Code 2", "Price")
    rows += ods_row(
        "Ann Lee",
        number("percentage", 0.125, "13%"),
        number("float", 123, "00123"),
        ods_cell("11/03/26", "date", 'office:date-value="2026-11-03"'),
        noted,
        number("float", 7, "007", 'table:number-columns-repeated="2"'),
        ods_cell("1.234,50\u00a0€", "currency", 'office:value="1234.5" office:currency="EUR"'),
        more='table:number-rows-repeated="2"',
    )
    rows += ods_row(
        "Bob Ray",
        ods_cell("#N/A", "string", error),
        number("float", 0, "Err:502").replace('calcext:value-type="float"',
                                              'calcext:value-type="error"'),
        "<table:covered-table-cell/>",
        ods_cell("=IF(1&gt;0)", more='table:formula="of:=IF(1>0)"'),
        "007",
        number("float", 8, "8.0"),
    )  # fmt: skip
    # Another sheet has percentages too, which are none of this one's.
    other = ods_row("Rate") + ods_row(number("percentage", 0.5, "50%")) * 4
    return ods(("Leads", rows), ("Leads &amp; more", other))
