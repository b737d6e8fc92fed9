"""Why MEGA refused rows: its own words, with values left out, so that alike reasons are one.

A row with several reasons counts under the first. The words are data of MEGA's: whoever shows them
escapes and shortens them. What stands in them of a row (quoted values, e-mails, phones, ids, long
numbers) is replaced, so that a reason names nobody, and can stand for its rows in an address by a
short hash (`KEY`), of which no value can be read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from imports import whole_file
from imports.models import Import

MOST = 10  # reasons that are named; the rest are the others
MOST_DIFFERENT = 3_000  # wordings that are looked at; each takes some microseconds
MOST_ROWS = 200_000  # of several imports
SILENT = "MEGA gave no reason."

_LOOKED_AT = 600  # characters of a reason: what is left of them is cut to half as many
_OF_MAIL = r"[^\s\"'“”‘’<>(),;:]"
# An e-mail is looked for at the beginning of a word only, or a long word takes its square. A quote
# that was cut off ends with the text: its value would be seen, and the next quote looks for an end.
_VALUES = "|".join(
    (
        rf"(?<!{_OF_MAIL}){_OF_MAIL}+@{_OF_MAIL}+",
        r'"[^"]*(?:"|$)',
        r"“[^”]*(?:”|$)",
        r"(?<![[:alnum:]])‘[^’]*(?:’|$)",
        r"(?<![[:alnum:]])'(?:[^']|'(?=[[:alnum:]]))*(?:'(?![[:alnum:]])|$)",
        r"[[:xdigit:]]{8}(?:-[[:xdigit:]]{4}){3}-[[:xdigit:]]{12}",
        rf"[+]?[(]?\d[\d\s().-]{{5,}}\d(?:{_OF_MAIL}*@{_OF_MAIL}+)?",
        r"\d{4,}",
        r"(?<=\[)\d+(?=\])",
    )
).replace("'", "''")
_SAID = f"left(coalesce({{errors}}->>0, ''), {_LOOKED_AT})"
WORDS = f"left(regexp_replace({_SAID}, '{_VALUES}', '…', 'g'), 300)"
KEY = f"left(encode(sha256(convert_to({WORDS}, 'UTF8')), 'hex'), 12)"
OF_ROW = "coalesce(o.errors->0, 'null')"  # the wording, in queries that call the outcomes `o`

# First the very same wordings, which are few as a rule, then those that are alike.
_REASONS = f"""
    WITH same AS (
        SELECT o.import_id, o.errors->0 AS said, count(*) AS many FROM imports_outcome o
        WHERE o.import_id = ANY(%(imports)s) AND o.status = 'failed'
        GROUP BY 1, 2 ORDER BY many DESC LIMIT %(different)s)
    SELECT {KEY}, {WORDS}, sum(many)::int, count(DISTINCT import_id)::int,
           (array_agg(import_id ORDER BY many DESC))[1]
    FROM (SELECT import_id, many, jsonb_build_array(said) AS errors FROM same) grouped
    GROUP BY 1, 2 ORDER BY 3 DESC, 1
""".replace("{errors}", "errors")  # noqa: S608 - made of constants
_WORDINGS = f"""
    SELECT said::text FROM (
        SELECT DISTINCT {OF_ROW} AS said FROM imports_outcome o
        WHERE o.import_id = %(import)s AND o.status = 'failed') different
    WHERE {KEY.replace("{errors}", "jsonb_build_array(said)")} = %(key)s
"""  # noqa: S608 - made of constants
_FAILED = """
    SELECT count(*) FROM imports_outcome
    WHERE import_id = ANY(%(imports)s) AND status = 'failed'
"""


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason of MEGA's, the number of its rows, and the import with most of them."""

    key: str
    words: str
    rows: int
    imports: int
    import_id: int


@dataclass(frozen=True, slots=True)
class Reasons:
    """The most frequent reasons, and how many failed rows have others."""

    named: list[Reason]
    others: int
    imports: int = 1

    @property
    def rows(self) -> int:
        return sum(one.rows for one in self.named) + self.others

    @property
    def most(self) -> int:
        return max(self.named[0].rows, self.others) if self.named else self.others


def of_import(lead_import: Import) -> Reasons:
    """Return why rows of one import failed."""
    return of_imports([lead_import.pk])


def of_imports(ids: Sequence[int]) -> Reasons:
    """Return why rows of these imports failed."""
    if not ids:
        return Reasons([], 0, 0)
    wanted: dict[str, Any] = {"imports": list(ids), "different": MOST_DIFFERENT}
    with whole_file.cursor() as cursor:
        cursor.execute(_REASONS, wanted)
        found = [Reason(key, words or SILENT, *rest) for key, words, *rest in cursor.fetchall()]
        cursor.execute(_FAILED, wanted)
        failed: int = cursor.fetchone()[0]
    named = found[:MOST]
    return Reasons(named, failed - sum(one.rows for one in named), len(ids))


def words_of(lead_import: Import, key: str) -> str:
    """Return the words of a reason of this import, by its key."""
    named = of_import(lead_import).named
    return next((one.words for one in named if one.key == key), "One reason of MEGA's")


def wordings_of(lead_import: Import, key: str) -> tuple[str, ...]:
    """Return what MEGA said of an import's rows that failed for this reason, each wording once.

    As JSON, to be compared with `OF_ROW`: so the words are made once for each wording, not for each
    row that is looked at.
    """
    with whole_file.cursor() as cursor:
        cursor.execute(_WORDINGS, {"import": lead_import.pk, "key": key})
        return tuple(said for (said,) in cursor.fetchall())


def latest_with_failures(ended: Sequence[tuple[int, int, int]]) -> list[int]:
    """Return the ids of the newest imports in which rows failed, as many as are quickly counted.

    `ended` are their ids, with the rows that were sent and those that failed, newest first.
    """
    chosen, rows = [], 0
    for pk, sent, failed in ended:
        if failed and rows < MOST_ROWS:
            chosen.append(pk)
            rows += sent
    return chosen


def ended(sums: dict[int, dict[str, int]]) -> list[tuple[int, int, int]]:
    """Return what `latest_with_failures` asks for, from `months.ends_of`."""
    newest = sorted(sums.items(), reverse=True)
    return [(pk, sum(rows.values()), rows["failed"]) for pk, rows in newest]
