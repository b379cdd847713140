"""What a household is told of its shares, in Chinese and English, and the table of it."""

from collections.abc import Iterable, Iterator
from typing import Any

from logistics.domain.allocation_told import ToldHousehold, ToldLine
from logistics.exchange.report_texts import TABLES
from logistics.exchange.tables import Column, Integer, Language, Table, Text, csv_text

_TEXTS = {
    "zh": {
        "line": "{item}:要 {asked},得 {got}。{why}{next}",
        "instead": "其中 {items} 替代。",
        "instead_item": "{item} {quantity}",
        "join": "、",
        "full": "足额。",
        "extra": "多给 {extra},因到货有余。",
        "why": "原因:{reason}。",
        "ration": "每户限 {ration}。",
        "next.nothing": "",
        "next.first-next-time": "下次分配优先补给您家。",
        "next.ask-for-another": "暂时买不到,请改选其他品种。",
        "next.when-checked": "查验合格后再分配。",
        "next.within-ration": "本次按限购分配,下次可再登记。",
        "next.say-if-unwanted": "若不接受替代,请在下次清单注明。",
        "head": "{code}:清单满足率 {fill}",
        "owed": "(之前欠 {debt},本次优先)",
        "open": "待定",
    },
    "en": {
        "line": "{item}: asked {asked}, got {got}. {why}{next}",
        "instead": "Of this {items} instead. ",
        "instead_item": "{item} {quantity}",
        "join": ", ",
        "full": "In full. ",
        "extra": "{extra} more because too much came. ",
        "why": "Why: {reason}. ",
        "ration": "At most {ration} per household. ",
        "next.nothing": "",
        "next.first-next-time": "Next time what you lack counts for you: you go first.",
        "next.ask-for-another": "Nobody sells it for now: please ask for something else.",
        "next.when-checked": "It is shared once it has been checked.",
        "next.within-ration": "That was this run's ration; you may ask again next time.",
        "next.say-if-unwanted": "If you want no substitutes, say so on your next list.",
        "head": "{code}: list filled to {fill}",
        "owed": " (owed {debt} from before, so first this time)",
        "open": "not known",
    },
}

SHARES = Table(
    key="shares",
    zh="分配说明",
    en="Shares explained",
    columns=(
        Column(key="household", zh="户号", en="household", kind=Text(64), required=True),
        Column(key="tier", zh="需求级别", en="need tier", kind=Integer(least=0)),
        Column(key="fill", zh="满足率(‰)", en="filled (per mille)", kind=Integer(least=0)),
        Column(key="line", zh="行", en="line", kind=Integer(least=1)),
        Column(key="item", zh="物品", en="item", kind=Text(64)),
        Column(key="asked", zh="需求", en="asked", kind=Integer(least=0)),
        Column(key="got", zh="分得", en="got", kind=Integer(least=0)),
        Column(key="base", zh="单位", en="unit", kind=Text(16)),
        Column(key="instead", zh="替代", en="instead", kind=Text(500)),
        Column(key="reason", zh="原因", en="why", kind=Text(200)),
        Column(key="told", zh="说明", en="told", kind=Text(500)),
    ),
)


def sentence(line: ToldLine, language: Language) -> str:
    """Tell a household of one line: what it asked, got, why, and what comes next."""
    texts = _TEXTS[language]
    why = texts["full"] if line.complete else ""
    if not line.complete:
        reason = TABLES[language][f"reason.{line.reason.value}"]
        why = texts["why"].format(reason=reason)
    if line.got > line.asked:
        extra = amount(line.got - line.asked, line.base, language)
        why += texts["extra"].format(extra=extra)
    if line.ration is not None:
        why += texts["ration"].format(ration=amount(line.ration, line.base, language))
    if line.instead:
        why += texts["instead"].format(items=_instead(line, language))
    told = texts["line"].format(
        item=line.name_zh if language == "zh" else line.name_en,
        asked=amount(line.asked, line.base, language),
        got=amount(line.got, line.base, language),
        why=why,
        next=texts[f"next.{line.next.value}"],
    )
    return told.strip()


def headline(home: ToldHousehold, language: Language) -> str:
    """Say how full a household's list is, and that it was owed something."""
    texts = _TEXTS[language]
    fill = texts["open"] if home.fill_permille is None else _percent(home.fill_permille)
    head = texts["head"].format(code=home.household_code, fill=fill)
    if home.debt_permille:
        head += texts["owed"].format(debt=_percent(home.debt_permille))
    return head


def amount(quantity: int, base: str, language: Language) -> str:
    """Say a quantity with its base unit: 500 克, 30 pcs."""
    return f"{quantity} {TABLES[language][base]}"


def shares_csv(homes: Iterable[ToldHousehold], *, language: Language = "zh") -> str:
    """Write what every household is told as CSV."""
    return csv_text(SHARES, share_rows(homes, language), language=language)


def share_rows(homes: Iterable[ToldHousehold], language: Language) -> Iterator[dict[str, Any]]:
    """Give what every household is told as rows of :data:`SHARES`."""
    for home in homes:
        for line in home.lines:
            yield {
                "household": home.household_code,
                "tier": home.tier,
                "fill": home.fill_permille,
                "line": line.line_no,
                "item": line.name_zh if language == "zh" else line.name_en,
                "asked": line.asked,
                "got": line.got,
                "base": TABLES[language][line.base],
                "instead": _instead(line, language),
                "reason": TABLES[language][f"reason.{line.reason.value}"],
                "told": sentence(line, language),
            }


def _instead(line: ToldLine, language: Language) -> str:
    texts = _TEXTS[language]
    return texts["join"].join(
        texts["instead_item"].format(
            item=other.name_zh if language == "zh" else other.name_en,
            quantity=amount(other.quantity, line.base, language),
        )
        for other in line.instead
    )


def _percent(permille: int) -> str:
    return f"{permille / 10:.1f} %"
