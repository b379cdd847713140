"""Bags on paper, for tests."""

from dataclasses import replace
from datetime import date
from typing import Any

from logistics.domain.bags import Layer, bag_code
from logistics.domain.packing_papers import (
    BagPaper,
    PackingPapers,
    PaperGood,
    PaperLine,
    PointPapers,
    in_order,
)


def good(id_: str, zh: str, en: str, category: str, **more: Any) -> PaperGood:
    given = PaperGood(
        id=id_, name_zh=zh, name_en=en, base="g", default_unit="斤", category=category, aisle="",
        cold=False, fragile=False,
    )  # fmt: skip
    return replace(given, **more)


GOODS = {
    one.id: one
    for one in (
        good("rice", "大米", "rice", "staple", default_unit="袋", units=(("袋", 10_000),),
             aisle="B2"),
        good("eggs", "鸡蛋", "eggs", "egg", base="piece", default_unit="板",
             units=(("板", 30), ("个", 1)), aisle="A1"),
        good("pads", "日用卫生巾", "sanitary pads", "hygiene", base="piece", units=(("包", 1),)),
        good("pills", "布洛芬", "ibuprofen", "medicine", base="piece", units=(("盒", 1),)),
        good("greens", "青菜", "bok choy", "vegetable", aisle="A1"),
        good("evil", "=HYPERLINK(\"x\")", "#evil[]", "snack"),
    )
}  # fmt: skip


def line(item_id: str, quantity: int, layer: Layer, *, fragile: bool = False) -> PaperLine:
    return PaperLine(item_id=item_id, quantity=quantity, layer=layer, fragile=fragile)


def bag(number: int, **changes: Any) -> BagPaper:
    made = BagPaper(
        id=f"bg{number}", household_id=f"h{number}", code=bag_code(number),
        token=f"B:{number:016d}0", no=1, of=1, state="planned", compartment="ambient",
        weight_g=11_250, volume_ml=9000, point_code="P1", stairwell_code="KX-07-03-2",
        names_zh=("东港嘉苑", "东港嘉苑3幢", "2单元"),
        names_en=("Donggang", "Building 3", "Stairwell 2"),
        room="501", floor=5, tier=2, notes=(),
        lines=(line("rice", 10_000, Layer.BOTTOM), line("greens", 750, Layer.MIDDLE),
               line("eggs", 30, Layer.TOP, fragile=True)),
    )  # fmt: skip
    return replace(made, **changes)


def papers(*bags: BagPaper) -> PackingPapers:
    return PackingPapers(
        run_code="KX-20260413-1", day=date(2026, 4, 13), district_name="凯旋", synthetic=True,
        bag_weight_g=12_000, cold_box_s=5400, goods=GOODS,
        points=(PointPapers(code="P1", name_zh="第一点位", name_en="Point 1",
                            bags=in_order(bags)),),
    )  # fmt: skip
