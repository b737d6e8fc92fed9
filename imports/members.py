"""Who is in a team, and as what: changed by its managers, each change with its event."""

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from imports.audit import acts, trail
from imports.errors import BadInput, WrongState
from portal import characters, names
from portal.models import Membership, Role, Team, User


def sought(team: Team, words: str) -> QuerySet[Membership]:
    """The members in whose name or address each word is seen, by address; all without words."""
    found = team.memberships.select_related("user")
    for word in characters.seen(words).split():
        found = found.filter(names.seen_in("user__name", word) | Q(user__email__icontains=word))
    return found


@transaction.atomic
def add(team: Team, email: str, role: str, actor: User | None) -> Membership:
    """Add an existing user. BadInput when there is no such active user, or they are in already."""
    user = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if user is None:
        raise BadInput(
            f"Nobody with the address {email} has an account here. Ask an administrator to create "
            f"it, then add them."
        )
    member, created = Membership.objects.get_or_create(
        team=team, user=user, defaults={"role": role}
    )
    if not created:
        raise BadInput(f"{user} is in the team already, as {member.get_role_display().lower()}.")
    _record(acts.MEMBER_ADDED, member, actor, role=role)
    return member


@transaction.atomic
def change_role(member: Membership, role: str, actor: User | None) -> None:
    """Give a member another role. WrongState when the team would be left without a manager."""
    members = _locked(member.team)
    if role != Role.MANAGER:
        _keep_a_manager(members, member)
    before = member.role
    if before == role:
        return
    member.role = role
    member.save(update_fields=["role"])
    _record(acts.MEMBER_CHANGED, member, actor, role=role, before=before)


@transaction.atomic
def remove(member: Membership, actor: User | None) -> None:
    """Take a person out of the team; their imports and events stay. WrongState as above."""
    _keep_a_manager(_locked(member.team), member)
    _record(acts.MEMBER_REMOVED, member, actor, role=member.role)
    member.delete()


def only_managed_by(user: User) -> list[Team]:
    """The teams that would be left without an active manager if this person were gone."""
    own = Membership.objects.filter(user=user, user__is_active=True, role=Role.MANAGER)
    others = Membership.objects.filter(
        team=OuterRef("team"), user__is_active=True, role=Role.MANAGER
    ).exclude(user=user)
    return [one.team for one in own.filter(~Exists(others)).select_related("team")]


def keep_a_manager(team: Team, staying: list[User]) -> None:
    """Raise WrongState when a team that has an active manager would have none of them left."""
    has_one = any(m.role == Role.MANAGER and m.user.is_active for m in _locked(team))
    if has_one and not any(user.is_active for user in staying):
        raise WrongState(
            f"{team.name} would be left without a manager. Make somebody else a manager first."
        )


def _locked(team: Team) -> list[Membership]:
    """The team's members; two managers who remove each other at once come one after the other."""
    return list(team.memberships.select_for_update(of=("self",)).select_related("user"))


def _keep_a_manager(members: list[Membership], leaving: Membership) -> None:
    if not any(m.pk == leaving.pk for m in members):
        raise WrongState("This person is no longer in the team; somebody else removed them.")
    staying = [
        m for m in members if m.role == Role.MANAGER and m.user.is_active and m.pk != leaving.pk
    ]
    if not staying:
        raise WrongState(
            f"{leaving.user} is the team's last manager. Make somebody else a manager first."
        )


def _record(act: str, member: Membership, actor: User | None, **facts: str) -> None:
    trail.record(act, actor=actor, team=member.team, facts={"user": member.user_id, **facts})
