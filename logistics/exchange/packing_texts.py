"""The words of labels and packing lists, Chinese and English."""

from collections.abc import Mapping
from typing import Final, Literal

from logistics.domain.bags import Layer
from logistics.domain.labels import Mark
from logistics.exchange.sheets import kilograms

Language = Literal["zh", "en"]

MARKS: Final[Mapping[str, Mapping[Mark, str]]] = {
    "zh": {
        Mark.FIRST: "优先",
        Mark.COLD: "冷藏",
        Mark.CHEMICAL: "日化",
        Mark.PERSONAL: "专袋",
        Mark.FRAGILE: "易碎",
        Mark.HEAVY: "重",
    },
    "en": {
        Mark.FIRST: "FIRST",
        Mark.COLD: "COLD",
        Mark.CHEMICAL: "CHEM",
        Mark.PERSONAL: "APART",
        Mark.FRAGILE: "FRAGILE",
        Mark.HEAVY: "HEAVY",
    },
}

LAYERS: Final[Mapping[str, Mapping[Layer, str]]] = {
    "zh": {
        Layer.ALONE: "单独",
        Layer.BOTTOM: "垫底",
        Layer.MIDDLE: "中间",
        Layer.TOP: "最上",
    },
    "en": {
        Layer.ALONE: "alone",
        Layer.BOTTOM: "at the bottom",
        Layer.MIDDLE: "in the middle",
        Layer.TOP: "on top",
    },
}

TEXTS: Final[Mapping[str, Mapping[str, str]]] = {
    "zh": {
        "label_title": "袋签",
        "list_title": "打包单",
        "bag_of": "第 {no} 袋 / 共 {of} 袋",
        "personal": "个人用品",
        "more": "等 {n} 种",
        "join": "、",
        "colon": "：",
        "asks": "另有备注，请问点位",
        "cold_box": "出冷柜最多 {minutes} 分钟",
        "trip": "趟次",
        "run": "波次",
        "point": "点位",
        "synthetic": "模拟数据",
        "page": "第 {n} 页 / 共 {m} 页",
        "shelves": "按货架拣货",
        "by_stairwell": "按楼道装袋",
        "no_aisle": "其他",
        "col_no": "号",
        "col_aisle": "货架",
        "col_item": "商品",
        "col_quantity": "数量",
        "col_bags": "袋数",
        "col_done": "完成",
        "cut": "沿线剪开",
        "gentle": "轻放",
        "bags": "{n} 袋",
        "order_trip": "按配送顺序：先到先装车，高层在前",
        "how": (
            "自下而上装袋：1 垫底，最后的放最上；# 是拣货单上的号。"
            "缺货或破损当场登记，不要从别的袋里补。"
        ),
    },
    "en": {
        "label_title": "Bag labels",
        "list_title": "Packing list",
        "bag_of": "bag {no} of {of}",
        "personal": "personal items",
        "more": "+{n}",
        "join": ", ",
        "colon": ": ",
        "asks": "further note: ask the point",
        "cold_box": "at most {minutes} min out of the fridge",
        "trip": "Trip",
        "run": "Run",
        "point": "Point",
        "synthetic": "Synthetic data",
        "page": "Page {n} of {m}",
        "shelves": "To pick, by shelf",
        "by_stairwell": "To pack, by stairwell",
        "no_aisle": "other",
        "col_no": "#",
        "col_aisle": "Shelf",
        "col_item": "Item",
        "col_quantity": "Amount",
        "col_bags": "Bags",
        "col_done": "Done",
        "cut": "cut here",
        "gentle": "gently",
        "bags": "{n} bags",
        "order_trip": "In the order of delivery, top floor first",
        "how": (
            "Pack from the bottom up: 1 lies at the bottom, the last on top; # is the number on "
            "the pick list. Report what is missing or broken at once; never take it from another "
            "bag."
        ),
    },
}


def amount(
    quantity: int, base: str, units: tuple[tuple[str, int], ...], unit: str, language: Language
) -> str:
    """Say base units as people count them: 2 板, 1.5 斤, 1.5 kg, 3 个; nothing is rounded.

    Parameters
    ----------
    units
        Sale units with the base units that each holds.
    unit
        The item's usual unit, which is used where it comes out whole.
    """
    held = dict(units).get(unit, 0)
    if language == "zh" and held > 1 and quantity % held == 0:  # units are Chinese words
        return f"{quantity // held} {unit}"
    if base == "piece":
        return f"{quantity} {_piece(units, language)}"
    small, large = ("g", "kg") if base == "g" else ("ml", "L")
    if language == "zh":
        if base == "g" and quantity % 50 == 0:
            return f"{_decimal(quantity, 500)} 斤"
        small, large = ("克", "千克") if base == "g" else ("毫升", "升")
    if quantity >= 1000:  # noqa: PLR2004  of the small unit in the large one
        return f"{_decimal(quantity, 1000)} {large}"
    return f"{quantity} {small}"


def weight(weight_g: int) -> str:
    """Say a weight in kilograms with one decimal; below one kilogram in grams."""
    return kilograms(weight_g) if weight_g >= 1000 else f"{weight_g} g"  # noqa: PLR2004


def _piece(units: tuple[tuple[str, int], ...], language: Language) -> str:
    single = next((unit for unit, count in units if count == 1), "个")
    return single if language == "zh" else "pcs"


def _decimal(quantity: int, per: int) -> str:
    whole, rest = divmod(quantity * 1000 // per, 1000)
    return f"{whole}.{rest:03d}".rstrip("0").rstrip(".")
