"""Who may see and do what: the one home of tenant scope. Every view and command goes through it.

- A **member** of a team sees the team's customers and imports; the role says what they may do.
- An **auditor** sees every team's, and changes nothing.
- A **superuser** runs the site (users, teams, memberships) and has no access to any team's leads
  unless they are a member: administering people is no reason to read a client's leads.
- **None** stands for the system itself: a command that somebody with a shell runs, or a task.
- Deactivated users and visitors see nothing.

An import that a colleague uploaded or sent is **steered** (given another turn, cancelled) by that
colleague or by a manager; every importer may pause it. One that a command made has nobody behind
it, so every importer steers it. A mapping saved by name is renamed, replaced and removed by whoever
saved it, or by a manager.

Strangers get 404, so that ids tell nothing, and the trail of the team that owns the thing gets an
event: one an hour for each person and thing. Members who may not do something get 403. Both are
raised before any transaction of the caller, or the event is rolled back with it.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from imports.audit import acts, trail
from imports.models import Chain, Customer, Draft, Event, Import, SavedMapping
from portal.models import Membership, Role, Team, User

STRANGER_EVERY = timedelta(hours=1)
Person = User | AnonymousUser | None


def teams_for(user: Person) -> QuerySet[Team]:
    """The teams whose customers, imports and trail this person may read."""
    if _sees_all(user):
        return Team.objects.all()
    if not isinstance(user, User) or not user.is_active:
        return Team.objects.none()
    return Team.objects.filter(memberships__user=user)


def customers_for(user: Person) -> QuerySet[Customer]:
    """The customers that this person may read."""
    return Customer.objects.filter(team__in=teams_for(user)).select_related("team")


def customers_to_import_for(user: Person) -> QuerySet[Customer]:
    """The customers whose leads this person may import, as a member of their team."""
    if not isinstance(user, User):
        return customers_for(user)
    enough = [held for held in Role if held.rank >= Role.IMPORTER.rank]
    held = Membership.objects.filter(user=user, role__in=enough)
    return customers_for(user).filter(team__in=held.values("team"))


def drafts_for(user: Person) -> QuerySet[Draft]:
    """The files without a customer that this person dropped: nobody else's business."""
    if not isinstance(user, User) or not user.is_active:
        return Draft.objects.none()
    return Draft.objects.filter(owner=user)


def imports_for(user: Person) -> QuerySet[Import]:
    """The imports that this person may read."""
    return Import.objects.filter(customer__team__in=teams_for(user)).select_related(
        "customer", "customer__team", "created_by"
    )


def events_for(user: Person) -> QuerySet[Event]:
    """The audit trail as far as it is open: all of it to auditors, a team's to its managers."""
    events = Event.objects.select_related("chain", "chain__team", "actor")
    if _sees_all(user):
        return events
    if not isinstance(user, User) or not user.is_active:
        return events.none()
    managed = Team.objects.filter(memberships__user=user, memberships__role=Role.MANAGER)
    return events.filter(chain__team__in=managed)


def sees_audit(user: Person) -> bool:
    """Whether any of the audit trail is open to this person."""
    if _sees_all(user):
        return True
    if not isinstance(user, User) or not user.is_active:
        return False
    return user.memberships.filter(role=Role.MANAGER).exists()


def sees_engine(user: Person) -> bool:
    """Whether the engine's page is open to this person: it names no team, customer or lead."""
    return sees_audit(user) or bool(isinstance(user, User) and user.is_active and user.is_superuser)


def role_in(user: Person, team: Team) -> Role | None:
    """The person's role in a team; VIEWER for an auditor who is no member, None for a stranger."""
    if user is None:
        return Role.MANAGER
    if not isinstance(user, User) or not user.is_active:
        return None
    role = Membership.objects.filter(user=user, team=team).values_list("role", flat=True).first()
    if role:
        return Role(role)
    return Role.VIEWER if user.is_auditor else None


def can(user: Person, team: Team, role: Role) -> bool:
    """Whether the person has at least this role in the team."""
    held = role_in(user, team)
    return held is not None and held.rank >= role.rank


def get_team(user: Person, slug: str | int, need: Role = Role.VIEWER) -> Team:
    """The team of this slug (or id). Raises Http404 to strangers, PermissionDenied to readers."""
    query = {"pk": slug} if isinstance(slug, int) else {"slug": slug}
    team = Team.objects.filter(**query).first()
    if team is None:
        raise Http404
    _check(user, team, need, kind="team", pk=team.pk)
    return team


def get_customer(user: Person, slug: str | int, need: Role = Role.VIEWER) -> Customer:
    """The customer of this slug (or id). Raises as `get_team`."""
    query = {"pk": slug} if isinstance(slug, int) else {"slug": slug}
    customer = Customer.objects.filter(**query).select_related("team").first()
    if customer is None:
        raise Http404
    _check(user, customer.team, need, kind="customer", pk=customer.pk)
    return customer


