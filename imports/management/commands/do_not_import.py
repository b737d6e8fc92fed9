"""`manage.py do_not_import`: add to a do-not-import list, or ask who is on it."""

import sys
from argparse import ArgumentTypeError
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from imports import access, customers, tasks
from imports.do_not_import import entries, files, lists
from imports.do_not_import.entries import Line
from imports.do_not_import.lists import Origin, Owner
from imports.errors import BadInput
from imports.intake.dialect import DEFAULT
from imports.management.base import PortalCommand, Problem, acting_user, add_user_option
from imports.models import ListAddition
from imports.models.do_not_import import LONGEST_WORDS
from portal import characters
from portal.models import Role, Team, User

STDIN = "-"


class Command(PortalCommand):
    help = (
        "Add e-mail addresses, phones and domains to the do-not-import list of a customer or team, "
        "or ask of those on standard input, one a line, whether they are on it. Exit status: 0; 1 "
        "when a line could not be read (the others are added, or answered)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("--customer", metavar="SLUG", help="the list of this customer")
        whose.add_argument("--team", metavar="SLUG", help="the list of this team")
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument(
            "--add", metavar="FILE", help="a text file, CSV or workbook; - is standard input"
        )
        what.add_argument("--check", action="store_true", help="of each line: listed, or not")
        parser.add_argument(
            "--source", type=_words, default="", help="where they are from, in words"
        )
        parser.add_argument("--reason", type=_words, default="", help="why, in words")
        parser.add_argument("--region", help="of phones without a country code")
        add_user_option(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        user = acting_user(options["user"])
        owner = _owner(user, options["customer"], options["team"])
        if not access.can(user, owner.team, Role.IMPORTER):
            raise BadInput(f"Only importers and managers of {owner.team.name} may use its lists.")
        region = customers.read_region(options["region"] or lists.region_of(owner))
        if options["check"]:
            self._check(owner, region)
            return
        origin = Origin(ListAddition.Way.COMMAND, options["source"], options["reason"])
        told = lists.add(owner, user, _read(options["add"], region), origin)
        tasks.nudge_look_again(lists.in_review(owner))
        counts = Counter(one.verdict for one in told)
        said = f"{counts['added']:,} added, {counts['there']:,} there already"
        self._finish([one.line for one in told if one.verdict == "unread"], said)

    def _check(self, owner: Owner, region: str) -> None:
        unread = []
        for line in entries.read_lines(sys.stdin.read(), region):
            if line.entry is None:
                unread.append(line)
                continue
            found = lists.is_listed(owner, line)
            answer = f"listed\t{characters.spelt(str(found))}" if found else "not listed"
            self.stdout.write(f"{line.number}\t{answer}")
        if unread:
            self._finish(unread, "")

    def _finish(self, unread: Iterable[Line], said: str) -> None:
        """What could not be read stands on stderr by its number alone: terminals are recorded."""
        unread = list(unread)
        for line in unread:
            self.stderr.write(f"Line {line.number:,}: {line.why}")
        if unread:
            raise Problem(", ".join(filter(None, [said, f"{len(unread):,} not readable"])) + ".")
        self.stderr.write(f"{said}.")


def _words(text: str) -> str:
    try:
        return lists.read_words(text)[:LONGEST_WORDS]
    except BadInput as problem:
        raise ArgumentTypeError(problem.sentence) from problem


def _owner(user: User | None, customer_slug: str | None, team_slug: str | None) -> Owner:
    if customer_slug:
        customer = access.find_customer(user, customer_slug)
        if customer is None:
            raise BadInput(f"There is no customer “{customer_slug}”.")
        return Owner(customer.team, customer)
    team = Team.objects.filter(slug=team_slug, pk__in=access.teams_for(user)).first()
    if team is None:
        raise BadInput(f"There is no team “{team_slug}”.")
    return Owner(team)


def _read(name: str, region: str) -> list[Line]:
    if name == STDIN:
        return list(entries.read_lines(sys.stdin.read(), region))
    try:
        return files.read(Path(name), region, DEFAULT).lines
    except OSError as error:
        raise BadInput(
            f"{name} cannot be read: {error.strerror or error}. Check the path."
        ) from error
