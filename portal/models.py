"""People: users who sign in with their e-mail, teams, and who may do what in which team."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from portal.names import Seen


class UserManager(BaseUserManager["User"]):
    """Makes users; an e-mail is kept in lower case, so that a person has one account only."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class Tour(models.TextChoices):
    """Whether the tour through a first import is shown to a person."""

    OFFERED = "", "Offered until the first import"
    ON = "on", "Shown"
    OFF = "off", "Not wanted any more"


class User(AbstractBaseUser, PermissionsMixin):
    """A person. Deactivated when they leave, never deleted: imports and events name them."""

    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField("full name", max_length=150, blank=True)
    is_active = models.BooleanField("active", default=True)
    is_staff = models.BooleanField("may use the admin", default=False)
    is_auditor = models.BooleanField(
        "auditor", default=False, help_text="Reads every team's imports and audit trail."
    )
    is_demo = models.BooleanField(default=False, editable=False)  # see accounts.demo_is_allowed
    time_zone = models.CharField(max_length=64, default="UTC")
    tour = models.CharField(
        max_length=3,
        choices=Tour.choices,
        default=Tour.OFFERED,
        db_default=Tour.OFFERED,
        blank=True,
        editable=False,
    )
    date_joined = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_any_case")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] if self.name else self.email

    def delete(self, *_args: Any, **_kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse: a user is deactivated (`is_active = False`), their record stays."""
        raise models.ProtectedError(
            "Users are deactivated, never deleted: imports and the audit trail name them.", {self}
        )


class Team(models.Model):
    """A team of agency staff; customers belong to one."""

    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(max_length=60, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    members = models.ManyToManyField(User, through="Membership", related_name="teams")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Seen("name"),
                name="team_name_once_seen",
                violation_error_message="There is a team whose name looks the same.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What a member may do; each role may do what the ones before it may."""

    VIEWER = "viewer", "Viewer"
    IMPORTER = "importer", "Importer"
    MANAGER = "manager", "Manager"

    @property
    def rank(self) -> int:
        return list(Role).index(self)


class Membership(models.Model):
    """One person in one team, with one role."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    team = models.ForeignKey(Team, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.VIEWER)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["user__email"]
        constraints = [
            models.UniqueConstraint(fields=["user", "team"], name="membership_once"),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="membership_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.team}"
