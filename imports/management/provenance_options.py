"""Options of `import_leads` that say where the leads come from."""

from datetime import date
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from imports.errors import BadInput
from imports.models import LawfulBasis
from imports.models.provenance import LONGEST


def add(parser: CommandParser) -> None:
    """Add them; none is needed unless the customer wants to know."""
    parser.add_argument("--supplier", default="", metavar="NAME", help="supplier or campaign")
    parser.add_argument(
        "--received", default="", metavar="YYYY-MM-DD", help="the day on which it was received"
    )
    parser.add_argument(
        "--basis", default="", choices=["", *LawfulBasis.values], help="the lawful basis"
    )
    parser.add_argument(
        "--handed-over-by", default="", metavar="NAME", help="who handed the file over"
    )


def read(options: dict[str, Any]) -> dict[str, Any]:
    """Return what was said as fields of Provenance, {} where nothing was. Raises BadInput."""
    said = {
        "supplier": _name(options["supplier"], "--supplier"),
        "received_on": _day(options["received"]),
        "basis": options["basis"],
        "handed_over_by": _name(options["handed_over_by"], "--handed-over-by"),
    }
    return said if any(said.values()) else {}


def _name(text: str, option: str) -> str:
    name = " ".join(text.split())
    if len(name) > LONGEST:
        raise BadInput(f"{option} has at most {LONGEST} characters.")
    return name


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadInput("--received is a day such as 2026-11-03.") from None
    if day > timezone.localdate():
        raise BadInput("--received is a day that is not still to come.")
    return day
