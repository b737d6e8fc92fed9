"""Names and towns of many languages, in the encodings that programs there write."""

import random
import unicodedata

# Language → its encodings, headings, names and towns.
LEADS: dict[str, tuple[str, str, str, str]] = {
    "German": (
        "cp1252 mac-roman cp850 iso8859-15",
        "Name|Straße|Ort",
        ("Jürgen Müller|Käthe Weiß|Sören Groß|Anna Schmidt|Bärbel Krüger|Günther Jäger|"
        "Thomas Meyer|Ute Böhm|Jörg Schröder|Änne Özdemir|Peter Wolf|Rüdiger Köhler"),
        ("Köln|München|Düsseldorf|Berlin|Göttingen|Gießen|Würzburg|Hamburg|Fürth|Öhringen|"
        "Lübeck|Neumünster"),
    ),
    "French": (
        "cp1252 mac-roman cp850 iso8859-15",
        "Prénom|Rue|Ville",
        ("Hélène Bénard|François Lefèvre|Anaïs Forêt|Jérôme Côté|Paul Martin|Zoé Deschênes|"
        "Élodie Gagné|Benoît Lemaître|Agnès Prévost|Noël Garçon|Marie Durand|Chloé Brûlé"),
        ("Besançon|Nîmes|Évreux|Paris|Orléans|Béziers|Angoulême|Lyon|Saint-Étienne|Mâcon|Alès|"
        "Châteauroux"),
    ),
    "Spanish": (
        "cp1252 mac-roman cp850",
        "Nombre|Calle|Ciudad",
        ("José Muñoz|Iñigo Ibáñez|Begoña Núñez|María Pérez|Juan García|Ángel Gómez|"
        "Lucía Fernández|Carlos Ruiz|Andrés Peña|Óscar López|Inés Cortés|Raúl Jiménez"),
        ("Málaga|León|A Coruña|Madrid|Cádiz|Córdoba|Almería|Sevilla|Logroño|Bogotá|Medellín|"
        "Cancún"),
    ),
    "Portuguese": (
        "cp1252 mac-roman cp850",
        "Nome|Endereço|Cidade",
        ("João Gonçalves|Inês Guimarães|José Conceição|Ana Silva|Antônio Araújo|Márcia Simões|"
        "Luís Brandão|Paulo Costa|Estêvão Leitão|Patrícia Falcão|Sônia Magalhães|Vítor Galvão"),
        ("São Paulo|Évora|Brasília|Lisboa|Belém|Goiânia|Guimarães|Porto|Florianópolis|Setúbal|"
        "Maceió|Niterói"),
    ),
    "Nordic": (
        "cp1252 mac-roman cp850",
        "Navn|Gade|By",
        ("Åsa Sjöberg|Søren Kjær|Pål Næss|Jens Hansen|Jörgen Åkesson|Bjørn Sørensen|Göran Öberg|"
        "Kari Olsen|Märta Lindström|Ægir Ødegård|Gunnar Håkansson|Päivi Hämäläinen"),
        ("Malmö|Ålborg|Bærum|Oslo|Tromsø|Göteborg|Jyväskylä|Helsinki|Århus|Växjö|Ålesund|"
        "Helsingør"),
    ),
    "Danish": (
        "cp1252 mac-roman",
        "Navn|Gade|By",
        ("Søren Jørgensen|Mette Sørensen|Bjørg Møller|Jens Østergaard|Gitte Kjær|Torben Skov|"
        "Bodil Bøgh|Kåre Løkke|Øyvind Strøm|Synnøve Næss"),
        "Dragør|Birkerød|Ølsted|Rønne|Løgstør|Odense|Næstved|Føllenslev|Sønderborg|Hillerød",
    ),
    "Dutch": (
        "cp1252 mac-roman",
        "Naam|Straat|Plaats",
        ("Daniël de Vries|Noëlle Jansen|Zoë van Dijk|Loïs Bakker|Fabiënne Smit|Chloé Meijer|"
        "Joël Visser|Andreeën Mulder"),
        "Loënga|Sint-Oedenrode|Beëindhoven|Rotterdam|Sibrandabuorren|Goënga|Utrecht|Italië",
    ),
    "Several": (
        "cp1252 mac-roman",
        "Name|Note|Town",
        ("Jürgen Müller|François Côté|José Muñoz|João Conceição|Søren Kjær|Åsa Sjöberg|"
        "Zoë O’Brien|Seán d’Arcy|Nicolò Rossi|Renée Groß"),
        "Köln|Orléans|Málaga|São Paulo|Tromsø|Malmö|Cork – it’s near|Forlì|Genève|A Coruña",
    ),
    "Slovak": (
        "cp1250 iso8859-2",
        "Meno|Ulica|Mesto",
        ("Ján Kováč|Ľubica Šimková|Peter Horváth|Mária Ďuricová|Jozef Žiak|Zuzana Krajčírová|"
        "Štefan Hruška|Eva Ťažká"),
        "Žilina|Košice|Prešov|Nové Zámky|Trenčín|Ružomberok|Piešťany|Humenné",
    ),
    "Bulgarian": (
        "cp1251",
        "Име|Улица|Град",
        ("Георги Димитров|Мария Иванова|Иван Петров|Елена Стоянова|Никола Ангелов|"
        "Десислава Христова|Стефан Колев|Цветана Маринова"),
        "София|Пловдив|Варна|Бургас|Русе|Стара Загора|Плевен|Велико Търново",
    ),
    "Estonian": (
        "cp1257",
        "Nimi|Tänav|Linn",
        ("Tõnu Kõiv|Ülle Mägi|Jüri Põld|Kätlin Õunapuu|Märt Saar|Mati Tamm|Piret Lõhmus|"
        "Külli Jõgi"),
        "Pärnu|Võru|Tartu|Põlva|Jõhvi|Tallinn|Jõgeva|Kärdla",
    ),
    "Latvian": (
        "cp1257",
        "Vārds|Iela|Pilsēta",
        ("Jānis Bērziņš|Līga Kalniņa|Andris Ozoliņš|Ilze Krūmiņa|Māris Liepiņš|Zane Šmite|"
        "Ģirts Zariņš|Kārlis Vītols"),
        "Rīga|Liepāja|Jūrmala|Valmiera|Cēsis|Rēzekne|Jēkabpils|Daugavpils",
    ),
    "Persian": (
        "cp1256",
        "نام|خيابان|شهر",
        "محمد رضايي|فاطمه حسيني|علي احمدي|زهرا كريمي|حسين مرادي|مريم نوري|رضا پارسا|سارا چوپان",
        "تهران|مشهد|اصفهان|شيراز|تبريز|كرج|قم|اهواز",
    ),
    "Italian": (
        "cp1252 mac-roman",
        "Nome|Città|Qualità",
        ("Niccolò Mancuso|Mario Rossi|Nicolò D'Avì|Giosuè Forlì|Marco Bianchi|Luca Carrà|"
        "Noemi Bertè|Sarà Zanè"),
        "Forlì|Cantù|Roma|Nardò|Milano|Cefalù|Patti|Viggiù",
    ),
    "Polish": (
        "cp1250 iso8859-2 cp852",
        "Imię|Ulica|Miasto",
        ("Łukasz Wójcik|Małgorzata Dąbrowska|Żaneta Król|Jan Kowalski|Stanisław Ziółkowski|"
        "Agnieszka Woźniak|Michał Szczęsny|Anna Nowak|Grażyna Wiśniewska|Paweł Kaźmierczak|"
        "Rafał Zieliński|Bożena Jabłońska"),
        ("Łódź|Kraków|Poznań|Warszawa|Gdańsk|Wrocław|Częstochowa|Lublin|Toruń|Białystok|Rzeszów|"
        "Świdnica"),
    ),
    "Czech": (
        "cp1250 iso8859-2 cp852",
        "Jméno|Ulice|Město",
        ("Jiří Dvořák|Lukáš Černý|Zdeněk Růžička|Jana Nováková|Ondřej Šťastný|Tomáš Procházka|"
        "Věra Němcová|Petr Novotny|Kateřina Žáková|Božena Křížová|Miloš Doležal|Štěpán Kučera"),
        ("Plzeň|Ústí nad Labem|Žďár|Praha|České Budějovice|Olomouc|Hradec Králové|Brno|Děčín|"
        "Třebíč|Jihlava|Kroměříž"),
    ),
    "Hungarian": (
        "cp1250 iso8859-2",
        "Név|Utca|Város",
        ("György Szűcs|Ágnes Kőszegi|Ödön Tóth|Nagy Anna|László Kovács|Erzsébet Györfi|"
        "Béla Szabó|János Fekete"),
        "Győr|Székesfehérvár|Pécs|Budapest|Nyíregyháza|Kőszeg|Hódmezővásárhely|Eger",
    ),
    "Turkish": (
        "cp1254",
        "Ad|Sokak|Şehir",
        ("Mehmet Yılmaz|Ayşe Şahin|Çağla Öztürk|Ali Demir|Oğuz Güneş|İbrahim Çelik|Gülşen Doğan|"
        "Fatma Kaya|Özgür Yıldız|Hüseyin Aydın|Işıl Erdoğan|Uğur Şimşek"),
        ("İstanbul|Muğla|Eskişehir|Ankara|Diyarbakır|İzmir|Çanakkale|Bursa|Nevşehir|Kırıkkale|"
        "Tekirdağ|Niğde"),
    ),
    "Russian": (
        "cp1251 koi8-r cp866 iso8859-5 mac-cyrillic",
        "Имя|Улица|Город",
        ("Иван Петров|Юлия Щукина|Мария Кузнецова|Алексей Смирнов|Ольга Васильева|"
        "Дмитрий Соколов|Наталья Фёдорова|Сергей Попов|Екатерина Жукова|Павел Чернышёв|"
        "Анна Иванова|Игорь Зайцев"),
        ("Москва|Нижний Новгород|Санкт-Петербург|Казань|Екатеринбург|Самара|Ярославль|Омск|"
        "Тюмень|Челябинск|Ростов|Уфа"),
    ),
    "Ukrainian": (
        "cp1251 koi8-u",
        "Ім'я|Вулиця|Місто",
        ("Євген Шевченко|Ірина Ткаченко|Олексій Бондаренко|Юлія Мельник|Андрій Коваль|"
        "Наталія Поліщук|Їжакевич Марія|Сергій Лисенко"),
        "Київ|Львів|Чернівці|Одеса|Запоріжжя|Вінниця|Ужгород|Чернігів",
    ),
    "Greek": (
        "cp1253 iso8859-7",
        "Όνομα|Οδός|Πόλη",
        ("Γιώργος Παπαδόπουλος|Μαρία Δημητρίου|Νίκος Αντωνίου|Ελένη Γεωργίου|Κώστας Ιωάννου|"
        "Αικατερίνη Βασιλείου|Δημήτρης Νικολάου|Σοφία Χριστοδούλου|Άννα Μακρή|Πέτρος Οικονόμου|"
        "Ιωάννα Αγγελοπούλου|Χρήστος Ζαχαρίας"),
        ("Αθήνα|Πάτρα|Θεσσαλονίκη|Ηράκλειο|Λάρισα|Βόλος|Ιωάννινα|Χανιά|Καβάλα|Ρόδος|Σέρρες|"
        "Κόρινθος"),
    ),
    "Japanese": (
        "cp932 euc_jp",
        "氏名|住所|市",
        ("佐藤 健|鈴木 さくら|ワタナベ ケン|高橋 大輔|田中 美咲|伊藤 翔太|山本 陽子|中村 拓也|"
        "小林 真由美|加藤 誠|吉田 ひかり|スズキ タロウ"),
        ("東京都新宿区|大阪市北区|福岡市|札幌市中央区|名古屋市|横浜市西区|京都市|神戸市|"
        "仙台市青葉区|広島市|さいたま市|那覇市"),
    ),
    "Chinese": (
        "gb18030",
        "姓名|地址|城市",
        "王伟|李娜|张敏|刘洋|陈静|杨磊|赵秀英|黄丽|周杰|吴刚|徐明|孙晓梅",
        ("北京市朝阳区|上海市浦东新区|广州市天河区|深圳市|成都市|杭州市西湖区|武汉市|南京市|"
        "重庆市|西安市|苏州市|青岛市"),
    ),
    "Taiwanese": (
        "cp950",
        "姓名|地址|城市",
        "陳怡君|林志明|黃淑芬|張雅婷|李俊傑|王美玲|吳宗翰|劉家豪|蔡佩珊|楊淑惠|許功蓋|鄭雅文",
        ("臺北市大安區|新北市板橋區|臺中市|高雄市左營區|臺南市|桃園市|新竹市|基隆市|嘉義市|"
        "屏東縣|花蓮縣|宜蘭縣"),
    ),
    "Korean": (
        "cp949",
        "이름|주소|도시",
        "김민수|이영희|박지훈|최수진|정우성|강하늘|조은비|윤서연|장동건|임지현|한소희|오세훈",
        ("서울특별시 강남구|부산광역시|대구광역시|인천광역시|광주광역시|대전광역시|울산광역시|"
        "수원시|성남시|제주시|전주시|창원시"),
    ),
    "Hebrew": (
        "cp1255",
        "שם|רחוב|עיר",
        ("יוסי כהן|מרים לוי|דוד מזרחי|שרה פרץ|אברהם ביטון|רחל אזולאי|משה פרידמן|נועה שפירא|"
        "איתן גולן|תמר אדלר|עידו ברק|יעל רוזן"),
        "תל אביב|ירושלים|חיפה|באר שבע|נתניה|אשדוד|ראשון לציון|פתח תקווה|הרצליה|רמת גן|עכו|צפת",
    ),
    "Arabic": (
        "cp1256",
        "الاسم|الشارع|المدينة",
        ("محمد أحمد|فاطمة علي|عبد الله حسن|خالد إبراهيم|مريم يوسف|عمر السيد|سارة محمود|"
        "ليلى عثمان|حسين كريم|نور الدين|هدى سالم|ياسر فؤاد"),
        "القاهرة|الرياض|دبي|بغداد|عمان|بيروت|الدار البيضاء|جدة|الإسكندرية|تونس|دمشق|الكويت",
    ),
    "Vietnamese": (
        "cp1258",
        "Tên|Đường|Thành phố",
        ("Nguyễn Văn An|Trần Thị Bích|Lê Hoàng Nam|Phạm Minh Đức|Hoàng Thị Lan|Vũ Đình Hải|"
        "Đặng Quốc Bảo|Bùi Thu Hà|Đỗ Mạnh Hùng|Ngô Thanh Tùng|Dương Mỹ Linh|Lý Thị Hồng"),
        ("Hà Nội|Đà Nẵng|Cần Thơ|Hải Phòng|Huế|Biên Hòa|Vũng Tàu|Nha Trang|Buôn Ma Thuột|Đà Lạt|"
        "Quy Nhơn|Thái Nguyên"),
    ),
    "Thai": (
        "cp874",
        "ชื่อ|ที่อยู่|เมือง",
        ("สมชาย ใจดี|สุดา รักไทย|วิชัย แสงทอง|มาลี สุขใจ|ประเสริฐ ศรีสุข|อรุณี พงษ์ไพร|"
        "กิตติ วงศ์ทอง|นภา จันทร์เพ็ญ|ธนากร บุญมี|พิมพ์ใจ แก้วมณี|สมศักดิ์ ทองดี|รัตนา ชัยชนะ"),
        ("กรุงเทพมหานคร|เชียงใหม่|ขอนแก่น|ภูเก็ต|ชลบุรี|นครราชสีมา|อุดรธานี|สงขลา|เชียงราย|"
        "ระยอง|ลำปาง|สุราษฎร์ธานี"),
    ),
    "Romanian": (
        "cp1250",
        "Nume|Stradă|Oraş",
        ("Ştefan Ionescu|Mihăiţă Popescu|Ioan Pârvu|Ana Dumitru|Cătălin Băsescu|Ţuţea Petre|"
        "Gheorghe Râmniceanu|Elena Stan"),
        "Iaşi|Braşov|Bucureşti|Cluj|Timişoara|Constanţa|Piteşti|Târgu Mureş",
    ),
    "Croatian": (
        "cp1250",
        "Ime|Ulica|Grad",
        ("Željko Šarić|Ana Kovačević|Đuro Živković|Ivan Horvat|Tomislav Jurić|Snježana Đurđević|"
        "Marko Matić|Mate Babić"),
        "Šibenik|Poreč|Đakovo|Zagreb|Čakovec|Požega|Županja|Split",
    ),
    "Lithuanian": (
        "cp1257",
        "Vardas|Gatvė|Miestas",
        ("Rūta Žukauskienė|Eglė Jankauskaitė|Šarūnas Mažeika|Jonas Petraitis|Ąžuolas Čepas|"
        "Živilė Kubilius|Dovilė Šimkutė|Tomas Vaitkus"),
        "Šiauliai|Kėdainiai|Panevėžys|Vilnius|Klaipėda|Ukmergė|Telšiai|Kaunas",
    ),
}  # fmt: skip
TONES = "\u0300\u0301\u0303\u0309\u0323"


