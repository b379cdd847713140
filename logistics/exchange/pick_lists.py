"""Buyers' sheets: in bulk by aisle, and household by household; as PDF and as tables (拣货单)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final

from logistics.domain.pick_lists import HomeLine, HomeSheet, PickBook, PickLine, PickSheet
from logistics.exchange.sheets import clock
from logistics.exchange.table_sheets import (
    Language,
    PaperColumn,
    PaperGroup,
    PaperSheet,
    print_tables,
)
from logistics.exchange.tables import Column, Integer, Table, Text, YesNo, Yuan, xlsx_bytes
from logistics.exchange.tables import Language as _Language

TEXTS: Final = {
    "zh": {
        "pick": "采购拣货单", "home": "按户拣货单", "buyer": "采购员 {n} / {m}",
        "door": "门口交货",
        "ready": "可取货", "to": "送到", "lines": "行数", "cases": "件数", "total": "金额",
        "homes": "户数", "aisle": "货架", "no_aisle": "未标货架", "item": "商品", "case": "每件",
        "count": "件数", "amount": "数量", "price": "单价", "sum": "小计", "done": "已取",
        "instead": "替换 / 短缺", "said": "原话", "cold": "冷", "whole": "整单在此店",
        "parted": "另有部分在别的店", "run": "波次",
        "note": "按货架顺序拣货；冷 = 冷藏品，最后取，放保温箱，留存溯源码。",
        "flag": "检查提醒：{reason}——取货前先联系物资组。",
        "g": "克", "ml": "毫升", "piece": "个",
    },
    "en": {
        "pick": "Pick list", "home": "Picks by household", "buyer": "Buyer {n} of {m}",
        "door": "handed out at the door", "ready": "Ready from", "to": "Goes to",
        "lines": "Lines", "cases": "Cases", "total": "Sum", "homes": "Households",
        "aisle": "Aisle", "no_aisle": "no aisle known", "item": "Item", "case": "Case holds",
        "count": "Cases", "amount": "Quantity", "price": "Price", "sum": "Sum", "done": "Taken",
        "instead": "Instead / short", "said": "In their words", "cold": "cold",
        "whole": "whole list in this shop", "parted": "part of the list is elsewhere",
        "run": "Run",
        "note": "Pick in the order of the aisles; cold goods last, into the foam box, "
                "and keep their provenance code.",
        "flag": "Inspectors: {reason} - ask the supply group before you fetch anything.",
        "g": "g", "ml": "ml", "piece": "pieces",
    },
}  # fmt: skip
_THOUSAND: Final = 1000

PICKS: Final = Table(
    key="picks",
    zh="拣货单",
    en="Pick list",
    columns=(
        Column(key="order", zh="采购单", en="order", kind=Text(64), width=24),
        Column(key="supplier", zh="供应商", en="supplier", kind=Text(120), width=20),
        Column(key="buyer", zh="采购员", en="buyer", kind=Integer()),
        Column(key="aisle", zh="货架", en="aisle", kind=Text(64)),
        Column(key="item", zh="商品", en="item", kind=Text(64), width=18),
        Column(key="cold", zh="冷藏", en="cold", kind=YesNo()),
        Column(key="case", zh="每件", en="case holds", kind=Text(40)),
        Column(key="cases", zh="件数", en="cases", kind=Integer()),
        Column(key="amount", zh="数量", en="quantity", kind=Text(40)),
        Column(key="price_fen", zh="每件价格（元）", en="price of a case (yuan)", kind=Yuan()),
        Column(key="sum_fen", zh="小计（元）", en="sum (yuan)", kind=Yuan()),
    ),
)
HOMES: Final = Table(
    key="homes",
    zh="按户拣货单",
    en="Picks by household",
    columns=(
        Column(key="order", zh="采购单", en="order", kind=Text(64), width=24),
        Column(key="supplier", zh="供应商", en="supplier", kind=Text(120), width=20),
        Column(key="household", zh="户号", en="household", kind=Text(64), width=20),
        Column(key="whole", zh="整单在此店", en="whole list here", kind=YesNo()),
        Column(key="aisle", zh="货架", en="aisle", kind=Text(64)),
        Column(key="item", zh="商品", en="item", kind=Text(64), width=18),
        Column(key="amount", zh="数量", en="quantity", kind=Text(40)),
        Column(key="said", zh="原话", en="said", kind=Text(1000), width=30),
        Column(key="note", zh="备注", en="note", kind=Text(1000), width=24),
    ),
)


@dataclass(frozen=True, slots=True)
class PickFiles:
    """The sheets as files: bulk and by household, as PDF and as one workbook."""

    bulk_pdf: bytes
    homes_pdf: bytes | None
    workbook: bytes


def print_picks(
    book: PickBook, *, font_paths: Sequence[Path], language: Language = "zh"
) -> PickFiles:
    """Print all sheets of a run; those by household only where the book holds lists."""
    texts = TEXTS[language]
    bulk = [paper for sheet in book.sheets for paper in bulk_papers(book, sheet, language)]
    homes = [home_paper(book, sheet, language) for sheet in book.sheets if sheet.homes]
    tables: list[tuple[Table, Iterable[dict[str, object]]]] = [(PICKS, pick_rows(book, language))]
    if homes:
        tables.append((HOMES, home_rows(book, language)))
    return PickFiles(
        bulk_pdf=print_tables(
            bulk, title=f"{texts['pick']} {book.run_code}", font_paths=font_paths,
            language=language,
        ),
        homes_pdf=print_tables(
            homes, title=f"{texts['home']} {book.run_code}", font_paths=font_paths,
            language=language,
        ) if homes else None,
        workbook=xlsx_bytes(tables, language=_language(language)),
    )  # fmt: skip


def _language(language: Language) -> _Language:
    return language


def bulk_papers(book: PickBook, sheet: PickSheet, language: Language) -> list[PaperSheet]:
    """Lay out one supplier's goods, one sheet for each of its buyers."""
    texts = TEXTS[language]
    buyers = sorted({line.buyer for line in sheet.lines})
    papers = []
    for buyer in buyers:
        mine = [line for line in sheet.lines if line.buyer == buyer]
        part = texts["buyer"].format(n=buyer, m=len(buyers)) if sheet.buyers else texts["door"]
        papers.append(
            PaperSheet(
                code=sheet.order_code,
                heading=_name(sheet, language),
                part=f"{texts['pick']} · {part}",
                sub=_sub(book, sheet, language),
                boxes=(
                    *_whereto(sheet, language),
                    (texts["lines"], str(len(mine))),
                    (texts["cases"], str(sum(line.cases for line in mine))),
                    (texts["total"], money(sum(one.cases * one.price_fen for one in mine))),
                ),
                columns=(
                    PaperColumn(label=texts["item"], kind="bold"),
                    PaperColumn(label=texts["count"], width=16, align="right", kind="bold"),
                    PaperColumn(label=texts["case"], width=22, align="right"),
                    PaperColumn(label=texts["amount"], width=24, align="right"),
                    PaperColumn(label=texts["price"], width=20, align="right", kind="small"),
                    PaperColumn(label=texts["done"], width=12, align="center", kind="tick"),
                    PaperColumn(label=texts["instead"], width=34),
                ),
                groups=tuple(_aisles(mine, language)),
                note=_note(sheet, language),
                foot=f"{texts['run']} {book.run_code}",
            )
        )
    return papers


