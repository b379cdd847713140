"""Packing lists of a point: goods by shelf, then bags by stairwell; PDF, XLSX and CSV (打包单)."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from logistics.domain.labels import marks_of
from logistics.domain.packing_papers import (
    BagPaper,
    PackingPapers,
    PaperGood,
    PaperLine,
    PointPapers,
    StairwellBags,
    picks,
)
from logistics.exchange.labels import masked_goods, notes_of
from logistics.exchange.packing_texts import LAYERS, MARKS, TEXTS, Language, amount, weight
from logistics.exchange.press import Press
from logistics.exchange.sheets import address
from logistics.exchange.tables import Choice, Column, Integer, Table, Text, YesNo

PICKS: Final = Table(
    key="picks",
    zh="拣货单",
    en="Pick list",
    columns=(
        Column(key="point", zh="点位", en="point", kind=Text(64), required=True),
        Column(key="no", zh="号", en="no", kind=Integer(least=1), required=True),
        Column(key="aisle", zh="货架", en="shelf", kind=Text(64), default=""),
        Column(key="item", zh="商品", en="item", kind=Text(64), required=True),
        Column(key="quantity", zh="数量", en="quantity", kind=Integer(least=1), required=True),
        Column(key="base", zh="单位", en="unit", kind=Text(8), required=True),
        Column(key="said", zh="约合", en="as said", kind=Text(64), default=""),
        Column(key="bags", zh="袋数", en="bags", kind=Integer(least=1), required=True),
    ),
)

BAGS: Final = Table(
    key="bags",
    zh="装袋单",
    en="Bags to pack",
    columns=(
        Column(key="point", zh="点位", en="point", kind=Text(64), required=True),
        Column(key="order", zh="顺序", en="order", kind=Integer(least=1), required=True),
        Column(key="trip", zh="趟次", en="trip", kind=Text(64), default=""),
        Column(key="stairwell", zh="楼道", en="stairwell", kind=Text(64), required=True),
        Column(key="room", zh="户室", en="room", kind=Text(32), required=True),
        Column(key="bag", zh="袋号", en="bag", kind=Text(32), required=True),
        Column(key="no", zh="第几袋", en="bag no", kind=Integer(least=1), required=True),
        Column(key="of", zh="共几袋", en="of", kind=Integer(least=1), required=True),
        Column(key="marks", zh="标记", en="marks", kind=Text(64), default=""),
        Column(key="position", zh="位置", en="position", kind=Integer(least=1), required=True),
        Column(
            key="layer",
            zh="层",
            en="layer",
            kind=Choice({key.value: (word, LAYERS["en"][key]) for key, word in
                         LAYERS["zh"].items()}),
            required=True,
        ),
        Column(key="item", zh="商品", en="item", kind=Text(64), required=True),
        Column(key="pick", zh="拣货号", en="pick no", kind=Integer(least=1), required=True),
        Column(key="quantity", zh="数量", en="quantity", kind=Integer(least=1), required=True),
        Column(key="base", zh="单位", en="unit", kind=Text(8), required=True),
        Column(key="said", zh="约合", en="as said", kind=Text(64), default=""),
        Column(key="fragile", zh="易碎", en="fragile", kind=YesNo(), default=False),
        Column(key="notes", zh="备注", en="notes", kind=Text(400), default=""),
    ),
)  # fmt: skip


def pick_rows(papers: PackingPapers, language: Language) -> Iterator[dict[str, Any]]:
    """Give the rows of what each point picks, along its shelves."""
    for point in papers.points:
        for pick in picks(point.bags, papers.goods):
            yield {
                "point": point.code,
                "no": pick.no,
                "aisle": pick.good.aisle or None,
                "item": _name(pick.good, language),
                "quantity": pick.quantity,
                "base": pick.good.base,
                "said": _amount(pick.good, pick.quantity, language),
                "bags": pick.bags,
            }


def bag_rows(papers: PackingPapers, language: Language) -> Iterator[dict[str, Any]]:
    """Give the rows of what goes into each bag, in the order of delivery, from the bottom up.

    Goods that nobody on the way needs to know of are named by their number on the pick list only.
    """
    masked, texts = masked_goods(papers), TEXTS[language]
    for point in papers.points:
        numbers = _numbers(point, papers)
        for order, bag in enumerate(point.bags, start=1):
            marks = marks_of(bag, heavy_g=papers.bag_weight_g)
            said, asks = notes_of(bag, papers, masked)
            notes = texts["join"].join((*said, texts["asks"]) if asks else said)
            for position, line in enumerate(bag.lines, start=1):
                good = papers.goods[line.item_id]
                yield {
                    "point": point.code,
                    "order": order,
                    "trip": bag.trip or None,
                    "stairwell": bag.stairwell_code,
                    "room": bag.room,
                    "bag": bag.code,
                    "no": bag.no,
                    "of": bag.of,
                    "marks": " ".join(MARKS[language][mark] for mark in marks) or None,
                    "position": position,
                    "layer": line.layer.value,
                    "item": _said(good, masked, language),
                    "pick": numbers[good.id],
                    "quantity": line.quantity,
                    "base": good.base,
                    "said": _amount(good, line.quantity, language),
                    "fragile": line.fragile,
                    "notes": notes or None,
                }


class PackingListPrinter:
    """Prints packing lists with one loading of the fonts.

    Parameters
    ----------
    font_paths
        Folders that hold Noto Sans SC, regular and bold.
    """

    def __init__(self, font_paths: Sequence[Path]) -> None:
        self._press = Press("packing_list.typ", font_paths)

    def print_point(
        self, papers: PackingPapers, point: PointPapers, *, language: Language = "zh"
    ) -> bytes:
        """Print one point's lists on A4."""
        return self._press.print(list_data(papers, point, language=language))


