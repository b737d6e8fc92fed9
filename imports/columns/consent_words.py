"""How columns are called, and what stands in them, where they say who may be contacted.

Edit the lists freely. Terms are found where a word begins, however they are written ("Do not call",
doNotCall, DO_NOT_CALL), and go on as they like ("unsubscrib" is in "Unsubscribed on 3 May").
"""

import re
from typing import Final, Literal

from imports.columns import clean, headers, typed
from imports.columns.placeholders import words

Guess = Literal["", "forbids", "allows"]
Way = Literal["", "permits", "refuses"]
"""What a yes in the column says: the person may be contacted, or must not be."""

_BEGINS: Final = (
    r"(?:\b|(?<=email)|(?<=mail)|(?<=sms)|(?<=phone)|(?<=call)|(?<=marketing)|(?<=has)|(?<=is))"
)
_LONGEST: Final = 80  # characters of a cell that says so by itself


def _any(listed: str) -> re.Pattern[str]:
    """One of the terms: where a word begins, with or without spaces between its own words."""
    terms = sorted(map(headers.words, words(listed)), key=lambda one: -len("".join(one)))
    return re.compile(rf"{_BEGINS}(?:{'|'.join(' ?'.join(one) for one in terms)})")


_REFUSES: Final = _any(
    "opt out | opted out | optout | unsubscrib | do not call | do not contact | do not e-mail"
    "| do not mail | do not text | do not sms | do not market | do not disturb | don't call"
    "| don't contact | don't email | dont contact | not to be contacted | no marketing | no contact"
    "| never contact | no longer contact | suppress | bounced | hard bounce | soft bounce"
    "| bounce reason | bounce type | bounce date | email bounce | undeliverable | spam complaint"
    "| complained | blacklist | blocklist | robinson list | withdrew consent | consent withdrawn"
    "| withdrawn consent | revoked | objected | objection to"
    "| werbesperre | werbeverbot | kontaktsperre | kontaktverbot | anrufsperre | mailsperre"
    "| sperrvermerk | sperrliste | abgemeldet | abmeldung | abbestell | austragung | ausgetragen"
    "| widerruf | widersprochen | widerspruch | nicht kontaktieren | nicht anrufen"
    "| keine werbung | kein kontakt | robinsonliste"
    "| desabonn | desinscri | ne pas appeler | ne pas contacter | ne plus contacter"
    "| ne pas demarcher | opposition | bloctel | refus de contact | liste rouge"
    "| no llamar | no contactar | dado de baja | dada de baja | cancelo suscripcion | lista negra"
    "| lista robinson | desuscri"
    "| nao ligar | nao contatar | nao contactar | descadastr | cancelou inscricao | desinscrito"
    "| non contattare | non chiamare | disiscri | cancellato dalla lista | revocato"
    "| niet bellen | niet contacteren | niet benaderen | uitgeschreven | afgemeld | bel me niet"
    "| gesperrt | mail sperre | отпис | не звонить | не беспокоить | не писать"
    "| 配信停止 | 退订 | 拒收"
    "| avregistrerad | avmeldt | afmeldt | kontakta ej | ring ikke | wypisany | nie dzwonic"
    "| nie kontaktowac | odhlasen"
)
_REFUSES_WORDS: Final = words("dnc | dne | dnd | dncr | tps | ctps | bounce | bounces | robinson")
_PERMITS: Final = _any(
    "opt in | opted in | optin | consent | gdpr | dsgvo | marketing permission | permission to"
    "| permission pass | accepts marketing | marketing accepted | agreed to be contacted"
    "| agrees to be contacted | ok to contact | okay to contact | ok to call | ok to email"
    "| may contact | may we contact | can contact | can we contact | can call | subscriber status"
    "| email subscribed | subscribed to | marketing status | email marketing | sms marketing"
    "| contactable | mailable | emailable | allow marketing | allow contact | allows contact"
    "| marketing preferences | contact permission | newsletter"
    "| einwilligung | einverstandnis | einverstanden | zustimmung | werbeerlaubnis"
    "| kontakterlaubnis | datenschutz | werbung erlaubt | darf kontaktiert"
    "| consentement | accepte de recevoir | accepte d'etre contacte"
    "| accord marketing | prospection"
    "| consentimiento | acepta recibir | acepta publicidad | autoriza"
    "| consentimento | aceita receber | aceite marketing"
    "| consenso | acconsent | autorizzazione"
    "| toestemming | akkoord met | mag benaderd"
    "| согласие | 同意 | samtycke | samtykke | zgoda | zgody | souhlas"
)
_PERMITS_WORDS: Final = words("subscribed | rgpd | lopd | lgpd | ccpa | tcpa | casl | permission")
# What says of itself that contact is allowed; beside yes, and what is no.
_SAYS_YES: Final = _any(
    "opted in | opt in | subscribed | granted | given | accepted | active | allowed | erteilt"
    "| angemeldet | abonne | suscrito | inscrito | iscritto | ingeschreven"
    "| deliverable | confirmed"
)
_SAYS_NO: Final = _any(
    "denied | declined | refused | rejected | withdrawn | not given | none given | not subscribed"
    "| not opted in | not allowed | inactive | verweigert | abgelehnt | nicht erteilt | refuse"
    "| rechazado | recusado | negato | geweigerd | no consent"
)


def way_of(heading: str) -> Way:
    """What a heading says; "" where it says nothing of consent."""
    single = headers.words(heading)
    said = " ".join(single)
    if _REFUSES.search(said) or not _REFUSES_WORDS.isdisjoint(single):
        return "refuses"
    if _PERMITS.search(said) or not _PERMITS_WORDS.isdisjoint(single):
        return "permits"
    return ""


def says_refusal(cell: str) -> bool:
    """Whether a cell says by itself that the person must not be contacted."""
    return len(cell) <= _LONGEST and way_of(cell) == "refuses"


def guess(cell: str, way: Way) -> Guess:
    """What a cell of such a column most likely says; "" where that is a person's word alone."""
    word, said = clean.word(cell), " ".join(headers.words(cell))
    if way and word in typed.YES | typed.NO:
        return "forbids" if (word in typed.YES) == (way == "refuses") else "allows"
    if not said or clean.is_nothing(word):
        return "" if way == "permits" else "allows"
    if says_refusal(cell) or _SAYS_NO.search(said):
        return "forbids"
    if _SAYS_YES.search(said):
        return "allows"
    return of_others(way) if any(map(str.isdecimal, said)) else ""


def of_others(way: Way) -> Guess:
    """The same of whatever stands there, such as the day on which it was said."""
    return {"refuses": "forbids", "permits": "allows"}.get(way, "")  # type: ignore[return-value]
