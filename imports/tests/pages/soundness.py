"""What is wrong with a page, found by reading it as a browser and as a person does.

HTML without a parse error; ids once, and references that lead somewhere; a name for each control;
scopes in tables; no remains of templates or of the program in the words; sentences whose numbers
and points are right.
"""

import re
from functools import cached_property

from justhtml import JustHTML, Text

from imports.columns.fields import FIELDS

_BLOCKS = (
    "address article aside body button dd details dialog div dl dt fieldset figure footer form h1 "
    "h2 h3 h4 header hr html label legend li main nav ol option p pre section select small summary "
    "table tbody td tfoot th thead tr ul"
)
BLOCKS = frozenset(_BLOCKS.split())
UNREAD = frozenset({"script", "style", "template", "svg", "head"})
AS_IT_IS = frozenset({"code", "pre", "kbd", "samp", "textarea", "option"})  # data, not our words
# Words of MEGA's own, which a sheet may hold or which somebody asks MEGA for.
OF_MEGA = {value for field in FIELDS for value in field.values} | {"new_lead", "public_api"}
SPOKEN = ("aria-label", "title", "placeholder", "alt")
REFERENCES = (
    "for",
    "aria-labelledby",
    "aria-describedby",
    "aria-controls",
    "popovertarget",
    "form",
)
CONTROLS = frozenset({"input", "select", "textarea"})
NAMELESS = frozenset({"hidden", "submit", "button"})

VERBS = "is|was|has|goes|does|needs|stays|takes|waits|its|this|as|always|less|across|plus|minus"
WORDS = {
    "remains of a template": re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}"),
    "a value of the program": re.compile(
        r"\b(?:None|True|False|NaN|nan|undefined|null)\b|\[\]|\{\}|<[A-Z]\w+|\bobject at 0x"
    ),
    "a code": re.compile(r"\b[a-z]+_[a-z_]+\b"),
    "a space before a point": re.compile(r"\s[,.;:!?](?=\s|$)"),
    "two points": re.compile(r"(?<!\.)\.\.(?!\.)|[,;]\s*[.,;](?=\s|$)|\.\s\.(?=\s|$)"),
    "one of many": re.compile(rf"(?<![\d.,:#/+-])1 (?!(?:{VERBS})\b)[a-z]+[^s\W]s\b"),
    "many of one": re.compile(
        r"(?<![\d.,:#/+-])(?:0|[2-9]|[1-9][\d,]*\d) "
        r"(?:row|lead|request|import|file|problem|minute|customer|notice|event|attempt|member)\b"
    ),
    "many that is": re.compile(r"\d (?:rows|leads|requests|imports|files) (?:is|was|goes|needs)\b"),
    "one that are": re.compile(r"\b1 (?:row|lead|request|import|file) (?:are|were|go|need)\b"),
}  # fmt: skip


