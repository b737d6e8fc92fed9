"""Small files as programs write them, each with what a person sees in it.

`python -m imports.tests.intake.text_corpus FOLDER` writes them, to be looked at or uploaded.
"""

import sys
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Sheet:
    """A file, and what is in it. `below` are the cells of the rows below the headings."""

    name: str
    content: bytes
    encoding: str
    delimiter: str
    headings: list[str]
    below: list[list[str]]
    header_row: int = 1
    notes: dict[int, str] = field(default_factory=dict)


def sheet(name, text, encoding, delimiter, headings, below, *, found="", **more):
    """Encode the text; `found` is what the encoding is called here where that differs."""
    known = found or encoding
    return Sheet(name, text.encode(encoding), known, delimiter, headings, below, **more)


def table(mark, ends, *rows):
    """Write rows without quotes."""
    return ends.join(mark.join(row) for row in rows) + ends


def plain(name, encoding, delimiter, ends, *rows, found=""):
    """Give a file of rows without quotes, headings first."""
    head, *below = [list(row) for row in rows]
    text = table(delimiter, ends, *rows)
    return sheet(name, text, encoding, delimiter, head, below, found=found)


FACEBOOK = sheet(
    "facebook-lead-ads.csv",
    "id\tcreated_time\tad_name\tfull_name\tphone_number\temail\r\n"
    "l:1\t2026-11-03T10:00:00+01:00\tHerbst „Süd“\tJörg Weiß\tp:+4915112345678\tj@example.com\r\n"
    "l:2\t2026-11-03T11:00:00+01:00\tHerbst „Süd“\tZoë Łuc 😀\tp:+14155550123\tz@example.com\r\n",
    "utf-16",
    "\t",
    ["id", "created_time", "ad_name", "full_name", "phone_number", "email"],
    [
        ["l:1", "2026-11-03T10:00:00+01:00", "Herbst „Süd“", "Jörg Weiß", "p:+4915112345678",
         "j@example.com"],
        ["l:2", "2026-11-03T11:00:00+01:00", "Herbst „Süd“", "Zoë Łuc 😀", "p:+14155550123",
         "z@example.com"],
    ],
    found="utf-16-le",
)  # fmt: skip
GOOGLE = sheet(
    "google-ads.csv",
    "Lead form report\n\"November 1, 2026 - November 30, 2026\"\n"
    "Campaign,Full Name,User Email,User Phone\n"
    "\"Search, brand\",Ann Lee,ann@example.com,+1 206-555-0123\n"
    "Display,Bob Roy,bob@example.com,+1 206-555-0124\n",
    "utf-8",
    ",",
    ["Campaign", "Full Name", "User Email", "User Phone"],
    [
        ["Search, brand", "Ann Lee", "ann@example.com", "+1 206-555-0123"],
        ["Display", "Bob Roy", "bob@example.com", "+1 206-555-0124"],
    ],
    header_row=3,
)  # fmt: skip
LINKEDIN = sheet(
    "linkedin-leads.csv",
    "Lead ID,Campaign Name,First Name,Last Name,Email Address\r\n"
    "urn:li:1,Q4 | Germany,Käthe,Schäfer,k@example.com\r\n"
    "urn:li:2,Q4 | Germany,Bo,Li,b@example.com\r\n",
    "utf-8-sig",
    ",",
    ["Lead ID", "Campaign Name", "First Name", "Last Name", "Email Address"],
    [
        ["urn:li:1", "Q4 | Germany", "Käthe", "Schäfer", "k@example.com"],
        ["urn:li:2", "Q4 | Germany", "Bo", "Li", "b@example.com"],
    ],
    found="utf-8",
)
HUBSPOT = sheet(
    "hubspot-crm-exports-all-contacts.csv",
    '"Record ID","First Name","Last Name","Email","Notes"\n'
    '"101","Ann","O\'Brien","ann@example.com","Called twice.\nSaid ""later"", then, no."\n'
    '"102","Bob","","bob@example.com",""\n',
    "utf-8",
    ",",
    ["Record ID", "First Name", "Last Name", "Email", "Notes"],
    [
        ["101", "Ann", "O'Brien", "ann@example.com", 'Called twice.\nSaid "later", then, no.'],
        ["102", "Bob", "", "bob@example.com", ""],
    ],
)
SALESFORCE = sheet(
    "salesforce-report.csv",
    '"First Name","Last Name","Company / Account","Email"\r\n'
    '"Ann","Lee","Lee, Roy & Co","ann@example.com"\r\n"Bob","Roy","","bob@example.com"\r\n\r\n\r\n'
    '"Leads of autumn"\r\n"Copyright (c) 2026 salesforce.com"\r\n',
    "iso8859-1",
    ",",
    ["First Name", "Last Name", "Company / Account", "Email"],
    [
        ["Ann", "Lee", "Lee, Roy & Co", "ann@example.com"],
        ["Bob", "Roy", "", "bob@example.com"],
        [],
        [],
        ["Leads of autumn"],
        ["Copyright (c) 2026 salesforce.com"],
    ],
    found="utf-8",
    notes={6: "3 cells fewer than the headings", 7: "3 cells fewer than the headings"},
)
MYSQL = sheet(
    "mysql-into-outfile.csv",
    '"id","name","note"\n"1","Ann \\"Annie\\" Lee","says: \\"call, later\\""\n'
    '"2","Bob",\\N\n"3","Back\\\\slash","two\\\nlines"\n',
    "utf-8",
    ",",
    ["id", "name", "note"],
    [
        ["1", 'Ann "Annie" Lee', 'says: "call, later"'],
        ["2", "Bob", ""],
        ["3", "Back\\slash", "two\nlines"],
    ],
)
QUOTED_ONCE = sheet(
    "single-quotes.csv",
    "'name','city','note'\n'Ann O''Brien','Bonn','a, b'\n'Bob','Ulm','5\" pipe'\n",
    "utf-8",
    ",",
    ["name", "city", "note"],
    [["Ann O'Brien", "Bonn", "a, b"], ["Bob", "Ulm", '5" pipe']],
)
QUOTED_WHERE_NEEDED = sheet(
    "single-quotes-where-needed.csv",
    "name,note\nAnn,'a, b'\nBob,\nCay,'c, d'\nDee,plain\n",
    "utf-8",
    ",",
    ["name", "note"],
    [["Ann", "a, b"], ["Bob", ""], ["Cay", "c, d"], ["Dee", "plain"]],
)
TYPED_QUOTES = sheet(
    "typed-single-quotes.csv",
    "name,note\nAnn,'x'\nBob,''\nCay,\n",
    "utf-8",
    ",",
    ["name", "note"],
    [["Ann", "'x'"], ["Bob", "''"], ["Cay", ""]],
)
GERMAN = plain(
    "german-excel.csv", "cp1252", ";", "\r\n",
    ("Name", "Straße", "Umsatz"), ("Jürgen Müller", "Große Gasse 5", "1.234,50"),
    ("Käthe Weiß", "Am Löß 3", "99,00"), ("Sören Groß", "Öhringer Str. 1", "0,50 €"),
)  # fmt: skip
FRENCH = plain(
    "french-decimal-commas.csv", "cp1252", ";", "\r\n",
    ("Prénom", "Ville", "Montant"), ("Hélène", "Besançon", "1 234,50"),
    ("François", "Nîmes", "5,0"),    ("Zoë", "Orléans", "12,25"),
)  # fmt: skip
MAC = plain(
    "mac-excel.csv", "mac-roman", ";", "\r",
    ("Name", "City"), ("Jürgen Müller", "Köln"), ("José Muñoz", "Málaga"), ("Zoë Côté", "Orléans"),
)  # fmt: skip
JAPANESE = plain(
    "japanese-shift-jis.csv", "cp932", ",", "\r\n",
    ("氏名", "メール", "住所"), ("佐藤 健", "sato@example.com", "東京都新宿区"),
    ("鈴木 一郎", "suzuki@example.com", "大阪市北区"), ("表 能", "hyo@example.com", "ソウル通り"),
)  # fmt: skip
CHINESE = plain(
    "chinese-gb18030.csv", "gb18030", ",", "\r\n",
    ("姓名", "电话", "城市"), ("王伟", "13800000001", "北京市朝阳区"),
    ("李娜", "13800000002", "上海市浦东新区"), ("张敏", "13800000003", "广州市天河区"),
)  # fmt: skip
TAIWANESE = plain(
    "taiwanese-big5.csv", "cp950", ",", "\r\n",
    ("姓名", "電話", "城市"), ("陳怡君", "0912345678", "臺北市大安區"),
    ("林志明", "0912345679", "新北市板橋區"), ("許功蓋", "0912345670", "高雄市左營區"),
)  # fmt: skip
KOREAN = plain(
    "korean-euc-kr.csv", "cp949", ",", "\r\n",
    ("이름", "전화", "주소"), ("김민수", "010-1234-5678", "서울특별시 강남구"),
    ("이영희", "010-1234-5679", "부산광역시 해운대구"), ("박지훈", "010-1234-5670", "대구광역시"),
)  # fmt: skip
RUSSIAN = plain(
    "russian-cp1251.csv", "cp1251", ";", "\r\n",
    ("Имя", "Город"), ("Иван Петров", "Москва"), ("Мария Кузнецова", "Санкт-Петербург"),
)  # fmt: skip
RUSSIAN_UNIX = plain(
    "russian-koi8.txt", "koi8-r", "\t", "\n",
    ("Имя", "Город"), ("Иван Петров", "Москва"), ("Мария Кузнецова", "Санкт-Петербург"),
)  # fmt: skip
GREEK = plain(
    "greek-cp1253.csv", "cp1253", ";", "\r\n",
    ("Όνομα", "Πόλη"), ("Γιώργος Παπαδόπουλος", "Αθήνα"), ("Μαρία Αντωνίου", "Θεσσαλονίκη"),
)  # fmt: skip
TURKISH = plain(
    "turkish-cp1254.csv", "cp1254", ";", "\r\n",
    ("Ad", "Şehir"), ("Ayşe Yılmaz", "İstanbul"), ("Çağla Öztürk", "Eskişehir"),
    ("Oğuz Güneş", "Muğla"),
)  # fmt: skip
POLISH = plain(
    "polish-cp1250.csv", "cp1250", ";", "\r\n",
    ("Imię", "Miasto"), ("Łukasz Wójcik", "Łódź"), ("Małgorzata Dąbrowska", "Kraków"),
    ("Żaneta Woźniak", "Częstochowa"),
)  # fmt: skip
CZECH = plain(
    "czech-latin-2.csv", "iso8859-2", ";", "\n",
    ("Jméno", "Město"), ("Lukáš Černý", "Ústí nad Labem"), ("Ondřej Šťastný", "Žďár nad Sázavou"),
)  # fmt: skip
HEBREW = plain(
    "hebrew-cp1255.csv", "cp1255", ",", "\r\n",
    ("שם", "עיר"), ("יוסי כהן", "תל אביב"), ("מרים לוי", "ירושלים"),
)  # fmt: skip
ARABIC = plain(
    "arabic-cp1256.csv", "cp1256", ",", "\r\n",
    ("الاسم", "المدينة"), ("محمد أحمد", "القاهرة"), ("فاطمة علي", "الرياض"),
)  # fmt: skip
WIDE = plain(
    "russian-utf-16-without-a-mark.txt", "utf-16-be", "\t", "\r\n",
    ("Имя", "Город"), ("Иван Петров", "Москва"), ("Мария Кузнецова", "Санкт-Петербург"),
)  # fmt: skip
PIPES = plain(
    "carets.txt", "utf-8", "^", "\n",
    ("name", "tags", "note"), ("Ann", "a|b", "x;y"), ("Bob", "c|d", "z"),
)  # fmt: skip

