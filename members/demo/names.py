"""Names as people in the demo programme have them, each with a mailbox that could be theirs."""

from random import Random
from typing import NamedTuple


class Name(NamedTuple):
    """A name as its bearer writes it, and the beginning of an email address."""

    shown: str
    mailbox: str


# Simplified, traditional and how it is written in an address.
SURNAMES = (
    ("王", "王", "wang"), ("李", "李", "li"), ("张", "張", "zhang"), ("刘", "劉", "liu"), ("陈", "陳", "chen"),
    ("杨", "楊", "yang"), ("赵", "趙", "zhao"), ("黄", "黃", "huang"), ("周", "周", "zhou"), ("吴", "吳", "wu"),
    ("徐", "徐", "xu"), ("孙", "孫", "sun"), ("胡", "胡", "hu"), ("朱", "朱", "zhu"), ("高", "高", "gao"),
    ("林", "林", "lin"), ("何", "何", "he"), ("郭", "郭", "guo"), ("马", "馬", "ma"), ("罗", "羅", "luo"),
    ("梁", "梁", "liang"), ("宋", "宋", "song"), ("郑", "鄭", "zheng"), ("谢", "謝", "xie"), ("韩", "韓", "han"),
    ("唐", "唐", "tang"), ("冯", "馮", "feng"), ("许", "許", "xu"), ("邓", "鄧", "deng"), ("欧阳", "歐陽", "ouyang"),
)  # fmt: skip
GIVEN_NAMES = (
    ("静", "靜", "jing"), ("伟", "偉", "wei"), ("芳", "芳", "fang"), ("敏", "敏", "min"), ("丽", "麗", "li"),
    ("强", "強", "qiang"), ("磊", "磊", "lei"), ("洋", "洋", "yang"), ("艳", "艷", "yan"), ("勇", "勇", "yong"),
    ("杰", "傑", "jie"), ("娟", "娟", "juan"), ("涛", "濤", "tao"), ("明", "明", "ming"), ("超", "超", "chao"),
    ("秀英", "秀英", "xiuying"), ("子涵", "子涵", "zihan"), ("雨桐", "雨桐", "yutong"), ("浩然", "浩然", "haoran"),
    ("思远", "思遠", "siyuan"), ("梓萱", "梓萱", "zixuan"), ("欣怡", "欣怡", "xinyi"), ("嘉豪", "嘉豪", "jiahao"),
    ("晓明", "曉明", "xiaoming"), ("志强", "志強", "zhiqiang"), ("文静", "文靜", "wenjing"), ("若曦", "若曦", "ruoxi"),
    ("宇轩", "宇軒", "yuxuan"), ("诗涵", "詩涵", "shihan"), ("俊杰", "俊傑", "junjie"), ("晨曦", "晨曦", "chenxi"),
    ("美玲", "美玲", "meiling"), ("建国", "建國", "jianguo"), ("雅婷", "雅婷", "yating"), ("家明", "家明", "jiaming"),
)  # fmt: skip
FIRST_NAMES = (
    "Olivia", "Liam", "Emma", "Noah", "Amelia", "Oliver", "Ava", "Elijah", "Sophie", "Lucas", "Isabelle", "Mateo",
    "Charlotte", "Ethan", "Freya", "Jakob", "Harper", "Daniel", "Elena", "Henry", "Priya", "Arjun", "Yuki", "Kenji",
    "Aisha", "Omar", "Ingrid", "Lars", "Chiara", "Marco", "Zoë", "Théo", "Hannah", "Samuel", "Grace", "Victor",
)  # fmt: skip
LAST_NAMES = (
    "Carter", "Nguyen", "Müller", "Rossi", "Silva", "Patel", "Tanaka", "Kim", "Johansson", "Dubois", "O'Brien",
    "Schneider", "Ibrahim", "Novak", "Walker", "Hughes", "Fraser", "Okafor", "Larsen", "García", "Moreau", "Bennett",
    "Sharma", "Sato", "Park", "Lindqvist", "Ricci", "Costa", "Evans", "Murphy", "Fischer", "Hall", "Young", "Reid",
)  # fmt: skip
PLAIN = str.maketrans({"ë": "e", "é": "e", "ü": "ue", "í": "i", "'": ""})


def draw_name(random: Random, language: str) -> Name:
    """A name for somebody who reads a language."""
    if language == "en":
        first, last = random.choice(FIRST_NAMES), random.choice(LAST_NAMES)
        return Name(f"{first} {last}", f"{first}.{last}".lower().translate(PLAIN))
    surname, given = random.choice(SURNAMES), random.choice(GIVEN_NAMES)
    script = 0 if language == "zh-hans" else 1
    return Name(surname[script] + given[script], given[2] + surname[2])
