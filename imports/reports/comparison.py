"""Prediction against outcome: what came otherwise than a full preview foretold, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from imports import whole_file
from imports.models import Import
from imports.reports.foretold import FORESEEN

_COMPARE = f"""
    SELECT p.status, o.status, {FORESEEN} AS foreseen, count(*)
    FROM imports_outcome o
    JOIN imports_prediction p ON p.dry_run_id = %(dry_run)s AND p.number = o.number
    JOIN imports_lead l ON l.import_id = o.import_id AND l.mapping_id = %(mapping)s
        AND l.number = o.number
    WHERE o.import_id = %(import)s
    GROUP BY 1, 2, 3 ORDER BY 4 DESC
"""  # noqa: S608 - made of constants


@dataclass(frozen=True, slots=True)
class Kind:
    """What may have happened in between, and what a person should do; "" where nothing is to do."""

    title: str
    why: str
    act: str = ""


_REFUSED: Final = Kind(
    "MEGA would have taken them, and refused them",
    "Something in the account was changed after MEGA was asked, such as a stage or an owner. Each "
    "row has MEGA's words beside it.",
    "Repair the rows, or what they refer to, and send them again.",
)
_NEW: Final = Kind(
    "MEGA had a lead of the person, and made a new one",
    "The lead was removed after MEGA was asked, or its e-mail or phone was changed there, so that "
    "the row no longer matched it.",
    "Look whether the person is in MEGA twice now.",
)
_TAKEN: Final = Kind(
    "MEGA would have refused them, and took them",
    "What MEGA objected to was put right after it was asked.",
)
_OTHERWISE: Final = Kind(
    "MEGA did something else than it said",
    "MEGA answered otherwise than it did when it was asked.",
    "Look at these rows.",
)
KINDS: Final[Mapping[tuple[str, str], Kind]] = {
    ("created", "updated"): Kind(
        "they were to be new, and updated a lead",
        "MEGA had no lead of the person when it was asked, and had one when the row was sent: "
        "somebody or another import added it in between. The sheet's values were written into it.",
        "Look whether these leads were to be overwritten; the report has their old values as far "
        "as they were kept.",
    ),
    ("created", "skipped"): Kind(
        "they were to be new, and were skipped",
        "MEGA had no lead of the person when it was asked, and had one when the row was sent: "
        "somebody or another import added it in between. That lead is as it was, without the "
        "sheet's values.",
        "If the sheet's values are wanted there, import these rows with “Update”.",
    ),
    **{(foretold, "failed"): _REFUSED for foretold in ("created", "updated", "skipped")},
    **{(foretold, "created"): _NEW for foretold in ("updated", "skipped")},
    **{("failed", came): _TAKEN for came in ("created", "updated", "skipped")},
}


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that were foretold one thing and became another."""

    predicted: str
    result: str
    rows: int

    @property
    def kind(self) -> Kind:
        return KINDS.get((self.predicted, self.result), _OTHERWISE)


@dataclass(frozen=True, slots=True)
class Comparison:
    """`as_foreseen` rows came as MEGA had said; the groups that need an act stand first."""

    as_foreseen: int
    groups: list[Group]


def compare(lead_import: Import) -> dict[str, Any] | None:
    """Count anew how its outcome differs from its full preview; None where there was none."""
    if lead_import.preview_id is None:
        return None
    parameters = {
        "import": lead_import.pk,
        "mapping": lead_import.mapping_id,
        "dry_run": lead_import.preview_id,
    }
    with whole_file.cursor() as cursor:
        cursor.execute(_COMPARE, parameters)
        found = cursor.fetchall()
    return {
        "as_foreseen": sum(rows for *_, foreseen, rows in found if foreseen),
        "otherwise": [[was, came, rows] for was, came, foreseen, rows in found if not foreseen],
    }


def of(lead_import: Import) -> Comparison | None:
    """Return what was counted when the import ended; None where it had no full preview."""
    if lead_import.came_out is None:
        return None
    groups = [Group(*one) for one in lead_import.came_out["otherwise"]]
    groups.sort(key=lambda one: (not one.kind.act, -one.rows))
    return Comparison(lead_import.came_out["as_foreseen"], groups)