def find_customer(user: Person, slug: str) -> Customer | None:
    """As `get_customer`, with None instead of Http404: for commands and forms."""
    with suppress(Http404):
        return get_customer(user, slug)
    return None


def find_import(user: Person, pk: int) -> Import | None:
    """As `get_import`, with None instead of Http404."""
    with suppress(Http404):
        return get_import(user, pk)
    return None


def get_import(user: Person, pk: int, need: Role = Role.VIEWER) -> Import:
    """The import of this id. Raises as `get_team`."""
    lead_import = (
        Import.objects.filter(pk=pk)
        .select_related("customer", "customer__team", "created_by", "mapping")
        .first()
    )
    if lead_import is None:
        raise Http404
    _check(user, lead_import.customer.team, need, kind="import", pk=lead_import.pk)
    return lead_import


def get_saved_mapping(user: Person, team: Team, pk: int, need: Role = Role.VIEWER) -> SavedMapping:
    """The saved mapping of this id and team. Raises as `get_team`."""
    saved = SavedMapping.objects.filter(pk=pk, team=team).select_related("customer", "team").first()
    if saved is None:
        raise Http404
    _check(user, team, need, kind="saved_mapping", pk=pk)
    return saved


def may_change_mapping(user: Person, saved: SavedMapping) -> bool:
    """Whether the person may rename, replace or remove it: whoever saved it, and managers."""
    return saved.pk in changeable(user, saved.team, [saved])


def changeable(user: Person, team: Team, mappings: Iterable[SavedMapping]) -> set[int]:
    """The ids of those saved mappings of the team that the person may change."""
    if not can(user, team, Role.IMPORTER):
        return set()
    manages = can(user, team, Role.MANAGER)
    return {one.pk for one in mappings if manages or (user and user.pk == one.created_by_id)}


def get_mapping_to_change(user: Person, team: Team, pk: int) -> SavedMapping:
    """The saved mapping of this id, for somebody who may change it. Raises as `get_team`."""
    saved = get_saved_mapping(user, team, pk, need=Role.IMPORTER)
    if not may_change_mapping(user, saved):
        raise PermissionDenied(
            f"“{saved}” was saved by {saved.created_by or 'a command'}. Changing it takes them or "
            f"a manager of {team}. You may use it, and save another one."
        )
    return saved


def may_steer(user: Person, lead_import: Import) -> bool:
    """Whether the person may cancel the import or change its priority."""
    return lead_import.pk in steerable(user, lead_import.customer.team, [lead_import])


def steerable(user: Person, team: Team, imports: Iterable[Import]) -> set[int]:
    """The ids of those imports of the team that the person may steer, as `may_steer`."""
    if not can(user, team, Role.IMPORTER):
        return set()
    manages = can(user, team, Role.MANAGER)
    return {one.pk for one in imports if manages or is_own(user, one)}


def is_own(user: Person, lead_import: Import) -> bool:
    """Whether the person, or nobody in person, uploaded or sent the import.

    Resuming makes nobody an owner: else every importer could take an import over with a pause.
    """
    behind = {lead_import.created_by_id, lead_import.sent_by_id} - {None}
    return user is None or not behind or user.pk in behind


def get_import_to_steer(user: Person, pk: int) -> Import:
    """The import of this id, for somebody who may cancel it or change its priority.

    Raises as `get_team`.
    """
    lead_import = get_import(user, pk, need=Role.IMPORTER)
    if not may_steer(user, lead_import):
        owner = lead_import.created_by or lead_import.sent_by
        raise PermissionDenied(
            f"Import #{pk} is {owner}'s. Cancelling it or changing its priority takes {owner} or a "
            f"manager of {lead_import.customer.team}. You may pause it."
        )
    return lead_import


def _sees_all(user: Person) -> bool:
    return user is None or (isinstance(user, User) and user.is_active and user.is_auditor)


def _check(user: Person, team: Team, need: Role, *, kind: str, pk: int) -> None:
    if can(user, team, need):
        return
    if role_in(user, team) is None:
        _note_stranger(user, team, {"kind": kind, "id": pk})
        raise Http404
    raise PermissionDenied(
        f"Your role in the team {team.name} does not allow this: it takes {_article(need)}. "
        f"Ask a manager of the team."
    )


def _note_stranger(user: Person, team: Team, facts: dict[str, Any]) -> None:
    """Tell the team's trail, once an hour for each person and thing: a flood buries nothing."""
    told = Event.objects.filter(
        chain__team=team,
        act=acts.STRANGER,
        actor=user if isinstance(user, User) else None,
        facts=facts,
        at__gt=timezone.now() - STRANGER_EVERY,
    )
    if told.exists():
        return
    with transaction.atomic():
        list(Chain.objects.select_for_update().filter(team=team))  # two at once: one event
        if not told.exists():
            trail.record(acts.STRANGER, actor=user, team=team, facts=facts)


def _article(role: Role) -> str:
    label = role.label.lower()
    return f"an {label}" if label[0] in "aeiou" else f"a {label}"
