"""The demo's spreadsheets: the same rows on every machine, with nobody's real address in them.

Names are invented, e-mails are at example.com and example.org, phones are of the 555-01xx block
that is kept for fiction.
"""

import csv
import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import xlsxwriter

from portal.uploads import private_folder

Rows = list[list[str]]

FIRST = [
    "Ada",
    "Ben",
    "Chloé",
    "Dieter",
    "Elena",
    "Farid",
    "Grace",
    "Hugo",
    "Inés",
    "Jonas",
    "Kavya",
    "Léa",
    "Mateo",
    "Nadia",
    "Owen",
    "Priya",
    "Quentin",
    "Rosa",
    "Søren",
    "Tomoko",
    "Umar",
    "Vera",
    "Willem",
    "Ximena",
    "Yusuf",
    "Zoë",
    "Amélie",
    "Björn",
    "Carmen",
    "Dmitri",
]
LAST = [
    "Abel",
    "Becker",
    "Castillo",
    "Dubois",
    "Eriksson",
    "Fischer",
    "García",
    "Hoffmann",
    "Ibrahim",
    "Jansen",
    "Kowalski",
    "Lefèvre",
    "Müller",
    "Nakamura",
    "Okafor",
    "Peters",
    "Quinn",
    "Rossi",
    "Schneider",
    "Torres",
    "Ueda",
    "Vargas",
    "Weber",
    "Xu",
    "Young",
    "Zimmer",
    "O'Connor",
    "Nguyen",
    "Patel",
    "Silva",
]
AREAS = [
    "206",
    "212",
    "214",
    "303",
    "305",
    "312",
    "404",
    "415",
    "480",
    "503",
    "512",
    "602",
    "617",
    "619",
    "702",
    "718",
    "813",
    "916",
]
CITIES = ["Seattle", "Portland", "Denver", "Austin", "Boston", "Phoenix", "Tampa", "Chicago"]
SOURCES = ["Google Ads", "Meta Ads", "Referral", "Direct", "Google organic"]
OWNERS = [
    "0f6c1d52-3b7e-4c55-8a54-6d1b0e9f7a01",
    "0f6c1d52-3b7e-4c55-8a54-6d1b0e9f7a02",
]
STRANGE_OWNER = "99999999-3b7e-4c55-8a54-6d1b0e9f7a99"  # in nobody's team
BAD_EMAILS = ["{0}@@example.com", "{0}.example.com", "{0}@example", "{0}@example,com", "@{0}"]
BAD_PHONES = ["07x 555", "n/a", "555-01", "see notes", "00000"]

CLEAN_ROWS, REPAIR_ROWS, REFUSED_ROWS = 120, 1200, 60
OFFICE_LINE, SHARING, SHARED_ROWS = "(206) 555-0100", 38, 60


def write_samples(folder: Path) -> list[Path]:
    """Write those of the samples that are missing; return all of them."""
    private_folder(folder)
    writers = {
        "1-clean.csv": _write_clean,
        "2-needs-repairs.xlsx": _write_repairs,
        "3-refused-by-mega.csv": _write_refused,
        "4-one-phone-for-many.csv": _write_shared,
    }
    for name, write in writers.items():
        path = folder / name
        if not path.exists():
            draft = folder / f".draft-{name}"
            write(draft)
            draft.replace(path)
    return [folder / name for name in writers]


