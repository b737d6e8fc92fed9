"""`manage.py import_report`: the row-level report of an import, as a file."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from imports import access
from imports.errors import BadInput
from imports.management.base import PortalCommand, acting_user, add_user_option
from imports.management.reporting import check_report_path, write_report, write_rows_to_repair
from imports.models import Import
from imports.reports import to_repair
from imports.reports.balance import LABELS
from imports.reports.rows import Selection


class Command(PortalCommand):
    help = "Write the row-level report of an import."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("import_id", metavar="IMPORT_ID", type=int)
        results = ["all", *(code.replace("_", " ") for code in LABELS)]
        parser.add_argument(
            "--rows", choices=results, default="all", metavar="RESULT", help=", ".join(results)
        )
        parser.add_argument(
            "--repair",
            action="store_true",
            help="rows to repair, in the sheet's own columns, to be uploaded again: "
            "what failed or is invalid, or the results of --rows",
        )
        parser.add_argument("--output", type=Path, required=True, metavar="PATH.csv|.xlsx")
        add_user_option(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        user = acting_user(options["user"])
        lead_import = access.find_import(user, options["import_id"])
        if lead_import is None:
            raise BadInput(f"There is no import {options['import_id']}. The history lists them.")
        check_report_path(options["output"])
        bucket = "" if options["rows"] == "all" else options["rows"].replace(" ", "_")
        if options["repair"]:
            write_rows_to_repair(
                lead_import, _to_repair(lead_import, bucket), options["output"], user
            )
        else:
            write_report(lead_import, Selection(bucket=bucket), options["output"], user)
        self.stdout.write(str(options["output"]))


def _to_repair(lead_import: Import, bucket: str) -> tuple[str, ...]:
    buckets = to_repair.buckets(lead_import, bucket)
    if not buckets:
        known = ", ".join(name.replace("_", " ") for name in to_repair.BUCKETS)
        raise BadInput(
            f"Such rows are not to be repaired. Say one of {known} (not sent: once the import is "
            "over) with --rows, or leave it out."
        )
    return buckets
