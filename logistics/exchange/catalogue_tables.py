"""The tables of a catalogue: items, their units, and words that could be several items."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from typing_extensions import override

from logistics.exchange.tables import (
    BadCell,
    Cell,
    Choice,
    Column,
    Integer,
    Kind,
    Language,
    Number,
    Table,
    Text,
    Words,
    YesNo,
)
from logistics.exchange.tables.cells import Written

BASES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"g": ("克", "gram"), "ml": ("毫升", "millilitre"), "piece": ("件", "piece", "个")}
)
CHAINS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "ambient": ("常温", "ambient"),
        "chilled": ("冷藏", "chilled", "保鲜"),
        "frozen": ("冷冻", "frozen", "速冻"),
    }
)
CATEGORIES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "vegetable": ("蔬菜", "vegetable"),
        "fruit": ("水果", "fruit"),
        "meat": ("肉类", "meat", "肉"),
        "egg": ("蛋类", "egg", "蛋"),
        "soy": ("豆制品", "soy"),
        "seafood": ("水产", "seafood", "海鲜"),
        "dairy": ("乳品", "dairy", "奶制品"),
        "staple": ("主食", "staple", "米面"),
        "oil": ("食用油", "oil"),
        "seasoning": ("调料", "seasoning", "调味品"),
        "snack": ("零食", "snack"),
        "drink": ("饮料", "drink"),
        "infant": ("母婴", "infant", "婴儿"),
        "elderly": ("老人", "elderly"),
        "medicine": ("药品", "medicine", "医药"),
        "hygiene": ("洗护", "hygiene"),
        "cleaning": ("清洁", "cleaning"),
        "household": ("日用", "household"),
        "pet": ("宠物", "pet"),
    }
)

KINDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "vegetable": ("蔬菜包", "vegetables"),
        "fruit": ("水果包", "fruit"),
        "meat": ("肉蛋包", "meat and eggs"),
        "staple": ("米面包", "staples"),
        "infant": ("母婴包", "infant"),
        "elderly": ("老人包", "elderly"),
        "medicine": ("药品包", "medicine"),
        "hygiene": ("卫生包", "hygiene"),
        "emergency": ("应急包", "emergency"),
    }
)
SCOPES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"household": ("每户", "household", "户"), "person": ("每人", "person", "人")}
)


class Units(Kind):
    """Sale units with the base units that each holds, in one cell: 板=30；盒=10."""

    width = 24

    @override
    def read(self, cell: Cell) -> Mapping[str, int]:
        units: dict[str, int] = {}
        for part in Words().read(cell):
            unit, equals, said = part.partition("=")
            try:
                count = Integer(least=1, most=10**9).read(said.strip() or None)
            except BadCell:
                count = 0
            if not equals or not unit.strip() or not count or unit.strip() in units:
                raise BadCell("cell.not-units", "write unit=base units, such as 板=30；盒=10")
            units[unit.strip()] = count
        return MappingProxyType(units)

    @override
    def write(self, value: Any, language: Language) -> Written:
        parts = tuple(f"{unit}={count}" for unit, count in value.items())
        return Words().write(parts, language)


_MOST: Final = 10**9
_PER_UNIT: Final = Number(least=Decimal("0.001"), most=Decimal(10**6), places=3)
_NAME_ZH: Final = Column(
    key="name_zh", zh="商品", en="item", words=("品名", "商品名称", "名称", "中文名"),
    kind=Text(64), required=True, width=16,
)  # fmt: skip
_UNITS: Final = Column(
    key="units", zh="单位换算", en="units", kind=Units(), default=MappingProxyType({})
)
_PLAIN: Final = (
    _NAME_ZH,
    Column(
        key="name_en", zh="英文名", en="English name", words=("英文名称",), kind=Text(128),
        default="", width=20,
    ),
    Column(key="aliases", zh="别名", en="aliases", words=("又名",), kind=Words(), default=()),
    Column(
        key="misspellings", zh="常见错字", en="misspellings", words=("错别字", "常见错写", "误写"),
        kind=Words(), default=(),
    ),
    Column(
        key="category", zh="类别", en="category", words=("分类", "品类"), kind=Choice(CATEGORIES),
        required=True,
    ),
    Column(key="base", zh="基本单位", en="base unit", kind=Choice(BASES), required=True),
    Column(
        key="default_unit", zh="常用单位", en="default unit", words=("默认单位", "销售单位"),
        kind=Text(16), default="",
    ),
    Column(
        key="weight_g", zh="每基本单位重量（克）", en="weight per base unit (g)",
        words=("单重（克）",), kind=_PER_UNIT,
    ),
    Column(
        key="volume_ml", zh="每基本单位体积（毫升）", en="volume per base unit (ml)",
        words=("单体积（毫升）",), kind=_PER_UNIT,
    ),
    Column(
        key="cold_chain", zh="温度", en="cold chain", words=("冷链", "储存", "温层", "储存条件"),
        kind=Choice(CHAINS), default="",
    ),
    Column(key="fragile", zh="易碎", en="fragile", words=("怕压",), kind=YesNo(), default=False),
    Column(
        key="substitute_class", zh="替代组", en="substitution group", words=("替换组",),
        kind=Text(32),
    ),
    Column(
        key="household_limit", zh="每户限量", en="household limit",
        words=("限购", "限量", "每户限购"), kind=Integer(least=1, most=_MOST), required=True,
    ),
    Column(
        key="person_limit", zh="每人限量", en="person limit", kind=Integer(least=1, most=_MOST)
    ),
    Column(key="aisle", zh="货架", en="aisle", words=("拣货组",), kind=Text(32), default=""),
)  # fmt: skip

ITEMS: Final = Table(
    key="items", zh="商品", en="Items", columns=(*_PLAIN[:7], _UNITS, *_PLAIN[7:]),
    sheet_words=("目录", "catalogue"),
)  # fmt: skip
"""Items with their units in one cell: what a CSV file holds."""

ITEMS_READ: Final = replace(
    ITEMS,
    columns=(
        *ITEMS.columns,
        Column(key="weight_mg", zh="每基本单位重量（毫克）", en="weight_mg",
               kind=Integer(least=1, most=_MOST)),
        Column(key="volume_ul", zh="每基本单位体积（微升）", en="volume_ul",
               kind=Integer(least=1, most=_MOST)),
        Column(key="cold", zh="是否冷藏", en="cold", kind=YesNo(), default=False),
    ),
)  # fmt: skip
"""What is read: weights and volumes in finer units, too, and only whether an item is cold."""

ITEMS_SHEET: Final = Table(key="items", zh="商品", en="Items", columns=_PLAIN)
"""Items as a workbook's first sheet; their units have a sheet of their own."""

