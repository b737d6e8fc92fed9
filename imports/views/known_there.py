"""The part of a customer's page that says what is known of its CRM, and has it read anew."""

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from imports import access
from imports.columns import vocabulary
from imports.delivery import word_reading, word_wishes
from imports.mega.contract import SCOPE_READ
from imports.models import Customer, Vocabulary, Word
from imports.views.http import Request, attempt
from portal.models import Role

MOST_SHOWN: Final = 100  # of each kind
_KINDS: Final = (
    (Word.Kind.STAGE, "Stages", "stage", "stages"),
    (Word.Kind.OWNER, "Owners", "owner", "owners"),
    (Word.Kind.FIELD, "Custom fields", "custom field", "custom fields"),
)


@dataclass(frozen=True, slots=True)
class Kind:
    """One list of the part; `more` are left out of it."""

    title: str
    one: str
    many: str
    known: int
    refused: int
    shown: list[Word]

    @property
    def more(self) -> int:
        return self.known + self.refused - len(self.shown)


@require_POST
def read(request: Request, slug: str) -> HttpResponse:
    """Have them read anew; who asks while they are read shares that reading."""
    customer = access.get_customer(request.user, slug, need=Role.IMPORTER)
    attempt(request, "", word_wishes.ask_for, customer, request.user)
    return redirect(f"{reverse('customer', args=[slug])}#words")


@require_GET
def live(request: Request, slug: str) -> HttpResponse:
    """The part while it is read: 204 as long as the page has it as it is."""
    customer = access.get_customer(request.user, slug)
    account = _account(customer)
    if request.GET.get("v") == _version(account):
        return HttpResponse(status=204)
    context = {
        "customer": customer,
        "token": customer.token,
        "may_import": access.can(request.user, customer.team, Role.IMPORTER),
        **_known(account),
    }
    return render(request, "parts/words.html", context)


def of(customer: Customer) -> dict[str, Any]:
    """What the part shows."""
    return _known(_account(customer))


def _account(customer: Customer) -> Vocabulary | None:
    return Vocabulary.objects.filter(customer=customer, mega_id=customer.mega_id).first()


def _known(account: Vocabulary | None) -> dict[str, Any]:
    words = vocabulary.of(account, account.words.all()) if account else vocabulary.NONE
    return {
        "account": account,
        "kinds": [_kind(words, *kind) for kind in _KINDS] if words.by_kind else [],
        "words_why": word_reading.SENTENCES.get(account.why, "") if account else "",
        "words_scope": SCOPE_READ if account and account.why == "no_right" else "",
        "words_wait": _wait(account),
        "words_pages": word_reading.PAGES,
        "words_version": _version(account),
    }


def _kind(words: vocabulary.Words, kind: str, title: str, one: str, many: str) -> Kind:
    known = words.known(kind)
    refused = [word for word in words.by_kind.get(kind, {}).values() if word.is_refused]
    shown = [*refused, *known][:MOST_SHOWN]
    return Kind(title, one, many, len(known), len(refused), shown)


def _wait(account: Vocabulary | None) -> Any:
    """Until when MEGA or the key's quota keeps the reading waiting, if that is a while."""
    if account is None or not account.is_open or account.not_before is None:
        return None
    seconds = (account.not_before - timezone.now()).total_seconds()
    return account.not_before if seconds > 5 else None


def _version(account: Vocabulary | None) -> str:
    if account is None:
        return ""
    waits = _wait(account)
    return f"{account.state}.{account.answered}.{int(waits.timestamp()) if waits else 0}"
