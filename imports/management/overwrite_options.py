"""Options of `import_leads` that say what an update may overwrite."""

from typing import Any

from django.core.management.base import CommandParser

from imports.columns import fields
from imports.delivery.overwrite import FOUND_BY
from imports.errors import BadInput
from imports.models import Unforeseen

CHOICES = [one.value for one in Unforeseen if one.value]


def add(parser: CommandParser) -> None:
    """Add them. The command does not ask MEGA about every row, so it knows no new leads."""
    parser.add_argument(
        "--only-new",
        metavar="FIELD,FIELD",
        help="fields that are set for new leads only (owner_id,stage_slug,source_platform,"
        "source_type); given, it needs --unforeseen, else a person is asked",
    )
    parser.add_argument(
        "--never",
        default="",
        metavar="FIELD,FIELD",
        help="fields that go only with rows with neither e-mail nor phone, which MEGA never "
        "finds (none)",
    )
    parser.add_argument(
        "--unforeseen",
        choices=CHOICES,
        help="what becomes of fields for new leads only: overwrite, which is so without "
        "--only-new, or leave_out",
    )


def read(options: dict[str, Any]) -> dict[str, Any]:
    """Return what was said as wishes for the upload. Raises BadInput."""
    only_new, said = options["only_new"], options["unforeseen"]
    if said is None:
        said = Unforeseen.OVERWRITE if only_new is None else Unforeseen.UNDECIDED
    return {
        "only_new": None if only_new is None else _names(only_new, "--only-new"),
        "never": _names(options["never"], "--never"),
        "unforeseen": Unforeseen(said),
    }


def _names(text: str, option: str) -> list[str]:
    names = [name for part in text.split(",") if (name := part.strip())]
    for name in names:
        if name in FOUND_BY:
            raise BadInput(
                f"{option}: MEGA finds leads by {name}, so it always goes. Leave it out of the "
                "option."
            )
        if fields.find(name) is None or name in fields.NAME_PARTS:
            known = [one.name for one in fields.FIELDS if one.name not in fields.NAME_PARTS]
            raise BadInput(
                f"{option}: there is no field “{name}”. Fields are {', '.join(known)} and "
                "custom_fields.SLUG; names are separated by commas."
            )
    return names
