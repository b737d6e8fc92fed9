"""Names come out as they were written, whatever the program that wrote them calls its letters."""

import charset_normalizer
import pytest

from imports.errors import UnreadableFile
from imports.intake import encoding
from imports.intake.dialect import ENCODINGS
from imports.intake.table import SheetRow, open_table
from imports.tests.intake import leads_of_the_world

WESTERN = ("cp1252", "iso8859-15", "mac-roman", "cp850")
NAMES = {
    "Jürgen Müller, Köln; Sören Größmann, Düsseldorf; Käthe Weiß, Göttingen": WESTERN,
    "Hélène Bénard, Besançon; Jérôme Côté, Nîmes; Anaïs Forêt, Évreux": WESTERN,
    "José Muñoz, Málaga; Iñigo Ibáñez, León; Begoña Núñez, A Coruña": ("cp1252", "mac-roman"),
    "João Gonçalves, São Paulo; Inês Guimarães, Évora": ("cp1252", "mac-roman"),
    "Åsa Sjöberg, Malmö; Søren Kjær, Ålborg; Pål Næss, Bærum": ("cp1252", "mac-roman"),
    "Łukasz Wójcik, Łódź; Małgorzata Dąbrowska, Kraków; Żaneta Król": ("cp1250", "iso8859-2"),
    "Jiří Dvořák, Plzeň; Lukáš Černý, Ústí; Zdeněk Růžička, Žďár": ("cp1250", "iso8859-2"),
    "György Szűcs, Győr; Ágnes Kőszegi, Székesfehérvár": ("cp1250", "iso8859-2"),
    "Иван Петров, Москва; Юлия Щукина, Нижний Новгород": (
        "cp1251", "koi8-r", "iso8859-5", "cp866", "mac-cyrillic",
    ),
    "Євген Шевченко, Київ; Ірина Ткаченко, Львів": ("cp1251", "koi8-u"),
    "Γιώργος Παπαδόπουλος, Αθήνα; Μαρία Δημητρίου, Πάτρα": ("cp1253", "iso8859-7"),
    "Mehmet Yılmaz, İstanbul; Ayşe Şahin, Muğla; Çağla Öztürk": ("cp1254", "iso8859-9"),
    "Rūta Žukauskienė, Šiauliai; Eglė Jankauskaitė, Kėdainiai": ("cp1257",),
    "יוסי כהן, תל אביב; מרים לוי, ירושלים": ("cp1255",),
    "محمد أحمد, القاهرة; فاطمة علي, الرياض": ("cp1256",),
    "สมชาย ใจดี, กรุงเทพมหานคร; สุดา รักไทย, เชียงใหม่; วิชัย แสงทอง, ขอนแก่น": ("cp874",),
    "佐藤 健, 東京都新宿区; 鈴木 さくら, 大阪市; ワタナベ ケン, 福岡市": ("cp932", "euc_jp"),
    "王伟, 北京市朝阳区; 李娜, 上海市浦东新区; 张敏, 广州市天河区": ("gb18030",),
    "陳怡君, 臺北市大安區; 林志明, 新北市板橋區; 黃淑芬, 臺中市": ("cp950",),
    "김민수, 서울특별시 강남구; 이영희, 부산광역시; 박지훈, 대구광역시": ("cp949",),
}  # fmt: skip
CASES = [(names, codec) for names, codecs in NAMES.items() for codec in codecs]
UNICODE = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be")


def written(tmp_path, names, codec, among=0):
    """A list of leads with these names, each among so many in plain ASCII."""
    lines = ["Name;City;E-mail"]
    for n, lead in enumerate(names.split("; ") * 4):
        lines.append(f"{lead.replace(', ', ';')};lead{n}@example.com")
        lines += [f"Ann Lee {n}.{m};Springfield;ann{n}.{m}@example.com" for m in range(among)]
    text = "\r\n".join(lines)
    path = tmp_path / "leads.csv"
    path.write_bytes(text.encode(codec))
    return path, text