class Page:
    """One page, or a part of one."""

    def __init__(self, html, *, part=False):
        self.html, self.part = html, part
        self.parsed = JustHTML(html, sanitize=False, collect_errors=True, fragment=part)
        self.elements = list(elements_of(self.parsed.root))

    def named(self, *names):
        return [one for one in self.elements if one.name in names]

    def having(self, attribute):
        return [one for one in self.elements if attribute in (one.attrs or {})]

    @cached_property
    def ids(self):
        return [one.attrs["id"] for one in self.having("id")]

    @property
    def title(self):
        return " ".join(_text(one) for one in self.named("title") if is_inside(one, "head"))

    @property
    def links(self):
        """Where the page leads, as it stands in it."""
        asked = [one.attrs["hx-get"] for one in self.having("hx-get")]
        return [one.attrs["href"] or "" for one in self.named("a") if "href" in one.attrs], asked

    @cached_property
    def words(self):
        """Each stretch of text that is read as one, and what is read aloud."""
        parts = []
        _collect(self.parsed.root, parts)
        lines = [" ".join(line.split()) for line in "".join(parts).split("\n")]
        spoken = [one.attrs[name] or "" for name in SPOKEN for one in self.having(name)]
        return [line for line in (*lines, *spoken) if line]

    def faults(self):
        """Sentences, none when the page is sound."""
        found = [*self._of_words(), *self._of_html(), *self._of_names(), *self._of_tables()]
        return found if self.part else [*found, *self._of_the_whole()]

    def _of_words(self):
        for what, pattern in WORDS.items():
            for line in self.words:
                hits = [hit for hit in pattern.finditer(line) if hit[0] not in OF_MEGA]
                for hit in hits[:1]:
                    yield f"{what}: {hit[0]!r} in {line[:120]!r}"

    def _of_html(self):
        for error in self.parsed.errors:
            line = self.html.split("\n")[(error.line or 1) - 1]
            yield f"{error.code} at {line[max(0, (error.column or 0) - 80) :][:120]!r}"
        for one in sorted({one for one in self.ids if self.ids.count(one) > 1}):
            yield f"the id {one!r} more than once"
        for name in REFERENCES:
            for element in self.having(name):
                for wanted in (element.attrs[name] or "").split():
                    if wanted not in self.ids:
                        yield f"{element.name} {name}={wanted!r} leads nowhere"
        if not self.part:
            yield from self._of_targets()

    def _of_targets(self):
        for element in self.having("hx-target"):
            target = element.attrs["hx-target"]
            if target.startswith("#") and target[1:] not in self.ids:
                yield f"hx-target={target!r} leads nowhere"
        for element in self.named("a"):
            href = element.attrs.get("href") or ""
            if href.startswith("#") and href[1:] not in self.ids:
                yield f"the link {href!r} leads nowhere"

    def _of_names(self):
        labelled = {one.attrs["for"] for one in self.having("for")}
        for one in self.named(*CONTROLS):
            kind = one.attrs.get("type", "text")
            hidden = kind in NAMELESS or "hidden" in one.attrs
            named = one.attrs.get("id") in labelled or is_inside(one, "label") or _spoken(one)
            if not hidden and not named:
                yield f"{one.name} {one.attrs.get('name')!r} has no label"
        for one in self.having("tabindex"):
            if one.attrs["tabindex"] not in {"0", "-1"}:
                yield f"{one.name} changes the order of the keys"
        for one in self.named("a", "button", "summary"):
            if not _spoken(one) and not _text(one).strip() and "hidden" not in one.attrs:
                yield f"{one.name} {one.attrs.get('href') or one.attrs.get('class')!r} has no name"

    def _of_tables(self):
        for one in self.named("th"):
            if "scope" not in one.attrs:
                yield f"the heading {_text(one)!r} of a table has no scope"
        for table in self.named("table"):
            if not any(one.name == "th" for one in elements_of(table)):
                yield "a table without headings"

    def _of_the_whole(self):
        if len(self.named("h1")) != 1:
            yield f"{len(self.named('h1'))} h1"
        if not self.title.strip():
            yield "no title"
        if not any(one.attrs.get("lang") for one in self.named("html")):
            yield "no language"
        if len(self.named("main")) != 1:
            yield "not one main"


def elements_of(node):
    """All elements below, those of templates apart."""
    for child in node.children or ():
        if isinstance(child, Text) or not hasattr(child, "attrs"):
            continue
        if not child.name.startswith(("#", "!")):
            yield child
        yield from elements_of(child)


def _collect(node, parts):
    for child in node.children or ():
        if isinstance(child, Text):
            parts.append(child.data.replace("\n", " "))
        elif child.name not in UNREAD and not child.name.startswith(("#", "!")):
            _collect_element(child, parts)


def _collect_element(element, parts):
    block = element.name in BLOCKS or element.name == "br"
    if element.name in AS_IT_IS:
        parts.append("…")
        return
    parts.append("\n" if block else "")
    _collect(element, parts)
    parts.append("\n" if block else "")


def _text(node):
    return "".join(
        child.data if isinstance(child, Text) else _text(child) for child in node.children or ()
    )


def is_inside(element, name):
    parent = element.parent
    while parent is not None:
        if parent.name == name:
            return True
        parent = parent.parent
    return False


def _spoken(element):
    return any(element.attrs.get(name) for name in ("aria-label", "aria-labelledby", "title"))
