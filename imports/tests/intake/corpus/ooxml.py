"""XLSX by hand, in the manners of programs that no library here imitates."""

import io
import zipfile

from imports.tests.intake.made import ole, zipped

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
STRICT_RELS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships'
    '+xml"/><Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.spreadsheetml.sheet.main+xml"/>'
)
TEXTS_TYPE = (
    '<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.spreadsheetml.sharedStrings+xml"/>'
)
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="00000"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
    '<cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="9"/><xf numFmtId="164"/>'
    '<xf numFmtId="165"/></cellXfs></styleSheet>'
)
PERCENT, ZEROS, DATE = 1, 2, 3


def book(
    rows, *, main=MAIN, rels=RELS, prefix="", target="worksheets/sheet1.xml", texts="", styles=""
):
    """A workbook of one sheet "Leads" whose rows are XML."""
    colon = f"{prefix}:" if prefix else ""
    name = f"xmlns:{prefix}" if prefix else "xmlns"
    workbook = (
        f'<?xml version="1.0" encoding="UTF-8"?><{colon}workbook {name}="{main}" xmlns:r="{rels}">'
        f'<{colon}sheets><{colon}sheet name="Leads" sheetId="1" r:id="rId1"/></{colon}sheets>'
        f"</{colon}workbook>"
    )
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    relations = f'<Relationship Id="rId1" Type="{rels}/worksheet" Target="{target}"/>'
    package_relations = (
        f'<Relationships xmlns="{package}"><Relationship Id="rId1" Type="{rels}/officeDocument"'
        ' Target="xl/workbook.xml"/></Relationships>'
    )
    parts = []
    for part, kind, content in (
        ("sharedStrings", "sharedStrings", texts),
        ("styles", "styles", styles),
    ):
        if content:
            relations += f'<Relationship Id="{part}" Type="{rels}/{kind}" Target="{part}.xml"/>'
            parts.append((f"xl/{part}.xml", content))
    entry = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return zipped(
        ("[Content_Types].xml", TYPES + (TEXTS_TYPE if texts else "") + "</Types>"),
        ("_rels/.rels", package_relations),
        ("xl/workbook.xml", workbook),
        (
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}">{relations}</Relationships>',
        ),
        (
            entry,
            f'<?xml version="1.0"?><{colon}worksheet {name}="{main}">{rows}</{colon}worksheet>',
        ),
        *parts,
    )


def inline(rows, colon=""):
    """Rows of texts within the cells; there is no list of shared texts."""
    made = "".join(
        f'<{colon}row r="{number}">'
        + "".join(
            f'<{colon}c r="{chr(65 + column)}{number}" t="inlineStr"><{colon}is><{colon}t>{cell}'
            f"</{colon}t></{colon}is></{colon}c>"
            for column, cell in enumerate(row)
        )
        + f"</{colon}row>"
        for number, row in enumerate(rows, start=1)
    )
    return f"<{colon}sheetData>{made}</{colon}sheetData>"