@pytest.mark.parametrize("among", [0, 9])
@pytest.mark.parametrize(("names", "codec"), CASES, ids=[f"{c}-{n[:6]}" for n, c in CASES])
def test_names_come_out_as_they_were_written(tmp_path, names, codec, among):
    path, text = written(tmp_path, names, codec, among)

    found = encoding.find(path)

    assert path.read_bytes().decode(found.codec, found.errors) == text
    assert ENCODINGS[found.name] in found.doubts[0], "the page says what it was taken for"
    assert "such as “" in found.doubts[0], "with a sample"


@pytest.mark.parametrize("codec", UNICODE)
@pytest.mark.parametrize("names", NAMES, ids=[names[:6] for names in NAMES])
def test_unicode_in_all_its_forms_is_found_without_doubt(tmp_path, names, codec):
    path, text = written(tmp_path, names, codec)

    found = encoding.find(path)

    assert path.read_bytes()[found.bom :].decode(found.codec) == text
    assert found.doubts == []


def test_a_western_umlaut_alone_is_western(tmp_path):
    path = tmp_path / "leads.csv"
    for name in ("Müller", "Zoë", "Peña", "Ångström", "Conceição", "Ærø", "Weiß"):
        path.write_bytes(f"Name,City\n{name},Bonn\n".encode("cp1252"))

        assert encoding.find(path).name == "cp1252", name


def wrong(path, lists, decoded):
    """Give the lists that do not come out as they were written."""
    found = []
    for language, codec, text in lists:
        path.write_bytes(text.encode(codec))
        said = decoded(path)
        if said != text:
            found.append((language, codec, said))
    return found


def ours(path):
    found = encoding.find(path)
    return path.read_bytes().decode(found.codec, found.errors)


def by_charset_normalizer(path):
    """As it is meant to be asked where the encodings are known that come into question."""
    known = [codec for codec in ENCODINGS if not codec.startswith("utf")]
    found = charset_normalizer.from_bytes(path.read_bytes(), cp_isolation=known).best()
    return str(found) if found else ""


@pytest.mark.parametrize(
    ("rows", "share"), [(1, 0.96), (2, 0.98), (3, 0.995), (5, 1), (10, 1), (100, 1)]
)
def test_lists_of_many_languages_come_out_as_they_were_written(tmp_path, rows, share):
    """One or two names may fit two encodings; more hardly do."""
    lists = list(leads_of_the_world.lists(rows))

    odd = wrong(tmp_path / "leads.csv", lists, ours)

    assert len(odd) <= (1 - share) * len(lists), odd


@pytest.mark.parametrize(("rows", "most"), [(3, 0.7), (10, 0.75), (100, 0.75)])
def test_a_detector_made_for_sentences_reads_far_fewer_lists_of_names(tmp_path, rows, most):
    """Why there are words about languages here, and not charset-normalizer."""
    lists = list(leads_of_the_world.lists(rows, times=2))

    odd = wrong(tmp_path / "leads.csv", lists, by_charset_normalizer)

    assert 1 - len(odd) / len(lists) < most


@pytest.mark.parametrize(
    "text",
    ["It’s ok", "Ann O’Brien", "“Hello” she said", "10 €", "5–8", "a – b", "wait… now", "Acme™",
     "20°", "25 °C", "77 °F", "fixed–term", "§ 5", "don’t – it’s 5 €", "• one", "2 m²", "£5"],
)  # fmt: skip
def test_what_word_processors_put_for_quotes_and_dashes_is_told_from_letters(tmp_path, text):
    """Read as Macintosh Roman, “It’s” would be “Itís”."""
    path = tmp_path / "leads.csv"
    path.write_bytes(f"Name,Note\r\nAnn,{text}\r\nBob,x\r\n".encode("cp1252"))

    assert encoding.find(path).name == "cp1252"


@pytest.mark.parametrize("words", ["Straße AäA", "ßä", "Aß;ä1;éZ", "äAäA", "Ünal"])
def test_odd_words_of_western_letters_are_no_lone_ideographs(tmp_path, words):
    path = tmp_path / "leads.csv"
    path.write_bytes("\r\n".join(["Name", *words.split(), ""]).encode("cp1252"))

    assert encoding.find(path).name == "cp1252"


def test_a_few_short_lines_that_happen_to_be_utf8_do_not_make_a_file_of_two_encodings(tmp_path):
    """The bytes of 女 (woman) are those of a letter in UTF-8, those of 男 (man) are none."""
    path, _ = written(tmp_path, "Li Na, 女; Wang Wei, 男; Zhao Lei, 男; Chen Jing, 女", "gb18030")

    assert encoding.find(path).name == "gb18030"


