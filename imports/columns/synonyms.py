"""What people and programs call the lead fields.

Each table lists header names, the likelier ones first: where two columns are called like one field,
the earlier name wins. Headers are compared without case, accents and punctuation (headers.squash).
English first, then French, German, Spanish, Portuguese, Dutch, then what exports of programs use.
"""

from collections.abc import Mapping

from imports.columns import headers

_FULL_NAME = """
full name; contact name; contact full name; name; lead name; person name; your name; complete name
first and last name; first name last name; first last name; name first last; customer name
client name; prospect name; invitee name; attendee name; registrant name; contact person; contact
display name; formatted name; lead full name; fullname
nom complet; nom et prénom; prénom et nom; nom prénom; prénom nom; nom du contact; nom du client
nom; vollständiger name; vor- und nachname; vorname nachname; vorname und nachname; name vorname
kontaktname; ansprechpartner; kundenname; ganzer name
nombre completo; nombre y apellidos; nombre y apellido; nombre apellidos; apellidos y nombre
nombre del contacto; nombre de contacto; nombre del cliente; nombre
nome completo; nome e sobrenome; nome e apelido; nome do contato; nome do contacto; nome do cliente
nome do lead; nome
volledige naam; voor- en achternaam; naam contactpersoon; contactpersoon; klantnaam; naam
nome e cognome; cognome e nome; nominativo
your full name; what is your full name; what is your name; what's your name
what's your full name; wie heißen sie; wie ist ihr name; quel est votre nom; cómo te llamas
cuál es tu nombre; qual é o seu nome; wat is uw naam; lead contact name; associated contact
"""

_FIRST_NAME = """
first name; firstname; given name; forename; fname; first; contact first name; lead first name
customer first name; client first name; your first name; name first; preferred first name
customer first; client first; invitee first name; attendee first name
prénom; prénom du contact; prénom client
vorname; rufname; vorname kontakt; kontakt vorname
primer nombre; nombre de pila; nombres
primeiro nome; nome próprio; prenome
voornaam; roepnaam; voornamen
"""

_LAST_NAME = """
last name; lastname; surname; family name; lname; last; contact last name; lead last name
customer last name; client last name; your last name; name last
customer last; client last; invitee last name; attendee last name
nom de famille; nom du contact famille; nom famille
nachname; familienname; zuname; kontakt nachname
apellidos; apellido; primer apellido; apellido paterno
sobrenome; apelido; último nome; nome de família
achternaam; familienaam; cognome
"""

_PHONE = """
contact phone; phone; phone number; telephone; telephone number; primary phone; phone 1
primary phone number; main phone; lead phone; lead phone number; contact phone number
customer phone; customer phone number; client phone; client phone number; your phone
your phone number; invitee phone; best phone; best phone number; best number to reach you
best contact number; best number; callback number; call back number
what is your phone number; contact number; contact no; phone no; phone num; phone nr; telephone no
tel; tel no; tel number; ph; ph no; user phone; user phone number; full phone number
phone with country code; phone e164
mobile phone; mobile phone number; mobile; mobile number; mobile no; mobile tel; cell; cell phone
cell phone number; cell number; cellphone; cellular; cellular phone; smartphone; mobile telephone
whatsapp; whatsapp number; whatsapp phone number; sms number; sms; text number; text message number
text reminder number; day phone; daytime phone
daytime phone number; daytime telephone; evening phone; home phone; home phone number
home telephone; work phone; work phone number; business phone; business phone number
phone 1 value; tel cell; tel home; tel work; landline; phones; phone numbers; telephone numbers
téléphone; numéro de téléphone; n° de téléphone; n° téléphone; no de téléphone; n° tél; tél
numéro téléphone; numéro de tél; téléphone principal; téléphone mobile; téléphone portable
tél portable; tél mobile; portable; numéro de portable; numéro de mobile; n° portable
n° de portable; téléphone fixe; téléphone domicile; téléphone professionnel; gsm; numéro gsm
telefon; telefonnummer; telefon nummer; telefonnr; telefon nr; tel nr; tel nummer; rufnummer
telefon mobil; handy; handynummer; handy nr; mobil; mobilnummer; mobiltelefon; mobil nr
mobilfunk; mobilfunknummer; mobilnr; mobil tel; mobil tel nr; tel mobil; rückrufnummer
rückruf nummer; telefon privat; tel privat; festnetz; festnetznummer; telefon geschäftlich
tel geschäftlich; tel dienstlich; telefon dienstlich
teléfono; número de teléfono; número teléfono; nº de teléfono; nº teléfono; número telefónico
tfno; tlf; tlfno; nº tfno; teléfono de contacto; teléfono principal; teléfono móvil; móvil
número de móvil; número de teléfono móvil; teléfono celular
celular; número de celular; número celular; teléfono fijo; teléfono particular
telefone; número de telefone; nº de telefone; número telefone; telefone principal; telefone celular
telefone de contato; telefone de contacto; telefone móvel; telemóvel; número de telemóvel
número do celular; celular whatsapp; telefone whatsapp; telefone fixo
telefoon; telefoonnummer; telefoonnr; telefoon nr; mobiel; mobiel nummer; mobiele nummer
mobiel telefoonnummer; mobiele telefoon; gsm nummer; vaste telefoon; 06 nummer; tel mobiel
telefono; numero di telefono; cellulare; numero di cellulare; telefono cellulare
recapito telefonico
"""

