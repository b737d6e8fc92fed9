"""`manage.py import_leads`: the same road as the browser's, for scripts."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import CommandParser

from imports import access, tasks
from imports.columns import defects, guessing, mapfile, sensitive
from imports.errors import BadInput, BadMapping
from imports.intake import upload
from imports.intake.dialect import Dialect
from imports.intake.sensitive.masking import Masking
from imports.intake.table import open_table
from imports.management import overwrite_options, provenance_options, row_options
from imports.management.base import PortalCommand, acting_user, add_user_option
from imports.management.reporting import check_report_path, write_report
from imports.management.waiting import Exit, Wait, exit_of, summary_of
from imports.models import (
    Customer,
    DryRun,
    Duplicates,
    Import,
    Melting,
    NameOnly,
    OnceChecked,
    OnDuplicate,
    Unchanged,
)
from imports.reports import balance
from imports.reports.rows import Selection
from imports.review import decided, guard_answer
from portal.models import Role, User

SAMPLE = 200  # rows that a mapping file is tried on


class Command(PortalCommand):
    help = (
        "Import a spreadsheet for a customer and wait for the end. Exit status: 0 finished and "
        "clean; 2 finished, some rows are invalid, failed, unknown or not sent; 1 nothing could "
        "be imported; 3 a person is needed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="a CSV or XLSX file")
        parser.add_argument("--customer", required=True, metavar="SLUG")
        parser.add_argument("--sheet", default="", metavar="NAME", help="sheet of a workbook")
        parser.add_argument("--mapping", type=Path, metavar="FILE.json", help="what columns become")
        parser.add_argument(
            "--on-duplicate",
            choices=OnDuplicate.values,
            help="what MEGA does with leads that it has; default: as the customer is set",
        )
        parser.add_argument(
            "--confirm-customer",
            metavar="NAME",
            help="the customer's name: the file is theirs even where it looks like another's",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="ask MEGA what it would do; write nothing"
        )
        parser.add_argument("--no-wait", action="store_true", help="return once it is accepted")
        parser.add_argument(
            "--report", type=Path, metavar="PATH.csv|.xlsx", help="write the row-level report"
        )
        parser.add_argument("--json", action="store_true", help="print the summary as JSON")
        row_options.add(parser)
        overwrite_options.add(parser)
        provenance_options.add(parser)
        add_user_option(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        user = acting_user(options["user"])
        customer = _customer(options["customer"], user)
        check_report_path(options["report"])
        name = options["confirm_customer"]
        if name is not None:
            guard_answer.refuse_other_name(customer, name)
        lead_import = _accept(customer, user, options)
        if name is not None:
            guard_answer.confirm(lead_import, user, name)
        tasks.nudge_read(lead_import.pk)
        if options["no_wait"]:
            self._print(summary_of(lead_import), as_json=options["json"])
            return
        status, dry_run = _wait(lead_import, dry_run=options["dry_run"])
        if sentence := sensitive.masked_sentence(lead_import):
            self.stderr.write(sentence)
        if waiting := decided.waiting(lead_import):
            self.stderr.write(waiting)
            status = Exit.SOME if status == Exit.CLEAN else status
        if status != Exit.NOTHING or lead_import.row_count:
            if options["report"]:
                write_report(lead_import, Selection(), options["report"], user)
            self._print(summary_of(lead_import, dry_run), as_json=options["json"])
        sys.exit(status)

    def _print(self, summary: dict[str, Any], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(summary))
            return
        for name, value in summary.items():
            self.stdout.write(f"{name.replace('_', ' '):<10} {value}")


def _customer(slug: str, user: User | None) -> Customer:
    customer = access.find_customer(user, slug)
    if customer is None:
        raise BadInput(
            f"There is no customer “{slug}”. `manage.py add_customer` prints the slug of a new "
            "one; the customers' page lists the others."
        )
    if not access.can(user, customer.team, Role.IMPORTER):
        raise BadInput(f"{user} may not import for {customer.name}: it takes the role importer.")
    if customer.token is None:
        raise BadInput(
            f"{customer.name} has no token, so nothing can be sent. Set it with "
            f"`manage.py set_token {customer.slug}`."
        )
    return customer


def _accept(customer: Customer, user: User | None, options: dict[str, Any]) -> Import:
    path: Path = options["file"]
    dialect = Dialect(sheet=options["sheet"])
    wanted = _mapping(path, dialect, options["mapping"], customer.region)
    once = OnceChecked.DRY_RUN if options["dry_run"] else OnceChecked.SEND
    wishes = upload.Wishes(
        dialect=dialect.as_dict(),
        mapping=wanted,
        on_duplicate=OnDuplicate(options["on_duplicate"]) if options["on_duplicate"] else None,
        duplicates=Duplicates(options["duplicates"]),
        unchanged=Unchanged(options["unchanged"]),
        melting=Melting(options["melting"]),
        name_only=NameOnly(options["name_only"]),
        once_checked=once,
        provenance=provenance_options.read(options),
        **overwrite_options.read(options),
    )
    try:
        with path.open("rb") as opened:
            return upload.accept(customer, user, File(opened), path.name, wishes=wishes)
    except OSError as problem:
        raise BadInput(f"{path} cannot be opened: {problem.strerror}.") from problem


def _mapping(path: Path, dialect: Dialect, source: Path | None, region: str) -> dict[str, Any]:
    """Read a mapping file and try it on the sheet, so that a wrong one is found at once."""
    if source is None:
        return {}
    wanted = mapfile.load_mapping_file(source)
    try:
        with open_table(path, choice=dialect) as table:
            rows = [row.cells for _, row in zip(range(SAMPLE), table.rows(), strict=False)]
            masked = Masking.of_table(table).kinds
            proposed = guessing.proposed(table.headers, rows, masked, region)
    except OSError as problem:
        raise BadInput(f"{path} cannot be opened: {problem.strerror}.") from problem
    for sentence in defects.check(mapfile.apply_file(proposed, wanted)):
        raise BadMapping(sentence)
    if not isinstance(wanted, dict):
        raise BadMapping("A mapping file holds a JSON object with “columns” and “constants”.")
    return wanted


def _wait(lead_import: Import, *, dry_run: bool) -> tuple[Exit, DryRun | None]:
    wait = Wait(lead_import)
    if not dry_run:
        return wait.for_end(), None
    status = wait.for_dry_run(lead_import.dry_runs.last)
    found = lead_import.dry_runs.last()
    if found is not None and found.state == DryRun.State.DONE:
        status = exit_of(balance.predicted(found))
    return status, found
