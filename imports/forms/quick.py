"""A select of which a page may have hundreds, put together without a template for each option."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

_GROUPED = (list, tuple)
_PLAIN = '<option value="{}">{}</option>'
_CHOSEN = '<option value="{}" selected>{}</option>'


class QuickSelect(forms.Select):
    """As `Select`, of one value. Options are escaped once, as the choices of a page are the same
    lists again and again: a template for each took most of the time of a page with 200 columns.
    """

    def render(
        self,
        name: str,
        value: Any,
        attrs: Any = None,
        renderer: Any = None,  # noqa: ARG002 - Django hands it over
    ) -> SafeString:
        """The element with its options."""
        chosen = "" if value is None else str(value)
        built = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        options = mark_safe(_options(self.choices, chosen))  # noqa: S308 - each part is escaped
        return format_html("<select{}>{}</select>", flatatt(built), options)


@lru_cache(maxsize=1024)
def _option(value: str, label: str, *, is_chosen: bool) -> str:
    return format_html(_CHOSEN if is_chosen else _PLAIN, value, label)


def _options(choices: Iterable[Any], chosen: str) -> str:
    parts: list[str] = []
    for value, label in choices:
        if isinstance(label, _GROUPED):
            within = mark_safe(_options(label, chosen))  # noqa: S308 - each part is escaped
            parts.append(format_html('<optgroup label="{}">{}</optgroup>', value, within))
        else:
            parts.append(_option(str(value), str(label), is_chosen=str(value) == chosen))
    return "".join(parts)