def test_a_large_file_is_judged_by_its_beginning_and_many_places(tmp_path, monkeypatch):
    monkeypatch.setattr(encoding, "SMALL", 100_000)
    path = tmp_path / "leads.csv"
    path.write_bytes(b"Name,City\n" + b"Ann,Bonn\n" * 200_000 + "Żółć,Łódź\n".encode("cp1250") * 9)

    found = encoding.find(path)

    assert found.name == "cp1250"
    assert "“Żółć”" in found.doubts[0]


def test_every_encoding_that_can_be_chosen_can_be_read(tmp_path):
    path = tmp_path / "leads.csv"
    for name in ENCODINGS:
        path.write_bytes("Name,City\nAnn,Bonn\n".encode(encoding.Encoding(name, 0).codec))

        assert encoding.find(path, name).name == name


def test_an_encoding_that_does_not_fit_or_does_not_exist_is_refused(tmp_path):
    path, _ = written(tmp_path, "Łukasz Wójcik, Łódź", "cp1250")

    with pytest.raises(UnreadableFile, match="cannot be read as UTF-8: some of its bytes"):
        encoding.find(path, "utf-8")
    with pytest.raises(UnreadableFile, match="“rot13” is not an encoding"):
        encoding.find(path, "rot13")


# Files that are not quite what they say


def rows_of(path):
    with open_table(path) as table:
        return [table.headers, *table.rows()], table.doubts


def test_rows_of_another_program_below_those_of_excel_are_read_too(tmp_path):
    """“CSV UTF-8” of Excel has a mark; what was pasted in below it has other letters."""
    path = tmp_path / "leads.csv"
    path.write_bytes(
        "\ufeffName,City\r\nJürgen,Köln\r\n".encode() + "Käthe,Ulm\r\n".encode("cp1252")
    )

    assert rows_of(path) == (
        [["Name", "City"], SheetRow(2, ["Jürgen", "Köln"]), SheetRow(3, ["Käthe", "Ulm"])],
        [encoding.MIXES],
    )


def test_a_mark_that_was_written_twice_is_no_part_of_the_first_heading(tmp_path):
    path = tmp_path / "leads.csv"
    for codec in ("utf-8", "utf-16-le"):
        path.write_bytes("\ufeff\ufeffName,City\r\nAnn,Bonn\r\n".encode(codec))

        assert rows_of(path) == ([["Name", "City"], SheetRow(2, ["Ann", "Bonn"])], [])


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("mark", ["\ufeff", ""])
@pytest.mark.parametrize("half", [0xD83D, 0xDE00])
def test_an_emoji_that_was_cut_in_half_costs_nobody_the_file(tmp_path, codec, mark, half):
    """Ad platforms cut names of campaigns after so many units, within an emoji if need be."""
    path = tmp_path / "leads.csv"
    text = f"{mark}Name\tAd\r\nAnn\tAutumn {chr(half)}\r\nBob\tSpring 😁\r\n"
    path.write_bytes(text.encode(codec, "surrogatepass"))

    note = "a character is broken in the file: \ufffd stands for it"
    assert rows_of(path)[0] == [
        ["Name", "Ad"],
        SheetRow(2, ["Ann", "Autumn \ufffd"], note),
        SheetRow(3, ["Bob", "Spring 😁"]),
    ]


def test_a_wide_text_that_was_cut_off_within_a_character_is_refused(tmp_path):
    path = tmp_path / "leads.csv"
    path.write_bytes("\ufeffName,City\r\nAnn,Bonn\r\n".encode("utf-16-le")[:-1])

    with pytest.raises(UnreadableFile, match="some of its bytes mean nothing"):
        rows_of(path)


def test_the_end_that_dos_wrote_is_no_lead(tmp_path):
    path = tmp_path / "leads.csv"
    for end in ("\r\n\x1a", "\x1a", "\r\n\x1a\x1a\x1a"):
        path.write_bytes(f"Name,City\r\nAnn,Bonn{end}".encode())

        assert rows_of(path)[0] == [["Name", "City"], SheetRow(2, ["Ann", "Bonn"])]
