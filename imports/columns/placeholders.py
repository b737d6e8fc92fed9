"""What people and programs write where they have nothing to say. Edit the lists freely.

Words stand in lower case, separated by bars. A change takes a new `check.RULES_VERSION`.
"""

from typing import Final


def words(listed: str) -> frozenset[str]:
    """The words of a list in which bars stand between them."""
    return frozenset(word.strip() for word in listed.split("|"))


# "Nothing", wherever it stands but in a text or a name.
NOTHING: Final = words(
    "n/a | n.a. | n.a | na | - | -- | --- | – | — | . | .. | ... | … | null | none | nil"
    "| nan | undefined | (blank) | (none) | (null) | <null> | [null] | (empty) | \\n"
    "| k.a. | k. a. | k.a | keine | keiner | kein | keine angabe | nicht vorhanden"  # German
    "| aucun | aucune | néant | s/o | n/d | n.d. | non renseigné"  # French
    "| ninguno | ninguna | s/d | no aplica | nessuno | nessuna"  # Spanish, Italian
    "| nenhum | nenhuma | geen | n.v.t. | nvt | brak | ingen | saknas"  # Portuguese, Dutch …
)

# Filled in to get past a form. Elsewhere these may be values, such as a stage called "test".
_FILLED_IN = words(
    "#n/a | test | test test | testing | dummy | tbd | tba | unknown | not provided | not available"
    "| no phone | no email | no e-mail | no mail | noemail | no name"
    "| xxx | xxxx | asdf | ? | ?? | ???"
    "| unbekannt | inconnu | desconocido | sconosciuto | desconhecido | onbekend"
)
CONTACT: Final = NOTHING | _FILLED_IN

# People are called so: Jennifer Null, Na Li, Nan Goldin, Amy None.
_PEOPLE = words("na | null | none | nil | nan | nessuno | ? | ?? | ???")
NAME: Final = (CONTACT - _PEOPLE) | words(
    "n/a n/a | null null | none none | undefined undefined | - - | k.a. k.a. | keine keine"
)
PART_OF_A_NAME: Final = NAME - words("test | keiner | kein | geen | brak")
"""Surnames, at least where another column has the first name."""

# What stands on both sides of the @ in addresses that nobody has, none@none.com, and on the left of
# example.com. Two different ones may be somebody's: mail@abc.de.
_NOBODY = words(
    "test | none | na | no | nomail | noemail | no-email | noreply | no-reply | fake | dummy"
    "| unknown | asdf | abc | xxx | email | mail | user | nobody | null | noone | notgiven"
)
DOMAINS: Final = frozenset(
    f"{word}.{end}" for word in _NOBODY | {"example"} for end in ("com", "de", "net", "org", "fr")
)
LOCAL: Final = _NOBODY
LONGEST: Final = max(map(len, NAME | CONTACT))
