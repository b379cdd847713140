"""Goods that markets offer, as a setup brings them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from logistics.store import tables
from logistics.store.rows import Put, replace_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A market's price for one case of an item."""

    market_id: str
    item_id: str
    case_base: int
    price_fen: int
    stock_cases: int | None


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
    return Put(changed=replace_rows(session, tables.offer, "market_id", set(market_ids), rows))
