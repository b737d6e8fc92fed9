"""Imports, requests, exchanges and notices: numbers, states and times, to be looked at."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from imports.admin.rules import LookOnly, called, is_mine, link
from imports.delivery.conclude import Code
from imports.models import Attempt, Batch, Customer, Import, Notice
from imports.reports import balance

Batch._meta.verbose_name_plural = "batches"  # noqa: SLF001 - or Django says "batchs"


class ConclusionFilter(admin.SimpleListFilter):
    """What was concluded of an exchange; the codes are known, so the table is not asked."""

    title, parameter_name = "conclusion", "concluded"

    def lookups(self, _request: Any, _model_admin: Any) -> list[tuple[str, str]]:
        return [(code.value, code.value.replace("_", " ")) for code in Code]

    def queryset(self, _request: Any, queryset: QuerySet[Attempt]) -> QuerySet[Attempt]:
        chosen = self.value()
        return queryset.filter(conclusion=chosen) if chosen in list(Code) else queryset


class OfImport(LookOnly):
    """What belongs to a customer, and mostly to an import, whose numbers lead to the portal."""

    team_path = "customer__team"
    lists_of: tuple[str, ...] = ()  # what is loaded; never a body, a file's name, a text of MEGA's

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        found = super().get_queryset(request).only(*self.lists_of)
        opened: QuerySet[Any] = found.annotate(is_open=is_mine(request, self.team_path))
        return opened

    def customer_of(self, obj: Any) -> Customer:
        customer: Customer = obj.customer
        return customer

    @admin.display(description="customer")
    def known_as(self, obj: Any) -> str:
        return called(self.customer_of(obj), is_open=obj.is_open)


@admin.register(Import)
class ImportAdmin(OfImport):
    """Imports: numbers and states only, no file, no headings, no rows."""

    list_display = ("id", "known_as", "state", "row_count", "created_by", "created_at", "page")
    list_filter = ("state", "origin", "created_at")
    lookups = ("state__exact", "origin__exact", "created_at__gte", "created_at__lt")
    list_select_related = ("customer", "created_by")
    fields = ("id", "known_as", "state", "question", "origin", "row_count", "blank_count",
              "to_send", "on_duplicate", "priority", "created_by", "created_at", "started_at",
              "finished_at", "release", "results", "page")  # fmt: skip
    lists_of = ("state", "question", "origin", "row_count", "blank_count", "to_send",
                "on_duplicate", "priority", "created_at", "started_at", "finished_at", "release",
                "mapping", "customer__name", "created_by__name",
                "created_by__email")  # fmt: skip

    @admin.display(description="rows by result")
    def results(self, obj: Import) -> str:
        if not obj.mapping_id:
            return "nothing yet"
        counted = [
            f"{label} {count:,}" for _, label, count in balance.balance(obj).buckets() if count
        ]
        return ", ".join(counted) or "nothing yet"

    @admin.display(description="in the portal")
    def page(self, obj: Any) -> str:
        return link(reverse("import", args=[obj.pk]), "Import") if obj.is_open else "not yours"


@admin.register(Batch)
class BatchAdmin(OfImport):
    """Requests: what became of each, never what is in it."""

    list_display = ("id", "known_as", "lead_import", "kind", "number", "state", "rows", "sends",
                    "deaths", "not_before", "settled_at", "page")  # fmt: skip
    list_filter = ("state", "kind")
    lookups = ("state__exact", "kind__exact")
    list_select_related = ("customer", "lead_import")
    fields = ("id", "known_as", "lead_import", "kind", "number", "state", "rows", "answered",
              "failed", "updated", "sends", "splits", "deaths", "fence", "not_before",
              "lease_until", "first_sent_at", "settled_at", "exchanges", "page")  # fmt: skip
    lists_of = ("kind", "number", "state", "rows", "answered", "failed", "updated", "sends",
                "splits", "deaths", "fence", "not_before", "lease_until", "first_sent_at",
                "settled_at", "customer__name", "lead_import__state")  # fmt: skip
    numbers = ("lead_import",)

    @admin.display(description="exchanges with MEGA")
    def exchanges(self, obj: Batch) -> int:
        return obj.attempts.count()

    @admin.display(description="in the portal")
    def page(self, obj: Any) -> str:
        if not obj.is_open:
            return "not yours"
        if obj.lead_import_id is None:
            return "none: a token check"
        return link(reverse("import_request", args=[obj.lead_import_id, obj.pk]), "Request")


@admin.register(Attempt)
class AttemptAdmin(OfImport):
    """Exchanges with MEGA: when, by which worker, with which status; no header, no body."""

    list_display = ("id", "known_as", "batch", "kind", "started_at", "ended_at", "status",
                    "conclusion", "worker", "page")  # fmt: skip
    list_filter = (ConclusionFilter, "kind", "started_at")
    lookups = ("concluded", "kind__exact", "started_at__gte", "started_at__lt")
    list_select_related = ("batch__customer",)
    fields = ("id", "known_as", "batch", "kind", "worker", "fence", "started_at", "ended_at",
              "was_sent", "status", "conclusion", "cut_off", "remaining", "reset_at",
              "page")  # fmt: skip
    lists_of = ("kind", "worker", "fence", "started_at", "ended_at", "was_sent", "status",
                "conclusion", "cut_off", "remaining", "reset_at", "batch__lead_import",
                "batch__customer__name")  # fmt: skip
    team_path = "batch__customer__team"
    numbers = ("batch__lead_import",)

    def customer_of(self, obj: Attempt) -> Customer:
        return obj.batch.customer

    @admin.display(description="in the portal")
    def page(self, obj: Any) -> str:
        number = obj.batch.lead_import_id
        if not obj.is_open or number is None:
            return "none: a token check" if obj.is_open else "not yours"
        return link(reverse("import_request", args=[number, obj.batch_id]), "Request")


@admin.register(Notice)
class NoticeAdmin(OfImport):
    """Notices: of which import, of what, and whether people were told; not what the mail says."""

    list_display = ("id", "known_as", "lead_import", "kind", "question", "at", "told_at", "page")
    list_filter = ("kind", "at")
    lookups = ("kind__exact", "at__gte", "at__lt")
    list_select_related = ("lead_import__customer",)
    fields = ("id", "known_as", "lead_import", "kind", "question", "at", "told_at", "people",
              "mails", "webhooks", "page")  # fmt: skip
    lists_of = ("kind", "question", "at", "told_at", "lead_import__customer__name")
    team_path = "lead_import__customer__team"
    numbers = ("lead_import",)

    def customer_of(self, obj: Notice) -> Customer:
        return obj.lead_import.customer

    @admin.display(description="people told")
    def people(self, obj: Notice) -> int:
        return obj.recipients.count()

    @admin.display(description="mails")
    def mails(self, obj: Notice) -> str:
        return _by_state(obj.recipients.values_list("state", flat=True))

    @admin.display(description="calls of webhooks")
    def webhooks(self, obj: Notice) -> str:
        return _by_state(obj.calls.values_list("state", flat=True))

    @admin.display(description="in the portal")
    def page(self, obj: Any) -> str:
        number = obj.lead_import_id
        return link(reverse("import", args=[number]), "Import") if obj.is_open else "not yours"


def _by_state(states: Any) -> str:
    found = sorted(states)
    return ", ".join(f"{found.count(one)} {one}" for one in dict.fromkeys(found)) or "none"
