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

from imports.tests.intake.corpus import biff, libreoffice, ooxml, xlsb

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


def xlwt_1904(path):
    """The days of old Macs: a date is four years and a day less than elsewhere."""
    book = xlwt.Workbook()
    book.dates_1904 = True
    sheet = book.add_sheet("Leads")
    for column, heading in enumerate(("Name", "Since", "Rate")):
        sheet.write(0, column, heading)
    sheet.write(1, 0, "Ann Lee")
    sheet.write(1, 1, ANN[3], xlwt.easyxf(num_format_str="yyyy-mm-dd"))
    sheet.write(1, 2, 0.5, xlwt.easyxf(num_format_str="0%"))
    book.save(str(path))


def numbers_book(path):
    """As Numbers exports: a sheet that lists the others, and one for each table, titled so."""
    book = openpyxl.Workbook()
    summary = book.active
    summary.title = "Export Summary"
    summary["B3"] = "This document was exported from Numbers. Each table was converted to an Excel"
    summary["B3"].value += " worksheet. All other objects were placed on separate worksheets."
    for column, heading in zip("BCD", ("Sheet", "Table", "Worksheet"), strict=True):
        summary[f"{column}7"] = f"{'Excel' if heading == 'Worksheet' else 'Numbers'} {heading} Name"
    for row, named in ((9, "Table 1"), (11, "Table 2")):
        summary[f"B{row - 1}"], summary[f"C{row}"] = "Leads", named
        summary[f"D{row}"] = f"Leads - {named}"
        summary[f"D{row}"].hyperlink = f"#'Leads - {named}'!R1C1"
        sheet = book.create_sheet(f"Leads - {named}")
        sheet.append(["Leads" if named == "Table 1" else "Others"])
        sheet.merge_cells("A1:C1")
        for values in (["Name", "Since", "Rate"], ["Ann Lee", ANN[3], 0.12], ["Bob Ray", None, 1]):
            sheet.append(values)
        sheet["C3"].number_format = sheet["C4"].number_format = "0%"
    book.save(path)


def main():
    """Write every file of the corpus."""
    xlsxwriter_book(HERE / "excel.xlsx")
    xlsxwriter_book(HERE / "constant_memory.xlsx", {"constant_memory": True})
    xlsxwriter_book(HERE / "mac_1904.xlsx", {"date_1904": True})
    openpyxl_book(HERE / "openpyxl.xlsx")
    xlwt_book(HERE / "excel97.xls")
    odfpy_book(HERE / "odfpy.ods")
    xlwt_1904(HERE / "mac_1904.xls")
    numbers_book(HERE / "numbers.xlsx")
    (HERE / "biff5.xls").write_bytes(biff.book())
    (HERE / "libreoffice.ods").write_bytes(libreoffice.leads())
    (HERE / "libreoffice_formats.ods").write_bytes(libreoffice.formats())
    for name, content in ooxml.books().items():
        (HERE / name).write_bytes(content)
    (HERE / "excel.xlsb").write_bytes(xlsb.book())
    (HERE / "formats.xlsb").write_bytes(xlsb.book(xlsb.FORMATTED, (0, 4, 0, 5)))


if __name__ == "__main__":
    main()