def list_data(papers: PackingPapers, point: PointPapers, *, language: Language) -> dict[str, Any]:
    """Put a point's lists into the plain words and numbers that the pages show."""
    texts = TEXTS[language]
    name = point.name_zh if language == "zh" else point.name_en
    masked, numbers = masked_goods(papers), _numbers(point, papers)
    return {
        "language": language,
        "title": f"{texts['list_title']} {papers.run_code} {point.code}",
        "heading": f"{texts['list_title']} · {name or point.code}",
        "sub": (
            f"{papers.district_name} · {papers.day.isoformat()} · {texts['run']} "
            f"{papers.run_code} · {texts['bags'].format(n=len(point.bags))}"
        ),
        "foot": f"{papers.run_code} · {point.code}",
        "synthetic": texts["synthetic"] if papers.synthetic else "",
        "texts": {key: texts[key] for key in ("page", "shelves", "by_stairwell", "cut", "how")},
        "order": texts["order_trip"],
        "columns": [
            texts[f"col_{key}"] for key in ("no", "aisle", "item", "quantity", "bags", "done")
        ],
        "picks": [
            [
                str(pick.no),
                pick.good.aisle or texts["no_aisle"],
                _name(pick.good, language),
                _amount(pick.good, pick.quantity, language),
                str(pick.bags),
            ]
            for pick in picks(point.bags, papers.goods)
        ],
        "stairwells": [
            _stairwell(group, papers, masked, numbers, language) for group in point.stairwells()
        ],
    }


def _stairwell(
    group: StairwellBags,
    papers: PackingPapers,
    masked: Mapping[str, bool],
    numbers: Mapping[str, int],
    language: Language,
) -> dict[str, Any]:
    texts = TEXTS[language]
    names = group.names_zh if language == "zh" else group.names_en
    return {
        "address": address(names, language) or group.stairwell_code,
        "code": group.stairwell_code,
        "trip": f"{texts['trip']} {group.trip}" if group.trip else "",
        "count": texts["bags"].format(n=len(group.bags)),
        "weight": weight(sum(bag.weight_g for bag in group.bags)),
        "bags": [_bag(bag, papers, masked, numbers, language) for bag in group.bags],
    }


def _bag(
    bag: BagPaper,
    papers: PackingPapers,
    masked: Mapping[str, bool],
    numbers: Mapping[str, int],
    language: Language,
) -> dict[str, Any]:
    lines = []
    for n, line in enumerate(bag.lines, start=1):
        good = papers.goods[line.item_id]
        item = f"{_said(good, masked, language)} {_amount(good, line.quantity, language)}"
        lines.append(_line(n, line, item, numbers[good.id], language))
    half = -(-len(lines) // 2)
    notes, asks = notes_of(bag, papers, masked)
    texts = TEXTS[language]
    return {
        "code": bag.code,
        "room": bag.room,
        "bag": texts["bag_of"].format(no=bag.no, of=bag.of),
        "weight": weight(bag.weight_g),
        "marks": " ".join(
            MARKS[language][mark] for mark in marks_of(bag, heavy_g=papers.bag_weight_g)
        ),
        "notes": texts["join"].join((*notes, texts["asks"]) if asks else notes),
        "left": "\n".join(lines[:half]),
        "right": "\n".join(lines[half:]),
    }


def _line(position: int, line: PaperLine, item: str, pick: int, language: Language) -> str:
    where = LAYERS[language][line.layer]
    gentle = f" ({TEXTS[language]['gentle']})" if line.fragile else ""
    return f"{position} {where} · {item} #{pick}{gentle}"


def _numbers(point: PointPapers, papers: PackingPapers) -> dict[str, int]:
    return {pick.good.id: pick.no for pick in picks(point.bags, papers.goods)}


def _name(good: PaperGood, language: Language) -> str:
    return good.name_zh if language == "zh" else good.name_en


def _said(good: PaperGood, masked: Mapping[str, bool], language: Language) -> str:
    return TEXTS[language]["personal"] if masked[good.id] else _name(good, language)


def _amount(good: PaperGood, quantity: int, language: Language) -> str:
    return amount(quantity, good.base, good.units, good.default_unit, language)
