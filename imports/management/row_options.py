"""Options of `import_leads` that say which rows are sent."""

from django.core.management.base import CommandParser

from imports.models import Duplicates, Melting, NameOnly, Unchanged


def add(parser: CommandParser) -> None:
    """Add what becomes of rows that are alike, unchanged, or of nobody whom MEGA would find."""
    parser.add_argument(
        "--duplicates",
        choices=Duplicates.values,
        default=Duplicates.ALL.value,
        help="rows of the file that share an e-mail or phone (all)",
    )
    parser.add_argument(
        "--unchanged",
        choices=Unchanged.values,
        default=Unchanged.SEND.value,
        help="rows that this customer already received as they are (send)",
    )
    parser.add_argument(
        "--melting",
        choices=Melting.values,
        default=Melting.HOLD.value,
        help="rows of different people that share an e-mail or phone and would become one "
        "lead (hold)",
    )
    parser.add_argument(
        "--name-only",
        choices=NameOnly.values,
        default=NameOnly.HOLD.value,
        help="rows with neither phone nor e-mail, which MEGA never finds again (hold)",
    )
