"""Numbers that people are known or pay by: which shape they have, and which check digits.

A check digit alone proves nothing: of any ten phone numbers one passes Luhn's. So each check says
how many different cells must pass it before a column is believed to hold such numbers where its
heading says nothing (`alone`; 0: it never is).
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Final

from stdnum import iban, luhn
from stdnum.ar import cuit
from stdnum.au import tfn
from stdnum.be import nn
from stdnum.bg import egn
from stdnum.br import cpf
from stdnum.ca import sin
from stdnum.ch import ssn as ahv
from stdnum.cl import rut
from stdnum.cn import ric
from stdnum.cz import rc
from stdnum.de import idnr as steuer_id
from stdnum.dk import cpr
from stdnum.do import cedula
from stdnum.ec import ci
from stdnum.ee import ik
from stdnum.es import dni, nie
from stdnum.fi import hetu
from stdnum.fr import nir
from stdnum.gb import nhs
from stdnum.gr import amka
from stdnum.hr import oib
from stdnum.ie import pps
from stdnum.il import idnr as teudat_zehut
from stdnum.in_ import aadhaar, pan
from stdnum.is_ import kennitala
from stdnum.it import codicefiscale
from stdnum.kr import rrn
from stdnum.mx import curp
from stdnum.nl import bsn
from stdnum.no import fodselsnummer
from stdnum.pl import pesel
from stdnum.pt import cc
from stdnum.ro import cnp
from stdnum.se import personnummer
from stdnum.tr import tckimlik
from stdnum.ua import rntrc
from stdnum.us import ssn
from stdnum.za import idnr as sa_id

from imports.intake.sensitive.kinds import DOTS, Kind
from portal import characters

LONGEST = 60  # characters; longer cells are prose, or rows that were not taken apart
MOST_LOOKED_AT = 500  # characters of a cell
MOST_TRIED = 20  # places in a cell that have a number's shape
LONGEST_NUMBER = 42  # an IBAN in groups of four
_MARKS = str.maketrans(
    {
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    }
)

# First digits and lengths of the networks. An IMEI begins with 35 and passes Luhn's test as well,
# but has 15 digits.
_NETWORKS: Final = re.compile(
    r"4\d{12}(?:\d{3}){0,2}"  # Visa
    r"|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}"  # Mastercard
    r"|3[47]\d{13}"  # American Express
    r"|(?:30[0-5]\d|3095|36\d\d|3[89]\d\d)(?:\d{10}|\d{12,15})"  # Diners
    r"|35(?:2[89]|[3-8]\d)\d{12,15}"  # JCB
    r"|(?:6011|64[4-9]\d|6[025]\d\d)\d{12,15}"  # Discover, UnionPay, RuPay
    r"|(?:508\d|509\d|5067|6362|6363|9792)\d{12}"  # RuPay, Elo, Troy
    r"|(?:5018|5020|5038|5893|6304|6759|676[1-3])\d{9,15}"  # Maestro
    r"|220[0-4]\d{12,15}"  # Mir
)
# Those of 13, 14 and 17 to 19 digits are rare, and ids of advertisements have as many, so they
# prove nothing without spaces.
_CARD = r"(?<![\d+])(?<!\d\.)(?:{})(?!\.?\d)"
_MARK = "( ?[-._/ ] ?)"
_GROUPED = _CARD.format(
    rf"\d{{4}}{_MARK}\d{{4}}\1\d{{4}}\1\d{{1,7}}|\d{{4}}{_MARK}\d{{6}}\2\d{{4,5}}"
)
_IBAN = r"(?<![A-Z0-9])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}(?![A-Z0-9])"
_NO_CENTS = re.compile(r"(\d[\d -]*)[.,]0+")  # what programs make of a column of numbers
_SHORTEST_IBAN = 15
_MASKS: Final = {
    "card": re.compile(r"•••• \d{4}"),
    "bank": re.compile(r"[A-Z]{2} •••• [A-Z0-9]{2}"),
}
_CODE = re.compile(r"\d{3,4}")
_SHORTENED = re.compile(r"\d[.,]\d+E\+1[2-8]")
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[ T]\d{1,2}:.*)?")


@dataclass(frozen=True, slots=True)
class Check:
    """One kind of number: its shape within a cell, what must hold of that, and `alone`."""

    kind: Kind
    shape: re.Pattern[str]
    holds: Callable[[str], bool]
    alone: int

    def fits(self, cell: str) -> bool:
        """Whether a cell, as `plain` gave it, is or holds such a number."""
        return bool(self.number(cell))

    def number(self, cell: str) -> str:
        """The first such number in a cell, its letters and digits only; "" where there is none."""
        for found in islice(self.shape.finditer(cell), MOST_TRIED):
            for part in self.parts(found[0]):
                if self._holds(part):
                    return "".join(filter(str.isalnum, part))
        return ""

    def parts(self, text: str) -> Iterable[str]:
        """What of a text that has the shape may be the number: words can follow upon an IBAN."""
        if self.kind != "bank" or len(text) < _SHORTEST_IBAN:
            return [text]
        ends = [len(text), *(each.start() for each in re.finditer("[ -]", text))]
        return (text[:end] for end in sorted(ends, reverse=True) if end >= _SHORTEST_IBAN)

    def _holds(self, text: str) -> bool:
        try:
            return self.holds(text)
        except (ArithmeticError, LookupError, TypeError, ValueError):
            return False  # the library stumbles over a few numbers that nobody was ever given


def plain(cell: str) -> str:
    """A cell in the characters that the tests know: its digits, spaces and hyphens in ASCII.

    Of long ones the beginning. What cannot be seen is left out, and what a program added to a
    number that it took for an amount.
    """
    text = " ".join(characters.alike(cell[:MOST_LOOKED_AT]).split())
    if not text.isascii():
        text = "".join(str(int(c)) if c.isdecimal() else c for c in text.translate(_MARKS))
    whole = _NO_CENTS.fullmatch(text)
    return whole[1] if whole else text.upper()


def mask_in(kind: Kind | str, cell: str) -> str:
    """The mask of ours that a cell, as `plain` gave it, is; else ""."""
    return cell if kind in _MASKS and _MASKS[kind].fullmatch(cell) else ""


def is_card(text: str) -> bool:
    """Tell by the first digits, the length and Luhn's check digit."""
    return _is_of_network(text) and luhn.is_valid(_digits(text))


