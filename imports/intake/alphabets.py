"""Which encoding of one byte a letter makes sense of a text: judged by the alphabets of languages.

Names in a list are too few for the statistics that detectors of encodings rest upon: “Muñoz, León”
is read as Polish by them. But a wrong encoding soon gives a letter that the language has not, a
capital in the middle of a word, or a sign between two letters.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

# Letters beyond ASCII in lower case; capitals follow from them. Order is that of preference.
ALPHABETS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("German", ("cp1252", "mac-roman", "cp850", "cp437"), "äöüß"),
    ("French", ("cp1252", "iso8859-15", "mac-roman", "cp850", "cp437"), "àâæçéèêëîïôœùûüÿ"),
    ("Spanish", ("cp1252", "mac-roman", "cp850", "cp437"), "áéíñóúüçàòï"),
    ("Portuguese", ("cp1252", "mac-roman", "cp850"), "áâãàçéêíóôõúü"),
    ("Italian", ("cp1252", "mac-roman", "cp850"), "àèéìíòóù"),
    ("Nordic", ("cp1252", "mac-roman", "cp850"), "åäöæøéü"),
    ("Icelandic", ("cp1252",), "áæðéíóöþúý"),
    ("Polish", ("cp1250", "iso8859-2", "cp852"), "ąćęłńóśźż"),
    ("Czech", ("cp1250", "iso8859-2", "cp852"), "áčďéěíňóřšťúůýž"),
    ("Slovak", ("cp1250", "iso8859-2", "cp852"), "áäčďéíĺľňóôŕšťúýž"),
    ("Hungarian", ("cp1250", "iso8859-2", "cp852"), "áéíóöőúüű"),
    ("Romanian", ("cp1250", "iso8859-2"), "ăâîşţ"),
    ("Croatian", ("cp1250", "iso8859-2"), "čćđšž"),
    ("Turkish", ("cp1254",), "âçğıİîöşüû"),
    ("Lithuanian", ("cp1257",), "ąčęėįšųūž"),
    ("Latvian", ("cp1257",), "āčēģīķļņšūž"),
    ("Estonian", ("cp1257",), "äõöüšž"),
    ("Russian", ("cp1251", "koi8-r", "cp866", "iso8859-5", "mac-cyrillic"),
     "абвгдежзийклмнопрстуфхцчшщъыьэюяё"),
    ("Ukrainian", ("cp1251", "koi8-u"), "абвгдежзийклмнопрстуфхцчшщьюяіїєґ"),
    ("Bulgarian", ("cp1251",), "абвгдежзийклмнопрстуфхцчшщъьюя"),
    ("Belarusian", ("cp1251",), "абвгдежзйклмнопрстуфхцчшыьэюяёіў"),
    ("Serbian", ("cp1251",), "абвгдежзиклмнопрстуфхцчшђјљњћџ"),
    ("Greek", ("cp1253", "iso8859-7"), "αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώϊϋΐΰ"),
    ("Hebrew", ("cp1255",), "אבגדהוזחטיךכלםמןנסעףפץצקרשתּ"),
    ("Arabic", ("cp1256",), "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهويىپچژگ"),
)  # fmt: skip
WESTERN = "".join(letters for _, codecs, letters in ALPHABETS if codecs[0] == "cp1252") + "šžº"
MIXED_LANGUAGES = 0.92  # the worth of a text in several western languages
SIGNS = frozenset("€–—‘’“”„…°®™©§£«»¡¿ªº·´•¨×\xa0№‚¢¥²³½¼")
WITHIN_WORDS = frozenset("’'´·-‘")
OF_ONE_CASE = 0.9
GREEK_TO_CYRILLIC = ("\u0370", "\u04ff")
NONE, WRONG = 0.0, -1.0


class Reading(NamedTuple):
    """How well a text reads in one encoding: 1 is without any fault, below 0.8 it is no text."""

    codec: str
    worth: float


def best(sample: bytes) -> Reading:
    """Find the encoding in which the bytes read best; those that come first win a draw."""
    readings = [
        Reading(codec, worth)
        for codec in dict.fromkeys(codec for _, codecs, _ in ALPHABETS for codec in codecs)
        if (worth := worth_of(sample, codec)) is not None
    ]
    return max(readings, key=lambda reading: round(reading.worth, 3))


def worth_of(sample: bytes, codec: str) -> float | None:
    """Tell how well the bytes read; None where some of them mean nothing."""
    try:
        text = sample.decode(codec)
    except UnicodeDecodeError:
        if codec != "cp1252":
            return None
        text = sample.decode(codec, "replace")
    seen = list(_beyond_ascii(text))
    if not seen:
        return NONE
    worths = [_share(seen, letters) for _, codecs, letters in ALPHABETS if codec in codecs]
    if codec in {"cp1252", "mac-roman", "iso8859-15", "cp850"}:
        worths.append(MIXED_LANGUAGES * _share(seen, WESTERN))
    return max(worths) * (OF_ONE_CASE if _is_of_one_case(seen) else 1)


def _is_of_one_case(seen: list[tuple[str, str, str]]) -> bool:
    """Hebrew reads as Cyrillic or Greek, but in one case throughout; names have both."""
    foreign = [here for _, here, _ in seen if GREEK_TO_CYRILLIC[0] <= here <= GREEK_TO_CYRILLIC[1]]
    return bool(foreign) and len(set(map(str.isupper, foreign))) == 1


def _beyond_ascii(text: str) -> Iterator[tuple[str, str, str]]:
    """Give each character beyond ASCII with its two neighbours."""
    padded = f" {text} "
    for place, character in enumerate(text, start=1):
        if character > "\x7f":
            yield padded[place - 1], character, padded[place + 1]


def _share(seen: Iterable[tuple[str, str, str]], letters: str) -> float:
    alphabet = {*letters, *letters.upper()}
    points = [_point(before, here, after, alphabet) for before, here, after in seen]
    counted = [point for point in points if point is not None]
    return sum(counted) / len(counted) if counted else 0.9  # dashes and such say little


def _point(before: str, here: str, after: str, alphabet: set[str]) -> float | None:
    """Judge one character: 1 fits, 0 is foreign, -1 cannot be; None says nothing."""
    if not here.isalpha():
        if before.isalpha() and after.isalpha() and here not in WITHIN_WORDS:
            return WRONG
        return None if here in SIGNS else WRONG
    if here not in alphabet:
        return NONE
    if here.isupper() and before.islower():
        return WRONG
    if here.islower() and before.isupper() and after.isupper() and here != "ß":
        return WRONG
    # Letters of another script stand in words of their own.
    neighbours = {c for c in (before, after) if c.isascii() and c.isalpha()}
    return WRONG if neighbours and here.lower() > "\u0370" else 1.0
