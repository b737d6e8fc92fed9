"""The answer to the wrong-customer guard: the name of the customer, typed by a person."""

from django.db import transaction

from imports.audit import acts as events
from imports.audit import trail
from imports.errors import BadInput, WrongState
from imports.models import Customer, Import, ImportState
from imports.review import acts, guard
from portal import characters
from portal.models import User


def refuse_other_name(customer: Customer, typed: str) -> None:
    """Raise BadInput unless the typed name is the customer's; case and spaces do not matter."""
    if _folded(typed) == _folded(customer.name):
        return
    raise BadInput(
        f"“{characters.clean(typed)[:80]}” is not the name of this import's customer, which is "
        f"{customer.name}. If the file is another customer's, upload it for them, and do not send "
        "this import.",
        code="other_name",
    )


@transaction.atomic
def confirm(lead_import: Import, user: User | None, typed: str) -> None:
    """Write down that a person typed the customer's name; it holds for this file from now on.

    A command says it before the file is read. Raises BadInput for another name.
    """
    locked = (
        Import.objects.select_for_update(no_key=True, of=("self",))
        .select_related("customer__team")
        .get(pk=lead_import.pk)
    )
    refuse_other_name(locked.customer, typed)
    if locked.is_final or locked.is_under_way or locked.state == ImportState.SCHEDULED:
        raise WrongState("This import is past its review: nothing needs to be confirmed.")
    if guard.is_confirmed(locked):
        return
    found = guard.kept(locked)
    odd = found.odd if found else {}
    content = {"customer": locked.customer_id, "odd": odd}
    acts.record(locked, user, acts.Deed(acts.Kind.DECIDE, guard.ABOUT, content=content))
    facts = {"odd": odd.get("kind", "none")}
    trail.record(events.CUSTOMER_CONFIRMED, actor=user, lead_import=locked, facts=facts)


def _folded(name: str) -> str:
    return "".join(characters.alike(name).casefold().split())
