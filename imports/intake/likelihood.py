"""In which encoding the words beyond ASCII are most likely, where bytes may mean anything.

Names in a list are too few for the statistics that detectors of encodings rest upon. But a wrong
encoding soon gives a letter that the language has not, a capital in the middle of a word, a sign
between two letters, or a character that hardly anybody uses. So each encoding is asked how likely
its characters are, each beside its neighbours, and how likely it is itself: the likelihoods of all
words are multiplied (their logarithms added), and the greatest product wins.
"""

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from math import log10
from unicodedata import combining

from imports.intake import ideographs
from imports.intake.alphabets import (
    IN_NO_LANGUAGE,
    LANGUAGES,
    SIGNS,
    THAI_BEFORE,
    THAI_MARKS,
    Language,
    by_rank,
)

# Bytes of words that are judged: all a person waits for, and what there is time for afterwards.
SOME, MANY = 4 * 1024, 16 * 1024
# No encoding has these as the second byte of a character, so words end there in all of them. Each
# is tried from its first byte alone, and what was ASCII is never given back: words may be long.
WORD = re.compile(
    rb"(?<![^\x00-\x2f\x3a-\x3f])[^\x00-\x2f\x3a-\x3f\x80-\xff]*+"
    rb"[\x80-\xff][^\x00-\x2f\x3a-\x3f]*"
)
AROUND = 3  # characters on each side that are looked at
OF_LETTERS, OF_SIGNS = 0.9, 0.1
OF_TWO = 0.05  # how likely a list in a language is of two encodings
FOREIGN, OTHER_SCRIPT, MISPLACED, NO_TEXT = -3.3, -4.5, -3.0, -6.0
UNUSUAL, ALONE = -0.7, -1.0
IDEOGRAPH_IN_WORD = -2.0
OF_ASCII = 1.3  # an ASCII letter would have been one of some twenty
BEYOND = bytes(range(128, 256))
SMALL_AT_START, CAPITALS = -0.5, -0.2
LAST_LATIN, FIRST_OF_EAST = "\u024f", "\u2e80"
# O’Brien, d’Or, qu’il; it’s, won’t, they’re.
BEFORE_APOSTROPHE = re.compile(r"(?:^|\W|[Qq])[ODLNCJMTSUodlncjmtsu]$")
BEHIND_APOSTROPHE = re.compile(r"[stdmSTDM](?:\W|$)|(?:re|ve|ll|RE|VE|LL)(?:\W|$)")
APOSTROPHES, OPENING, CLOSING = "’‘´`", "“„«¿¡§№#‚", "”»…™®©°²³"

Window = tuple[str, str, str]


def best(sample: bytes, most: int = MANY) -> str:
    """Find the codec in which the words of a text that is not UTF-8 are most likely.

    The first `most` bytes of them are judged.
    """
    found = _all_likelihoods(_distinct(sample, most))
    return max(found, key=lambda codec: found[codec])


def is_of_two(sample: bytes, most: int = MANY) -> bool:
    """Tell whether the words are rather UTF-8 with stray Windows-1252 than of any one codec."""
    words = _distinct(sample, most)
    text = _decoded(words, "utf-8", "as-windows-1252")
    shares = [(language, OF_TWO) for language in LANGUAGES]
    return _of_languages(text, shares) > max(_all_likelihoods(words).values())


def _all_likelihoods(words: bytes) -> dict[str, float]:
    of_one_byte = [codec for language in LANGUAGES for codec in language.codecs]
    known = dict.fromkeys([*of_one_byte, *ideographs.SCRIPTS])
    return {codec: _likelihood(words, codec) for codec in known}


def _likelihood(words: bytes, codec: str) -> float:
    """Give the logarithm of how likely the bytes are a text in this encoding."""
    try:
        text = _decoded(words, codec)
    except UnicodeDecodeError:
        if codec != "cp1252":
            return float("-inf")
        text = _decoded(words, codec, "replace")
    if codec in ideographs.SCRIPTS:
        windows = Counter(_windows(text))
        start = log10(ideographs.SCRIPTS[codec].share) + OF_ASCII * _ascii_within(words, text)
        return start + sum(_of_east(codec, *w) * times for w, times in windows.items())
    return _of_languages(
        text, [(one, one.codecs[codec]) for one in LANGUAGES if codec in one.codecs]
    )


def _decoded(words: bytes, codec: str, errors: str = "strict") -> str:
    """Decode what `_distinct` gives; a character of which the end was cut off is left out."""
    is_cut = not words.endswith(b"\n")
    return codecs.getincrementaldecoder(codec)(errors).decode(words, not is_cut)


def _of_languages(text: str, shares: list[tuple[Language, float]]) -> float:
    windows = Counter(_windows(text))
    neighbours = sum(_beside(*window) * times for window, times in windows.items())
    characters = Counter(here for _, here, _ in windows.elements())
    neighbours += MISPLACED * len(re.findall(IN_NO_LANGUAGE, text))
    return neighbours + max(
        log10(share) + _of_language(language, text, characters) for language, share in shares
    )


def _ascii_within(words: bytes, text: str) -> int:
    """Count the bytes that would be ASCII letters, were they not parts of other characters."""
    return len(words.translate(None, BEYOND)) - sum(map(str.isascii, text))


