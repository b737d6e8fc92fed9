"""Words of headers that stand beside a usual name, and what they say of it.

Folded as `headers.words` gives them: English first, then German, French, Spanish, Portuguese, Dutch
and Italian.
"""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Words before a usual name that say whose it is: the lead's.
OWNERS = _set(
    """
    person lead contact customer client patient member attendee registrant invitee prospect
    applicant consumer donor primary main best your my billing
    ihr ihre kunde kunden kontakt rechnungsadresse
    votre mon su tu cliente contacto seu sua uw jouw klant tuo tua
    """
)
LESS_LIKELY = frozenset({"billing", "rechnungsadresse"})

# What people call those whom they want to win; a column called so may hold the names.
PEOPLE = _set(
    """
    client clients customer customers lead leads prospect prospects person people patient patients
    contacts homeowner candidate applicant member student borrower
    kunde kunden interessent interessenten kontakt patientin
    cliente clientes paciente pacientes interesado interessado contacto contato klant klanten
    """
)

# Words that say: it is not the lead's own, or is no telephone that anybody answers.
NOT_THE_LEADS = _set(
    """
    fax telefax telecopie faxnummer pager telex agent agents agency owner owned assistant asst
    assistent spouse partner emergency company companies firm firma office organization
    manager attorney lawyer realtor broker lender vendor supplier employee staff technician host
    salesperson sales rep representative advisor assigned assignee responsible referrer referred
    referring referral tracking destination forwarding sender created modified updated by cc reply
    guest child kid parent mother father relative family insurance bank notaire notar
    makler berater betreuer mitarbeiter assistentin arbeitgeber notfall ehepartner vertreter
    conseiller agence urgence societe entreprise assistante conjoint commercial
    asesor agente asistente emergencia empresa vendedor responsable corretor dono
    responsavel conjuge makelaar bedrijf adviseur noodgeval consulente agenzia azienda emergenza
    """
)

# Words that say: a number, but no telephone.
NUMBERED = _set(
    """
    id ids ip zip account order invoice policy case claim license licence permit serial tax vat ssn
    passport iban card isbn sku upc gtin ean reference ref booking ticket matter date time
    konto auftrag rechnung bestellung vertrag kundennummer steuernummer siret siren tva commande
    facture dni nif nie cif rfc curp cpf cnpj rg bsn kvk btw piva factura fatura pedido
    """
)
