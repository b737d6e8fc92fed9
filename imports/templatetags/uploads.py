"""What a page needs to take files: the limits, said once for browser and server."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from django import template
from django.conf import settings
from django.template import Context

from imports.forms.upload import ACCEPTED, MOST_AT_ONCE
from imports.models import Customer
from portal.uploads import too_large_sentence

register = template.Library()


@dataclass(frozen=True, slots=True)
class Room:
    """How much is taken, and the id under which what is uploaded here is found again."""

    together: UUID
    most_bytes: int
    most_rows: int
    most_files: int
    too_large: str


@register.simple_tag
def room_for_uploads() -> Room:
    """The limits of this site, and a new id."""
    return Room(
        uuid4(),
        settings.MAX_UPLOAD_BYTES,
        settings.MAX_ROWS,
        MOST_AT_ONCE,
        too_large_sentence(),
    )


@register.inclusion_tag("parts/upload_here.html", takes_context=True)
def upload_here(context: Context, *, large: bool) -> dict[str, object]:
    """The form that takes files in the page itself; `large` where nobody imported anything yet."""
    return {"large": large, "csrf_token": context.get("csrf_token"), "accepted": ACCEPTED}


@register.inclusion_tag("parts/upload_dialog.html", takes_context=True)
def upload_dialog(context: Context, customer: Customer | None = None) -> dict[str, object]:
    """A dialog that opens when files are dropped or cells are pasted; without scripts, nothing."""
    return {"customer": customer, "csrf_token": context.get("csrf_token")}
