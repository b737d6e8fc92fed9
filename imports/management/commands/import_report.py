"""`manage.py import_report`: the row-level report of an import, as a file."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from imports import access
from imports.errors import BadInput
from imports.management.base import PortalCommand, acting_user, add_user_option
from imports.management.reporting import check_report_path, write_report
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
        parser.add_argument("--output", type=Path, required=True, metavar="PATH.csv|.xlsx")
        add_user_option(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        user = acting_user(options["user"])
        lead_import = access.find_import(user, options["import_id"])
        if lead_import is None:
            raise BadInput(f"There is no import {options['import_id']}. The history lists them.")
        check_report_path(options["output"])
        bucket = "" if options["rows"] == "all" else options["rows"].replace(" ", "_")
        write_report(lead_import, Selection(bucket=bucket), options["output"], user)
        self.stdout.write(str(options["output"]))
