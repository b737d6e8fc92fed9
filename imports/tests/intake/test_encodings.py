"""Names come out as they were written, whatever the program that wrote them calls its letters."""

import pytest

from imports.errors import UnreadableFile
from imports.intake import encoding
from imports.intake.dialect import ENCODINGS

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
