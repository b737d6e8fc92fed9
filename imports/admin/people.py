"""Users, teams and memberships: administered by staff, each change with its event."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import BaseInlineFormSet, BaseModelFormSet, ModelForm
from django.http import HttpRequest

from imports import members, people
from imports.admin.rules import StaffMay, actor, is_staff
from imports.audit import acts, trail
from imports.errors import WrongState
from portal.models import Membership, Role, Team, User

if TYPE_CHECKING:
    _AccountForm = ModelForm[User]
    _MembershipFormSet = BaseInlineFormSet[Membership, Team, ModelForm[Membership]]
else:  # generic to the type checker only
    _AccountForm, _MembershipFormSet = ModelForm, BaseInlineFormSet


class AccountForm(_AccountForm):
    """An account; the last manager of a team stays active until there is another one."""

    def clean_is_active(self) -> bool:
        """Refuse to leave a team without anybody who may manage it."""
        stays = bool(self.cleaned_data["is_active"])
        left = [] if stays or not self.instance.pk else members.only_managed_by(self.instance)
        if left:
            raise ValidationError(
                f"This person is the last manager of {', '.join(team.name for team in left)}. "
                f"Make somebody else a manager first."
            )
        return stays


@admin.register(User)
class UserAdmin(StaffMay, admin.ModelAdmin):  # type: ignore[type-arg] # not subscriptable
    """Accounts. A new person chooses a password through “Forgot your password?”."""

    list_display = ("email", "name", "is_active", "is_auditor", "is_staff", "last_login")
    list_filter = ("is_active", "is_auditor", "is_staff")
    lookups = ("is_active__exact", "is_auditor__exact", "is_staff__exact")
    search_fields = ("email", "name")
    ordering = ("email",)
    form = AccountForm
    fields = ("email", "name", "time_zone", "is_active", "is_auditor", "is_staff")
    actions = None

    def get_readonly_fields(
        self,
        request: HttpRequest,
        obj: User | None = None,
    ) -> tuple[str, ...]:
        """Whoever may change an account's e-mail gets its next password mailed: it is theirs."""
        if getattr(request.user, "is_superuser", False):
            return ()
        return ("is_staff", "is_auditor", *(("email",) if obj else ()))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Accounts that see or change everything are the superusers' business."""
        if obj is not None and (obj.is_staff or obj.is_superuser or obj.is_auditor):
            return bool(getattr(request.user, "is_superuser", False))
        return is_staff(request)

    def save_model(
        self, request: HttpRequest, obj: User, form: "ModelForm[User]", change: bool
    ) -> None:
        obj.email = obj.email.strip().lower()
        if not change:
            obj.set_unusable_password()
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            if change:
                people.changed(obj, _really_changed(form), actor(request))
            else:
                people.added(obj, actor(request))


def _really_changed(form: "ModelForm[User]") -> list[str]:
    """The changed fields; capitals in an e-mail address are no change."""
    same_email = str(form.initial.get("email", "")).lower() == form.instance.email
    return [field for field in form.changed_data if field != "email" or not same_email]


class MembershipFormSet(_MembershipFormSet):
    """A team's members, all changed at once."""

    def clean(self) -> None:
        """Keep the rule of the team's own page: somebody stays who may manage it."""
        super().clean()
        if not self.instance.pk or any(self.errors):
            return
        kept = [
            form.cleaned_data
            for form in self.forms
            if form.cleaned_data.get("user") and not form.cleaned_data.get("DELETE")
        ]
        staying = [one["user"] for one in kept if one["role"] == Role.MANAGER]
        try:
            with transaction.atomic():
                members.keep_a_manager(self.instance, staying)
        except WrongState as problem:
            raise ValidationError(problem.sentence) from problem


class MembershipInline(StaffMay, admin.TabularInline):  # type: ignore[type-arg] # not subscriptable
    """A team's members; taking one out is allowed, the person's record stays."""

    model = Membership
    formset = MembershipFormSet
    extra = 0
    autocomplete_fields = ("user",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return is_staff(request)


@admin.register(Team)
class TeamAdmin(StaffMay, admin.ModelAdmin):  # type: ignore[type-arg] # not subscriptable
    """Teams and who is in them."""

    list_display = ("name", "slug", "created_at")
    search_fields = ("name",)
    fields = ("name",)
    inlines = (MembershipInline,)
    actions = None

    def save_model(
        self, request: HttpRequest, obj: Team, form: "ModelForm[Team]", change: bool
    ) -> None:
        if not change:
            obj.slug = people.free_team_slug(obj.name)
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            act = acts.TEAM_CHANGED if change else acts.TEAM_ADDED
            if not change or form.changed_data:
                trail.record(act, actor=actor(request), team=obj, facts={"team": obj.pk})
        if remark := people.remark_on(obj):
            self.message_user(request, remark, messages.WARNING)

    def save_formset(
        self,
        request: HttpRequest,
        form: "ModelForm[Team]",
        formset: "BaseModelFormSet[Membership, ModelForm[Membership]]",
        change: bool,
    ) -> None:
        before = {m.pk: m.role for m in Membership.objects.filter(team=form.instance)}
        with transaction.atomic():
            super().save_formset(request, form, formset, change)
            for member in formset.new_objects:
                _tell(request, acts.MEMBER_ADDED, member, role=member.role)
            for member, _fields in formset.changed_objects:
                old = before.get(member.pk, "")
                _tell(request, acts.MEMBER_CHANGED, member, role=member.role, before=old)
            for member in formset.deleted_objects:
                _tell(request, acts.MEMBER_REMOVED, member, role=member.role)


def _tell(request: HttpRequest, act: str, member: Membership, **facts: str) -> None:
    trail.record(
        act, actor=actor(request), team=member.team, facts={"user": member.user_id, **facts}
    )