def lists(rows, times=6):
    """Give lists of so many leads: the language, the encoding, and the text."""
    for language, (codecs, headings, names, towns) in LEADS.items():
        for codec in codecs.split():
            for n in range(times):
                draw = random.Random(f"{language} {codec} {rows} {n}")
                mark = draw.choice(",;\t")
                lines = [["Name", "Street", "City"] if n % 2 else headings.split("|")]
                for row in range(rows):
                    name = draw.choice(names.split("|"))
                    lead = [name.upper() if n % 3 == 2 else name, f"lead{row}@example.com"]
                    lines.append([*lead, draw.choice(towns.split("|"))])
                text = "\r\n".join(map(mark.join, lines)) + "\r\n"
                text = as_vietnamese(text) if codec == "cp1258" else text
                if not text.isascii():
                    yield language, codec, text.encode(codec, "ignore").decode(codec)


def as_vietnamese(text):
    """Write tones behind their letters, as Windows-1258 has them."""
    written = []
    for character in text:
        parts = unicodedata.normalize("NFD", character)
        tones = "".join(filter(TONES.__contains__, parts[1:]))
        letter = "".join(part for part in parts if part not in tones)
        is_known = character in "\xe0\xe1\xe9\xed\xf3\xfa"
        written.append(character if is_known else unicodedata.normalize("NFC", letter) + tones)
    return "".join(written)