def looks_like(kind: Kind, cell: str) -> bool:
    """Whether a cell, as `plain` gave it, may be what its column's clear heading says.

    A last digit that a program lost does not count: the others are known all the same.
    """
    if cell == DOTS:
        return True
    if len(cell) > LONGEST:
        return False
    if kind == "code":
        return _CODE.fullmatch(cell) is not None
    if kind == "card":
        return _is_of_network(cell) or _SHORTENED.fullmatch(cell) is not None
    digits = sum(map(str.isdecimal, cell))
    return digits >= 4 and len(cell) <= LONGEST_NUMBER and not _is_date_or_mail(cell)


def _is_date_or_mail(cell: str) -> bool:
    return "@" in cell or _DATE.fullmatch(cell) is not None


def _is_of_network(text: str) -> bool:
    return _NETWORKS.fullmatch(_digits(text)) is not None


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdecimal())


def _is_iban(text: str) -> bool:
    return bool(iban.is_valid(text))


def _is_ssn(text: str) -> bool:
    # What begins with 0 has, in Europe, this shape as a telephone number.
    return bool(ssn.is_valid(text))


def _is_spanish(text: str) -> bool:
    return bool(dni.is_valid(text) or nie.is_valid(text))


def _check(kind: Kind, shape: str, holds: Callable[[str], bool], alone: int) -> Check:
    return Check(kind, re.compile(shape), holds, alone)


def _id(shape: str, holds: Callable[[str], bool], alone: int = 0) -> Check:
    return Check("id", re.compile(rf"^(?:{shape})$"), holds, alone)


