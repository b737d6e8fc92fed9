"""Which column of a list of customers is what, by its heading: generously, in a few languages."""

from collections.abc import Sequence
from typing import Final

from imports.columns import headers

NAME, MEGA_ID, TEAM = "name", "mega_id", "team"
REGION, REQUESTS, EXISTING = "region", "requests", "existing"

LABELS: Final = {
    NAME: "Customer",
    MEGA_ID: "MEGA id",
    TEAM: "Team",
    REGION: "Phone region",
    REQUESTS: "Requests a minute",
    EXISTING: "Existing leads",
}
"""The headings of the template, of the export and of the lines to repair."""

NEEDED: Final = (NAME, MEGA_ID)
REASON: Final = "What is wrong"

# Letters and digits only, the surest first: a sheet with “Customer” and “Name” means the former.
_WORDS: Final = {
    NAME: "customer customername client clientname clientaccount account accountname name company "
    "companyname business businessname brand organisation organization kunde kundenname mandant "
    "firma unternehmen cliente nombrecliente nombredelcliente nombre empresa nomecliente nome "
    "azienda nomduclient nomclient nom entreprise societe klant klantnaam naam bedrijf klient "
    "nazwa",
    MEGA_ID: "megaid megacustomerid megauuid megaaccountid megacustomer mega customeruuid "
    "customerid clientuuid clientid accountuuid accountid crmid uuid guid id kundenid kundennummer "
    "idcliente clienteid idclient klantid",
    TEAM: "team teamname group agencyteam gruppe abteilung equipo squadra equipe ploeg afdeling",
    REGION: "phoneregion phonecountry region country countrycode regioncode phonecountrycode "
    "dialingcode callingcode land landescode laendercode vorwahl pais codigopais paese pays "
    "indicatif landcode",
    REQUESTS: "requestsaminute requestsperminute requestspermin requestsmin rpm ratelimit quota "
    "requestlimit limit requests anfragenprominute anfragen limite",
    EXISTING: "existingleads existing onduplicate duplicates ifexists whenexists existinglead "
    "bestehendeleads bestehende duplikate duplicados doublons",
}
_PLACES: Final = {
    word: (field, rank)
    for field, words in _WORDS.items()
    for rank, word in enumerate(words.split())
}
_HIDDEN: Final = (
    "token apitoken megatoken megaapitoken accesstoken bearertoken bearer apikey key secret "
    "apisecret password passwort kennwort schluessel schlussel clave jeton"
)
_NEVER_READ: Final = frozenset(_HIDDEN.split())


def places(headings: Sequence[str]) -> dict[str, int]:
    """The index of each field's column; of several that could be it, the one named most surely."""
    found: dict[str, tuple[int, int]] = {}
    for index, heading in enumerate(headings):
        field, rank = _PLACES.get(headers.squash(heading), ("", 0))
        if field and (field not in found or rank < found[field][0]):
            found[field] = (rank, index)
    return {field: index for field, (_rank, index) in found.items()}


def is_secret(heading: str) -> bool:
    """Whether the column must be one of tokens: what stands in it is never looked at."""
    return headers.squash(heading) in _NEVER_READ


def is_reason(heading: str) -> bool:
    """Whether the column is ours: the file is one of lines to repair that came back."""
    return headers.squash(heading) == headers.squash(REASON)