class _People:
    """Invented people from a number on, each with an e-mail and a phone of their own."""

    def __init__(self, first: int) -> None:
        self.dice = random.Random(first)  # noqa: S311 - the same samples everywhere, no secret
        self._count = first

    def next(self) -> tuple[str, str, str, str]:
        """First name, last name, e-mail, ten digits of a phone."""
        number = self._count
        self._count += 1
        first = FIRST[number % len(FIRST)]
        last = LAST[(number // len(FIRST) + number) % len(LAST)]
        host = self.dice.choice(["example.com", "example.org"])
        email = f"{_ascii(first)}.{_ascii(last)}{number}@{host}"
        return first, last, email, f"{AREAS[number // 100 % len(AREAS)]}55501{number % 100:02}"


def _ascii(name: str) -> str:
    plain = name.translate(str.maketrans("éèëñíøöüÅ'", "eeenioouA-"))
    return plain.encode("ascii", "ignore").decode().lower().strip("-").replace("-", "")


def _write_clean(path: Path) -> None:
    people = _People(0)
    rows: Rows = [["Full name", "Email", "Phone", "Source", "Buyer or seller", "City", "Budget"]]
    for _ in range(CLEAN_ROWS):
        first, last, email, digits = people.next()
        dice = people.dice
        line, city = dice.choice(["Buyer", "Seller"]), dice.choice(CITIES)
        budget = str(dice.randrange(200, 900) * 1000)
        rows.append(
            [f"{first} {last}", email, _us(digits), dice.choice(SOURCES), line, city, budget]
        )
    _write_csv(path, rows)


def _write_refused(path: Path) -> None:
    """Every third row names a stage that the CRM lacks, every fifth an owner of another team."""
    people = _People(CLEAN_ROWS)
    rows: Rows = [["Name", "E-mail", "Mobile", "Stage", "Owner ID", "Favourite colour"]]
    for number in range(REFUSED_ROWS):
        first, last, email, digits = people.next()
        stage = "hot-lead" if number % 3 == 2 else people.dice.choice(["new", "contacted"])
        owner = STRANGE_OWNER if number % 5 == 4 else people.dice.choice(OWNERS)
        colour = people.dice.choice(["green", "blue", "red"])
        rows.append([f"{first} {last}", email, _us(digits), stage, owner, colour])
    _write_csv(path, rows)


def _write_shared(path: Path) -> None:
    """Somebody filled in the office line where no phone was known."""
    people = _People(CLEAN_ROWS + REFUSED_ROWS + REPAIR_ROWS)
    rows: Rows = [["Name", "E-mail", "Phone", "Source"]]
    for number in range(SHARED_ROWS):
        first, last, email, digits = people.next()
        is_unknown = number * SHARING // SHARED_ROWS < (number + 1) * SHARING // SHARED_ROWS
        phone = OFFICE_LINE if is_unknown else _us(digits)
        rows.append([f"{first} {last}", email, phone, people.dice.choice(SOURCES)])
    _write_csv(path, rows)


def _write_repairs(path: Path) -> None:
    """A German export: oddly named columns, and one row in six has something wrong with it."""
    workbook = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False})
    workbook.set_properties({"created": datetime(2026, 1, 1)})  # noqa: DTZ001 - as Excel has it
    sheet = workbook.add_worksheet("Anfragen")
    day = workbook.add_format({"num_format": "dd.mm.yyyy"})
    for number, row in enumerate(_repair_rows()):
        sheet.write_row(number, 0, row)
        if number and row[0]:
            sheet.write_datetime(number, len(row), _asked_on(number), day)
    sheet.write_string(0, 8, "Angefragt am")
    sheet.freeze_panes(1, 0)
    workbook.close()


def _repair_rows() -> Iterator[list[str]]:
    people = _People(CLEAN_ROWS + REFUSED_ROWS)
    yield [
        "Vorname",
        "Nachname",
        "E-Mail-Adresse",
        "Telefon / Handy",
        "Quelle",
        "Käufer/Verkäufer",
        "Ort",
        "Budget (USD)",
    ]
    earlier: list[list[str]] = []
    for number in range(1, REPAIR_ROWS + 1):
        row = _german_row(people)
        if number % 40 == 0:
            row = [*earlier[-7][:4], *row[4:]]  # somebody who asked twice
        _spoil(row, number)
        earlier.append(row)
        yield row


def _german_row(people: _People) -> list[str]:
    first, last, email, digits = people.next()
    dice = people.dice
    phone = dice.choice([_us, _international, _dotted])(digits)
    line = dice.choice(["Käufer", "Verkäufer", "buyer", "SELLER"])
    budget = f"{dice.randrange(200, 900)}.000"
    return [first, last, email, phone, dice.choice(SOURCES), line, dice.choice(CITIES), budget]


def _spoil(row: list[str], number: int) -> None:
    """Put one mistake into some rows, by their number."""
    if number % 25 == 3:
        row[2] = BAD_EMAILS[number // 25 % len(BAD_EMAILS)].format(row[0].lower())
    if number % 20 == 7:
        row[3] = BAD_PHONES[number // 20 % len(BAD_PHONES)]
    if number % 60 == 11:
        row[4] = "Zeitung"
    if number % 150 == 30:
        row[2], row[3] = "", "n/a"
    if number % 150 == 90:
        row[:4] = ["", "", "", ""]
    if number % 400 == 399:
        row[:] = [""] * len(row)


def _asked_on(number: int) -> datetime:
    day = date(2026, 1, 5) + timedelta(days=number // 8)
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - Excel knows no zones


def _us(digits: str) -> str:
    return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"


def _international(digits: str) -> str:
    return f"+1 {digits[:3]} {digits[3:6]} {digits[6:]}"


def _dotted(digits: str) -> str:
    return f"{digits[:3]}.{digits[3:6]}.{digits[6:]}"


def _write_csv(path: Path, rows: Rows) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