CHECKS: Final = (
    _check("card", _GROUPED, is_card, 3),
    _check("card", _CARD.format(r"\d{15,16}"), is_card, 5),
    _check("card", _CARD.format(r"\d{13,19}"), is_card, 0),
    _check("bank", _IBAN, _is_iban, 1),
    # What a mask left of one, in a file of ours that came back
    _check("card", rf"^{_MASKS['card'].pattern}$", lambda _: True, 1),
    _check("bank", rf"^{_MASKS['bank'].pattern}$", lambda _: True, 1),
    # With letters in them, or with two check digits
    _id(r"[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPR-T][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]",
        codicefiscale.is_valid, 2),
    _id(r"[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z0-9]\d", curp.is_valid, 2),
    _id(r"[XYZ]?[ -]?\d{1,2}\.?\d{3}\.?\d{3}[ -]?[A-Z]", _is_spanish, 4),
    _id(r"\d{6}[-+A-FU-Y]\d{3}[0-9A-Z]", hetu.is_valid, 3),
    _id(r"\d{7}[A-W][A-IW]?", pps.is_valid, 4),
    _id(r"[A-Z]{5}\d{4}[A-Z]", pan.is_valid, 5),
    _id(r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] \d\d \d\d \d\d [A-D]", lambda _: True, 6),
    _id(r"\d{8} ?\d ?(?:[A-Z][A-Z0-9]|\d[A-Z])\d", cc.is_valid, 4),
    _id(r"[12] ?\d\d ?[0-9]\d ?\d[0-9AB] ?\d{3} ?\d{3} ?\d\d", nir.is_valid, 3),
    _id(r"\d{6}(?:19|20)\d{6}\d{3}[0-9X]", ric.is_valid, 2),
    _id(r"756[. ]?\d{4}[. ]?\d{4}[. ]?\d\d", ahv.is_valid, 3),
    _id(r"\d{3}\.?\d{3}\.?\d{3}-?\d\d", cpf.is_valid, 4),
    _id(r"\d{6}[ ]?\d{5}", fodselsnummer.is_valid, 4),
    _id(r"\d\d\.?\d\d\.?\d\d[-. ]?\d{3}[-. ]?\d\d", nn.is_valid, 4),
    _id(r"[1-9]\d{10}", tckimlik.is_valid, 4),
    _id(r"[1-9]\d ?\d{3} ?\d{3} ?\d{3}", steuer_id.is_valid, 5),
    _id(r"[1-8]\d{12}", cnp.is_valid, 5),
    # With a date and one check digit
    _id(r"\d{11}", pesel.is_valid, 6),
    _id(r"[1-8]\d{10}", ik.is_valid, 6),
    _id(r"\d{11}", amka.is_valid, 6),
    _id(r"\d{13}", sa_id.is_valid, 6),
    _id(r"(?:19|20)?\d{6}[-+]\d{4}", personnummer.is_valid, 7),
    _id(r"(?:19|20)\d{10}", personnummer.is_valid, 10),
    _id(r"\d{6}-?\d{3}[09]", kennitala.is_valid, 7),
    _id(r"\d{6}-\d{7}", rrn.is_valid, 7),
    _id(r"\d{6}/\d{4}", rc.is_valid, 8),
    _id(r"\d{10}", egn.is_valid, 8),
    # Of a shape that hardly anything else has
    _id(r"(?!0)\d{3}-\d\d-\d{4}", _is_ssn, 4),
    _id(r"\d{1,2}\.?\d{3}\.?\d{3}-[0-9K]", rut.is_valid, 5),
    _id(r"[2-9]\d{3} \d{4} \d{4}", aadhaar.is_valid, 9),
    # Like telephone and customer numbers: only where the heading says so
    _id(r"\d{3}[- ]?\d\d[- ]?\d{4}", _is_ssn),
    _id(r"\d{3}[- ]?\d{3}[- ]?\d{3}", sin.is_valid),
    _id(r"\d{3} ?\d{3} ?\d{3}", tfn.is_valid),
    _id(r"\d{8,9}", bsn.is_valid),
    _id(r"\d{8,9}", teudat_zehut.is_valid),
    _id(r"\d{3} ?\d{3} ?\d{4}", nhs.is_valid),
    _id(r"\d{6}-?\d{4}", cpr.is_valid),
    _id(r"\d{9,10}", rc.is_valid),
    _id(r"\d{10}", rntrc.is_valid),
    _id(r"\d{11}", oib.is_valid),
    _id(r"\d{12}", aadhaar.is_valid),
    _id(r"\d\d-?\d{8}-?\d", cuit.is_valid),
    _id(r"\d{3}-?\d{7}-?\d", cedula.is_valid),
    _id(r"\d{10}", ci.is_valid),
)  # fmt: skip