UNITS: Final = Table(
    key="units", zh="单位", en="Units",
    columns=(
        _NAME_ZH,
        Column(key="unit", zh="单位", en="unit", kind=Text(16), required=True),
        Column(
            key="base_count", zh="含基本单位数", en="base units held", words=("换算",),
            kind=Integer(least=1, most=_MOST), required=True,
        ),
    ),
)  # fmt: skip

PACKAGES: Final = Table(
    key="packages", zh="套餐", en="Packages", sheet_words=("套餐包",),
    columns=(
        Column(
            key="name_zh", zh="套餐", en="package", words=("套餐包", "套餐名称"), kind=Text(64),
            required=True, spans=True, width=16,
        ),
        Column(key="name_en", zh="英文名", en="English name", kind=Text(128), spans=True,
               default="", width=20),
        Column(key="kind", zh="种类", en="kind", kind=Choice(KINDS), spans=True),
        Column(key="scope", zh="按户或按人", en="per", words=("计法",), kind=Choice(SCOPES),
               spans=True),
        Column(key="aliases", zh="别名", en="aliases", kind=Words(), spans=True, default=()),
        Column(key="most", zh="每次最多份数", en="most portions", kind=Integer(least=1, most=99),
               spans=True),
        Column(key="item", zh="商品", en="item", kind=Text(64), required=True, width=16),
        Column(key="quantity", zh="数量", en="quantity",
               kind=Number(least=Decimal("0.001"), most=Decimal(10**6), places=3), required=True),
        Column(key="unit", zh="单位", en="unit", kind=Text(16), default=""),
    ),
)  # fmt: skip
"""Packages, one row for each item of one; what is said of the package stands in its first row."""

AMBIGUOUS: Final = Table(
    key="ambiguous", zh="多义词", en="Ambiguous words",
    columns=(
        Column(key="word", zh="词", en="word", kind=Text(64), required=True),
        Column(
            key="items", zh="可能的商品", en="items", kind=Words(), required=True, width=60
        ),
    ),
)  # fmt: skip
