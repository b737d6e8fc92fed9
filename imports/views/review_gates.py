"""The answers to what a review asks before anything may be sent."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from imports import access
from imports.errors import BadInput
from imports.forms.review import CustomerNameForm
from imports.review import guard, guard_answer
from imports.views import review
from imports.views.http import Request, attempt
from portal.models import Role


@require_POST
def confirm_customer(request: Request, pk: int) -> HttpResponse:
    """The customer's name, typed where the file looks like another customer's."""
    lead_import = access.get_import(request.user, pk, need=Role.IMPORTER)
    if guard.question(lead_import) is None:
        messages.info(request, "Nobody has to type the customer's name any more.")
        return redirect("import_review", pk)
    form = CustomerNameForm(request.POST)
    if not form.is_valid():
        return review.page(request, lead_import, review.Forms(name=form))
    typed = form.cleaned_data["name"]
    try:
        guard_answer.refuse_other_name(lead_import.customer, typed)
    except BadInput as problem:
        form.add_error("name", problem.sentence)
        return review.page(request, lead_import, review.Forms(name=form))
    done = f"It was written down that the file is meant for {lead_import.customer}."
    attempt(request, done, guard_answer.confirm, lead_import, request.user, typed)
    return redirect("import_review", pk)
