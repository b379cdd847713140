"""The registry's tables as files have them: columns in Chinese and English, and their sheets."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from typing_extensions import override

from geodata.addresses.folding import fold as fold_width
from logistics.domain.catalogue import fold
from logistics.domain.needs import TIERS, Need
from logistics.domain.registry import LEADER, MOST_PERSONS, Band, HouseholdKind, Standing
from logistics.exchange.tables import (
    BadCell,
    Cell,
    Choice,
    Column,
    Day,
    Integer,
    Kind,
    Language,
    Table,
    Text,
    YesNo,
)
from logistics.exchange.tables.cells import Written, text_of

CLEARED: Final = "-"
"""In a cell that may be blank: there is none any more. A blank cell says nothing."""

NEED_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    Need.INFANT: ("婴幼儿", "infant", "婴儿", "幼儿", "奶粉"),
    Need.PREGNANT: ("孕妇", "pregnant", "孕产妇", "怀孕"),
    Need.NURSING: ("哺乳", "nursing", "哺乳期", "产妇"),
    Need.ELDERLY: ("老人", "elderly", "高龄", "老年人"),
    Need.DISABLED: ("残疾", "disabled", "残疾人", "失能"),
    Need.CHRONIC_ILLNESS: ("慢性病", "chronic illness", "慢病", "长期用药", "透析"),
    Need.DIET: ("饮食", "diet", "忌口", "清真", "过敏"),
    Need.LIVING_ALONE: ("独居", "living alone", "alone"),
    Need.HOME_QUARANTINE: ("居家隔离", "home quarantine", "隔离", "quarantine"),
}
_PARTS: Final = re.compile(r"[;；、，,/+＋\n]")
_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    HouseholdKind.FLAT: ("普通", "flat", "家庭", "普通住户", "自住"),
    HouseholdKind.TENANTS: ("租户", "tenants", "租客", "出租", "群租", "合租"),
    HouseholdKind.COLLECTIVE: ("集体户", "collective", "集体", "工地", "宿舍"),
}
_STANDINGS: Final[Mapping[str, tuple[str, ...]]] = {
    Standing.HERE: ("在住", "here", "居住"),
    Standing.AWAY: ("暂离", "away", "外出", "不在"),
    Standing.GONE: ("迁出", "gone", "搬走", "空置"),
    Standing.UNLISTED: ("不在册", "unlisted"),
}
_BANDS: Final[Mapping[str, tuple[str, ...]]] = {
    Band.INFANT: ("婴幼儿", "infant", "婴儿"),
    Band.CHILD: ("儿童", "child", "未成年"),
    Band.ADULT: ("成人", "adult", "成年"),
    Band.ELDERLY: ("老人", "elderly", "老年"),
}


@dataclass(frozen=True, slots=True)
class Clearable(Kind):
    """What another kind holds, or :data:`CLEARED`; ``none`` is the value that this stands for."""

    kind: Kind
    none: Any = None

    @override
    def read(self, cell: Cell) -> object:
        if isinstance(cell, str) and fold(cell.strip()).lstrip("'") in {"-", "—", "无", "none"}:
            return CLEARED
        return self.kind.read(cell)

    @override
    def write(self, value: object, language: Language) -> Written:
        return None if value == self.none else self.kind.write(value, language)


@dataclass(frozen=True, slots=True)
class Needs(Kind):
    """One need or several in a cell, as a tuple."""

    width: int = field(default=16, init=False)

    @override
    def read(self, cell: Cell) -> tuple[Need, ...]:
        found = []
        for part in _PARTS.split(text_of(cell, multiline=True)):
            if not part.strip():
                continue
            need = _NEEDS.get(_spaceless(part))
            if need is None:
                known = "、".join(words[0] for words in NEED_WORDS.values())
                english = ", ".join(words[1] for words in NEED_WORDS.values())
                raise BadCell("need.unknown", f"use {english}", known=known, word=part.strip())
            found.append(need)
        return tuple(dict.fromkeys(found))

    @override
    def write(self, value: object, language: Language) -> Written:
        if not isinstance(value, tuple | frozenset | set):
            raise TypeError(value)
        words = (NEED_WORDS[need][0 if language == "zh" else 1] for need in sorted(value))
        return ("、" if language == "zh" else ", ").join(words)


def _spaceless(word: str) -> str:
    return re.sub(r"[\s_-]", "", fold(word))


_NEEDS: Final[Mapping[str, Need]] = {
    _spaceless(word): Need(need) for need, words in NEED_WORDS.items() for word in (need, *words)
}


@dataclass(frozen=True, slots=True)
class Part(Kind):
    """A part of an address: 3, 3.0, 3幢, 三, A; a date that a program made of it is refused."""

    most: int = 40

    @override
    def read(self, cell: Cell) -> str:
        text = text_of(cell)
        if len(text) > self.most:
            raise BadCell("cell.too-long", f"use at most {self.most} characters", most=self.most)
        return " ".join(fold_width(text).split())

    @override
    def write(self, value: object, language: Language) -> Written:
        return str(value)


def _column(key: str, zh: str, en: str, kind: Kind, *words: str, spans: bool = False) -> Column:
    return Column(key=key, zh=zh, en=en, kind=kind, words=words, spans=spans)


COMPOUND = _column("compound", "小区", "compound", Part(80), "小区名称", "园区", spans=True)
BUILDING = _column("building", "幢", "building", Part(), "栋", "楼栋", "楼号", "号楼", spans=True)
UNIT = _column("unit", "单元", "stairwell", Part(), "楼道", "门栋", spans=True)
ROOM = _column("room", "室", "room", Part(), "房号", "室号", "房间", "门牌号")
WITHIN = _column("within", "户", "household", Integer(1, 99), "户序", "房内户号")
ADDRESS = _column(
    "address", "地址", "address", Part(120), "住址", "户号", "编号", "code", "household code"
)
LEVELS = _column("levels", "层数", "levels", Integer(1, 150), "楼层数", "总层数", "floors")
LEADER_ = _column(
    "leader", "楼长", "leader", Clearable(Text(40), ""), "楼长编号", "网格员", spans=True
)
FLOOR = _column("floor", "楼层", "floor", Clearable(Integer(-9, 150)), "所在层")
KIND = _column("kind", "类型", "kind", Choice(_KINDS), "住户类型")
PERSONS = _column("persons", "人数", "persons", Integer(1, MOST_PERSONS), "常住人数", "人口")
STANDING = _column("standing", "状态", "status", Choice(_STANDINGS))
SUBMITTER = _column("submitter", "代报", "submitter", Clearable(Part(80), ""), "代报人", "房东")
MEMBER = _column("member", "成员", "member", Integer(1, MOST_PERSONS), "成员号", "人员序号")
LABEL = _column("label", "称呼", "label", Text(40), "姓", "姓氏", "姓名", "name", "surname")
BAND = _column("band", "年龄段", "age band", Choice(_BANDS))
AGE = _column("age", "年龄", "age", Integer(0, 130))
LIVES = _column("here", "在住", "lives here", YesNo(), "是否在住")
NEED = _column("need", "需求", "need", Needs(), "需要", "特殊需求", "needs")
SINCE = _column("since", "起始日", "since", Clearable(Day()), "开始日期", "起", "from")
UNTIL = _column("until", "截止日", "until", Clearable(Day()), "结束日期", "止")
DETAIL = _column("detail", "说明", "detail", Clearable(Text(60), ""), "需求说明")
CONSENT_ON = _column("consent_on", "同意日期", "consent on", Day(), "同意时间", "consent")
CONSENT_BY = _column("consent_by", "同意登记", "consent by", Text(40), "同意登记人")
WITHDRAWN = _column(
    "withdrawn_on", "撤回日期", "withdrawn on", Clearable(Day()), "撤回时间", "withdrawn"
)

_WHERE = (COMPOUND, BUILDING, UNIT, ROOM, WITHIN, ADDRESS)
_HOME = (KIND, PERSONS, FLOOR, STANDING, SUBMITTER)
_MEMBER = (MEMBER, LABEL, BAND, LIVES)
_NEED = (NEED, SINCE, UNTIL, DETAIL, CONSENT_ON, CONSENT_BY, WITHDRAWN)

PLACES = Table(
    key="places", zh="楼栋单元", en="Buildings", sheet_words=("楼栋", "单元", "stairwells"),
    columns=(COMPOUND, BUILDING, UNIT, ADDRESS, LEVELS, LEADER_),
)  # fmt: skip
HOUSEHOLDS = Table(
    key="households", zh="住户", en="Households", sheet_words=("户", "名册"),
    columns=(*_WHERE, *_HOME),
)  # fmt: skip
MEMBERS = Table(
    key="members", zh="人员", en="Members", sheet_words=("成员", "people", "persons"),
    columns=(*_WHERE, *_MEMBER),
)  # fmt: skip
NEEDS = Table(
    key="needs", zh="需求", en="Needs", sheet_words=("特殊需求",),
    columns=(*_WHERE, MEMBER, *_NEED),
)  # fmt: skip
REGISTER = Table(
    key="register", zh="名册", en="Register",
    columns=(
        *_WHERE, LEVELS, LEADER_, *_HOME, *_MEMBER, AGE, *_NEED,
    ),
)  # fmt: skip
"""Everything in one: any sheet may have any of these columns, and each row says what it fills."""

TIER = Column(
    key="tier", zh="层级", en="tier", kind=Integer(min(TIERS), max(TIERS)), words=("档",),
    required=True,
)  # fmt: skip
TIER_TABLE = Table(
    key="tiers", zh="需求层级", en="Need tiers",
    columns=(
        Column(key="need", zh="需求", en="need", kind=Needs(), words=("needs",), required=True),
        TIER,
    ),
)  # fmt: skip

ELSEWHERE: Final = {fold(word): LEADER for word in ("楼长", "leader", "组长", "网格员")}
"""Words that say who sends lists for a household, other than a household."""
