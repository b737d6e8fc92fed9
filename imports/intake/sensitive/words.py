"""What headings say about a sensitive column, in the languages that files come in.

A heading says something when it is one of these phrases, or when the words of one stand in it side
by side ("Do you have any medical condition?"). It is compared as headings always are: without case,
accents and punctuation. English first, then French, German, Spanish, Portuguese, Dutch, Italian,
the Nordic languages, those of Central and Eastern Europe, Greek, Turkish, Hebrew, Arabic, and those
of East Asia.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from imports.columns.headers import squash, words
from imports.intake.sensitive.kinds import Kind


class Said(NamedTuple):
    """What a heading says its column holds.

        `decides`: whatever the cells are. `is_clear`: cells that only look like it are enough
    otherwise
        their check digits must agree.
    """

    kind: Kind
    decides: bool = False
    is_clear: bool = True


_HEALTH = """
diagnosis; diagnoses; medical diagnosis; medication; medications; medicines; prescribed medication
disability; disabilities; disability status; illness; illnesses; disease; diseases; chronic illness
medical condition; medical conditions; health condition; health conditions; health issues
health problems; health status; medical history; health history; mental health; symptoms; allergy
allergies; blood type; blood group; pregnant; pregnancy; hiv; hiv status
diagnostic médical; médicaments; traitement médical; maladie; maladies; situation de handicap
type de handicap; invalidité; allergies
groupe sanguin; état de santé; antécédents médicaux; problèmes de santé; grossesse
diagnose; diagnosen; medikament; medikamente; medikation; krankheit; krankheiten; erkrankung
erkrankungen; vorerkrankung; vorerkrankungen; behinderung; schwerbehinderung; behinderungsgrad
grad der behinderung; pflegegrad; blutgruppe; allergie; allergien; gesundheitszustand
gesundheitsdaten; schwangerschaft; schwanger; krankengeschichte
diagnóstico; diagnóstico médico; medicación; medicamento; medicamentos; discapacidad
enfermedad; enfermedades; alergia; alergias; grupo sanguíneo; tipo de sangre; estado de salud
historial médico; antecedentes médicos; embarazo; embarazada
medicação; deficiência; doença; doenças; grupo sanguíneo; tipo sanguíneo; histórico médico; gravidez
medicatie; medicijnen; ziekte; ziektes; ziekten; arbeidshandicap; bloedgroep; allergieën
gezondheidstoestand; zwangerschap; zwanger
diagnosi; farmaci; malattia; malattie; disabilità; gruppo sanguigno; allergia; stato di salute
gravidanza
medicin; mediciner; sjukdom; sjukdomar; funktionsnedsättning; blodgrupp; hälsotillstånd; allergi
sygdom; sygdomme; blodtype; sykdom; sykdommer; funksjonsnedsettelse; helsetilstand
diagnoosi; lääkitys; sairaus; sairaudet; vamma; veriryhmä; allergiat; sjúkdómar
diagnoza; leki; choroba; choroby; niepełnosprawność; grupa krwi; alergie; stan zdrowia; ciąża
diagnóza; léky; lieky; nemoc; nemoci; onemocnění; postižení; krevní skupina; alergie; choroby
krvná skupina; zdravotní stav; zdravotný stav; betegség; betegségek; gyógyszer; gyógyszerek
fogyatékosság; vércsoport; allergia; boală; medicație; dizabilitate
grupa sanguină; alergii; bolest; bolesti; lijekovi; invaliditet; krvna grupa; dijagnoza
diagnozė; ligos; vaistai; negalia; kraujo grupė; slimība; slimības; zāles; invaliditāte
asins grupa; haigus; haigused; ravimid; puue; veregrupp
tanı; teşhis; hastalık; hastalıklar; ilaçlar; kullandığı ilaçlar; engellilik; engel durumu
kan grubu; alerji; gebelik
диагноз; болезнь; болезни; заболевание; заболевания; лекарства; инвалидность; группа крови; аллергия
аллергии; состояние здоровья; беременность; діагноз; хвороба; хвороби; захворювання; ліки
інвалідність; група крові; алергія; стан здоров'я; заболяване; лекарства; кръвна група; увреждане
дыягназ; хвароба; інваліднасць; дијагноза; болест; лекови; инвалидитет; крвна група
διάγνωση; ασθένεια; ασθένειες; φάρμακα; αναπηρία; ομάδα αίματος; αλλεργίες
אבחנה; מחלה; מחלות; תרופות; נכות; סוג דם; אלרגיות; מצב בריאותי
التشخيص; تشخيص; مرض; أمراض; الأمراض; الأدوية; أدوية; إعاقة; فصيلة الدم; الحالة الصحية; حساسية
診断; 病歴; 既往歴; 持病; 服薬; 障害; 血液型; アレルギー; 诊断; 病史; 疾病; 药物; 残疾; 血型; 過敏
过敏
"""

_BELIEF = """
religion; religious affiliation; religious belief; religious beliefs; faith group; ethnicity
ethnic group; ethnic origin; ethnic background; racial origin; race ethnicity; sexual orientation
political party; political affiliation; political opinion; political views; trade union
trade union membership; union membership; caste
religion pratiquée; origine ethnique; orientation sexuelle; parti politique; opinion politique
appartenance syndicale; konfession; religionszugehörigkeit; glaubensrichtung; ethnie
ethnische herkunft; sexuelle orientierung; parteizugehörigkeit; gewerkschaft
gewerkschaftszugehörigkeit
religión; etnia; origen étnico; orientación sexual; partido político; afiliación política
afiliación sindical; religião; origem étnica; raça cor; orientação sexual; partido político
filiação sindical; religie; geloofsovertuiging; etniciteit; etnische afkomst; seksuele geaardheid
politieke voorkeur; vakbond; religione; origine etnica; orientamento sessuale; partito politico
etnicitet; sexuell läggning; seksuel orientering; seksuell orientering; uskonto; trúarbrögð
religia; wyznanie; pochodzenie etniczne; orientacja seksualna; náboženství; náboženstvo; etnikum
vallás; felekezet; etnikai hovatartozás; religie; orientare sexuală; vjera; vjeroispovijest
religija
tikėjimas; reliģija; usund; dini inanç; mezhep; etnik köken
религия; вероисповедание; релігія; віросповідання; рэлігія; вероизповедание; вероисповест
религија; θρησκεία; θρήσκευμα; דת; الديانة; ديانة; الدين; 宗教; 民族
"""

_CARD = """
card number; card numbers; card no; card num; credit card; credit card number; credit card no
debit card; debit card number; cc number; cc no; ccnumber; payment card; bank card; bank card number
cardholder number
numéro de carte; numéro carte; carte bancaire; carte bleue; numéro de carte bancaire
carte de crédit
kreditkarte; kreditkartennummer; kartennummer; karten nr; bankkarte; debitkarte
tarjeta de crédito; número de tarjeta; tarjeta bancaria; numero tarjeta; tarjeta de débito
cartão de crédito; número do cartão; número cartão; cartão de débito
creditcard; creditcardnummer; kaartnummer; bankkaart; carta di credito; numero carta
numero di carta; kreditkort; kortnummer; kontokort; luottokortti; kortin numero; kreditkortnummer
numer karty; karta kredytowa; karta płatnicza; číslo karty; kreditní karta; platební karta
bankkártya; bankkártyaszám; kártyaszám; hitelkártya; număr card; card de credit; broj kartice
kreditna kartica; kortelės numeris; kartes numurs; kaardi number; kart numarası; kredi kartı
kredi kartı numarası; номер карты; банковская карта; кредитная карта; номер картки
банківська картка
номер на карта; кредитна карта; број картице; αριθμός κάρτας; πιστωτική κάρτα
כרטיס אשראי; מספר כרטיס; رقم البطاقة; بطاقة الائتمان; カード番号; クレジットカード番号; 卡号
信用卡号
银行卡号; 信用卡號
"""

_CODE = """
cvv; cvc; cvv2; cvc2; card security code; card verification code; card code; prüfziffer karte
kartenprüfnummer; cryptogramme; código de seguridad de la tarjeta; código de segurança do cartão
"""

_BANK = """
iban; iban number; bank account; bank account number; bank account no; bank account iban; bban
account iban; numéro de compte bancaire; compte bancaire; rib; bankverbindung; bankkonto
cuenta bancaria; número de cuenta bancaria; conta bancária
bankrekening; bankrekeningnummer; conto corrente; coordinate bancarie
bankkontonummer; tilinumero; bankovní účet
bankszámlaszám; bankszámla; cont bancar; bankovni račun
banka hesabı; расчетный счет
банковский счет; банкова сметка; חשבון בנק
الحساب البنكي; رقم الآيبان; 口座番号; 银行账号; 銀行帳號
"""

_ID = """
ssn; ssn itin; social security number; social security no; social security; soc sec number; itin
national id; national id number; national id no; national identity number; national insurance number
national insurance no; nino; social insurance number; identity card; identity card number
id card number; personal id number; personal identification number; passport; passport number
passport no; driver license; drivers license; driver s license; driver license number
drivers license number; driver s license number; driving licence; driving licence number
driving license number; medicare number; medicare id; medicaid number
health insurance number; health card number; insurance number; nhs number; aadhaar; aadhaar number
aadhar; aadhar number; pan card; cnic; nric; emirates id; tfn; tax file number
numéro de sécurité sociale; sécurité sociale; numéro insee; nir; numéro de passeport; passeport
carte d'identité; numéro de carte d'identité; permis de conduire; numéro avs; registre national
numéro national
sozialversicherungsnummer; versicherungsnummer; krankenversicherungsnummer
rentenversicherungsnummer
sv nummer; svnr; ahv nummer; ahv nr; personalausweis; personalausweisnummer; ausweisnummer
reisepass; reisepassnummer; passnummer; führerscheinnummer; steuer id; steueridentifikationsnummer
dni; dni nie; nie; número de dni; documento de identidad; número de identidad; cédula
cédula de ciudadanía; cédula de identidad; número de cédula; curp; rut; pasaporte
número de pasaporte; número de la seguridad social; seguridad social; número de afiliación
licencia de conducir
cpf; cpf do cliente; número do cpf; rg; pis pasep; passaporte; número do passaporte; cnh
cartão de cidadão; bilhete de identidade; número de segurança social
bsn; bsn nummer; burgerservicenummer; sofinummer; rijksregisternummer; paspoortnummer
identiteitskaart; rijbewijsnummer
codice fiscale; carta d'identità; numero carta d'identità; passaporto; numero passaporto
tessera sanitaria; patente di guida
personnummer; samordningsnummer; cpr; cpr nr; cpr nummer; fødselsnummer; fodselsnummer
henkilötunnus; hetu; kennitala; passinumero
pesel; numer pesel; numer dowodu; dowód osobisty; seria i numer dowodu; numer paszportu
rodné číslo; číslo občanského průkazu; číslo pasu; taj szám; személyi szám
személyi igazolvány szám; cnp; cod numeric personal; serie și număr ci; oib; jmbg; broj putovnice
asmens kodas; personas kods; isikukood; tc kimlik; tc kimlik no; t c kimlik no; kimlik no
kimlik numarası; pasaport no
снилс; номер паспорта; паспорт; серия и номер паспорта; паспортные данные; инн физлица; іпн
рнокпп; номер паспорту; егн; личен номер; матични број; јмбг
αμκα; αριθμός ταυτότητας; αριθμός διαβατηρίου; תעודת זהות; מספר זהות; דרכון; מספר דרכון
رقم الهوية; الهوية الوطنية; الرقم القومي; رقم جواز السفر; マイナンバー; 個人番号; パスポート番号
身份证; 身份证号; 身份证号码; 身分證字號; 护照号; 護照號碼; 주민등록번호
"""

# What companies have as well, or what many things are called: check digits must agree.
_PERHAPS = """
tax id; tax number; tax identification number; tin; taxpayer id; id number; identification number
identity number; personal number; document number; identification; nif; nif cif; número fiscal
numéro fiscal; steuernummer; número de identificación; número de documento; documento; contribuinte
número de contribuinte; cpf cnpj; rfc; cuil; cuit; belastingnummer; osobní číslo
identifikační číslo
adószám; cod fiscal; vergi no; инн; идентификационный номер
"""

_PERHAPS_BANK = """
kontonummer; konto nr; número de cuenta; número da conta; rekeningnummer; numer konta
numer rachunku
nr rachunku; číslo účtu; broj računa; sąskaitos numeris; konta numurs; arvelduskonto; hesap numarası
номер счета; номер рахунку; αριθμός λογαριασμού; מספר חשבון; رقم الحساب
"""

_SAID: Final = (
    (_HEALTH, Said("health", decides=True)),
    (_BELIEF, Said("belief", decides=True)),
    (_CODE, Said("code")),
    (_CARD, Said("card")),
    (_BANK, Said("bank")),
    (_ID, Said("id")),
    (_PERHAPS, Said("id", is_clear=False)),
    (_PERHAPS_BANK, Said("bank", is_clear=False)),
)
_SHORTEST_WITHIN = 5  # letters; a shorter phrase must be the whole heading ("din", "rg", "rib")
_LONGEST_PHRASE = 6  # words


@lru_cache(maxsize=4096)
def said_by(heading: str) -> tuple[Said, ...]:
    """Return all that a heading says, the longest phrase first; () when nothing of interest."""
    if (whole := _squashed().get(squash(heading))) is not None:
        return (whole,)
    spelt: list[str | None] = list(words(heading))
    phrases = _by_words()
    says: list[Said] = []
    for length in range(min(_LONGEST_PHRASE, len(spelt)), 0, -1):
        for start in range(len(spelt) - length + 1):
            if (said := phrases.get(tuple(spelt[start : start + length]))) is not None:
                says.append(said)
                spelt[start : start + length] = [None] * length  # a word is of one phrase
    return tuple(dict.fromkeys(says))


def _phrases() -> Iterator[tuple[str, Said]]:
    for table, said in _SAID:
        for line in table.splitlines():
            yield from ((phrase.strip(), said) for phrase in line.split(";") if phrase.strip())


@lru_cache(maxsize=1)
def _squashed() -> dict[str, Said]:
    table: dict[str, Said] = {}
    for phrase, said in _phrases():
        table.setdefault(squash(phrase), said)
    return table


@lru_cache(maxsize=1)
def _by_words() -> dict[tuple[str | None, ...], Said]:
    table: dict[tuple[str | None, ...], Said] = {}
    for phrase, said in _phrases():
        if len(squash(phrase)) >= _SHORTEST_WITHIN:
            table.setdefault(tuple(words(phrase)), said)
    return table
