"""Users and teams: made and changed, each with its event. Membership is in `imports.members`."""

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils.text import slugify

from imports.audit import acts, trail
from imports.errors import BadInput
from portal import characters
from portal.models import Team, User


@transaction.atomic
def add_user(
    email: str,
    *,
    name: str = "",
    password: str | None = None,
    is_auditor: bool = False,
    is_staff: bool = False,
    actor: User | None = None,
) -> User:
    """Make an account. Without a password it is opened by `invitation_path`. Raises BadInput."""
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise BadInput("This is not an e-mail address; write it like name@example.com.") from None
    if User.objects.filter(email__iexact=email).exists():
        raise BadInput(f"{email} already has an account; it can be given another role instead.")
    user = User(email=email, name=name.strip(), is_auditor=is_auditor, is_staff=is_staff)
    if password is not None:
        _check_password(password, user)
    user.set_password(password)
    user.save()
    added(user, actor)
    return user


def added(user: User, actor: User | None) -> None:
    """Record that an account was made."""
    facts = {"user": user.pk, "auditor": user.is_auditor, "staff": user.is_staff}
    trail.record(acts.USER_ADDED, actor=actor, facts=facts)


def changed(user: User, fields: list[str], actor: User | None) -> None:
    """Record which of an account's fields changed; an old e-mail no longer signs in."""
    if not fields:
        return
    if "email" in fields:
        EmailAddress.objects.filter(user=user).delete()
    gone = "is_active" in fields and not user.is_active
    act = acts.USER_DEACTIVATED if gone else acts.USER_CHANGED
    trail.record(act, actor=actor, facts={"user": user.pk, "changed": fields})


@transaction.atomic
def team_called(name: str, actor: User | None = None) -> Team:
    """The team of this name, made when there is none.

    Capitals and what cannot be seen do not matter.
    """
    name = " ".join(name.split())
    if not 1 <= len(name) <= 120:
        raise BadInput("A team's name has 1 to 120 characters.")
    if not characters.seen(name):
        raise BadInput("Nothing of this team's name can be seen; type one with letters or digits.")
    team = Team.objects.filter(name__seen__iexact=characters.seen(name)).first()
    if team is None:
        team = Team.objects.create(name=name, slug=free_team_slug(name))
        trail.record(acts.TEAM_ADDED, actor=actor, team=team, facts={"team": team.pk})
    return team


def remark_on(team: Team) -> str:
    """What a person should know of a team's name that holds what cannot be seen, else ""."""
    said = characters.said(team.name)
    return said and f"The team's name {characters.spelt(team.name)} contains {said}."


def free_team_slug(name: str) -> str:
    """The name as it may stand in an address, with a number behind it where it is taken."""
    stem = slugify(name)[:50].strip("-") or "team"
    taken = set(Team.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    slug, count = stem, 1
    while slug in taken:
        count += 1
        slug = f"{stem}-{count}"
    return slug


def invitation_path(user: User) -> str:
    """The path of the page on which the person chooses their password; it works once."""
    key = default_token_generator.make_token(user)
    return reverse("account_reset_password_from_key", args=[user_pk_to_url_str(user), key])


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise BadInput(f"This password cannot be used: {' '.join(error.messages)}") from None
