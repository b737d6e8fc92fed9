"""New imports: the files, and whose leads they hold, if that is said already."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_http_methods, require_POST

from imports import access, tasks
from imports.errors import PortalError
from imports.forms.filters import number_of, words_of
from imports.forms.upload import UploadForm
from imports.intake import drafts, known, suggest, upload
from imports.models import Customer, Duplicates, Import
from imports.views.help_page import SAMPLE
from imports.views.http import Request, teams_as
from portal import characters
from portal.models import Role

HASHES = 50  # that are looked for at once


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the files: where to go on, and a sentence for each that was refused."""

    url: str
    refused: list[str]


@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """Take files. A script that uploads gets JSON: the address to go to, or sentences."""
    customers = access.customers_to_import_for(request.user)
    if not teams_as(request.user, Role.IMPORTER).exists():
        raise PermissionDenied("Importing takes the role importer. Ask a manager of your team.")
    only = suggest.only(customers[:2])
    form = UploadForm(
        request.POST or None,
        request.FILES or None,
        customers=customers,
        initial={"customer": request.GET.get("customer") or (only.slug if only else "")},
    )
    if "customer" in form.errors:  # perhaps another team's: its trail hears of it
        access.find_customer(request.user, words_of(request.POST.get("customer")))
    taken = _take(request, form) if form.is_valid() else Taken("", [])
    for sentence in taken.refused:
        form.add_error("file", sentence)
    return _answer(request, form, taken)


def _answer(request: Request, form: UploadForm, taken: Taken) -> HttpResponse:
    if request.accepts("text/html"):
        if not taken.url:
            return _page(request, form)
        for sentence in taken.refused:
            messages.error(request, sentence)
        return redirect(taken.url)
    sentences = [characters.spelt(str(said)) for each in form.errors.values() for said in each]
    if taken.url:
        return JsonResponse({"url": taken.url}, status=201)
    return JsonResponse({"errors": sentences}, status=422)


def _take(request: Request, form: UploadForm) -> Taken:
    files: list[File[bytes]] = form.cleaned_data["file"]
    together = form.cleaned_data["together"]
    made, refused = [], []
    for file in files:
        try:
            made.append(_store(request, form.cleaned_data, file))
        except PortalError as error:
            several = len(files) > 1
            refused.append(f"{file.name}: {error.sentence}" if several else error.sentence)
    if len(files) == len(made) == 1 and made[0] is not None:
        return Taken(reverse("import", args=[made[0].pk]), refused)
    return Taken(reverse("together", args=[together]) if made else "", refused)


def _store(
    request: Request,
    chosen: dict[str, Any],
    file: "File[bytes]",
) -> Import | None:
    """An import where the customer is known, else a draft."""
    customer, name = chosen["customer"], file.name or ""
    if customer is None:
        drafts.keep(request.user, file, name, chosen["together"])
        return None
    wishes = upload.Wishes(together=chosen["together"], duplicates=Duplicates.ASK)
    parent = _parent(request, customer)
    stored = upload.accept(customer, request.user, file, name, wishes=wishes, parent=parent)
    tasks.nudge_read(stored.pk)
    return stored


def _parent(request: Request, customer: Customer) -> Import | None:
    """The import whose failed rows these are, if the page was opened from its report."""
    number = number_of(request.GET.get("parent"))
    if number is None:
        return None
    return access.imports_for(request.user).filter(customer=customer, pk=number).first()


def _page(request: Request, form: UploadForm) -> HttpResponse:
    customer = form.fields["customer"].queryset  # type: ignore[attr-defined]
    context = {
        "form": form,
        "chosen": customer.filter(slug=words_of(form.initial["customer"])).first(),
        "has_customers": customer.exists(),
        "sample": SAMPLE,
        "may_make_customers": teams_as(request.user, Role.MANAGER).exists(),
    }
    return render(request, "imports/new.html", context, status=422 if form.is_bound else 200)


@require_POST
def already_there(request: Request, slug: str) -> HttpResponse:
    """Tell a browser, before it uploads, which of its files the customer has already."""
    customer = access.get_customer(request.user, slug, need=Role.IMPORTER)
    posted: MultiValueDict[str, str] = request.POST
    found = {
        sha256: {
            "sentence": characters.spelt(known.in_words(one)),
            "url": reverse("import", args=[one.pk]),
        }
        for sha256 in posted.getlist("sha256")[:HASHES]
        if (one := known.earlier_import_of(customer, sha256))
    }
    return JsonResponse({"known": found})
