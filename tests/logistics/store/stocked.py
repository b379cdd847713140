"""A few rows of every kind of value, goods that move, and all that a database holds."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from logistics.domain.places import District, Place
from logistics.domain.setup import Policy
from logistics.store import places
from logistics.store import tables as t
from logistics.store.session import Database

AT = datetime(2026, 4, 13, 9, 0, 0, 120, tzinfo=UTC)
LOT = "lot_1"
TEXTS = ("", "土豆 🥔", "a\\b\"c'd", "tab\t line\n\r \\N \\.", "\x01\u2028{x}%s:y", "é vs e\u0301")
"""What files and COPY could mistake for something of their own."""


def stock(session: Session) -> None:
    """Write a lot and what it hangs on, with texts, JSON, dates and truths among it."""
    places.put_district(
        session,
        District(id="dst_1", name=TEXTS[1], folder=TEXTS[2], attribution=TEXTS[3],
                 synthetic=True, source_digest="", zone_name="Asia/Shanghai", policy=Policy(),
                 created_at=AT),
    )  # fmt: skip
    places.put_places(session, [
        Place(id="plc_m", district_id="dst_1", parent_id=None, kind="market", code="M1",
              name_zh="市场", name_en=TEXTS[4], lon=120.1234567890123, lat=1 / 3),
        Place(id="a-child-comes-before", district_id="dst_1", parent_id="plc_m", kind="gate",
              code="G1", name_zh="门", name_en="", lon=-0.5, lat=5e-324),
    ])  # fmt: skip
    rows: list[tuple[Any, dict[str, Any]]] = [
        (t.run, {"id": "run_1", "district_id": "dst_1", "code": "KX-1", "day": date(2026, 4, 13),
                 "wave": 1, "state": "received", "created_at": AT, "cutoff_at": AT,
                 "separation_s": 600}),
        (t.item, {"id": "it_1", "name_zh": "土豆", "name_en": TEXTS[5], "base": "g",
                  "default_unit": "斤", "weight_mg": 2**53 + 1, "volume_ul": 1500,
                  "category": "vegetable", "cold": False, "household_limit": 2**62}),
        (t.purchase_order, {"id": "po_1", "run_id": "run_1", "market_id": "plc_m", "code": "O1",
                            "state": "received", "created_at": AT}),
        (t.receipt, {"id": "rcp_1", "order_id": "po_1", "key": "k", "digest": "d", "actor": "cli",
                     "at": AT}),
        (t.lot, {"id": LOT, "run_id": "run_1", "receipt_id": "rcp_1", "item_id": "it_1",
                 "quantity": 1000, "state": "checked", "provenance": "", "received_at": AT}),
        (t.plan, {"id": "pl_1", "run_id": "run_1", "digest": "", "problem": None, "plan": 7,
                  "state": "draft", "seed": 0, "created_at": AT}),
        (t.plan, {"id": "pl_2", "run_id": "run_1", "digest": "", "state": "draft", "seed": 0,
                  "problem": {"z": [1.5, 1e300, 2**70, None, "\x00"], "a": TEXTS[3]}, "plan": "7",
                  "created_at": AT}),
    ]  # fmt: skip
    for table, row in rows:
        session.execute(insert(table).values(row))
    move(session, 1000, "supplier:M1", "stock:P1", kind="purchase")
    move(session, 300, "stock:P1", "van:V1")


def move(
    session: Session, quantity: int, source: str, target: str, kind: str = "transfer"
) -> None:
    """Move some of the lot."""
    row = {"run_id": "run_1", "lot_id": LOT, "quantity": quantity, "source": source,
           "target": target, "kind": kind, "cause": "try", "actor": "cli", "at": AT}  # fmt: skip
    session.execute(insert(t.movement).values(row))


def every_row(database: Database) -> dict[str, list[str]]:
    """Read all tables through the program's own types, whichever database it is."""
    with database.read() as session:
        return {
            table.name: sorted(repr(tuple(row)) for row in session.execute(select(table)))
            for table in t.metadata.sorted_tables
        }
