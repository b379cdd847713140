"""Goods that markets offer, as a setup brings them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, delete, insert, select, tuple_
from sqlalchemy.orm import Session

from logistics.domain.catalogue import Item
from logistics.store import tables
from logistics.store.rows import Put, put

_AT_ONCE = 500
_SCALARS = (
    "id",
    "name_zh",
    "name_en",
    "base",
    "default_unit",
    "weight_mg",
    "volume_ul",
    "category",
    "cold",
    "household_limit",
    "substitute_class",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A market's price for one case of an item."""

    market_id: str
    item_id: str
    case_base: int
    price_fen: int
    stock_cases: int | None


def put_items(session: Session, items: Collection[Item]) -> Put:
    """Write items with their units and aliases, or what differs; forget no item."""
    rows = put(session, tables.item, [{n: getattr(i, n) for n in _SCALARS} for i in items])
    ids = {item.id for item in items}
    units = [
        {"item_id": i.id, "unit": unit, "base_count": count}
        for i in items
        for unit, count in i.units.items()
    ]
    aliases = [{"item_id": i.id, "alias": a} for i in items for a in dict.fromkeys(i.aliases)]
    changed = _replace(session, tables.item_unit, "item_id", ids, units)
    changed += _replace(session, tables.item_alias, "item_id", ids, aliases)
    return Put(rows.added, rows.changed + changed)


def put_offers(session: Session, market_ids: Collection[str], offers: Iterable[Offer]) -> Put:
    """Let these be all offers of these markets; one that is missing here is withdrawn."""
    rows = [
        {
            "market_id": o.market_id,
            "item_id": o.item_id,
            "case_base": o.case_base,
            "price_fen": o.price_fen,
            "stock_cases": o.stock_cases,
        }
        for o in offers
    ]
    return Put(changed=_replace(session, tables.offer, "market_id", set(market_ids), rows))


def _replace(
    session: Session, table: Table, owner: str, owners: Collection[str], rows: list[dict[str, Any]]
) -> int:
    """Make the rows of some owners exactly these; return how many were written or withdrawn."""
    keys = [column.name for column in table.primary_key]
    wanted = {tuple(row[k] for k in keys): row for row in rows}
    found: dict[tuple[Any, ...], Mapping[str, Any]] = {}
    for start in range(0, len(names := sorted(owners)), _AT_ONCE):
        query = select(table).where(table.c[owner].in_(names[start : start + _AT_ONCE]))
        found |= {
            tuple(row[k] for k in keys): dict(row) for row in session.execute(query).mappings()
        }
    gone = [key for key, row in found.items() if wanted.get(key) != row]
    for start in range(0, len(gone), _AT_ONCE):
        columns = tuple_(*(table.c[k] for k in keys))
        session.execute(delete(table).where(columns.in_(gone[start : start + _AT_ONCE])))
    fresh = [row for key, row in wanted.items() if found.get(key) != row]
    if fresh:
        session.execute(insert(table), fresh)
    return len(fresh) + sum(key not in wanted for key in gone)