_EMAIL = """
contact email; email; email address; primary email; primary email address; contact email address
lead email; lead email address; invitee email; attendee email; registrant email
customer email; customer email address; client email; your email
your email address; email id; email 1; email 1 value; email addr; mail; mail id; e mail id
personal email; personal email address; home email; private email; user email
what is your email; what is your email address
best email; main email; work email; work email address; business email; business email address
email internet; emails; email addresses
courriel; adresse email; adresse de messagerie; adresse mail; adresse courriel
adresse électronique; mél; mail du contact
adresse e-mail du client; email du contact; email client; courriel principal; email professionnel
email adresse; mailadresse; mail adresse; e-mail-adresse; e-mail privat; e-mail geschäftlich
kontakt email; email kontakt; elektronische postadresse; primäre e-mail-adresse; primäre e-mail
correo; correo electrónico; dirección de correo; dirección de correo electrónico; correo e
dirección de email; dirección email; email de contacto; correo de contacto; correo principal
endereço de email; endereço email; endereço eletrônico; endereço eletrónico; correio eletrônico
correio eletrónico; email do cliente; email de contato; email do contato; email principal
emailadres; e-mailadres; mailadres; email adres; zakelijk e-mailadres; e-mail contactpersoon
indirizzo email; indirizzo di posta elettronica; posta elettronica
"""

_SOURCE_PLATFORM = """
source platform; lead source; source; platform; original source; lead source platform
original traffic source; traffic source; marketing source; acquisition source; utm source
source of lead; contact source; lead origin; source name; lead source name; referral source
referring source; lead src; source channel; channel; marketing channel
source du lead; origine; origine du lead; provenance; plateforme; source du contact; canal
quelle; lead quelle; leadquelle; herkunft; plattform; kanal
fuente; fuente del lead; origen; origen del lead; plataforma; fuente de origen
fonte; fonte do lead; origem; origem do lead; bron; leadbron; herkomst; bron van lead
"""

_SOURCE_TYPE = """
source type; lead source type; contact method; contact channel; inquiry type; enquiry type
lead channel; type de source; type de contact; moyen de contact; quelltyp; kontaktart
art der quelle; tipo de fuente; tipo de origen; tipo de contacto; tipo de fonte; tipo de origem
tipo de contato
brontype; type bron; contactwijze
"""

_STAGE = """
stage slug; pipeline stage slug; stage; pipeline stage; lead stage; opportunity stage; deal stage
étape; étape du pipeline; pipelinephase; phase; etapa; etapa del pipeline; etapa do funil; fase
"""

_OWNER = """
owner id; owner uuid; lead owner id; assigned owner id; assignee id; assigned to id; owner
lead owner; contact owner; assigned to; assigned user id; assigned user; salesperson id
commercial; commerciale; commercial en charge; conseiller; conseillère; responsable; attribué à
assigné à; suivi par; propriétaire; propriétaire du lead; propriétaire du contact
zuständig; zuständiger mitarbeiter; zugewiesen an; bearbeiter; betreuer; verantwortlich; besitzer
kontaktinhaber; lead inhaber
asignado a; propietario; propietario del lead; propietario del contacto; asesor; comercial
responsável; atribuído a; proprietário; proprietário do lead; proprietário do contato; corretor
verantwoordelijke; toegewezen aan; eigenaar; eigenaar van lead; eigenaar contactpersoon
"""

_LEAD_LINE = """
lead line; buyer or seller; buyer seller; seller or buyer; buying or selling; lead type; client type
contact type; transaction type; acheteur ou vendeur; acheteur vendeur; käufer oder verkäufer
käufer verkäufer; comprador o vendedor; comprador vendedor; comprador ou vendedor; koper of verkoper
koper verkoper; buy or sell; buy sell; buying selling; are you looking to buy or sell
are you buying or selling; do you want to buy or sell; acheter ou vendre; kaufen oder verkaufen
comprar o vender; quieres comprar o vender; comprar ou vender; kopen of verkopen
"""

TABLES: Mapping[str, str] = {
    "contact_name": _FULL_NAME,
    "first_name": _FIRST_NAME,
    "last_name": _LAST_NAME,
    "contact_phone": _PHONE,
    "contact_email": _EMAIL,
    "source_platform": _SOURCE_PLATFORM,
    "source_type": _SOURCE_TYPE,
    "stage_slug": _STAGE,
    "owner_id": _OWNER,
    "lead_line": _LEAD_LINE,
}

# "Nom" beside "Prénom" is the last name; "Nombre" beside "Apellidos" is the first name.
BARE_NAMES = frozenset({"name", "nom", "naam", "nombre", "nome"})

# Words of headers that are one letter away from a synonym and mean something else.
STOP_WORDS = frozenset(
    {"contract", "contracts", "contrat", "contrato", "courrier", "nachnahme", "photo", "status"}
)


def phrases(table: str) -> list[str]:
    """The names of one table, in their order."""
    return [name.strip() for line in table.splitlines() for name in line.split(";") if name.strip()]


def _index() -> dict[str, tuple[str, int]]:
    index: dict[str, tuple[str, int]] = {}
    for field, table in TABLES.items():
        for rank, phrase in enumerate(phrases(table)):
            index.setdefault(headers.squash(phrase), (field, rank))
    return index


INDEX: Mapping[str, tuple[str, int]] = _index()
"""Squashed header → (field, rank); the lower the rank, the likelier the name."""
