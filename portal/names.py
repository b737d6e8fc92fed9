"""Names as they are seen, to the database: for uniqueness and for searching."""

from typing import Any, Final

from django.db.models import CharField, IntegerField, Manager, Q, TextField, Transform
from django.db.models.functions import Length

from portal import characters

SEEN: Final = (
    f"btrim(regexp_replace(regexp_replace({{}}, '{characters.ANY_HIDDEN}', '', 'g'), "
    f"'{characters.ANY_SPACE}+', ' ', 'g'))"
)
_LONGEST = 110  # characters of a name that leave room for a number


class Seen(Transform):
    """What `characters.seen` makes of a text, as SQL: `name__seen__icontains="acme"`."""

    lookup_name = "seen"
    function = "btrim"
    template = SEEN.format("%(expressions)s")


CharField.register_lookup(Seen)
TextField.register_lookup(Seen)


class Bytes(Transform):
    """How many bytes a text takes: as many as characters where it is ASCII."""

    lookup_name = "bytes"
    function = "octet_length"
    output_field = IntegerField()


CharField.register_lookup(Bytes)


def seen_in(field: str, word: str) -> Q:
    """Texts in which a word is seen, which has neither spaces nor hidden characters itself.

    Only a text beyond ASCII is searched with care, since that costs ten times as much. (Control
    characters, which are hidden too, are in none of our names.)
    """
    beyond = Q(**{f"{field}__bytes__gt": Length(field)})
    return Q(**{f"{field}__icontains": word}) | beyond & Q(**{f"{field}__seen__icontains": word})


def tell_twins_apart(every: "Manager[Any]", *within: str) -> None:
    """Number the later ones of those whose names look the same: "Acme", "Acme (2)".

    For migrations, before such names are refused. `within` are fields in which twins agree.
    """
    held: set[tuple[Any, ...]] = set()
    twins = []
    for one in every.order_by("pk"):
        place = (*(getattr(one, field) for field in within), characters.seen(one.name))
        (twins.append(one) if place in held else held.add(place))
    for one in twins:
        place, count = tuple(getattr(one, field) for field in within), 2
        stem = characters.seen(one.name)[:_LONGEST]
        while (*place, f"{stem} ({count})") in held:
            count += 1
        held.add((*place, f"{stem} ({count})"))
        every.filter(pk=one.pk).update(name=f"{stem} ({count})")
