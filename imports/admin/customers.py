"""Customers: what each lacks; the managers of their team may change what cannot do harm."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from imports import access, customers
from imports.admin.rules import LookOnly, actor, called, is_mine, link
from imports.delivery import readiness
from imports.delivery.readiness import Lack
from imports.errors import BadInput, PortalError
from imports.models import Customer
from portal import characters
from portal.models import Role

if TYPE_CHECKING:
    _CustomerForm = ModelForm[Customer]
else:  # generic to the type checker only
    _CustomerForm = ModelForm

CHANGEABLE = ("name", "region", "requests_per_minute", *customers.ASKING)


class LackFilter(admin.SimpleListFilter):
    """What customers lack before their imports can be sent."""

    title, parameter_name = "what it lacks", "lacks"

    def lookups(self, _request: Any, _model_admin: Any) -> list[tuple[str, str]]:
        return [(lack.value, lack.label) for lack in Lack]

    def queryset(self, _request: Any, queryset: QuerySet[Customer]) -> QuerySet[Customer]:
        chosen = self.value()
        return readiness.lacking(queryset, Lack(chosen)) if chosen in Lack.values else queryset


class CustomerSettings(_CustomerForm):
    """The settings that cannot do harm, by the rules of the customer's own page."""

    def clean_name(self) -> str:
        """A name that can be seen and that no other customer of the team has."""
        try:
            name = customers.read_name(str(self.cleaned_data["name"]))
            named = Customer(pk=self.instance.pk, team=self.instance.team, name=name)
            if twin := customers.twin_of(named):
                raise customers.name_is_taken(name, twin)
        except BadInput as problem:
            raise ValidationError(problem.sentence) from problem
        return name

    def clean_region(self) -> str:
        """Two capital letters of a region whose phones are known."""
        try:
            return customers.read_region(str(self.cleaned_data["region"]))
        except BadInput as problem:
            raise ValidationError(problem.sentence) from problem


@admin.register(Customer)
class CustomerAdmin(LookOnly):
    """Customers; the managers of their team may change what cannot do harm."""

    form = CustomerSettings
    list_display = ("number", "known_as", "team", "region", "requests_per_minute", "lacks", "page")
    list_display_links = ("number",)
    list_filter = (LackFilter, "team")
    lookups = ("lacks", "team__id__exact", "team__isnull")
    search_help_text = "By number; by name among the customers that you may see."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Customer]:
        """None for autocompletion: it would list names, whoever asks."""
        found = readiness.known(super().get_queryset(request))
        match = request.resolver_match
        if match is not None and match.url_name == "autocomplete":
            return found.none()
        return found.annotate(is_open=is_mine(request, "team"))

    def found(self, request: HttpRequest, term: str) -> Q:
        seen = characters.seen(term)
        mine = access.customers_for(request.user).filter(name__seen__icontains=seen)
        return super().found(request, term) | Q(pk__in=mine.order_by().values("pk"))

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Customer | None:
        """Django's pages have its name in titles and paths: whoever may not see it gets none."""
        found: Customer | None = super().get_object(request, object_id, from_field)
        if found is not None and not self._is_open(found):
            found.name, found.slug = called(found, is_open=False), ""
        return found

    def has_change_permission(self, request: HttpRequest, obj: Customer | None = None) -> bool:
        return obj is not None and access.can(request.user, obj.team, Role.MANAGER)

    def get_fields(self, _request: HttpRequest, obj: Customer | None = None) -> tuple[str, ...]:
        hidden = () if obj is not None and self._is_open(obj) else ("name", "mega_id")
        every = ("number", "name", "team", "mega_id", *CHANGEABLE[1:], "on_duplicate",
                 *customers.RULES, "lacks", "imports_so_far", "page")  # fmt: skip
        return tuple(name for name in every if name not in hidden)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Customer | None = None
    ) -> tuple[str, ...]:
        return tuple(name for name in self.get_fields(request, obj) if name not in CHANGEABLE)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Where the change is refused nothing is said to have changed: the page says why."""
        try:
            return super().change_view(request, object_id, form_url, extra_context)
        except PortalError as problem:
            self.message_user(request, problem.sentence, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: Customer, _form: Any, _change: bool) -> None:
        """As its own page does, with the event. Raises PortalError when it is refused."""
        customers.change(obj, actor(request))

    def log_change(self, *_about: Any) -> None:  # type: ignore[override]  # no entry is made
        """Nothing: the trail has the event, and Django's log would show the customer's name under
        "Recent actions" to staff who have left the team."""

    @staticmethod
    def _is_open(customer: Customer) -> bool:
        return bool(getattr(customer, "is_open", False))

    @admin.display(description="number")
    def number(self, obj: Customer) -> int:
        return obj.pk

    @admin.display(description="name")
    def known_as(self, obj: Customer) -> str:
        return called(obj, is_open=self._is_open(obj))

    @admin.display(description="lacks")
    def lacks(self, obj: Customer) -> str:
        return ", ".join(lack.label for lack in readiness.lacks_of(obj)) or "nothing"

    @admin.display(description="imports")
    def imports_so_far(self, obj: Customer) -> int:
        return obj.imports.count()

    @admin.display(description="in the portal")
    def page(self, obj: Customer) -> str:
        if not self._is_open(obj):
            return "not yours"
        return link(reverse("customer", args=[obj.slug]), "Customer's page")
