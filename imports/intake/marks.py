"""What the beginning of a text tells of its encoding: a mark, or where its NULs and escapes are."""

import codecs
import re

HALF_A_PAIR = "half-a-pair"  # how decoders are told to go on where an emoji was cut in half
UNIT = 2  # bytes in UTF-16
JAPANESE_OF_MAILS = "iso2022_jp"
ESCAPE = re.compile(rb"\A[\x00-\x7f]*?\x1b\$[@B](?:[!-~]{2})+\x1b\([BJ]")
BOMS = (
    ("utf-32-le", codecs.BOM_UTF32_LE),  # before UTF-16, whose mark it begins with
    ("utf-32-be", codecs.BOM_UTF32_BE),
    ("utf-8", codecs.BOM_UTF8),
    ("utf-16-le", codecs.BOM_UTF16_LE),
    ("utf-16-be", codecs.BOM_UTF16_BE),
)


def marked(head: bytes) -> str:
    """Tell the encoding that a mark says, "" where there is none."""
    return next((name for name, bom in BOMS if head.startswith(bom)), "")


def size(head: bytes, codec: str) -> int:
    """Count the bytes of an encoding's mark: one more from each program that wrote it anew."""
    mark = next((bom for other, bom in BOMS if other == codec and head.startswith(bom)), b"")
    found = len(mark)
    while mark and head.startswith(mark, found):
        found += len(mark)
    return found


def unmarked(head: bytes) -> str:
    """Recognise what no mark and no letter beyond ASCII tells, "" when it is none of that."""
    return _unmarked_wide(head) or (JAPANESE_OF_MAILS if ESCAPE.search(head) else "")


def _unmarked_wide(head: bytes) -> str:
    """Recognise UTF-16 and UTF-32 without a mark by where their NULs are, "" when neither.

    Even a text in another script has commas, digits and line ends.
    """
    nuls = head.count(0)
    if nuls * 50 < len(head) or nuls < 3:
        return ""
    at = [head[place::4].count(0) for place in range(4)]
    nearly_all = 0.95 * (len(head) // 4)
    if min(at[2], at[3]) > nearly_all or min(at[0], at[1]) > nearly_all:
        name = "utf-32-le" if at[0] < at[3] else "utf-32-be"
    elif at[0] + at[2] < 0.05 * nuls:
        name = "utf-16-le"
    elif at[1] + at[3] < 0.05 * nuls:
        name = "utf-16-be"
    else:
        return ""
    try:
        codecs.getincrementaldecoder(name)(HALF_A_PAIR).decode(head)
    except UnicodeDecodeError:
        return ""
    return name


def _half_a_pair(error: UnicodeError) -> tuple[str, int]:
    """An emoji of two units was cut in half, as programs do that shorten texts."""
    if not isinstance(error, UnicodeDecodeError) or error.end - error.start != UNIT:
        raise error
    return "\ufffd", error.end


codecs.register_error(HALF_A_PAIR, _half_a_pair)
