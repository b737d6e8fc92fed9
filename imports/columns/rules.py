"""A customer's rules about whom it wants at all, and the columns by which they are judged."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final, Literal, Self

from imports.columns import headers
from imports.columns.placeholders import words

if TYPE_CHECKING:  # mappings are read without a database, too
    from imports.models import Customer

Kind = Literal["birth", "lead_date", "proof"]
COLUMNS: Final[dict[Kind, str]] = {
    "birth": "birth date",
    "lead_date": "lead date",
    "proof": "proof of consent",
}


@dataclass(frozen=True, slots=True)
class RuleColumns:
    """The indexes of the columns that tell what rules ask; None where none does."""

    birth: int | None = None
    lead_date: int | None = None
    proof: int | None = None

    def to_json(self) -> dict[str, int]:
        """For jsonb; `RuleColumns(**stored)` reads it back."""
        found = {name: getattr(self, name) for name in COLUMNS}
        return {name: place for name, place in found.items() if place is not None}


NO_COLUMNS: Final = RuleColumns()


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules as they stood `on` the day when rows were checked; 0, () and False ask nothing."""

    on: date
    age: int = 0  # years
    days: int = 0  # that a lead is old at most
    countries: tuple[str, ...] = ()  # two letters each
    proof: bool = False

    def to_json(self) -> dict[str, Any]:
        """For jsonb; nothing where there is no rule. `from_json` reads it back."""
        asked: dict[str, Any] = {
            "age": self.age,
            "days": self.days,
            "countries": list(self.countries),
            "proof": self.proof,
        }
        asked = {name: value for name, value in asked.items() if value}
        return {**asked, "on": self.on.isoformat()} if asked else {}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self | None:
        """The rules that `to_json` wrote; None where there are none."""
        if not stored:
            return None
        on, countries = date.fromisoformat(stored["on"]), tuple(stored.get("countries", ()))
        age, days = int(stored.get("age", 0)), int(stored.get("days", 0))
        return cls(on, age, days, countries, bool(stored.get("proof")))

    def is_as(self, other: "Rules") -> bool:
        """Whether both ask the same, whatever the day."""
        mine, theirs = self.to_json(), other.to_json()
        return {**mine, "on": ""} == {**theirs, "on": ""} if mine and theirs else mine == theirs


def of_customer(customer: "Customer", today: date) -> Rules:
    """The customer's rules as they stand."""
    return Rules(
        today,
        customer.rule_age or 0,
        customer.rule_days or 0,
        tuple(customer.rule_countries),
        customer.rule_proof,
    )


_CALLED: Final[dict[Kind, frozenset[str]]] = {
    "birth": words(
        "birthdate | dateofbirth | dob | birthday | birth | borndate | bornon | borndateofbirth"
        "| geburtsdatum | geburtstag | gebdatum | geboren | geborenam"
        "| datedenaissance | naissance | neele"
        "| fechadenacimiento | fechanacimiento | nacimiento"
        "| datadenascimento | datanascimento | nascimento"
        "| datadinascita | nascita | geboortedatum | fodelsedatum | fodselsdato | dataurodzenia"
    ),
    "lead_date": words(
        "leaddate | dateoflead | createdat | createdon | createddate | datecreated | createdate"
        "| creationdate | created | submittedat | submittedon | submissiondate | datesubmitted"
        "| submitdate | timestamp | inquirydate | enquirydate | dateofinquiry | dateadded | addedon"
        "| receivedon | datereceived | entrydate | registrationdate | registeredon | signupdate"
        "| erstelltam | erstellt | erstellungsdatum | eingangsdatum | anfragedatum | angelegtam"
        "| datedecreation | creele | datedelademande | datedinscription"
        "| fechadecreacion | fechadealta | creadoel | fechadesolicitud"
        "| datadecriacao | criadoem | datadicreazione | creatoil | aanmaakdatum | aangemaaktop"
    ),
    "proof": words(
        "consentdate | dateofconsent | consentat | consenttimestamp | consenttime | consenttext"
        "| consentproof | proofofconsent | consentsource | consentip | optindate | optintime"
        "| optintimestamp | optinat | optinsource | optinip | doubleoptindate | confirmationtime"
        "| gdprconsentdate | tcpaconsent | jornayaleadid | leadidtoken | trustedformcerturl"
        "| trustedform | trustedformurl | xxtrustedformcerturl"
        "| einwilligungsdatum | einwilligungam | datumdereinwilligung | einwilligungstext"
        "| dateduconsentement | preuvedeconsentement | fechadeconsentimiento"
        "| datadoconsentimento | datadelconsenso | datumtoestemming"
    ),
}


def called(kind: Kind, headings: Collection[str], taken: Collection[int] = ()) -> int | None:
    """The place of the first column that is called like what a rule asks."""
    for place, heading in enumerate(headings):
        if place not in taken and headers.squash(heading) in _CALLED[kind]:
            return place
    return None
