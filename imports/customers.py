"""Customers: made and changed, each with its event."""

from collections.abc import Sequence

import phonenumbers
from django.db import IntegrityError, transaction
from django.utils.crypto import get_random_string
from django.utils.text import slugify

from imports.audit import acts, trail
from imports.errors import BadInput, WrongState
from imports.models import Customer
from portal import characters
from portal.models import Team, User

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look like another
LONGEST_NAME = 120  # characters
KEEPING = ("keep_old_values", "keep_minutes", "hold_won", "hold_lost", "hold_days")
ASKING = ("failure_percent", "update_points")
RULES = ("rule_age", "rule_days", "rule_countries", "rule_proof", "needs_provenance")
CHANGEABLE = ("name", "region", "requests_per_minute", "on_duplicate", "mega_id", "import_field",
              *ASKING, *KEEPING, *RULES, "note")  # fmt: skip
_WORDS = ("name", "note")  # that people type: no trail holds them


def create(customer: Customer, user: User | None) -> Customer:
    """Store a new customer under a slug of its own. BadInput when name or MEGA id are taken."""
    customer.created_by = user
    others = Team.objects.exclude(pk=customer.team_id).exists()
    customer.slug = free_slug(customer.name, is_shared=user is not None and others)
    try:
        with transaction.atomic():
            customer.save(force_insert=True)
            trail.record(
                acts.CUSTOMER_CREATED,
                actor=user,
                customer=customer,
                facts={"mega_id": str(customer.mega_id)},
            )
    except IntegrityError as error:
        raise taken(customer) from error
    return customer


def create_all(new: Sequence[Customer], user: User | None) -> None:
    """Store new customers as `create` would, all of them or none; each has its event.

    Raises WrongState when somebody took one of the names or MEGA ids in the meantime.
    """
    is_shared = user is not None and Team.objects.count() > 1
    _give_slugs(new, is_shared=is_shared)
    for customer in new:
        customer.created_by = user
    try:
        with transaction.atomic():
            Customer.objects.bulk_create(new)
            told = ((one, {"mega_id": str(one.mega_id)}) for one in new)
            trail.record_each(acts.CUSTOMER_CREATED, actor=user, told=told)
    except IntegrityError as error:
        raise WrongState(
            "Somebody added customers at the same moment, so none of these were added. Look at the "
            "list again: it shows what is there by now."
        ) from error


def change(customer: Customer, user: User | None) -> Customer:
    """Store a changed customer; the event tells which settings changed, and numbers and codes."""
    try:
        with transaction.atomic():
            before = Customer.objects.select_for_update().get(pk=customer.pk)
            changed = [f for f in CHANGEABLE if getattr(before, f) != getattr(customer, f)]
            if not changed:
                return customer
            if "mega_id" in changed and before.tokens.exists():
                raise BadInput(
                    "The MEGA id cannot change once a token was set: another id is another "
                    "customer. Create that customer instead."
                )
            customer.save(update_fields=[*changed, *_forget_what_was_found(customer, changed)])
            facts = {f: _fact(getattr(customer, f)) for f in changed if f not in _WORDS}
            trail.record(
                acts.CUSTOMER_CHANGED,
                actor=user,
                customer=customer,
                facts={"changed": changed, **facts},
            )
    except IntegrityError as error:
        raise taken(customer) from error
    return customer


def _forget_what_was_found(customer: Customer, changed: Sequence[str]) -> tuple[str, ...]:
    """What MEGA said of the former custom field does not hold for another; the fields changed."""
    if not {"import_field", "mega_id"} & {*changed}:
        return ()
    customer.import_field_found, customer.import_field_asked_at = "", None
    return ("import_field_found", "import_field_asked_at")


def read_region(text: str) -> str:
    """Return the region as two capital letters. BadInput when no phones of it are known."""
    region = text.strip().upper()
    if region not in phonenumbers.SUPPORTED_REGIONS:
        raise BadInput("Use the two letters of a country, such as US, GB or DE.")
    return region


def read_name(text: str) -> str:
    """Return the name without doubled spaces. BadInput when there is nothing to be seen of it."""
    name = " ".join(text.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise BadInput(f"A customer's name has 1 to {LONGEST_NAME} characters.")
    if not characters.seen(name):
        raise BadInput("Nothing of this name can be seen; type one with letters or digits.")
    return name


def remark_on(name: str) -> str:
    """What a person should know of a name that is stored with what cannot be seen, else ""."""
    said = characters.said(name)
    if not said:
        return ""
    return (
        f"The name {characters.spelt(name)} contains {said}. It was kept, is shown as a mark and "
        "ignored in comparisons. Type the name again if it was not meant."
    )


def twin_of(customer: Customer) -> Customer | None:
    """Another customer of the team whose name looks the same."""
    same = Customer.objects.filter(team=customer.team_id, name__seen=characters.seen(customer.name))
    return same.exclude(pk=customer.pk).first()


def name_is_taken(name: str, twin: Customer) -> BadInput:
    """Say whose name it is, and what cannot be seen of the difference."""
    shown, said = characters.spelt(twin.name), characters.said(name)
    if said and name != twin.name:
        return BadInput(
            f"The team already has a customer called {shown}, and this name differs from it only "
            f"by {said}. Choose a name that looks different."
        )
    return BadInput(f"The team already has a customer called {shown}; choose another name.")


def free_slug(name: str, *, is_shared: bool = False) -> str:
    """The name as it may stand in an address, with random letters behind it where it is taken.

    With `is_shared` (other teams' customers are on this site, too) it always has them: a name
    without would say that no other team has a customer of that name, one with them that one does.
    """
    slug = stem = _stem(name)
    while is_shared or Customer.objects.filter(slug=slug).exists():
        slug, is_shared = f"{stem}-{get_random_string(6, _LETTERS)}", False
    return slug


def _give_slugs(new: Sequence[Customer], *, is_shared: bool) -> None:
    """As `free_slug` for each, with one look at those that are taken."""
    stems = [_stem(one.name) for one in new]
    taken_ones = set(Customer.objects.filter(slug__in=stems).values_list("slug", flat=True))
    for customer, stem in zip(new, stems, strict=True):
        customer.slug = stem
        if is_shared or stem in taken_ones:
            customer.slug = f"{stem}-{get_random_string(6, _LETTERS)}"
        taken_ones.add(customer.slug)


def _stem(name: str) -> str:
    stem = slugify(name)[:70].strip("-") or "customer"
    return f"{stem}-customer" if stem in {"new", "export"} else stem


def taken(customer: Customer) -> BadInput:
    """Why the database did not take the customer."""
    others = Customer.objects.filter(team=customer.team).exclude(pk=customer.pk)
    if others.filter(mega_id=customer.mega_id).exists():
        return BadInput("The team already has a customer with this MEGA id; open that one.")
    return name_is_taken(customer.name, twin_of(customer) or customer)


def _fact(value: object) -> int | str | list[str]:
    if value is None:
        return "none"
    if isinstance(value, list):
        return value[: trail.MAX_LIST]
    return value if isinstance(value, int) else str(value)
