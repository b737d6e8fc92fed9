"""The team to which a command adds customers."""

from imports import access, people
from imports.errors import BadInput
from portal.models import Role, Team, User

DEFAULT_TEAM = "Agency"


def team_to_add_to(name: str | None, user: User | None) -> Team:
    """The team of this name, made when it is missing; without a name the only one there is.

    Raises BadInput where the person may not add customers to it.
    """
    if not name:
        teams = list(Team.objects.all()[:2])
        name = teams[0].name if len(teams) == 1 else DEFAULT_TEAM
    team = people.team_called(name, user)
    if user is not None and not access.can(user, team, Role.MANAGER):
        raise BadInput(f"{user.email} is not a manager of the team {team.name}.")
    return team
