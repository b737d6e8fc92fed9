"""Makes the workbooks of the corpus anew: `python -m imports.tests.intake.corpus.make`.

All hold the same leads, written as different programs write them. The files are in the repository,
so that a reader is tested against bytes and not against today's version of a library.
"""

import datetime as dt
from pathlib import Path

import openpyxl
import xlsxwriter
import xlwt
from odf import opendocument, table, text
from openpyxl.chart import BarChart

from imports.tests.intake.corpus import ooxml, xlsb
from imports.tests.intake.made import ods, ods_cell, ods_row

HERE = Path(__file__).parent
HEADINGS = ["Name", "Phone", "Rate", "Since", "At", "OK", "Id", "Note"]
ANN = ["Ann Lee", 2065550123, 0.12, dt.date(2026, 11, 3), dt.time(9, 30), True, "00123", "a\nb"]
SINCE = dt.datetime(2026, 11, 4, 14, 5)  # noqa: DTZ001 as cells have it
BOB = ["Bob Ray", "0049 221 5550123", 0.075, SINCE, dt.time(18), False]
BOB += [45, "O'Neil & <Sons>"]
FORMATS = {2: "0.0%", 3: "yyyy-mm-dd hh:mm", 4: "hh:mm", 6: "00000"}


def xlsxwriter_book(path, options=None, cells=(HEADINGS, ANN, BOB)):
    """As Excel does it: shared strings, styles, a dimension."""
    with xlsxwriter.Workbook(str(path), options or {}) as book:
        sheet = book.add_worksheet("Leads")
        formats = {column: book.add_format({"num_format": FORMATS[column]}) for column in FORMATS}
        for row, values in enumerate(cells):
            for column, value in enumerate(values):
                styled = not isinstance(value, str) and column in formats
                sheet.write(row, column, value, *([formats[column]] if styled else []))


def openpyxl_book(path):
    """A hidden sheet, a very hidden one, an empty one, and a chart sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Leads"
    for row in (HEADINGS, ANN, BOB):
        sheet.append(row)
    for column, code in FORMATS.items():
        for row in (2, 3):
            if not isinstance(sheet.cell(row, column + 1).value, str):
                sheet.cell(row, column + 1).number_format = code
    book.create_sheet("Empty")
    for name, state in (("Old", "hidden"), ("Older", "veryHidden")):
        book.create_sheet(name).append(["Name"])
        book[name].append(["Zoe"])
        book[name].sheet_state = state
    book.create_chartsheet("Chart").add_chart(BarChart())
    book.save(path)


def xlwt_book(path):
    """BIFF 8, with a hidden sheet and an empty one."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Leads")
    for row, values in enumerate((HEADINGS, ANN, BOB)):
        for column, value in enumerate(values):
            code = FORMATS.get(column) if not isinstance(value, str) else None
            style = xlwt.easyxf(num_format_str=code) if code else xlwt.Style.default_style
            sheet.write(row, column, value, style)
    old = book.add_sheet("Old")
    old.visibility = 1
    old.write(0, 0, "Name")
    old.write(1, 0, "Zoe")
    book.add_sheet("Empty")
    book.save(str(path))


def odfpy_book(path):
    """Plain cells as odfpy writes them."""
    book = opendocument.OpenDocumentSpreadsheet()
    sheet = table.Table(name="Leads")
    for values in (HEADINGS, ANN, BOB):
        row = table.TableRow()
        for value in values:
            row.addElement(odf_cell(value))
        sheet.addElement(row)
    book.spreadsheet.addElement(sheet)
    book.save(str(path))


def odf_cell(value):
    """A cell of odfpy of the type that the value has."""
    if isinstance(value, str):
        cell = table.TableCell(valuetype="string")
        for line in value.split("\n"):
            cell.addElement(text.P(text=line))
        return cell
    if isinstance(value, bool):
        return table.TableCell(valuetype="boolean", booleanvalue=str(value).lower())
    if isinstance(value, dt.time):
        return table.TableCell(valuetype="time", timevalue=f"PT{value:%H}H{value:%M}M00S")
    if isinstance(value, dt.date):
        return table.TableCell(valuetype="date", datevalue=value.isoformat())
    return table.TableCell(valuetype="float", value=str(value))


def libreoffice_ods(path):
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
    path.write_bytes(ods(("Leads", leads), old, ("Empty", end), styles=hidden))


def main():
    """Write every file of the corpus."""
    xlsxwriter_book(HERE / "excel.xlsx")
    xlsxwriter_book(HERE / "constant_memory.xlsx", {"constant_memory": True})
    xlsxwriter_book(HERE / "mac_1904.xlsx", {"date_1904": True})
    openpyxl_book(HERE / "openpyxl.xlsx")
    xlwt_book(HERE / "excel97.xls")
    odfpy_book(HERE / "odfpy.ods")
    libreoffice_ods(HERE / "libreoffice.ods")
    for name, content in ooxml.books().items():
        (HERE / name).write_bytes(content)
    (HERE / "excel.xlsb").write_bytes(xlsb.book())


if __name__ == "__main__":
    main()
