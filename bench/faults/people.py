"""The people of a seed: client accounts, and spreadsheets that come one after the other."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.core.files import File
from django.db import Error, connection

from bench.faults.schedule import Upload
from imports import tasks
from imports.errors import PortalError
from imports.intake import upload
from imports.mega.sandbox import Sandbox
from imports.models import Customer, Import, Melting, OnceChecked, OnDuplicate
from imports.review import guard_answer
from imports.tests.road.engine import Client, phone
from portal.models import Membership, Role, User

SHARED = 150  # every so many rows one is about the person of the row before
PATIENCE = 120.0  # seconds until somebody gives up uploading


@dataclass(frozen=True, slots=True)
class Sheet:
    """A spreadsheet on its way: its people are numbered from `first` on."""

    upload: Upload
    first: int

    @property
    def name(self) -> str:
        return f"leads-{self.first}.csv"

    def email(self, place: int) -> str:
        """Return the address of the row at a place, 0 the first."""
        return f"p{self.first + place - self._is_shared(place)}@example.com"

    @staticmethod
    def _is_shared(place: int) -> bool:
        return place % SHARED == SHARED - 1

    @property
    def shared(self) -> int:
        """Return how many rows are about somebody who is in the sheet already."""
        return sum(map(self._is_shared, range(self.upload.rows)))

    def write(self, path: Path) -> None:
        lines = ["Name,Email,Phone"]
        for place in range(self.upload.rows):
            number = self.first + place
            lines.append(f"Person {number},{self.email(place)},{phone(number)}")
        path.write_text("\n".join(lines) + "\n")


def sheets(uploads: Sequence[Upload]) -> list[Sheet]:
    """Give each upload people of its own."""
    found, first = [], 0
    for one in uploads:
        found.append(Sheet(one, first))
        first += one.rows
    return found


def accounts(mega: Sandbox, limits: Sequence[int]) -> list[Client]:
    """Make the client accounts. Only the last one's old values are read before leads are updated:
    at MEGA's sixty pages a minute the others would not get to send much.
    """
    clients = [Client(mega, rpm=limit) for limit in limits]
    for client in clients:
        keeps = client is clients[-1]
        Customer.objects.filter(pk=client.customer.pk).update(keep_old_values=keeps, keep_minutes=1)
        client.customer.refresh_from_db()
    return clients


def importer(clients: Sequence[Client]) -> User:
    """Make the person by whose word everything is sent."""
    user = User.objects.create(email="ines@example.com", name="Ines", password="!")
    team = clients[0].customer.team
    Membership.objects.create(user=user, team=team, role=Role.IMPORTER)
    return user


class Uploading(threading.Thread):
    """Somebody who uploads each sheet at its time, and once more when the portal could not."""

    def __init__(self, folder: Path, clients: Sequence[Client], sheets: Sequence[Sheet]) -> None:
        super().__init__(name="uploading", daemon=True)
        self.made: dict[int, Sheet] = {}  # by the import's id
        self.problem = ""
        self.tries = 0
        self._folder = folder
        self._clients = clients
        self._sheets = sheets
        self._user = importer(clients)

    def run(self) -> None:
        began = time.monotonic()
        for sheet in self._sheets:
            time.sleep(max(0.0, began + sheet.upload.at - time.monotonic()))
            if not self._upload(sheet):
                self.problem = f"{sheet.name} could not be uploaded."
                return

    def _upload(self, sheet: Sheet) -> bool:
        path = self._folder / sheet.name
        sheet.write(path)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            self.tries += 1
            try:
                self.made[self._find_or_upload(sheet, path)] = sheet
            except (Error, PortalError):
                connection.close()
                time.sleep(0.5)
            else:
                path.unlink()
                return True
        return False

    def _find_or_upload(self, sheet: Sheet, path: Path) -> int:
        """An upload whose answer was lost may have been kept: people look before they try again."""
        customer = self._clients[sheet.upload.customer].customer
        kept = Import.objects.filter(customer=customer, file_name=sheet.name).first()
        if kept is None:
            wishes = upload.Wishes(
                once_checked=OnceChecked.SEND,
                on_duplicate=OnDuplicate.UPDATE,
                melting=Melting.SEND,  # who is in the sheet twice has two names
            )
            with path.open("rb") as file:
                kept = upload.accept(customer, self._user, File(file), sheet.name, wishes=wishes)
            guard_answer.confirm(kept, self._user, customer.name)  # all upload the same people
            tasks.nudge_read(kept.pk)
        return int(kept.pk)
