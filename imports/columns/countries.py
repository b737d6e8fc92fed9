"""Which country a cell names, and in which one a column's phones are valid."""

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from itertools import islice
from typing import Final, NamedTuple

import phonenumbers
from phonenumbers.geodata.locale import LOCALE_DATA

from imports.columns import one_phone, phones
from imports.columns.headers import squash

HEADINGS: Final = frozenset(
    (
        "country", "countrycode", "countryname", "countryregion", "nation", "land", "landercode",
        "pays", "codepays", "pais", "paese", "kraj", "landkode", "landcode",
    )
)  # fmt: skip
SHARE: Final = 0.8  # of a column's first cells must name a country, or be valid in the region
SAMPLE: Final = 24  # phones that are tried in every likely region
_FEWEST: Final = 3  # of them that tell anything
_LONGEST: Final = 60  # characters of a country's name
_LIKELY: Final = (
    "US", "GB", "DE", "FR", "ES", "IT", "NL", "BE", "CH", "AT", "IE", "PT", "PL", "SE", "NO", "DK",
    "FI", "AU", "NZ", "IN", "ZA", "BR", "MX", "AE", "SG",
)  # fmt: skip
_ALSO: Final = {
    "usa": "US", "unitedstatesofamerica": "US", "america": "US", "uk": "GB", "gbr": "GB",
    "greatbritain": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "holland": "NL",
    "deu": "DE", "ger": "DE", "fra": "FR", "esp": "ES", "ita": "IT", "nld": "NL", "aut": "AT",
    "che": "CH", "bel": "BE", "prt": "PT", "pol": "PL", "irl": "IE", "swe": "SE", "can": "CA",
    "aus": "AU", "mex": "MX", "bra": "BR", "uae": "AE", "ind": "IN", "zaf": "ZA",
}  # fmt: skip


class Fit(NamedTuple):
    """A region in which `valid` of `tried` phones exist, and in the present one `now`."""

    region: str
    valid: int
    now: int
    tried: int


def region_of(cell: str, otherwise: str) -> str:
    """The region of a country's name, in any usual language, or its code."""
    return _known(cell) or otherwise if cell and len(cell) <= _LONGEST else otherwise


@lru_cache(maxsize=4_096)
def _known(cell: str) -> str:
    return _regions().get(squash(cell), "")


@cache
def _regions() -> dict[str, str]:
    """Names by which countries are known, folded; English ones count where two are called so."""
    known = {code.lower(): code for code in phonenumbers.SUPPORTED_REGIONS} | _ALSO
    for languages in (("aa", "en"), None):
        for code, names in LOCALE_DATA.items():
            if code in phonenumbers.SUPPORTED_REGIONS:
                for language in languages or names:
                    called = names.get(language, "*")
                    if not called.startswith("*"):  # that one is told under another language
                        known.setdefault(squash(called), code)
    return known


def name(region: str) -> str:
    """The country's English name; its code where there is none."""
    names = LOCALE_DATA.get(region, {})
    english = names.get("en", region)
    return str(names[english[1:]] if english.startswith("*") else english)


def is_column(heading: str, cells: Iterable[str]) -> bool:
    """Whether a column's heading says that it holds countries, and its cells do."""
    if squash(heading) not in HEADINGS:
        return False
    told = [cell for cell in cells if cell.strip()]
    return bool(told) and sum(bool(region_of(cell, "")) for cell in told) >= SHARE * len(told)


def better(cells: Iterable[str], region: str) -> Fit | None:
    """The region that fits phones without a country code much better than the present one."""
    tried = list(islice((cell for cell in cells if _is_national(cell)), SAMPLE))
    if len(tried) < _FEWEST:
        return None
    now = _valid(tried, region)
    if now * 2 >= len(tried):
        return None
    valids = {one: _valid(tried, one) for one in _LIKELY}
    best, valid = max(valids.items(), key=lambda found: found[1])  # of equals the first one
    return Fit(best, valid, now, len(tried)) if valid >= SHARE * len(tried) else None


def _is_national(cell: str) -> bool:
    text = cell.strip()
    return bool(text) and not text.startswith(("+", "00", "＋"))


def _valid(cells: Sequence[str], region: str) -> int:
    return sum(one_phone.is_sure(phones.read_phone(cell, region)) for cell in cells)
