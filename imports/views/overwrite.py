"""What an update may overwrite: the rules by field, and what can be known without a preview."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from imports import access
from imports.delivery import overwrite, overwrite_choice, scheduled
from imports.forms.overwrite import OverwriteForm
from imports.forms.review import OverwritingSendForm, SendForm
from imports.models import DryRun, Import, ImportState, OnDuplicate
from imports.views.http import Request, attempt
from portal.models import Role


@require_POST
def choose(request: Request, pk: int) -> HttpResponse:
    """Set the rules."""
    lead_import = access.get_import(request.user, pk, need=Role.IMPORTER)
    form = OverwriteForm(request.POST, names=overwrite.brought_by(lead_import))
    if form.is_valid():
        attempt(request, "", overwrite_choice.choose, lead_import, request.user, form.rules)
    else:
        messages.error(
            request,
            "Choose from the lists what an update may overwrite. If the columns were changed in "
            "the meantime, look at the fields again first.",
        )
    return redirect("import_review", pk)


def panel(lead_import: Import, asked: DryRun | None) -> dict[str, Any]:
    """For the review; `asked` is the full preview that counts as things stand."""
    names = overwrite.brought_by(lead_import)
    if lead_import.state != ImportState.REVIEW or not names:
        return {}
    chosen = {f"rule-{name}": overwrite_choice.rule_of(lead_import, name) for name in names}
    undecided = overwrite_choice.undecided(lead_import, asked)
    is_known = asked is not None and lead_import.on_duplicate == OnDuplicate.UPDATE
    return {
        "overwriting": OverwriteForm(initial=chosen, names=names),
        "protected": sum(rule != overwrite_choice.ALWAYS for rule in chosen.values()),
        "undecided": overwrite_choice.labels(undecided) if undecided else "",
        "foreseen": asked.counted if asked is not None and is_known else None,
    }


def send_form(lead_import: Import, asked: DryRun | None, *args: Any, **kwargs: Any) -> SendForm:
    """The word to send; it asks for more where somebody must say what is overwritten."""
    kwargs["others"] = scheduled.can_be_waited_for(lead_import)
    if overwrite_choice.undecided(lead_import, asked):
        return OverwritingSendForm(*args, **kwargs)
    return SendForm(*args, **kwargs)
