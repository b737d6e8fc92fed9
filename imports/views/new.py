"""A new import: whose leads, and the file."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from imports import access, tasks
from imports.errors import PortalError
from imports.forms.filters import number_of, words_of
from imports.forms.upload import UploadForm
from imports.intake import upload
from imports.models import Customer, Import
from imports.views.http import Request, teams_as
from portal.models import Role


@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """Take a file. A script that uploads gets JSON: the address to go to, or sentences."""
    customers = access.customers_for(request.user).filter(
        team__in=teams_as(request.user, Role.IMPORTER)
    )
    if not teams_as(request.user, Role.IMPORTER).exists():
        raise PermissionDenied("Importing takes the role importer. Ask a manager of your team.")
    form = UploadForm(
        request.POST or None,
        request.FILES or None,
        customers=customers,
        initial={"customer": request.GET.get("customer", "")},
    )
    if "customer" in form.errors:  # perhaps another team's: its trail hears of it
        access.find_customer(request.user, words_of(request.POST.get("customer")))
    stored = _stored(request, form) if form.is_valid() else None
    if request.accepts("text/html"):
        return redirect("import", stored.pk) if stored else _page(request, form)
    if stored:
        return JsonResponse({"url": reverse("import", args=[stored.pk])}, status=201)
    return JsonResponse({"errors": [e for es in form.errors.values() for e in es]}, status=422)


def _stored(request: Request, form: UploadForm) -> Import | None:
    customer: Customer = form.cleaned_data["customer"]
    file = form.cleaned_data["file"]
    parent = _parent(request, customer)
    try:
        stored = upload.accept(customer, request.user, file, file.name, parent=parent)
    except PortalError as error:
        form.add_error("file", error.sentence)
        return None
    tasks.nudge_read(stored.pk)
    return stored


def _parent(request: Request, customer: Customer) -> Import | None:
    """The import whose failed rows these are, if the page was opened from its report."""
    number = number_of(request.GET.get("parent"))
    if number is None:
        return None
    return access.imports_for(request.user).filter(customer=customer, pk=number).first()


def _page(request: Request, form: UploadForm) -> HttpResponse:
    context = {
        "form": form,
        "most_bytes": settings.MAX_UPLOAD_BYTES,
        "most_rows": settings.MAX_ROWS,
        "has_customers": form.fields["customer"].queryset.exists(),  # type: ignore[attr-defined]
        "may_make_customers": teams_as(request.user, Role.MANAGER).exists(),
    }
    return render(request, "imports/new.html", context, status=422 if form.is_bound else 200)
