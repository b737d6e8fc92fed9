"""Who may do what in the admin, and what may be asked of it."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from imports import access
from imports.forms.filters import number_of
from imports.models import Customer
from portal.models import User


def is_staff(request: HttpRequest) -> bool:
    """Whether somebody active has the admin open to them."""
    return bool(request.user.is_active and getattr(request.user, "is_staff", False))


def actor(request: HttpRequest) -> User | None:
    """Who acts, for the event."""
    return request.user if isinstance(request.user, User) else None


def is_mine(request: HttpRequest, team: str) -> Exists:
    """Whether the person may see the customers of the team to which this path leads."""
    return Exists(access.teams_for(request.user).filter(pk=OuterRef(team)))


def called(customer: Customer, *, is_open: bool) -> str:
    """The customer's name to those who may see it, else its number."""
    return customer.name if is_open else f"Customer {customer.pk}"


def link(url: str, words: str) -> str:
    """A link to one of the portal's pages."""
    return format_html('<a href="{}">{}</a>', url, words)


class StaffMay:
    """Any staff may look, add and change; nobody deletes.

    lookups  the filters that addresses may use; Django's own rule lets every field through
    """

    lookups: tuple[str, ...] = ()

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_staff(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return is_staff(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return is_staff(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return is_staff(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:  # noqa: ARG002
        """Refuse what no filter of the page asks: answers tell of fields that are not shown."""
        return lookup in self.lookups


class LookOnly(StaffMay, admin.ModelAdmin):  # type: ignore[type-arg] # not subscriptable
    """Any staff may look; nobody changes. Lists are long: newest first, found by number.

    numbers  the fields in which a number that is searched for may stand
    """

    actions = None
    ordering = ("-pk",)
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("pk",)
    search_help_text = "By the number of an import."
    numbers: tuple[str, ...] = ("pk",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Only those with this number; no text is looked for."""
        if not search_term.strip():
            return queryset, False
        return queryset.filter(self.found(request, search_term.strip())), False

    def found(self, request: HttpRequest, term: str) -> Q:  # noqa: ARG002 - others ask who it is
        """What a search asks for; nothing has the number of what is no number."""
        number = number_of(term.removeprefix("#"))
        hit = Q(pk__in=[])
        for name in self.numbers if number else ():
            hit |= Q(**{name: number})
        return hit
