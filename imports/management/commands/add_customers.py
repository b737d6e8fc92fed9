"""`manage.py add_customers`: customers from a CSV or workbook, by the rules of the page."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from imports import access, customers
from imports.customer_list import judge, sheet
from imports.customer_list.judge import NOT_YOURS, Line, Rules, Verdict
from imports.errors import BadInput
from imports.management.base import PortalCommand, Problem, acting_user, add_user_option
from imports.management.teams import team_to_add_to
from portal import characters
from portal.models import Role, User

_NOBODYS = "There is no team called “{team}”. There are: {teams}."


class Command(PortalCommand):
    help = (
        "Add the customers of a list and print the slug of each that was added. What is there "
        "already stays as it is. Exit status: 0 when no line is wrong; 1 when one is (the others "
        "are added), or when nothing could be read."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="a CSV or workbook")
        parser.add_argument(
            "--team", help="of lines that name none, made when missing; default: the only one"
        )
        parser.add_argument(
            "--region", default="US", help="of phones, for lines that name none (US)"
        )
        parser.add_argument("--dry-run", action="store_true", help="say it, and add nothing")
        add_user_option(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        user, is_dry = acting_user(options["user"]), options["dry_run"]
        read = _read(options["file"])
        region = customers.read_region(options["region"])
        with transaction.atomic():
            rules = _rules(options["team"], region, user)
            lines = judge.judge(read.lines, rules)
            new_ones = judge.of(lines, Verdict.NEW)
            customers.create_all([line.customer for line in new_ones], user)
            transaction.set_rollback(is_dry)
        self._tell(lines, read, is_dry=is_dry)

    def _tell(self, lines: list[Line], read: sheet.Sheet, *, is_dry: bool) -> None:
        """Slugs on stdout; on stderr what to repair, and the sum."""
        new_ones, wrong = judge.of(lines, Verdict.NEW), judge.of(lines, Verdict.WRONG)
        if read.has_tokens:
            self.stderr.write(
                "There are API tokens in this file; none was read. Ask MEGA for new ones, and set "
                "each by set_token or on its customer's page."
            )
        for sentence in _sentences(wrong):
            self.stderr.write(characters.spelt(sentence))
        if not is_dry:
            for line in new_ones:
                self.stdout.write(line.customer.slug)
        there = len(lines) - len(new_ones) - len(wrong)
        would = "would be added" if is_dry else "added"
        said = f"{len(new_ones):,} {would}, {there:,} there already, {len(wrong):,} wrong."
        if wrong:
            raise Problem(said)
        self.stderr.write(said)


def _read(path: Path) -> sheet.Sheet:
    try:
        return sheet.read(path)
    except OSError as error:
        raise BadInput(
            f"{path} cannot be read: {error.strerror or error}. Check the path."
        ) from error


def _rules(team: str | None, region: str, user: User | None) -> Rules:
    """As on the page, where a manager's own teams are those that a line may name."""
    nobody = not access.teams_for(None).exists()
    chosen = team_to_add_to(team, user) if team or nobody else None
    mine = [one for one in access.teams_for(user) if access.can(user, one, Role.MANAGER)]
    if not mine:
        raise BadInput(f"{user} is not a manager of any team, and only managers add customers.")
    only = mine[0] if len(mine) == 1 else None
    return Rules(mine, chosen or only, region, NOT_YOURS if user else _NOBODYS)


def _sentences(wrong: Iterable[Line]) -> Iterable[str]:
    for line in wrong:
        for label, sentence in line.problems:
            yield f"Row {line.number:,}, {label}: {sentence}"
