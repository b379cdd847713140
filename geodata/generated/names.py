"""Names for what is made up: they sound as names in Hangzhou do, in both languages."""

import random
from collections.abc import Iterator

from geodata.generated.canvas import Unfit

Name = tuple[str, str]

_FIRST = (
    ("春江", "Chunjiang"), ("锦江", "Jinjiang"), ("云溪", "Yunxi"), ("柳岸", "Liu'an"),
    ("枫林", "Fenglin"), ("桂语", "Guiyu"), ("澜庭", "Lanting"), ("望潮", "Wangchao"),
    ("听涛", "Tingtao"), ("清荷", "Qinghe"), ("景和", "Jinghe"), ("安泰", "Antai"),
    ("永宁", "Yongning"), ("长乐", "Changle"), ("东篱", "Dongli"), ("双桥", "Shuangqiao"),
    ("金桂", "Jingui"), ("紫薇", "Ziwei"), ("玉兰", "Yulan"), ("海棠", "Haitang"),
    ("银杏", "Yinxing"), ("香樟", "Xiangzhang"), ("青松", "Qingsong"), ("翠竹", "Cuizhu"),
    ("丁香", "Dingxiang"), ("月桂", "Yuegui"), ("临水", "Linshui"), ("星河", "Xinghe"),
    ("和平", "Heping"), ("红星", "Hongxing"), ("建业", "Jianye"), ("新风", "Xinfeng"),
    ("三塘", "Santang"), ("北荷", "Beihe"), ("南圩", "Nanwei"), ("水澄", "Shuicheng"),
)  # fmt: skip
_LAST = {
    "old": (("新村", "Xincun"), ("小区", "Estate"), ("苑", "Yuan"), ("里", "Li")),
    "mid": (("花园", "Garden"), ("公寓", "Apartments"), ("家园", "Homes")),
    "tower": (("府", "Mansions"), ("名邸", "Residence"), ("雅苑", "Court"), ("花园", "Garden")),
}
_FAMILIES = (
    ("沈家", "Shenjia"), ("俞家", "Yujia"), ("章家", "Zhangjia"), ("孙家", "Sunjia"),
    ("陆家", "Lujia"), ("汤家", "Tangjia"), ("蒋家", "Jiangjia"),
)  # fmt: skip
_VILLAGES = (("埠", "bu"), ("里", "li"), ("塘", "tang"), ("桥", "qiao"), ("浜", "bang"))
_STREETS = (
    ("庆丰", "Qingfeng"), ("文澜", "Wenlan"), ("百井", "Baijing"), ("仓前", "Cangqian"),
    ("石板", "Shiban"), ("荷塘", "Hetang"), ("织造", "Zhizao"), ("横河", "Henghe"),
    ("太平", "Taiping"), ("观音塘", "Guanyintang"), ("机场", "Jichang"), ("新塘", "Xintang"),
    ("水湘", "Shuixiang"), ("茶亭", "Chating"), ("严家", "Yanjia"), ("白石", "Baishi"),
    ("同协", "Tongxie"), ("麦庙", "Maimiao"), ("草庄", "Caozhuang"), ("弄口", "Longkou"),
    ("明月", "Mingyue"), ("花园", "Huayuan"), ("柴家", "Chaijia"), ("池塘", "Chitang"),
    ("运河", "Yunhe"), ("枫桥", "Fengqiao"), ("绿荫", "Luyin"), ("金衙", "Jinya"),
    ("秋涛", "Qiutao"), ("凤凰", "Fenghuang"), ("采桑", "Caisang"), ("蚕花", "Canhua"),
    ("梅雨", "Meiyu"), ("稻香", "Daoxiang"), ("渔歌", "Yuge"), ("船坊", "Chuanfang"),
    ("钟楼", "Zhonglou"), ("南肖", "Nanxiao"), ("杨柳", "Yangliu"), ("长浜", "Changbang"),
)  # fmt: skip
_RIVERS = (("备塘河", "Beitang River"), ("麦庙港", "Maimiao Creek"), ("新开河", "Xinkai River"),
           ("横塘河", "Hengtang River"), ("姚家河", "Yaojia River"))  # fmt: skip
COUNTED = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十")


class Namer:
    """Hands out names, none of them twice."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._first = dice.sample(_FIRST, len(_FIRST))
        self._estates: list[Name] = []
        self._villages = iter(
            dice.sample([(a + b, c + d) for a, c in _FAMILIES for b, d in _VILLAGES], 20)
        )
        self._streets = _endless(dice, _STREETS, "东西南北")
        self.river: Name = dice.choice(_RIVERS)

    def estate(self, style: str) -> Name:
        """Name a walled compound as its age has it."""
        firsts = self._first[len(self._estates) % len(self._first) :] + self._first
        for first in firsts:
            last = self._dice.choice(_LAST[style])
            name = first[0] + last[0], f"{first[1]} {last[1]}"
            if name not in self._estates:
                self._estates.append(name)
                return name
        raise Unfit

    def village(self) -> Name:
        """Name a village after the family that once lived there."""
        zh, en = next(self._villages)
        return zh, f"{en} Village"

    def street(self, family: str, highway: str) -> Name:
        """Name a street; those at the river after it."""
        if family.startswith("bank"):
            zh, en = ("西", "West") if family.endswith("west") else ("东", "East")
            return f"沿河{zh}路", f"Yanhe {en} Road"
        first, (zh, en) = next(self._streets), _wide(highway, self._dice)
        return first[0] + zh, f"{first[1]} {en}"

    def lane(self, village: Name, number: int) -> Name:
        """Name a lane of a village by its number."""
        return f"{village[0]}{number}弄", f"{village[1]}, Lane {number}"


def _wide(highway: str, dice: random.Random) -> Name:
    if highway == "secondary":
        return dice.choice((("大道", "Avenue"), ("路", "Road")))
    if highway == "tertiary":
        return ("路", "Road")
    return dice.choice((("街", "Street"), ("巷", "Alley"), ("路", "Road")))


def _endless(dice: random.Random, names: tuple[Name, ...], more: str) -> Iterator[Name]:
    said = {"东": "East", "西": "West", "南": "South", "北": "North"}
    first = dice.sample(names, len(names))
    yield from first
    for number, mark in enumerate(more, start=1):
        for zh, en in first:
            yield zh + mark, f"{en} {said.get(mark, number)}"
