"""What is done with a mapping saved by name on the columns page: it is used, or one is saved."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from imports import access, tasks
from imports.columns import saved, stale
from imports.errors import PortalError, WrongState
from imports.forms.saved import TEAM, SaveForm
from imports.models import Import, SavedMapping
from imports.views import columns, mapping_form
from imports.views.http import Request, toast
from portal.models import Role


@require_POST
def use(request: Request, pk: int, saved_pk: int) -> HttpResponse:
    """Have the columns become what they are in a saved mapping, unless others changed either since
    the page was opened: what they made of it is said first.
    """
    lead_import = access.get_import(request.user, pk, need=Role.IMPORTER)
    found = saved.of(lead_import).select_related("changed_by").filter(pk=saved_pk).first()
    if found is None:
        return _is_gone(request, lead_import)
    try:
        unseen = _use(request, lead_import, found)
    except PortalError as error:
        messages.error(request, error.sentence)
        return redirect("import_columns", pk)
    if unseen:
        now = access.get_import(request.user, pk)
        return columns.page(request, now, mapping_form.fresh(now), status=409, stale=unseen)
    tasks.nudge_chunks_of(pk)
    toast(request, f"The columns are as in “{found}”.")
    return redirect("import_columns", pk)


def _use(request: Request, lead_import: Import, found: SavedMapping) -> stale.Stale | None:
    """What the person has not seen; None where there is no such thing, and it was used."""
    base, seen = mapping_form.version_shown(lead_import, request.POST), request.POST.get("seen")
    if lead_import.is_editable and (unseen := stale.of(lead_import, found, base, seen)):
        return unseen
    try:
        saved.use(lead_import, found, request.user, expected_version=base.version)
    except WrongState:
        now = access.get_import(request.user, lead_import.pk)  # a colleague was quicker
        unseen = stale.of(now, found, base, seen) if now.is_editable and now.mapping else None
        if unseen is None:
            raise
        return unseen
    return None


def _is_gone(request: Request, lead_import: Import) -> HttpResponse:
    """Say so where it was: a colleague may have removed it since the page was opened."""
    if lead_import.mapping is None:
        raise Http404
    messages.error(
        request,
        "There is no such saved mapping for this customer, or no longer: somebody may have removed"
        " it after you opened the page. The columns are as they were.",
    )
    return columns.page(request, lead_import, mapping_form.fresh(lead_import), status=404)


@require_POST
def save(request: Request, pk: int) -> HttpResponse:
    """Keep the mapping as it stands under a name."""
    lead_import = access.get_import(request.user, pk, need=Role.IMPORTER)
    if lead_import.mapping is None:
        return redirect("import_columns", pk)
    form = SaveForm(request.POST, lead_import=lead_import)
    if form.is_valid() and _is_seen(request, lead_import, form) and _may_be(request, form):
        try:
            name, for_team = form.cleaned_data["name"], form.cleaned_data["owner"] == TEAM
            former = form.cleaned_data["replaces"]
            saved.save(lead_import, request.user, name, for_team=for_team, replaces=former)
        except PortalError as error:
            form.add_error("name", error.sentence)
        else:
            toast(request, f"The mapping is saved as “{name}”.")
            return redirect("import_columns", pk)
    fresh = mapping_form.fresh(lead_import)
    return columns.page(request, lead_import, fresh, status=422, save_form=form)


def _is_seen(request: Request, lead_import: Import, form: SaveForm) -> bool:
    """Whether the mapping still is the one that stood on the page."""
    shown, newest = mapping_form.number(request.POST.get("expected_version")), lead_import.mapping
    if shown is None or newest is None or newest.version == shown:
        return True
    form.add_error(
        None,
        f"{newest.created_by or 'The portal'} changed the columns while you were at them, so this"
        " would not be the mapping that you saw. Look at them as they are now; saved once more,"
        " that is what is kept.",
    )
    return False


def _may_be(request: Request, form: SaveForm) -> bool:
    """Whether the name is free, or the person may replace whose it is."""
    former = form.cleaned_data["replaces"]
    if former is None or access.may_change_mapping(request.user, former):
        return True
    form.add_error(
        "replace",
        f"“{former}” was saved by {former.created_by or 'a command'}; replacing it takes them or a"
        " manager. Choose another name.",
    )
    return False
