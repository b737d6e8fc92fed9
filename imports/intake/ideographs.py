"""How likely characters of East Asia are in a list of leads, in the encodings of one or two bytes.

Any two bytes beyond ASCII mean some character there. What tells a real text is which characters
they are: those of names, towns and headings make up most of it, those of the standards' first
level nearly all of the rest. The standards have thousands more, of which wrong readings are full.
"""

from functools import cache
from typing import NamedTuple

SIMPLIFIED = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛段雷侯龙史陶黎贺顾毛郝龚邵万钱严武戴孔向汤伟芳娜"
    "敏静秀丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉红建文志国春燕梅兰海波辉鹏飞宇浩天俊晓婷慧佳欣怡雪梦子涵轩"
    "博雨思嘉诚凯斌峰宁鑫云瑞新永光成家省市区县镇乡村街路道号楼室栋单元东南西北中州京津沪渝上广深圳重庆杭汉都"
    "安阳山河湖福四川贵陕甘青内蒙古疆藏黑吉辽徽浙台港澳朝姓名电话手机码地址邮箱件城公司性别年龄日期时间备注客"
    "户编职位来源女男联系人有限科技的是一不在了和生活产品价格大小学院自治二三五十口门里港岛泉莞佛义无常昌沙"
)
TRADITIONAL = (
    "陳林黃張李王吳劉蔡楊許鄭謝郭洪曾邱廖賴徐周葉蘇莊呂江何蕭羅高潘簡朱鍾游彭詹胡施沈余盧梁趙顏柯翁魏孫戴"
    "范方宋鄧杜傅侯曹薛丁卓馬董唐藍姚石馮阮紀古歐怡君雅婷志明淑芬惠美玲俊傑家豪宗翰佩珊文雄建宏冠宇承恩子涵"
    "雯欣宜詩柏彥廷佳穎慧敏秀英麗華雪月珠玉春梅國輝偉智成德榮金水仁義信安平偉強芳娟麗鳳嘉琪麥關臺台北新竹中南"
    "東西市縣鄉鎮區里路街段巷弄號樓桃園苗栗彰化雲屏蘭花蓮基隆澎湖門大松山士板橋三重永和淡香港九龍島灣仔觀塘"
    "姓名電話手機碼地址郵件箱城公司性別年齡日期時間備註客戶編職稱來源女男聯絡人有限科技的是一不在了生活產品價格"
    "小學院二四五十室座道廣州上海深圳荃沙田元朗屯將軍澳銅鑼旺角尖沙咀"
)
JAPANESE = (
    "佐藤鈴木高橋田中渡辺伊山本村小林加吉松井清水斎石川阿部森池上前岡長谷後近遠坂青西福太三浦原野島崎内竹金和"
    "今武丸増大平杉宮菊久保酒新工横関安河千葉須健一郎二翔輔美咲子香奈恵真由陽介拓也誠直樹智幸正裕浩明雄都道府県"
    "市区町東京阪北海岩手城秋形茨栃群馬埼玉神潟富梨岐阜静愛知重滋賀兵庫良歌鳥取根広口徳媛熊分鹿児沖縄宿渋港央丁"
    "目番地号氏名住所電話郵便日付会社署性別男女年月生備考件担当顧客時間株式有限様南四五八十ノ仙台札幌古屋戸条寺士"
)
KOREAN = (
    "김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민나진지엄채원천방공현함변염여추"
    "도석선설마길연위표명기반라왕금옥인제모국은용수영희훈늘비동건소세준예아혁재호철미경숙자순혜다솜빈태규승찬울특별시"
    "북부산광역대종충청상읍면리로번름화메일날짜회사나객폰직업고가에의를는들보포해군평택창화순춘목단관악초송파마음생월"
    "년원점식출신처담당내용확인상태메모분류등급코드계약중남여"
)
KANA = "".join(map(chr, (*range(0x3041, 0x3094), *range(0x30A1, 0x30F7), 0x30FC)))
PUNCTUATION = "　、。・，．：；？！（）「」『』〈〉《》【】－～／々〒〇＋＠"
HALF_WIDTH = "".join(map(chr, range(0xFF66, 0xFFA0)))


class Script(NamedTuple):
    """An encoding: how likely it is, its common characters, and the standard that ranks the others.

    first, second  the leading bytes of the standard's two levels
    """

    share: float
    common: tuple[tuple[str, float], ...]
    standard: str
    first: range
    second: range


_JAPANESE = ((JAPANESE, 0.45), (KANA, 0.3), (HALF_WIDTH, 0.04))
_TRADITIONAL = ((TRADITIONAL, 0.7),)
_KOREAN = ((KOREAN, 0.8),)
SCRIPTS = {
    "cp932": Script(0.03, _JAPANESE, "euc_jp", range(0xB0, 0xD0), range(0xD0, 0xF5)),
    "euc_jp": Script(0.004, _JAPANESE, "euc_jp", range(0xB0, 0xD0), range(0xD0, 0xF5)),
    "gb18030": Script(
        0.03, ((SIMPLIFIED, 0.7),), "gb2312", range(0xB0, 0xD8), range(0xD8, 0xF8)
    ),
    "cp950": Script(0.02, _TRADITIONAL, "big5", range(0xA4, 0xC7), range(0xC9, 0xFA)),
    "big5hkscs": Script(0.001, _TRADITIONAL, "big5", range(0xA4, 0xC7), range(0xC9, 0xFA)),
    "cp949": Script(0.02, _KOREAN, "euc_kr", range(0xB0, 0xC9), range(0)),
    "johab": Script(0.0001, _KOREAN, "euc_kr", range(0xB0, 0xC9), range(0)),
}  # fmt: skip
OF_FIRST_LEVEL, OF_SECOND_LEVEL, OF_NONE = 0.2 / 3000, 0.005 / 3000, 1e-7
OF_PUNCTUATION = 0.03 / len(PUNCTUATION)


@cache
def probabilities(codec: str) -> dict[str, float]:
    """Give how likely each of the common characters is."""
    found = dict.fromkeys(PUNCTUATION, OF_PUNCTUATION)
    for characters, mass in SCRIPTS[codec].common:
        distinct = dict.fromkeys(characters)
        found |= dict.fromkeys(distinct, mass / len(distinct))
    return found


def probability(codec: str, character: str) -> float:
    """Tell how likely a character is in a text of this encoding."""
    common = probabilities(codec).get(character)
    if common is not None:
        return common
    script = SCRIPTS[codec]
    try:
        lead = character.encode(script.standard)[0]
    except UnicodeEncodeError:
        return OF_NONE
    if lead in script.first:
        return OF_FIRST_LEVEL
    return OF_SECOND_LEVEL if lead in script.second else OF_NONE