def home_paper(book: PickBook, sheet: PickSheet, language: Language) -> PaperSheet:
    """Lay out what each household gets from one supplier, list by list."""
    texts = TEXTS[language]
    return PaperSheet(
        code=sheet.order_code,
        heading=_name(sheet, language),
        part=texts["home"],
        sub=_sub(book, sheet, language),
        boxes=(
            *_whereto(sheet, language),
            (texts["homes"], str(len(sheet.homes))),
            (texts["lines"], str(sum(len(home.lines) for home in sheet.homes))),
        ),
        columns=(
            PaperColumn(label=texts["aisle"], width=20, kind="small"),
            PaperColumn(label=texts["item"], kind="bold"),
            PaperColumn(label=texts["amount"], width=26, align="right", kind="bold"),
            PaperColumn(label=texts["said"], width=52, kind="small"),
            PaperColumn(label=texts["done"], width=12, align="center", kind="tick"),
        ),
        groups=tuple(_home(home, language) for home in sheet.homes),
        note=_note(sheet, language),
        foot=f"{texts['run']} {book.run_code}",
    )


def pick_rows(book: PickBook, language: Language) -> Iterable[dict[str, object]]:
    """Give the bulk lines as rows of :data:`PICKS`."""
    for sheet in book.sheets:
        for line in sheet.lines:
            yield {
                "order": sheet.order_code,
                "supplier": _name(sheet, language),
                "buyer": line.buyer,
                "aisle": line.aisle,
                "item": _item(line, language),
                "cold": line.cold,
                "case": amount(line.case_base, line.base, language),
                "cases": line.cases,
                "amount": amount(line.quantity, line.base, language),
                "price_fen": line.price_fen,
                "sum_fen": line.cases * line.price_fen,
            }


