"""The pages of the domain. None of them is ever kept in a cache (`private`)."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path

from imports.views import (
    audit,
    children,
    columns,
    customers,
    files,
    history,
    home,
    new,
    old_values,
    pages,
    report,
    requests,
    review,
    rows,
    sending,
    steps,
    teams,
    tokens,
)
from imports.views.http import private


def page(route: str, view: Callable[..., Any], name: str) -> URLPattern:
    """A page of ours."""
    return path(route, private(view), name=name)


urlpatterns = [
    page("", home.home, "home"),
    page("customers/", customers.index, "customers"),
    page("customers/new/", customers.new, "customer_new"),
    page("customers/export.csv", customers.export, "customers_csv"),
    page("customers/<slug:slug>/", customers.detail, "customer"),
    page("customers/<slug:slug>/settings/", customers.edit, "customer_edit"),
    page("customers/<slug:slug>/token/", tokens.token, "customer_token"),
    page("customers/<slug:slug>/check/", tokens.check, "customer_check"),
    page("customers/<slug:slug>/check/state/", tokens.check_state, "customer_check_state"),
    page("teams/", teams.index, "teams"),
    page("teams/<slug:slug>/", teams.detail, "team"),
    page("teams/<slug:slug>/members/", teams.add, "member_add"),
    page("teams/<slug:slug>/members/<int:pk>/", teams.role, "member_role"),
    page("teams/<slug:slug>/members/<int:pk>/remove/", teams.remove, "member_remove"),
    page("imports/new/", new.new, "import_new"),
    page("imports/<int:pk>/", steps.current, "import"),
    page("imports/<int:pk>/file/", files.detail, "import_file"),
    page("imports/<int:pk>/file/again/", files.read_again, "import_read_again"),
    page("imports/<int:pk>/columns/", columns.columns, "import_columns"),
    page("imports/<int:pk>/progress/", columns.progress, "import_progress"),
    page("imports/<int:pk>/review/", review.detail, "import_review"),
    page("imports/<int:pk>/review/options/", review.options, "import_options"),
    page("imports/<int:pk>/review/ask/", review.ask, "import_ask"),
    page("imports/<int:pk>/review/ask/cancel/", review.ask_cancel, "import_ask_cancel"),
    page("imports/<int:pk>/review/asked/", review.asked, "import_asked"),
    page("imports/<int:pk>/send/", sending.detail, "import_send"),
    page("imports/<int:pk>/send/live/", sending.live, "import_live"),
    page("imports/<int:pk>/send/undo/", sending.undo, "import_undo"),
    page("imports/<int:pk>/send/pause/", sending.pause, "import_pause"),
    page("imports/<int:pk>/send/resume/", sending.resume, "import_resume"),
    page("imports/<int:pk>/send/go-on/", sending.go_on, "import_go_on"),
    page("imports/<int:pk>/send/cancel/", sending.cancel, "import_cancel"),
    page("imports/<int:pk>/send/priority/", sending.priority, "import_priority"),
    page("imports/<int:pk>/send/decide/<int:batch>/", sending.decide, "import_decide"),
    page("imports/<int:pk>/requests/", requests.index, "import_requests"),
    page("imports/<int:pk>/requests/<int:batch>/", requests.detail, "import_request"),
    page("imports/<int:pk>/requests/<int:batch>/body/", requests.body, "import_request_body"),
    page(
        "imports/<int:pk>/requests/<int:batch>/answers/<int:attempt>/",
        requests.answer,
        "import_request_answer",
    ),
    page("imports/<int:pk>/retry/", children.retry, "import_retry"),
    page("imports/<int:pk>/rest/", children.rest, "import_rest"),
    page("imports/<int:pk>/send/skip-reading/", old_values.skip, "import_skip_reading"),
    page("imports/<int:pk>/rows/", rows.index, "import_rows"),
    page("imports/<int:pk>/report/", report.detail, "import_report"),
    page("imports/<int:pk>/report.csv", report.download, "import_download"),
    page("imports/<int:pk>/old-values.csv", old_values.download, "import_old_values"),
    page("imports/<int:pk>/put-back/", old_values.put_back, "import_put_back"),
    page("history/", history.index, "history"),
    page("history/search/", history.search, "history_search"),
    page("history/export.csv", history.export, "history_csv"),
    page("audit/", audit.index, "audit"),
    page("audit/check/", audit.check, "audit_check"),
    page("audit/export.csv", audit.export, "audit_csv"),
    page("help/", pages.about, "help"),
    page("help/sample.csv", pages.sample, "sample"),
    page("preferences/", pages.preferences, "preferences"),
]
