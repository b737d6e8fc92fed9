"""A customer's API token: set (it never comes out again), check."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from imports import access
from imports.delivery import checks, tokens
from imports.errors import PortalError
from imports.forms.customers import TokenForm
from imports.views.http import Request, attempt
from portal.models import Role


@sensitive_post_parameters("token")
@sensitive_variables("form")
@require_http_methods(["GET", "POST"])
def token(request: Request, slug: str) -> HttpResponse:
    """A manager sets a token; what was typed is never shown again, not even beside an error."""
    customer = access.get_customer(request.user, slug, need=Role.MANAGER)
    form = TokenForm(request.POST or None)
    if form.is_valid():
        try:
            tokens.set_token(customer, form.cleaned_data["token"], request.user)
        except PortalError as error:
            form.add_error("token", error.sentence)
        else:
            attempt(request, "", checks.start_check, customer, request.user)
            messages.success(request, "The token was sealed and is in use; MEGA is asked about it.")
            return redirect("customer", slug)
    context = {"form": form, "customer": customer, "token": customer.token}
    status = 422 if form.is_bound else 200
    return render(request, "imports/token_form.html", context, status=status)


@require_POST
def check(request: Request, slug: str) -> HttpResponse:
    """Ask MEGA whether the token works, with a trial row that writes nothing.

    Who asked from the list of customers comes back to it, as it was.
    """
    customer = access.get_customer(request.user, slug, need=Role.IMPORTER)
    attempt(request, "", checks.start_check, customer, request.user)
    back = str(request.POST.get("back", ""))
    if back.startswith("?"):
        return redirect(f"{reverse('customers')}{back}")
    return redirect("customer", slug)


@require_GET
def check_state(request: Request, slug: str) -> HttpResponse:
    """The live part of the customer's page while a check is under way."""
    customer = access.get_customer(request.user, slug)
    found = checks.latest_check(customer)
    if found.pending:
        return HttpResponse(status=204)
    context = {
        "customer": customer,
        "token": customer.token,
        "check": found,
        "may_import": access.can(request.user, customer.team, Role.IMPORTER),
    }
    return render(request, "imports/customer.html#check", context)
