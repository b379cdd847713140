"""What is kept of a person's name: the surname, with initials where a list has them."""

import re
import unicodedata
from typing import Final

from geodata.addresses.folding import fold

MOST: Final = 16
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_TITLE: Final = re.compile(
    r"(先生|女士|小姐|太太|阿姨|叔叔|爷爷|奶奶|大爷|大妈|老师|师傅|某某?"
    r"|(?<=[\u3400-\u9fff])[xX]+)$"
)
_KEPT: Final = re.compile(r"[\u3400-\u9fff]{1,2}[A-Z]{0,3}")
# surnames of two characters, from the Hundred Family Surnames (百家姓) and today's lists
_TWO_CHARACTERS: Final = (
    "欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 "
    "赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠 公孙 慕容 仲孙 钟离 长孙 宇文 "
    "司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 "
    "宰父 谷梁 拓跋 夹谷 轩辕 令狐 段干 百里 呼延 东郭 南门 羊舌 微生 公户 "
    "公玉 公仪 梁丘 公仲 公上 公门 公山 公坚 左丘 公伯 西门 公祖 第五 公乘 "
    "贯丘 公皙 南荣 东里 东宫 仲长 子书 子桑 即墨 达奚 褚师"
)
_DOUBLE: Final = frozenset(_TWO_CHARACTERS.split())


def short_label(said: str) -> tuple[str, bool]:
    """Keep of a name no more than surname and initials; also say whether more was written.

    王小明 is 王, 欧阳小明 is 欧阳, 王XM stays, Li Xiaoming is Li X. Numbers are never kept: they
    would be phones or identity cards. What is kept is kept as it is when it is said again.
    """
    letters = unicodedata.normalize("NFC", fold(said))
    text = " ".join("".join(char if _of_name(char) else " " for char in letters).split())
    numbered = any(char.isdigit() for char in said)
    text = _from_letter(text)
    title = _TITLE.sub("", text).strip() or text
    if _HAN.match(title):
        name = title.replace(" ", "")
        if _KEPT.fullmatch(name) and (len(_HAN.findall(name)) == 1 or name[:2] in _DOUBLE):
            return name, numbered
        return name[:2] if name[:2] in _DOUBLE else name[:1], True
    words = [word for part in title.split() if (word := _from_letter(part))]
    if not words:
        return "", bool(said.strip())
    label = " ".join([words[0], *(word[0].upper()[0] for word in words[1:3])])[:MOST].rstrip()
    return label, numbered or label.casefold() != " ".join(words).casefold()


def _of_name(char: str) -> bool:
    return char.isalpha() or char in "'’-" or unicodedata.category(char).startswith("M")


def _from_letter(word: str) -> str:
    """Cut what stands before a word's first letter."""
    return next((word[n:] for n, char in enumerate(word) if char.isalpha()), "")