def home_rows(book: PickBook, language: Language) -> Iterable[dict[str, object]]:
    """Give the lines of households as rows of :data:`HOMES`."""
    for sheet in book.sheets:
        for home in sheet.homes:
            for line in home.lines:
                yield {
                    "order": sheet.order_code,
                    "supplier": _name(sheet, language),
                    "household": home.household,
                    "whole": home.whole,
                    "aisle": line.aisle,
                    "item": _item(line, language),
                    "amount": amount(line.quantity, line.base, language),
                    "said": line.said,
                    "note": home.note,
                }


def _aisles(lines: list[PickLine], language: Language) -> Iterable[PaperGroup]:
    texts = TEXTS[language]
    for aisle, group in groupby(lines, key=lambda line: line.aisle):
        mine = list(group)
        yield PaperGroup(
            title=f"{texts['aisle']} {aisle}" if aisle else texts["no_aisle"],
            note=f"{len(mine)}",
            rows=tuple(
                (
                    _marked(line, language),
                    str(line.cases),
                    amount(line.case_base, line.base, language),
                    amount(line.quantity, line.base, language),
                    money(line.price_fen),
                    "",
                    "",
                )
                for line in mine
            ),
        )


def _home(home: HomeSheet, language: Language) -> PaperGroup:
    texts = TEXTS[language]
    kept = texts["whole" if home.whole else "parted"]
    return PaperGroup(
        title=home.household,
        note=" · ".join(filter(None, (kept, home.note))),
        rows=tuple(
            (
                line.aisle,
                _marked(line, language),
                amount(line.quantity, line.base, language),
                line.said,
                "",
            )
            for line in home.lines
        ),
    )


def _marked(line: PickLine | HomeLine, language: Language) -> str:
    name = _item(line, language)
    return f"{name}【{TEXTS[language]['cold']}】" if line.cold else name


def _item(line: PickLine | HomeLine, language: Language) -> str:
    return line.item_zh if language == "zh" else line.item_en


def _name(sheet: PickSheet, language: Language) -> str:
    return sheet.supplier_zh if language == "zh" else sheet.supplier_en


def _sub(book: PickBook, sheet: PickSheet, language: Language) -> str:
    texts = TEXTS[language]
    run = f"{texts['run']} {book.run_code}"
    return f"{sheet.order_code} · {book.district_name} · {book.day.isoformat()} · {run}"


def _whereto(sheet: PickSheet, language: Language) -> tuple[tuple[str, str], ...]:
    texts = TEXTS[language]
    point = sheet.point_zh if language == "zh" else sheet.point_en
    return ((texts["ready"], clock(sheet.ready_s)), (texts["to"], point))


def _note(sheet: PickSheet, language: Language) -> str:
    texts = TEXTS[language]
    flag = texts["flag"].format(reason=sheet.flag) + " " if sheet.flag else ""
    return flag + texts["note"]


def amount(count: int, base: str, language: Language) -> str:
    """Say base units as people weigh and count: 12.5 kg, 900 ml, 30 pieces."""
    if base == "piece" or count < _THOUSAND:
        return f"{count} {TEXTS[language][base]}"
    whole, rest = divmod(count, _THOUSAND)
    decimals = f".{rest:03}".rstrip("0") if rest else ""
    return f"{whole}{decimals} {'kg' if base == 'g' else 'L'}"


def money(fen: int) -> str:
    """Say fen as yuan."""
    return f"¥{fen // 100:,}.{fen % 100:02}"
