"""Lists, bags and trips of a run as tables for spreadsheets; codes, no names."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from logistics.domain.lists import HouseholdList
from logistics.domain.shifts import ShiftBook
from logistics.exchange.report_texts import TABLES
from logistics.exchange.tables import Column, Integer, Language, Table, Text

_CODE: Final = Text(64)
_STATES: Final = {
    "zh": {
        "accepted": "已接受", "needs-review": "待核", "frozen": "已截单", "cancelled": "已取消",
        "planned": "待装袋", "packing": "装袋中", "sealed": "已封袋", "staged": "待取走",
        "loaded": "已装车", "on-shelf": "已送达", "taken": "已取走", "confirmed": "已确认",
        "disputed": "有异议", "returned": "已退回", "damaged": "破损", "lost": "丢失",
        "redirected": "已改送", "released": "已发放", "started": "已出车", "finished": "已回站",
        "ambient": "常温", "cold": "冷藏", "chemical": "日化",
    },
    "en": {},
}  # fmt: skip
"""What states and compartments are called; English says them as they are."""

LISTS: Final = Table(
    key="lists", zh="清单", en="Lists",
    columns=(
        Column(key="household", zh="户号", en="household", kind=_CODE, width=24),
        Column(key="list", zh="清单编号", en="list", kind=_CODE, width=30),
        Column(key="state", zh="状态", en="state", kind=_CODE),
        Column(key="channel", zh="渠道", en="channel", kind=_CODE),
        Column(key="line", zh="行", en="line", kind=Integer(least=1)),
        Column(key="item", zh="物品", en="item", kind=Text(64)),
        Column(key="quantity", zh="数量", en="quantity", kind=Integer(least=0)),
        Column(key="base", zh="单位", en="unit", kind=Text(16)),
        Column(key="waiting", zh="待核条数", en="waiting for a person", kind=Integer(least=0)),
    ),
)  # fmt: skip
BAGS: Final = Table(
    key="bags", zh="袋", en="Bags",
    columns=(
        Column(key="bag", zh="袋号", en="bag", kind=_CODE, width=14),
        Column(key="point", zh="服务点位", en="point", kind=_CODE),
        Column(key="stairwell", zh="单元", en="stairwell", kind=_CODE, width=20),
        Column(key="compartment", zh="存放", en="compartment", kind=_CODE),
        Column(key="weight_g", zh="重量（克）", en="weight (g)", kind=Integer(least=0)),
        Column(key="volume_ml", zh="体积（毫升）", en="volume (ml)", kind=Integer(least=0)),
        Column(key="state", zh="状态", en="state", kind=_CODE),
    ),
)  # fmt: skip
TRIPS: Final = Table(
    key="trips", zh="趟次", en="Trips",
    columns=(
        Column(key="trip", zh="趟次编号", en="trip", kind=_CODE, width=14),
        Column(key="courier", zh="骑手", en="courier", kind=_CODE),
        Column(key="no", zh="第几趟", en="number", kind=Integer(least=1)),
        Column(key="point", zh="服务点位", en="point", kind=_CODE),
        Column(key="departs", zh="出发", en="departs", kind=_CODE, width=20),
        Column(key="returns", zh="返回", en="returns", kind=_CODE, width=20),
        Column(key="stops", zh="站数", en="stops", kind=Integer(least=0)),
        Column(key="bags", zh="袋数", en="bags", kind=Integer(least=0)),
        Column(key="weight_g", zh="重量（克）", en="weight (g)", kind=Integer(least=0)),
        Column(key="state", zh="状态", en="state", kind=_CODE),
    ),
)  # fmt: skip


def list_rows(
    lists: Iterable[HouseholdList],
    goods: Mapping[str, tuple[str, str, str]],
    language: Language,
) -> Iterator[dict[str, Any]]:
    """Give a row for each line, and one for a list without lines.

    Parameters
    ----------
    goods
        Chinese name, English name and base unit of items by id.
    """
    for one in lists:
        told = {
            "household": one.household_code,
            "list": one.id,
            "state": said(one.state, language),
            "channel": one.channel,
            "waiting": len(one.doubts),
        }
        if not one.lines:
            yield told
        for line in one.lines:
            zh, en, base = goods[line.item_id]
            yield told | {
                "line": line.no,
                "item": zh if language == "zh" else en,
                "quantity": line.quantity,
                "base": TABLES[language][base],
            }


def bag_rows(rows: Iterable[Mapping[str, Any]], language: Language) -> Iterator[dict[str, Any]]:
    """Give a row for each bag, its states as people say them."""
    for row in rows:
        state, compartment = said(row["state"], language), said(row["compartment"], language)
        yield {**row, "state": state, "compartment": compartment}


def trip_rows(book: ShiftBook, language: Language) -> Iterator[dict[str, Any]]:
    """Give a row for each released trip, its times on the district's clock."""
    for shift in book.shifts:
        for trip in shift.trips:
            yield {
                "trip": trip.code,
                "courier": shift.courier_code,
                "no": trip.no,
                "point": trip.point_code,
                "departs": trip.starts.strftime("%Y-%m-%d %H:%M"),
                "returns": trip.ends.strftime("%Y-%m-%d %H:%M"),
                "stops": trip.stops,
                "bags": trip.bags,
                "weight_g": trip.weight_g,
                "state": said(trip.state, language),
            }


def said(state: str, language: Language) -> str:
    """Say a state as people do."""
    return _STATES[language].get(state, state)
