"""What languages are written with: their letters beyond ASCII, and the codecs that programs use.

Letters stand in lower case and in order of how often they occur, so that a place in the order is
a probability (`by_rank`); capitals follow from them. `share` is how likely a list of leads that is
not UTF-8 is of that language, and each codec's how likely it is then in that codec.
"""

from typing import NamedTuple


class Language(NamedTuple):
    """A language with the letters that tell its encoding; `never` stands nowhere in its words."""

    name: str
    share: float
    codecs: dict[str, float]
    letters: str
    never: str = ""


WESTERN_CODECS = {"cp1252": 0.88, "mac-roman": 0.07, "cp850": 0.03, "cp437": 0.005}
WITH_ISO = {**WESTERN_CODECS, "iso8859-15": 0.01}
CENTRAL_CODECS = {"cp1250": 0.8, "iso8859-2": 0.15, "cp852": 0.05}
CYRILLIC_CODECS = {
    "cp1251": 0.85, "koi8-r": 0.05, "cp866": 0.05, "iso8859-5": 0.02, "mac-cyrillic": 0.02,
}  # fmt: skip

# No Polish word has “żrd”, which a Danish one with “ørd” would be, and no Czech one “řy”.
ODD_CONSONANTS = r"(?i)[b-df-hjkmnp-tv-xz][čďňšťžřćđńśźż][b-df-hj-np-tv-xz]|[čďňřšťžćńśź][yý]"
IN_NO_LANGUAGE = r"(?i)ñ[b-df-hj-np-tv-xz]"

LANGUAGES = (
    Language("English", 0.2, WITH_ISO, ""),
    Language("German", 0.2, WITH_ISO, "üöäßéáèóñç"),
    Language("French", 0.12, WITH_ISO, "éèçêàôîïëâûùœöüæÿñ", r"è(?:[aeiou]|\b)"),
    Language("Spanish", 0.12, WITH_ISO, "íóáéñúüçàò"),
    Language("Portuguese", 0.08, WITH_ISO, "ãçáéóíêâõúôàü", r"(?i)ã(?![eo]|\b)"),
    Language("Italian", 0.05, WITH_ISO, "àèòùìéó", r"[àèòùì]\w"),
    Language("Dutch", 0.03, WITH_ISO, "ëéïèöüáçó"),
    Language("Swedish", 0.03, WITH_ISO, "åäöé"),
    Language("Danish", 0.03, WITH_ISO, "åøæéö"),
    Language("Icelandic", 0.003, {"cp1252": 1.0}, "áíðóöéþæúý", r"\bð"),
    Language(
        "Several", 0.02, WITH_ISO, "éíóáüöäñçãèßåøæúêàôâõëîïûùìòœÿýžš", r"[^\W\x00-\x7f]{2}",
    ),
    Language("Polish", 0.03, CENTRAL_CODECS, "łóąężśćńź", ODD_CONSONANTS),
    Language("Czech", 0.02, CENTRAL_CODECS, "íáéěýřčšžůúňďťóüöä", ODD_CONSONANTS),
    Language("Slovak", 0.005, CENTRAL_CODECS, "áíčéžšýúľťôňóďäĺŕ", ODD_CONSONANTS),
    Language("Hungarian", 0.02, CENTRAL_CODECS, "áéóöőíüúű", "[őű][aeiou]"),
    Language("Romanian", 0.01, CENTRAL_CODECS, "ăşţîâ"),
    Language("Croatian", 0.014, CENTRAL_CODECS, "ćčšžđ", ODD_CONSONANTS),
    Language("Turkish", 0.03, {"cp1254": 1.0}, "ışüğçöİâîû", r"(?i)\bğ"),
    Language("Lithuanian", 0.003, {"cp1257": 1.0}, "ėšųžūčąįę"),
    Language("Latvian", 0.002, {"cp1257": 1.0}, "āīēņšūžļčķģ"),
    Language("Estonian", 0.004, {"cp1257": 0.8, "cp1252": 0.2}, "äõüöšž"),
    Language(
        "Vietnamese", 0.005, {"cp1258": 1.0},
        "đư\u0300\u0323\u0301\u0309ơâêôă\u0303àáíúéèòóìùý", r"\wđ",
    ),
    Language("Russian", 0.03, CYRILLIC_CODECS, "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфёъ"),
    Language(
        "Ukrainian", 0.01, {"cp1251": 0.95, "koi8-u": 0.05}, "оаниітевркслмдупзяьгчбйхцжїюшєщфґ"
    ),
    Language("Bulgarian", 0.005, {"cp1251": 1.0}, "аоиентрвсдлкпмзгяъубчцйхжщшфюь"),
    Language("Belarusian", 0.001, {"cp1251": 1.0}, "анілоераскутдвмпызбгхчйяцшжўюёфьэ"),
    Language("Serbian", 0.002, {"cp1251": 1.0}, "аиоенрстјвкдумлпзгбчћшцжхљњђфџ"),
    Language(
        "Greek", 0.02, {"cp1253": 0.9, "iso8859-7": 0.1},
        "αοιετσνηυρπκλμςωγδάίόέχθφήβζύώξψϊϋΐΰ", r"ς\w|\wσ\b",
    ),
    Language("Hebrew", 0.01, {"cp1255": 1.0}, "יואהרלמבנתשדקםחפעכסטןגזץצךףּ", r"[םןץךף]\w"),
    Language(
        "Arabic", 0.015, {"cp1256": 1.0}, "اليمنردعبوسحةتهفقكخجإشأصطىئغظذضثءزؤآپچژگ", r"[ةى]\w"
    ),
    Language(
        "Thai", 0.01, {"cp874": 1.0},
        "านรอกเงมย่ล้วัดทส\u0e34ต\u0e35ะปบคแหพจขใไ\u0e38\u0e39ชำ\u0e37ผ\u0e4c\u0e36\u0e47โศณธซภถฐฟญฉษฮฎฒฬฏฝ๊ฆ๋ฑฤ",
    ),
)  # fmt: skip
# Marks on a consonant, and vowels that are written before one.
THAI_MARKS = "".join(map(chr, (0xE31, *range(0xE34, 0xE3A), *range(0xE47, 0xE4D))))
THAI_BEFORE = "เแโใไ"
# Typographic signs, in order of how often they occur in lists of leads.
SIGNS = "’–“”€…°‘„—£®™§•\xa0«»º´·²ª©½³¿¡×№‚`¢¥¼¾µ±"


def by_rank(characters: str, mass: float) -> dict[str, float]:
    """Share a probability among characters, the more to those that come first."""
    weights = {character: 1 / (place + 3) for place, character in enumerate(characters)}
    total = sum(weights.values())
    return {character: mass * weight / total for character, weight in weights.items()}
