"""Characters that cannot be seen, or that move what stands around them.

Zero-width spaces, soft hyphens, fillers, marks and overrides of direction, tags, variation
selectors, control characters, code points that are no characters: in a spreadsheet they are what
copying left behind, in a name of a file or customer sometimes a disguise. So they are

- *removed* from what is sent, and said (`clean`, `said`), save where a script needs them: joiners
  after a letter of Persian, Hindi and their like and within an emoji, selectors after the sign
  whose shape they choose, the tags of a flag. Removing those would misspell a name;
- *ignored* in comparisons, wherever they stand (`bare`, `alike`, `seen`): two spellings that look
  alike or nearly so are never two customers, two columns or two values;
- *shown* as a mark such as [U+202E] (`spelt`; `portal.marks` for pages), save where a script needs
  them.

Spaces of other widths are spaces: trimmed, joined and compared as such, and not marked. Plain text
comes back as the same object, at the price of two looks at it.
"""

import re
import unicodedata
from collections.abc import Callable
from typing import Final

HIDDEN: Final = (
    (0x0001, 0x0008),
    (0x000B, 0x000C),
    (0x000E, 0x001F),
    (0x007F, 0x0084),
    (0x0086, 0x009F),
    (0x00AD, 0x00AD),  # soft hyphen
    (0x034F, 0x034F),  # combining grapheme joiner
    (0x061C, 0x061C),  # Arabic letter mark
    (0x115F, 0x1160),  # Hangul fillers, letters to everybody but the eye
    (0x17B4, 0x17B5),  # Khmer vowels that are not written
    (0x180B, 0x180F),  # Mongolian selectors and vowel separator
    (0x200B, 0x200F),  # zero-width space, joiners, marks of direction
    (0x202A, 0x202E),  # embeddings and overrides of direction
    (0x2060, 0x206F),  # word joiner, isolates of direction, deprecated ones
    (0x2800, 0x2800),  # Braille without a dot
    (0x3164, 0x3164),
    (0xFDD0, 0xFDEF),
    (0xFE00, 0xFE0F),  # variation selectors
    (0xFEFF, 0xFEFF),  # byte order mark
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFB),
    (0x13430, 0x1343F),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),  # tags, and selectors of ideographs
    *((plane + 0xFFFE, plane + 0xFFFF) for plane in range(0, 0x110000, 0x10000)),
)
"""First and last of each range. A change takes a migration: an index of the database has them."""

SPACES: Final = (
    (0x0009, 0x000A),
    (0x000D, 0x000D),
    (0x0020, 0x0020),
    (0x0085, 0x0085),
    (0x00A0, 0x00A0),
    (0x1680, 0x1680),
    (0x2000, 0x200A),
    (0x2028, 0x2029),
    (0x202F, 0x202F),
    (0x205F, 0x205F),
    (0x3000, 0x3000),
)


def _any_of(ranges: tuple[tuple[int, int], ...]) -> str:
    """A class of characters as Python and PostgreSQL both read it."""
    parts = (f"\\U{a:08X}" if a == b else f"\\U{a:08X}-\\U{b:08X}" for a, b in ranges)
    return f"[{''.join(parts)}]"


ANY_HIDDEN: Final = _any_of(HIDDEN)
ANY_SPACE: Final = _any_of(SPACES)

