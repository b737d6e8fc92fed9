"""What the cells of a column mean: the fields of the columns' form that ask, and their answers."""

from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field
from typing import Any, Final

from django import forms

from imports.columns import by_words, choices, clean, fields, refused_before, vocabulary
from imports.columns.mapping import ColumnMap, Mapping, fold_cell
from imports.columns.vocabulary import KIND_OF, NONE, Words
from imports.forms.quick import QuickSelect
from imports.models import Word

AS_IS, LEAVE_OUT = "", "-"


@dataclass(frozen=True, slots=True)
class Known:
    """What a customer's CRM is known to have, and whether the columns were last looked at before
    that was known: then the cells' meanings are suggested.
    """

    words: Words = NONE
    suggests: bool = False
    # By column what was said of its cells, folded once for a page that asks for hundreds of them.
    _said: dict[int, tuple[MappingType[str, str], dict[str, str]]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def meaning(self, column: ColumnMap, cell: str) -> str:
        """What was said of the cell: a value, LEAVE_OUT, or AS_IS when nothing was."""
        values, said = self._said.get(column.index, (None, {}))
        if values is not column.values:
            said = {fold_cell(key): value or LEAVE_OUT for key, value in column.values.items()}
            self._said[column.index] = column.values, said
        return said.get(fold_cell(cell), AS_IS)

    def suggestion(self, column: ColumnMap, cell: str) -> str:
        """What the cell surely means, as long as nobody said it; "" else."""
        if not self.suggests or self.meaning(column, cell):
            return ""
        return by_words.guess(column.target or "", cell, self.words)

    def taken_as(self, column: ColumnMap, cell: str) -> str:
        """What was said of the cell, else what is suggested; "" where neither is."""
        return self.meaning(column, cell) or self.suggestion(column, cell)


NOTHING: Final = Known()


def add_to(
    form_fields: dict[str, forms.Field], column: ColumnMap, n: int, cell: str, known: Known
) -> None:
    """Add the fields that ask for the column's `n`th cell: means_3_0, and cell_3_0 beside it."""
    field = fields.find(column.target or "")
    meaning = known.meaning(column, cell)
    means: forms.Field
    if field and field.kind == "choice":
        means = _select(field, cell, meaning)
    else:
        means = _typed(column, cell, meaning or known.suggestion(column, cell), known.words)
    means.widget.attrs["aria-label"] = means.label = f"What {cell} means"
    form_fields[f"means_{column.index}_{n}"] = means
    form_fields[f"cell_{column.index}_{n}"] = forms.CharField(
        required=False, strip=False, initial=cell, widget=forms.HiddenInput
    )


def _select(field: fields.Field, cell: str, meaning: str) -> forms.Field:
    recognised = choices.recognise(field.name, cell)
    as_is = f"{recognised} (as read)" if recognised else "left out: unclear"
    kinds = [(AS_IS, as_is), (LEAVE_OUT, "leave out")]
    listed = [*kinds, *((value, value) for value in field.values)]
    return forms.ChoiceField(required=False, choices=listed, initial=meaning, widget=QuickSelect)


def _typed(column: ColumnMap, cell: str, meaning: str, words: Words) -> forms.Field:
    """A stage or an owner: chosen from those that are known, or typed."""
    target = column.target or ""
    if meaning and meaning != LEAVE_OUT and target in KIND_OF:
        meaning = words.shown(target, meaning)
    means = forms.CharField(required=False, max_length=200, initial=meaning)
    means.widget.attrs |= {"placeholder": _as_it_is(target, cell, words), **offered(target, words)}
    return means


def for_all_rows(target: str, value: str, words: Words) -> forms.Field:
    """A field for a value of the target that is sent where no cell says one; `value` is shown."""
    found = fields.find(target)
    if found and found.kind == "choice":
        listed = [("", "–"), *((one, one) for one in found.values)]
        return forms.ChoiceField(required=False, choices=listed, initial=value)
    shown = words.shown(target, value) if value and target in KIND_OF else value
    made = forms.CharField(required=False, max_length=200, initial=shown)
    if target in KIND_OF:
        made.widget.attrs |= offered(target, words)
    return made


def _as_it_is(target: str, cell: str, words: Words) -> str:
    if target != "owner_id":
        return "as it is"
    value = clean.read_uuid(cell).value
    return words.shown(target, value) if value else "left out: unclear"


def offered(target: str, words: Words) -> dict[str, str]:
    """The attributes of an input that lead to the list of what is known, if anything is."""
    some = words.knows_some(KIND_OF.get(target, Word.Kind.FIELD))
    return {"list": list_id(target), "autocomplete": "off"} if some else {}


def list_id(target: str) -> str:
    """The id of the list of what can be chosen for a target."""
    return f"known-{target if target in KIND_OF else 'fields'}"


def chosen(
    column: ColumnMap, count: int, cleaned: MappingType[str, Any], words: Words = NONE
) -> dict[str, str]:
    """The cells' meanings: the `count` that were asked as they were chosen, the others as they
    were.
    """
    values = dict(column.values)
    keys = {fold_cell(key): key for key in values}
    for n in range(count):
        cell = str(cleaned.get(f"cell_{column.index}_{n}", ""))
        means = str(cleaned.get(f"means_{column.index}_{n}", "")).strip()
        known = keys.get(fold_cell(cell), cell)
        values.pop(known, None)
        if cell and means:
            values[known] = "" if means == LEAVE_OUT else typed(column.target or "", means, words)
    return values


def typed(target: str, text: str, words: Words) -> str:
    """The value for what a person typed or chose for the target."""
    return words.typed(target, text) if target in KIND_OF else text


def columns_with_meanings(current: Mapping) -> list[int]:
    """The columns whose field has fixed values, so that their cells may need a meaning.

    Whole cells say nothing of the parts that they are split into.
    """
    whole = [column for column in current.columns if column.split is None]
    found = ((column.index, fields.find(column.target or "")) for column in whole)
    return [index for index, field in found if field and field.has_meanings]


def recognised(column: ColumnMap, cell: str, known: Known = NOTHING) -> str:
    """What the cell is taken for without anybody's help, "" when for nothing."""
    if meaning := known.taken_as(column, cell):
        return "left out" if meaning == LEAVE_OUT else meaning
    return by_words.taken_for(column.target or "", cell, known.words)


def refusal(column: ColumnMap, cell: str, known: Known) -> str:
    """A sentence where MEGA refused before what the cell means."""
    target = column.target or ""
    if target not in KIND_OF:
        return ""
    meaning = known.taken_as(column, cell) or cell
    sent = vocabulary.read_as(target, meaning).value or ""
    return refused_before.of_value(target, sent, known.words)


def why(column: ColumnMap, cell: str, known: Known) -> str:
    """Why the cell is taken to mean what is shown, where the customer's CRM says it; "" else."""
    target = column.target or ""
    meaning = known.taken_as(column, cell)
    if not meaning or meaning != by_words.guess(target, cell, known.words):
        return ""
    called = known.words.find(KIND_OF[target], meaning)
    if target == "owner_id":
        return f"{called.name if called else 'Somebody'} in MEGA is called so"
    return f"the stage {meaning} in MEGA is called so"
