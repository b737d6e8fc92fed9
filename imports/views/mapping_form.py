"""The columns' form, of the mapping as it stands; one that comes back is read by the mapping that
its page was made of, whatever others made of it since.
"""

from itertools import count, takewhile
from typing import Any

from django.http import QueryDict

from imports.columns import derive, meanwhile, values, vocabulary
from imports.columns.mapping import Mapping
from imports.errors import WrongState
from imports.forms import asked
from imports.forms.basis import Basis
from imports.forms.columns import ColumnsForm
from imports.forms.meanings import Known, columns_with_meanings
from imports.models import Import, MappingVersion


def fresh(lead_import: Import) -> ColumnsForm:
    """The form of the mapping as it stands."""
    version = lead_import.mapping.version if lead_import.mapping else 0
    is_accepted = lead_import.mapping is not None and lead_import.mapping.accepted_at is not None
    basis = Basis(derive.mapping_of(lead_import), version, is_accepted=is_accepted)
    return _form(lead_import, basis)


def posted(lead_import: Import, data: QueryDict) -> tuple[ColumnsForm, MappingVersion]:
    """The form with what was chosen, and the version that its page was made of.

    WrongState where the sheet was read anew since, so that its columns may be others.
    """
    base = version_shown(lead_import, data)
    shown = Mapping.from_json(base.content)
    began = meanwhile.version_of(lead_import, number(data.get("began_version"))) or base
    was = {
        column.index: str(data[f"was_{column.index}"]) or None
        for column in shown.columns
        if f"was_{column.index}" in data
    }
    mapping = meanwhile.begun(Mapping.from_json(began.content), shown, was)
    is_accepted = base.accepted_at is not None
    basis = Basis(mapping, base.version, is_accepted=is_accepted, began=began.version, kept=was)
    return _form(lead_import, basis, data), base


def version_shown(lead_import: Import, data: QueryDict) -> MappingVersion:
    """The version that the page was made of, of which these choices come; the newest where they do
    not say. WrongState as `posted`.
    """
    shown, current = number(data.get("expected_version")), lead_import.mapping
    base = current if shown is None else meanwhile.version_of(lead_import, shown)
    if base is None:
        raise WrongState(
            "The file was read anew since this page was opened, so its columns may be others. "
            "Nothing was saved. Look at them as they are now."
        )
    return base


def both(lead_import: Import, base: MappingVersion, mine: Mapping, data: QueryDict) -> ColumnsForm:
    """The form with this person's choices, made of `base`, and what others made of it since."""
    began, theirs = Mapping.from_json(base.content), derive.mapping_of(lead_import)
    made = meanwhile.merged(began, theirs, mine)
    pairs = zip(made.columns, theirs.columns, strict=True)
    basis = Basis(
        made,
        lead_import.mapping.version if lead_import.mapping else 0,
        began=number(data.get("began_version")) or base.version,
        kept=[own.index for own, other in pairs if own.target != other.target],
        changed=meanwhile.since(lead_import, base, mine),
    )
    return _form(lead_import, basis)


def _form(lead_import: Import, basis: Basis, data: QueryDict | None = None) -> ColumnsForm:
    shown, known = columns_with_meanings(basis.mapping), _known(lead_import)
    found = values.of_columns(lead_import, shown)
    found = {i: values.as_changed(basis.mapping.columns[i], one) for i, one in found.items()}
    divided = asked.divided(basis.mapping, found, known)
    if data is not None:
        divided = {i: asked.as_posted(one, _cells(data, i)) for i, one in divided.items()}
    samples = derive.samples(lead_import)
    return ColumnsForm(data, basis=basis, samples=samples, values=divided, known=known)


def _known(lead_import: Import) -> Known:
    """What is known of the customer's CRM; meanings are suggested where that is news."""
    words, made = vocabulary.of_import(lead_import), lead_import.mapping
    is_news = bool(made and words.read_at and words.read_at > made.created_at)
    return Known(words, suggests=is_news and lead_import.is_editable)


def _cells(data: QueryDict, index: int) -> list[str]:
    names = takewhile(data.__contains__, (f"cell_{index}_{n}" for n in count()))
    return [str(data[name]) for name in names]


def number(text: Any) -> int | None:
    """A version's number that came with a form; None where that is none."""
    return int(text) if text and text.isdecimal() and len(text) < 10 else None