def _distinct(sample: bytes, most: int) -> bytes:
    """Give each word once, as a heading or a town that is repeated proves no more than once.

    Each has an end of its line; only where `most` bytes are reached the last one has none, as it
    may be cut within a character.
    """
    words: dict[bytes, None] = {}
    size = 0
    for found in WORD.finditer(sample):
        word = found[0]
        if word not in words:
            words[word] = None
            size += len(word) + 1
            if size > most:
                break
    return b"".join(word + b"\n" for word in words)[:most]


def _windows(text: str) -> Iterator[Window]:
    """Give each character beyond ASCII with what stands before and behind it."""
    for place, character in enumerate(text):
        if character > "\x7f":
            before = text[max(0, place - AROUND) : place]
            yield before, character, text[place + 1 : place + 1 + AROUND]


def _of_east(codec: str, before: str, here: str, behind: str) -> float:
    points = log10(ideographs.probability(codec, here))
    beside = before[-1:] + behind[:1]
    if here >= FIRST_OF_EAST and any(c.isascii() and c.isalpha() for c in beside):
        points += IDEOGRAPH_IN_WORD
    if here in ideographs.HALF_WIDTH and any(map(_is_of_full_width, beside)):
        points += MISPLACED
    return points


def _is_of_full_width(character: str) -> bool:
    return character >= FIRST_OF_EAST and not "\uff61" <= character <= "\uff9f"


def _of_language(language: Language, text: str, characters: Counter[str]) -> float:
    likely = _probabilities(language.letters)
    points = log10(language.share)
    if language.never:
        points += MISPLACED * len(re.findall(language.never, text))
    return points + sum(
        (likely[here] if here in likely else _of_foreign(here)) * times
        for here, times in characters.items()
    )


@cache
def _probabilities(letters: str) -> dict[str, float]:
    signs = by_rank(SIGNS, OF_SIGNS if letters else OF_LETTERS)
    small = by_rank(letters, OF_LETTERS)
    capitals = {letter.upper(): likely for letter, likely in small.items()}  # or "SS", of no use
    found = signs | small | capitals
    return {character: log10(likely) for character, likely in found.items()}


def _of_foreign(here: str) -> float:
    if not here.isalpha():
        return NO_TEXT
    return FOREIGN if here <= LAST_LATIN else OTHER_SCRIPT


def _beside(before: str, here: str, behind: str) -> float:
    """Judge a character by its neighbours."""
    if here in SIGNS:
        return _sign_beside(before, here, behind)
    if combining(here) or here in THAI_MARKS:
        return 0.0 if before[-1:].isalpha() or before[-1:] in THAI_MARKS else MISPLACED
    if here.islower() and here != "ß" and len(before) > 1 and _is_in_capitals(before[-2:]):
        return MISPLACED
    return _letter_beside(before[-1:], here, behind[:1])


def _is_in_capitals(letters: str) -> bool:
    return letters.isalpha() and letters.isupper()


def _letter_beside(before: str, here: str, behind: str) -> float:
    letters = [c for c in (before, behind) if c.isalpha()]
    if not letters and not combining(behind or " "):
        return ALONE
    if here > LAST_LATIN and any(c.isascii() for c in letters):
        return MISPLACED
    if here in THAI_BEFORE and not behind.isalpha():
        return MISPLACED
    return _case_beside(before, here, behind)


def _case_beside(before: str, here: str, behind: str) -> float:
    if here.isupper():
        is_wrong = before.islower() or (before.isupper() and behind.islower())
        usual = CAPITALS if before.isupper() else 0.0
    elif here.islower():
        is_wrong = before.isupper() and behind.isupper() and here != "ß"
        # Names begin with a capital; in Latin the other letters of the word tell nothing of it.
        usual = SMALL_AT_START if here > LAST_LATIN and not before.isalpha() else 0.0
    else:
        return 0.0
    return MISPLACED if is_wrong else usual


def _sign_beside(before: str, here: str, behind: str) -> float:
    is_behind_word, is_before_word = before[-1:].isalpha(), behind[:1].isalpha()
    if here in APOSTROPHES:
        return _apostrophe_beside(before, here, behind)
    if here in "\xa0–—":
        is_within_word = before[-1:].islower() and behind[:1].islower()
        return UNUSUAL * (is_behind_word or is_before_word) * (1 + is_within_word)
    is_wrong = is_before_word and not (here == "°" and behind[:1] in "CF")
    if here in OPENING:
        is_wrong = is_behind_word
    elif here in "ºª•":  # Nº and Mª, but no “Nemeº”
        is_wrong |= len(before) > 1 and before[-2:].isalpha()
    elif here not in CLOSING:
        is_wrong |= is_behind_word
    return MISPLACED if is_wrong else 0.0


def _apostrophe_beside(before: str, here: str, behind: str) -> float:
    is_behind_word, is_opening = before[-1:].isalpha(), here == "‘"
    if is_behind_word and behind[:1].isalpha():
        usual = BEFORE_APOSTROPHE.search(before) or BEHIND_APOSTROPHE.match(behind)
        return 0.0 if usual else UNUSUAL * (3 if is_opening else 2)
    if is_behind_word and is_opening:
        return UNUSUAL * 3
    return UNUSUAL if is_behind_word and before[-1] not in "sSxXzZ" else 0.0
