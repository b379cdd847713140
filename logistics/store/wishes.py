"""The frozen lines of a run, as those who buy, share and pack need them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logistics.domain.allocation import MEASURED_STEP
from logistics.domain.catalogue import ItemUnknown
from logistics.domain.quantities import MASS, VOLUME
from logistics.store.tables import (
    household,
    household_list,
    item,
    item_alias,
    item_unit,
    order_line,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenLine:
    """An accepted line after the cut-off; ``step`` is the smallest amount to give of it."""

    line_id: str
    list_id: str
    no: int
    household_id: str
    household_code: str
    need_tier: int
    item_id: str
    quantity: int
    step: int
    substitution: str  # none listed class
    substitutes: tuple[str, ...] = ()
    substitute_cap_fen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Good:
    """What buying, sharing and packing know of an item."""

    id: str
    name_zh: str
    name_en: str
    base: str
    weight_mg: int
    volume_ul: int
    category: str
    cold: bool
    substitute_class: str | None


def frozen_lines(session: Session, run_id: str) -> tuple[FrozenLine, ...]:
    """Read every line of the frozen lists, in the order in which the lists came."""
    rows = session.execute(
        select(
            order_line.c.id,
            order_line.c.list_id,
            order_line.c.no,
            household.c.id.label("home"),
            household.c.code,
            household.c.need_tier,
            order_line.c.item_id,
            order_line.c.quantity,
            order_line.c.unit,
            order_line.c.substitution,
            order_line.c.substitutes,
            order_line.c.substitute_cap_fen,
            item_unit.c.base_count,
        )
        .join(household_list, household_list.c.id == order_line.c.list_id)
        .join(household, household.c.id == household_list.c.household_id)
        .outerjoin(
            item_unit,
            (item_unit.c.item_id == order_line.c.item_id)
            & (item_unit.c.unit == order_line.c.unit),
        )
        .where(household_list.c.run_id == run_id, household_list.c.state == "frozen")
        .order_by(household_list.c.created_at, household_list.c.id, order_line.c.no)
    )
    return tuple(
        FrozenLine(
            line_id=row.id,
            list_id=row.list_id,
            no=row.no,
            household_id=row.home,
            household_code=row.code,
            need_tier=row.need_tier,
            item_id=row.item_id,
            quantity=row.quantity,
            step=_step(row),
            substitution=row.substitution,
            substitutes=tuple(row.substitutes),
            substitute_cap_fen=row.substitute_cap_fen,
        )
        for row in rows
    )


def steps(session: Session, line_ids: Iterable[str]) -> dict[str, int]:
    """Read the smallest amounts to give of some lines, by line id."""
    wanted = sorted(set(line_ids))
    found: dict[str, int] = {}
    for start in range(0, len(wanted), _CHUNK):
        rows = session.execute(
            select(
                order_line.c.id, order_line.c.quantity, order_line.c.unit, item_unit.c.base_count
            )
            .outerjoin(
                item_unit,
                (item_unit.c.item_id == order_line.c.item_id)
                & (item_unit.c.unit == order_line.c.unit),
            )
            .where(order_line.c.id.in_(wanted[start : start + _CHUNK]))
        )
        found |= {row.id: _step(row) for row in rows}
    return found


_CHUNK = 500  # parameters in one statement; SQLite allows at least 999


def _step(row: Any) -> int:
    if row.base_count is not None:
        return min(row.base_count, row.quantity) if row.unit not in _MEASURES else MEASURED_STEP
    return MEASURED_STEP if row.unit in _MEASURES else 1


_MEASURES = frozenset({*MASS, *VOLUME})


def goods(session: Session) -> dict[str, Good]:
    """Read the catalogue by item id."""
    rows = session.execute(
        select(
            item.c.id,
            item.c.name_zh,
            item.c.name_en,
            item.c.base,
            item.c.weight_mg,
            item.c.volume_ul,
            item.c.category,
            item.c.cold,
            item.c.substitute_class,
        )
    )
    return {row["id"]: Good(**row) for row in rows.mappings()}


def item_named(session: Session, word: str) -> str:
    """Find the item of a name, alias or id.

    Raises
    ------
    ItemUnknown
        If there is none.
    """
    found = names(session).get(word.strip())
    if found is None:
        raise ItemUnknown(item=word[:40], close="")
    return found


def names(session: Session) -> dict[str, str]:
    """Map every word that names an item — id, names, aliases — to the item's id."""
    aliases = session.execute(select(item_alias.c.alias, item_alias.c.item_id))
    found = dict(aliases.all())
    rows = session.execute(select(item.c.id, item.c.name_zh, item.c.name_en)).all()
    found |= {row.name_en: row.id for row in rows}
    found |= {word: row.id for row in rows for word in (row.name_zh, row.id)}
    return found


def asking(session: Session, run_id: str) -> tuple[int, int]:
    """Count the households whose lists stand in a run, and their lines."""
    lines = (
        select(func.count())
        .where(order_line.c.list_id == household_list.c.id)
        .correlate(household_list)
        .scalar_subquery()
    )
    row = session.execute(
        select(
            func.count(func.distinct(household_list.c.household_id)),
            func.coalesce(func.sum(lines), 0),
        ).where(household_list.c.run_id == run_id, household_list.c.state != "cancelled")
    ).one()
    return int(row[0]), int(row[1])
