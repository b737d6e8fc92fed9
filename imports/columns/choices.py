"""The labels that are forgiven for MEGA's fixed values.

A label stands here only when it can mean nothing else. "Facebook" may be a post as well as an
advertisement, and "LinkedIn Ads" is none of MEGA's platforms: such cells are left out with a
warning, and a mapping's `values` can say what they mean.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache, partial

from imports.columns import clean, fields, headers
from imports.columns.clean import BLANK, Cleaned, Note

_UNKNOWN = Note("value_unknown")
_LONGEST = 60  # characters; no label is longer
_CACHED = 4096  # cells of which is remembered what they mean

_LABELS: Mapping[str, Mapping[str, str]] = {
    "source_platform": {
        "google_ads": "google adwords; adwords; gads; google ad; google cpc; google ppc"
        "; google ads lead; google lead form; google paid search; google paid",
        "meta_ads": "meta ad; facebook ads; facebook ad; fb ads; fb ad; instagram ads; instagram ad"
        "; ig ads; facebook lead ads; meta lead ads; facebook lead ad; facebook instagram ads"
        "; facebook cpc; facebook paid; facebook & instagram ads",
        "google_organic": "organic google; google organic search; google search organic",
        "direct": "direct traffic; direct none; direct visit; direkt; directo; direto",
        "referral": "referrals; referred; customer referral; client referral; referral traffic"
        "; empfehlung; recommandation; parrainage; indicação; recomendación; referido; verwijzing",
        "hubspot": "hubspot crm",
        "zoho": "zoho crm",
        "ghl": "gohighlevel; highlevel; go high level crm",
        "shopify": "shopify store",
        "zenmaid": "",
        "lead_docket": "",
        "salesforce": "salesforce crm; sfdc",
    },
    "source_type": {
        "form": "web form; website form; contact form; lead form; online form; form submission"
        "; forms; web form submission; formulaire; kontaktformular; formulario; formulário"
        "; formulier; contactformulier",
        "phone_call": "phone; call; calls; telephone; telephone call; inbound call; incoming call"
        "; phone calls; appel; appel téléphonique; anruf; telefon; llamada; ligação; telefoon",
        "email": "emails; courriel; correo electrónico",
        "chat": "live chat; web chat; website chat; chatbot",
        "sms": "text; text message; texting; sms message",
        "manual": "manually; manual entry; manually entered; manually added; manuel; manuell",
        "import": "imported; csv import; bulk import; csv; spreadsheet; file import",
    },
    "lead_line": {
        "buyer": "buyers; buy; buying; buyer lead; acheteur; acheteuse; acheter; käufer; käuferin"
        "; kaufen; comprador; compradora; comprar; koper; kopen",
        "seller": "sellers; sell; selling; seller lead; vendeur; vendeuse; vendre; verkäufer"
        "; verkäuferin; verkaufen; vendedor; vendedora; vender; verkoper; verkopen",
    },
}


def _table(field: fields.Field) -> dict[str, str]:
    table = {headers.squash(value): value for value in field.values}
    for value, labels in _LABELS.get(field.name, {}).items():
        if value in field.values:
            table.update({headers.squash(label): value for label in labels.split(";") if label})
    return table


_TABLES = {field.name: _table(field) for field in fields.FIELDS if field.kind == "choice"}


def recognise(field: str, text: str) -> str | None:
    """The fixed value that the text means for the field, if it surely means one."""
    return _TABLES[field].get(headers.squash(text)) if len(text) <= _LONGEST else None


def reader(field: str) -> Callable[[str], Cleaned]:
    """The reader of cells of one field with fixed values."""
    return partial(_read, field)


def _read(field: str, cell: str) -> Cleaned:
    return _known(field, cell) if len(cell) <= _LONGEST else _look(field, cell)


@lru_cache(maxsize=_CACHED)
def _known(field: str, cell: str) -> Cleaned:
    """A sheet says the same few things in a hundred thousand rows."""
    return _look(field, cell)


def _look(field: str, cell: str) -> Cleaned:
    text = clean.one_line(cell)
    if not text or clean.is_nothing(text):
        return BLANK
    value = recognise(field, text)
    return Cleaned(value) if value else Cleaned(None, (clean.error_note(text) or _UNKNOWN,))
