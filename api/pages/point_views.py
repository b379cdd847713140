"""A point's day in words, and amounts as they are counted there."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from api.pages.household_words import amount, unit_word
from api.pages.household_words import name as name_item
from api.pages.leader_asker import clock
from logistics.domain.catalogue import Catalogue
from logistics.domain.items import Item
from logistics.domain.point_days import LoadingTurn, PointDay, ShelfPick, StairwellPacking
from logistics.domain.quantities import say_decimal
from logistics.errors import Invalid
from logistics.exchange.packing_texts import weight
from logistics.exchange.sheets import address
from logistics.usecases.read_point_day import PointGoods

Shown = dict[str, Any]
_LONGEST: Final = 7  # figures that somebody compares at a glance


class CountUnreadable(Invalid):
    """An amount is no number, or no whole number of base units."""

    code = "point.count-unreadable"


def in_unit(item: Item, count: int, language: str) -> Shown:
    """Say a count as a number and the unit in which it is counted, exactly."""
    for unit in (item.default_unit, item.base):
        held = _held(item, unit)
        number = say_decimal(Fraction(count, held)) if held else None
        if number is not None and len(number) <= _LONGEST:
            return {"number": number, "unit": unit, "said": unit_word(unit, language)}
    return {"number": str(count), "unit": item.base, "said": unit_word(item.base, language)}


def read_count(item: Item, number: str, unit: str) -> int:
    """Read an amount back into base units.

    Raises
    ------
    CountUnreadable
        If it is no number, below zero, or splits a base unit.
    """
    held = _held(item, unit)
    try:
        count = Fraction(number.strip()) * (held or 0)
    except (ValueError, ZeroDivisionError):
        count = Fraction(-1)
    if not held or count < 0 or count.denominator != 1:
        raise CountUnreadable(
            field=item.name_zh, value=f"{number} {unit}"[:40], mend="give a number, 0 or more"
        )
    return int(count)


def _held(item: Item, unit: str) -> int | None:
    return 1 if unit == item.base else item.base_count(unit)


def goods_shown(found: PointGoods, zone: str, language: str, words: Mapping[str, Any]) -> Shown:
    """Show what comes, what is on vans, and what lies at the point."""
    goods = found.goods
    return {
        "vans": [
            {
                "van": one.van,
                "arrives": clock(one.arrives_at, zone),
                "leaves": clock(one.leaves_at, zone),
                "weight": weight(one.weight_g),
                "brings": ", ".join(one.goods),
                "kind": words["van_kinds"][one.kind],
            }
            for one in found.vans
        ],
        "orders": [
            {
                "code": one.code,
                "supplier": one.supplier_zh if language == "zh" else one.supplier_en,
                "state": words["order_states"][one.state.value],
                "open": one.state.value in ("sent", "part-received"),
                "lines": [
                    {
                        "item": line.item_id,
                        "name": _name(goods, line.item_id, language),
                        "ordered": _amount(goods, line.item_id, line.ordered, language),
                        "came": _amount(goods, line.item_id, line.came, language),
                        "all": line.left == 0,
                        "cold": goods.by_id[line.item_id].cold,
                        "left": in_unit(goods.by_id[line.item_id], line.left, language),
                    }
                    for line in one.lines
                ],
            }
            for one in found.orders
        ],
        "on_vans": _by_van(found, language),
        "stock": [
            {
                "lot": one.lot,
                "name": _name(goods, one.item_id, language),
                "amount": _amount(goods, one.item_id, one.quantity, language),
                "left": in_unit(goods.by_id[one.item_id], one.quantity, language),
                "provenance": one.provenance,
                "held": one.state != "released",
            }
            for one in found.stock
        ],
        "others": [
            {"code": code, "name": one.name_zh if language == "zh" else one.name_en}
            for code, one in sorted(found.others.items())
        ],
    }


def _by_van(found: PointGoods, language: str) -> list[Shown]:
    vans: dict[str, list[Shown]] = {}
    for one in found.on_vans:
        item = found.goods.by_id[one.item_id]
        vans.setdefault(one.van, []).append(
            {
                "lot": one.lot,
                "name": name_item(item, language),
                "amount": amount(item, one.quantity, language),
                "left": in_unit(item, one.quantity, language),
                "cold": one.cold,
                "provenance": one.provenance,
            }
        )
    return [{"van": van, "lots": lots} for van, lots in vans.items()]


def _name(goods: Catalogue, item_id: str, language: str) -> str:
    return name_item(goods.by_id[item_id], language)


def _amount(goods: Catalogue, item_id: str, count: int, language: str) -> str:
    return amount(goods.by_id[item_id], count, language)


def pick_shown(one: ShelfPick, goods: Catalogue, language: str) -> Shown:
    """Show how much of an item is picked, for how many bags."""
    return {
        "aisle": one.aisle,
        "name": _name(goods, one.item_id, language),
        "amount": _amount(goods, one.item_id, one.quantity, language),
        "bags": one.bags,
    }


def well_shown(one: StairwellPacking, language: str, hour: str) -> Shown:
    """Show how far the bags for a stairwell are; ``hour`` is when they leave."""
    names = one.names_zh if language == "zh" else one.names_en
    return {
        "code": one.stairwell_code,
        "name": address(names, "zh" if language == "zh" else "en") or one.stairwell_code,
        "trip": one.trip,
        "leaves": hour,
        "bags": one.bags,
        "packed": one.packed,
        "ready": one.packed >= one.bags,
    }


def turn_shown(one: LoadingTurn, day: PointDay, words: Mapping[str, Any]) -> Shown:
    """Show a trip on the board: its bay, its turn, its bags, and whether it has to wait."""
    zone = day.zone_name
    waits = one.waits_for and one.wait_until is not None
    return {
        "trip": one.trip,
        "courier": one.courier,
        "no": one.no,
        "state": one.state,
        "said": words["trip_states"][one.state],
        "bay": one.bay,
        "loads": clock(one.loads_at, zone),
        "clears": clock(one.clears_at, zone),
        "departs": clock(one.departs_at, zone),
        "bags": one.bags,
        "packed": one.packed,
        "staged": one.staged,
        "ready": one.ready,
        "stops": one.stops,
        "weight": weight(one.weight_g),
        "late": one.late,
        "wait": words["waits"].format(
            trip=one.waits_for, bay=one.bay, at=clock(one.wait_until, zone)
        )
        if waits and one.wait_until is not None
        else "",
    }