def with_macros(content):
    """The same workbook as one that may hold macros, and does: an XLSM."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    types = parts["[Content_Types].xml"].replace(
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )
    parts["[Content_Types].xml"] = types.replace(
        b"</Types>",
        b'<Override PartName="/xl/vbaProject.bin"'
        b' ContentType="application/vnd.ms-office.vbaProject"/></Types>',
    )
    return zipped(*parts.items(), ("xl/vbaProject.bin", ole("VBA", b"Sub Auto_Open()")))


PLAIN = [["Name", "City"], ["Ann Lee", "Bonn"], ["Bob Ray", "Ulm"]]
SHARED = (
    f'<sst xmlns="{MAIN}" count="6" uniqueCount="6"><si><t>Name</t></si><si><t>City</t></si>'
    '<si><r><rPr><b/></rPr><t xml:space="preserve">Ann </t></r><r><t>Lee</t></r></si>'
    "<si><t>Bonn</t></si>"
    '<si><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh><phoneticPr fontId="1"/></si>'
    "<si><t>Bob Ray</t></si></sst>"
)
GOOGLE = (
    '<sheetPr><outlinePr summaryBelow="0"/></sheetPr><sheetViews><sheetView workbookViewId="0"/>'
    '</sheetViews><sheetFormatPr customHeight="1" defaultColWidth="12.63" defaultRowHeight="15.75"'
    ' xmlns:x14ac="http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac"'
    ' x14ac:dyDescent="0.2"/><sheetData>'
    '<row r="1" spans="1:2" xmlns:x14ac="http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac"'
    ' x14ac:dyDescent="0.2"><c r="A1" s="0" t="s"><v>0</v></c><c r="B1" s="0" t="s"><v>1</v></c>'
    '</row><row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2" t="s"><v>3</v></c></row>'
    '<row r="3"><c r="A3" t="s"><v>5</v></c><c r="B3" t="s"><v>4</v></c></row></sheetData>'
)
VALUES = (
    "<sheetData>"
    '<row r="1"><c r="A1" t="str"><v>Name</v></c><c r="B1" t="str"><v>Rate</v></c>'
    '<c r="C1" t="str"><v>Id</v></c><c r="D1" t="str"><v>Since</v></c></row>'
    '<row r="2"><c r="A2" t="str"><f>"Ann"&amp;" Lee"</f><v>Ann Lee</v></c>'
    '<c r="B2" s="1"><f>B1*1</f><v>7.0000000000000007E-2</v></c><c r="C2" s="2"><v>123</v></c>'
    '<c r="D2" s="3"><v>46329</v></c></row>'
    '<row r="3"><c r="A3" t="str"><v>Bob Ray</v></c><c r="B3" t="e"><f>1/0</f><v>#DIV/0!</v></c>'
    '<c r="C3" s="2" t="str"><v>7a</v></c><c r="D3" t="d"><v>2026-11-04</v></c></row>'
    "</sheetData>"
)
NO_REFERENCES = (
    "<sheetData>"
    + "".join(
        "<row>" + "".join(f'<c t="str"><v>{cell}</v></c>' for cell in row) + "</row>"
        for row in PLAIN
    )
    + "</sheetData>"
)
GROUPS = (
    "<sheetData>"
    '<row r="1"><c r="A1" t="str"><v>No</v></c><c r="B1" t="str"><v>Contact</v></c><c r="C1"/>'
    '<c r="D1" t="str"><v>Home</v></c><c r="E1"/></row>'
    '<row r="2"><c r="A2"/><c r="B2" t="str"><v>Name</v></c><c r="C2" t="str"><v>Phone</v></c>'
    '<c r="D2" t="str"><v>City</v></c><c r="E2" t="str"><v>Street</v></c></row>'
    '<row r="3"><c r="A3"><v>1</v></c><c r="B3" t="str"><v>Ann Lee</v></c>'
    '<c r="C3"><v>2065550123</v></c><c r="D3" t="str"><v>Bonn</v></c>'
    '<c r="E3" t="str"><v>Am Hof 1</v></c></row></sheetData>'
    '<mergeCells count="3"><mergeCell ref="A1:A2"/><mergeCell ref="B1:C1"/>'
    '<mergeCell ref="D1:E1"/></mergeCells>'
)
# The rest of the sheet's thousand rows has looks but no cells with anything; two headings are the
# same and one is left empty; a number is kept as text.
GOOGLE_BLANK = (
    "<sheetData>"
    '<row r="1"><c r="A1" t="str"><v>Name</v></c><c r="B1" t="str"><v>Phone</v></c>'
    '<c r="C1" t="str"><v>Phone</v></c><c r="D1" s="0"/><c r="E1" t="str"><v>Zip</v></c></row>'
    '<row r="2"><c r="A2" t="str"><v>Ann Lee</v></c><c r="B2"><v>2.065550123E9</v></c>'
    '<c r="C2" t="str"><v>+12065550124</v></c><c r="D2" t="str"><v>x</v></c>'
    '<c r="E2" t="str"><v>00123</v></c></row>'
    '<row r="4"><c r="A4" t="str"><v>Bob Ray</v></c><c r="B4" s="0"/><c r="C4"><v>5</v></c>'
    '<c r="D4" t="b"><v>1</v></c><c r="E4" s="2"><v>4567</v></c></row>'
    + "".join(f'<row r="{row}"><c r="A{row}" s="0"/><c r="E{row}" s="2"/></row>'
              for row in range(5, 1001))
    + "</sheetData>"
)  # fmt: skip


def books():
    """Every such workbook by its file's name."""
    return {
        "inline_without_dimension.xlsx": book(inline(PLAIN)),
        "prefixed_names.xlsx": book(inline(PLAIN, "x:"), prefix="x"),
        "strict.xlsx": book(inline(PLAIN), main=STRICT_MAIN, rels=STRICT_RELS),
        "absolute_target.xlsx": book(inline(PLAIN), target="/xl/worksheets/Tabelle.xml"),
        "google_rich_phonetic.xlsx": book(GOOGLE, texts=SHARED, styles=STYLES),
        "google_blank_rows.xlsx": book(GOOGLE_BLANK, styles=STYLES),
        "macros.xlsm": with_macros(book(VALUES, styles=STYLES)),
        "values_and_formulas.xlsx": book(VALUES, styles=STYLES),
        "no_references.xlsx": book(NO_REFERENCES),
        "groups.xlsx": book(GROUPS),
    }
