"""Histories played in the database: each file is looked at as it comes, and as if mixed up."""

import random
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from imports.intake import layout
from imports.models import Customer, Import, ImportState, Lead, MappingVersion, Traits
from imports.review import guard, guard_rule
from imports.tests.review.histories import File, contact, histories
from portal.models import Team

HEADINGS = ("Name", "Email", "Phone")


@dataclass
class Tally:
    """How many of the files that are large enough were asked about, in all and by kind."""

    files: Counter[str] = field(default_factory=Counter)
    alarms: Counter[str] = field(default_factory=Counter)
    named: int = 0  # alarms that name whose file it is
    seconds: list[float] = field(default_factory=list)

    @property
    def percent(self) -> float:
        return round(100 * self.alarms.total() / max(self.files.total(), 1), 2)

    def by_kind(self) -> dict[str, float]:
        """Return the percentage of each kind of file."""
        return {
            kind: round(100 * self.alarms[kind] / count, 1)
            for kind, count in sorted(self.files.items())
        }


def play(clients: int, seed: int, months: int = 24) -> tuple[Tally, Tally]:
    """Return what became of the ordinary files and of the same ones, each with a wrong customer.

    A file is mixed up once both customers have imported something before.
    """
    dice = random.Random(-seed)
    customers = _customers(clients)
    ordinary, swapped = Tally(), Tally()
    seen: set[int] = set()
    for file in histories(clients, seed, months):
        made = _import(customers[file.client], file)
        others = sorted(seen - {file.client})
        if file.client in seen and others:
            wrong = customers[dice.choice(others)]
            with transaction.atomic():
                odd = _look(made, wrong, file, swapped)
                swapped.named += bool(odd) and odd.get("customer") == customers[file.client].pk
                transaction.set_rollback(True)
        _look(made, customers[file.client], file, ordinary)
        now = timezone.now()
        Import.objects.filter(pk=made.pk).update(state=ImportState.FINISHED, started_at=now)
        seen.add(file.client)
    return ordinary, swapped


def _look(made: Import, customer: Customer, file: File, tally: Tally) -> dict[str, object]:
    made.customer = customer
    began = time.perf_counter()
    guard.look(made)
    tally.seconds.append(time.perf_counter() - began)
    odd: dict[str, object] = Traits.objects.get(pk=made.pk).odd
    if len(file.people) >= guard_rule.FEWEST:
        tally.files[file.kind] += 1
        tally.alarms[file.kind] += bool(odd)
    return odd


def _customers(count: int) -> list[Customer]:
    name = uuid.uuid4().hex
    team = Team.objects.create(name=name, slug=name)
    return [
        Customer.objects.create(
            team=team, name=f"Client {n}", slug=f"c{uuid.uuid4().hex}", mega_id=uuid.uuid4()
        )
        for n in range(count)
    ]


def _import(customer: Customer, file: File) -> Import:
    made = Import.objects.create(
        customer=customer, mega_id=customer.mega_id, file_name="leads.csv", file_size=1,
        file_sha256=uuid.uuid4().hex, on_duplicate="skip", state=ImportState.REVIEW,
        row_count=len(file.people), layout=layout.fingerprint([file.layout, *HEADINGS]),
    )  # fmt: skip
    made.mapping = MappingVersion.objects.create(lead_import=made, version=1, content={})
    made.save(update_fields=["mapping"])
    Lead.objects.bulk_create(
        Lead(
            lead_import=made, mapping=made.mapping, number=number, verdict="ok",
            body={"contact_phone": phone}, problems=[], warned=False, email_key=email,
            phone_key=phone[-10:], digest=b"",
        )
        for number, (email, phone) in enumerate(map(contact, file.people), start=2)
    )  # fmt: skip
    return made