FILEMAKER = sheet(
    "filemaker-merge.mer",  # a line end within a cell is a vertical tab, values of one field a GS
    '"Name","Address","Phones"\r\n"Ann Lee","Main St 1\x0bSpringfield","5550123\x1d5550124"\r\n'
    '"Bob Roy","Elm St 2\x0bUlm",""\r\n',
    "utf-8",
    ",",
    ["Name", "Address", "Phones"],
    [
        ["Ann Lee", "Main St 1\x0bSpringfield", "5550123\x1d5550124"],
        ["Bob Roy", "Elm St 2\x0bUlm", ""],
    ],
)
JAPANESE_MAIL = plain(
    "japanese-iso-2022.csv", "iso2022_jp", ",", "\r\n",
    ("氏名", "メール", "住所"), ("佐藤 健", "sato@example.com", "東京都新宿区"),
    ("Ann", "ann@example.com", "大阪市北区"), ("表 能", "hyo@example.com", "ソウル通り"),
)  # fmt: skip
SALVAGED = sheet(
    "broken-by-an-earlier-program.csv",
    "Name,City\r\nJ\ufffdrgen,K\ufffdln\r\nBob,Ulm\r\n",
    "utf-8",
    ",",
    ["Name", "City"],
    [["J\ufffdrgen", "K\ufffdln"], ["Bob", "Ulm"]],
    notes={2: "a character is broken in the file: \ufffd stands for it"},
)
UNITS = sheet(
    "unit-separators.txt",
    table("\x1f", "\n", ["name", "note"], ["Ann", "a, b; c"], ["Jürgen", 'said "hi"']),
    "utf-8",
    "\x1f",
    ["name", "note"],
    [["Ann", "a, b; c"], ["Jürgen", 'said "hi"']],
)
RECORDS = sheet(
    "unit-and-record-separators.txt",
    table("\x1f", "\x1e", ["name", "note"], ["Ann", "two\nlines\r\nand more"], ["Bob", ""]),
    "utf-8",
    "\x1f",
    ["name", "note"],
    [["Ann", "two\nlines\r\nand more"], ["Bob", ""]],
)
NUMBERS = sheet(
    "numbers-export.csv",  # a title above each table, cells down to the edge of the sheet
    'Table 1,,,\nName,Phone,Since,Amount\nAnn Lee,2065550123,03.11.26,"1.234,50"\n'
    'Zoë,,04.11.26,"99,00"\n,,,\n,,,\n',
    "utf-8",
    ",",
    ["Name", "Phone", "Since", "Amount"],
    [["Ann Lee", "2065550123", "03.11.26", "1.234,50"], ["Zoë", "", "04.11.26", "99,00"]],
    header_row=2,
)
LIBREOFFICE = sheet(
    "libreoffice-quotes-texts.csv",  # texts are quoted, numbers are not
    '"Name","Zip","Rate","Since"\n"Ann Lee","00123",12.50%,03/11/26\n"Bo ""B"" Li",4567,7.00%,'
    "04/11/26\n",
    "utf-8",
    ",",
    ["Name", "Zip", "Rate", "Since"],
    [["Ann Lee", "00123", "12.50%", "03/11/26"], ['Bo "B" Li', "4567", "7.00%", "04/11/26"]],
)
SHEETS = sheet(
    "google-sheets.tsv",
    "Timestamp\tName\tPhone\tName\t\r\n11/3/2026 14:05:09\tAnn\t+1 206-555-0123\tLee\t x \r\n"
    "11/4/2026 9:30:00\tBob\t(206) 555-0124\tRay\t",
    "utf-8",
    "\t",
    ["Timestamp", "Name", "Phone", "Name", ""],  # one heading twice, and one left empty
    [
        ["11/3/2026 14:05:09", "Ann", "+1 206-555-0123", "Lee", " x "],
        ["11/4/2026 9:30:00", "Bob", "(206) 555-0124", "Ray", ""],
    ],
)
ZONES = plain(
    "times-with-zones.csv", "utf-8", ",", "\n",
    ("Lead", "Created", "Called"),
    ("Ann", "2026-11-03T10:00:00Z", "2026-11-03 02:00:00 PST"),
    ("Bob", "2026-11-03T10:00:00.123+05:30", "Tue Nov 03 10:00:00 GMT+0100 2026"),
)  # fmt: skip
SHORTENED = plain(
    "excel-shortened-numbers.csv", "utf-8-sig", ",", "\r\n",
    ("Name", "Phone", "Error"), ("Ann", "2.06556E+09", "#N/A"), ("Bob", "2065550124", "#REF!"),
    found="utf-8",
)  # fmt: skip

ALL = [value for value in list(globals().values()) if isinstance(value, Sheet)]


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for one in ALL:
        (folder / one.name).write_bytes(one.content)
