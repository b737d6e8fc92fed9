"""Cells of a workbook that a person sees otherwise than they are stored: 12 %, 00123, #N/A.

The parser gives 0.12, 123 and nothing for them. What is seen is found beside the parser's rows, by
a reader for each kind of workbook (`shown_xlsx`, `shown_xls`, `shown_xlsb`, `shown_ods`), and only
where a workbook has such formats or errors.
"""

import math
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Final, NamedTuple

PERCENT_FORMATS = {9, 10}  # that Excel knows without being told
QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.')
# 00000, and with marks between the digits: 00000-0000, 000\-00\-0000.
ZEROS = re.compile(r"(?:\[[^\]]*\])*(0(?:(?:\\?[- ])?0)+)(?:;@)?")
ERRORS: Final = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?",
    0x24: "#NUM!", 0x2A: "#N/A", 0x2B: "#GETTING_DATA",
}  # fmt: skip

Format = Callable[[Decimal], str]


class Shown(NamedTuple):
    """What is seen in a cell; row and column from 0."""

    row: int
    column: int
    text: str


NOTHING = Shown(2**31, 0, "")


def format_of(number: int, code: str) -> Format | None:
    """Give the format that shows a per cent sign or leading zeros, None for any other."""
    if number in PERCENT_FORMATS or "%" in QUOTED.sub("", code):
        return percent
    if zeros := ZEROS.fullmatch(code):
        return _zeros(zeros[1].replace("\\", ""))
    return None


def formats_of(styles: list[int], codes: dict[int, str]) -> dict[int, Format]:
    """Give such formats by the place of a cell's style; `styles` are their formats' numbers."""
    found = {place: format_of(number, codes.get(number, "")) for place, number in enumerate(styles)}
    return {place: each for place, each in found.items() if each}


def text(value: float, shown_by: Format) -> str:
    """Give what is seen of a number, "" where the format shows it as it is stored."""
    # By its shortest digits, as programs have it: 7.0000000000000007E-2 is 0.07.
    return shown_by(Decimal(repr(value))) if math.isfinite(value) else ""


def percent(value: Decimal) -> str:
    """0.12 → 12%, 0.125 → 12.5% under any number of decimals: nothing is rounded away."""
    return f"{(value * 100).normalize():f}%"


def _zeros(pattern: str) -> Format:
    width = pattern.count("0")
    marks = [(len(pattern) - place, mark) for place, mark in enumerate(pattern) if mark != "0"]

    def text(value: Decimal) -> str:
        if value != value.to_integral_value():
            return ""
        shown = f"{abs(value):f}".partition(".")[0].zfill(width)
        for behind, mark in reversed(marks):
            place = len(shown) - behind + 1
            shown = shown[:place] + mark + shown[place:]
        return f"-{shown}" if value < 0 else shown

    return text