# Scripts whose letters are joined, or kept from joining, by U+200D and U+200C. Coarse on purpose: a
# joiner that is superfluous there does no harm, one that is missing is a spelling mistake.
_JOINED = (
    "\u0620-\u07ff\u0840-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u17b3\u17b6-\u17ff\u1810-\u18af"
    "\u1a20-\u1aad\u1b00-\u1c4f\ua800-\ua82f\ua840-\ua87f\ua8e0-\ua9df\uaa00-\uaadf\uabc0-\uabff"
    "\ufb50-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc\U00010a00-\U00010aff\U00010d00-\U000110cf"
    "\U000110d0-\U00011fff\U0001e900-\U0001e95f"
)
_EMOJI = "\u00a9\u00ae\u203c\u2049\u2100-\u27ff\u2900-\u2bff\u3030\u303d\u3297\u3299"
_EMOJI += "\U0001f000-\U0001faff"
_IDEOGRAPHS = "\u2e80-\u2fff\u3001-\u303f\u3400-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f"
_IDEOGRAPHS += "\U00030000-\U000323af"
_AT_HOME = "|".join(
    (
        f"(?<=[{_JOINED}])[\u200c\u200d]",
        f"(?<=[{_EMOJI}])\ufe0f?\u200d(?=[{_EMOJI}])",
        f"(?<=[{_EMOJI}{_IDEOGRAPHS}\u1000-\u109f\ua840-\ua877])[\ufe00-\ufe0f]",
        "(?<=[0-9#*])\ufe0f(?=\u20e3)",  # keycaps
        f"(?<=[{_IDEOGRAPHS}])[\U000e0100-\U000e01ef]",  # 邉 and 邊 as a family writes them
        "(?<=[\u1800-\u180a\u1810-\u18af])[\u180b-\u180f]",
        "(?<=\U0001f3f4)[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f",  # flags
    )
)
# In two looks, since each range beyond the first 65,536 costs every character that is looked at.
_NOT_IN_A_DATABASE = ((0, 0), (0xD800, 0xDFFF))
_OF_THE_FIRST = tuple(one for one in HIDDEN if one[1] <= 0xFFFF)
_PERHAPS = re.compile(_any_of((*_OF_THE_FIRST, *_NOT_IN_A_DATABASE, (0x13430, 0x10FFFF))))
_HIDDEN = re.compile(_any_of((*HIDDEN, *_NOT_IN_A_DATABASE)))
_HOME_OR_STRAY = re.compile(f"({_AT_HOME})|{_HIDDEN.pattern}")

_PLAIN_SPACES = {
    code: " " for first, last in SPACES for code in range(first, last + 1) if code > 0x7F
}
_MOST_NAMED = 3
_KINDS = {"Cc": "control character", "Cs": "half a character", "Cn": "no character"}


def is_plain(text: str) -> bool:
    """Whether there is surely nothing hidden in the text; told at once of ASCII on one line."""
    return (text.isascii() and text.isprintable()) or not _PERHAPS.search(text)


def clean(text: str) -> str:
    """The text without what is hidden, save where a script needs it."""
    return text if is_plain(text) else _HOME_OR_STRAY.sub(r"\1", text)


def bare(text: str) -> str:
    """The text without anything that is hidden: for comparisons only."""
    return text if is_plain(text) else _HIDDEN.sub("", text)


def alike(text: str) -> str:
    """`bare`, with a plain space for each space of another width."""
    return text if is_plain(text) and text.isascii() else bare(text).translate(_PLAIN_SPACES)


def seen(text: str) -> str:
    """`bare`, trimmed, with one plain space wherever there are spaces of any kind."""
    return " ".join(bare(text).split())


def strays(text: str) -> list[str]:
    """What `clean` removes, in order."""
    if is_plain(text):
        return []
    return [found[0] for found in _HOME_OR_STRAY.finditer(text) if found[1] is None]


def said(text: str) -> str:
    """What `clean` removes, such as "an invisible character (zero width space)", else ""."""
    found = strays(text)
    if not found:
        return ""
    names = list(dict.fromkeys(map(called, found)))
    listed = ", ".join(names[:_MOST_NAMED]) + (" and others" if len(names) > _MOST_NAMED else "")
    many = f"{len(found)} invisible characters" if len(found) > 1 else "an invisible character"
    return f"{many} ({listed})"


def called(character: str) -> str:
    """The character's name in Unicode, such as "right-to-left override"."""
    name = unicodedata.name(character, "")
    return name.lower() or _KINDS.get(unicodedata.category(character), "no character")


def spelt(text: str) -> str:
    """The text with a mark such as [U+202E] for each stray: for mails, terminals and attributes."""
    return replaced(text, mark)


def replaced(text: str, by: Callable[[str], str]) -> str:
    """The text with something else for each stray."""
    if is_plain(text):
        return text
    return _HOME_OR_STRAY.sub(lambda found: found[1] or by(found[0]), text)


def mark(character: str) -> str:
    """What stands for a stray."""
    return f"[U+{ord(character):04X}]"
