"""Rows of what stands before a day of the ledger's benchmark: places, lists, lots, bags."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from logistics.store import tables as t

START = datetime(2022, 4, 1, tzinfo=UTC)
LINES = 12
LOTS = 300
STAIRWELLS = 200
COURIERS = 90
_AT_ONCE = 20_000

Line = tuple[int, int, int, int]
"""Household, number, lot, quantity."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is written: ``days`` runs of ``households`` bags with twelve lines each."""

    days: int
    households: int


def household(n: int) -> str:
    """Code of the n-th household."""
    return f"KX-{n % STAIRWELLS:03}-{n:05}"


def lot(day: int, n: int) -> str:
    """Id of the n-th lot of a day; lot 0 reaches every household."""
    return f"lt{day:02}-{n:03}"


def courier_of(n: int) -> str:
    """Code of the courier who carries to the n-th household."""
    return f"C{n % COURIERS:02}"


def ground(session: Session, size: Size) -> None:
    insert_rows(
        session,
        t.district,
        [
            {
                "id": "d",
                "name": "bench",
                "folder": "",
                "attribution": "",
                "synthetic": True,
                "source_digest": "",
                "zone_name": "Asia/Shanghai",
                "policy": {},
                "created_at": START,
            }
        ],
    )
    spot = {
        "district_id": "d",
        "name_zh": "处",
        "name_en": "spot",
        "lon": 0.0,
        "lat": 0.0,
        "levels": 6,
        "open": True,
        "note": "",
        "depot": False,
        "point_id": None,
        "parent_id": None,
    }
    insert_rows(
        session,
        t.place,
        [
            *({"id": f"P{n}", "kind": "point", "code": f"P{n}"} | spot for n in range(2)),
            *({"id": f"M{n}", "kind": "market", "code": f"M{n}"} | spot for n in range(5)),
        ],
    )
    insert_rows(
        session,
        t.place,
        [
            {"id": f"KX-{n:03}", "kind": "stairwell", "code": f"KX-{n:03}"}
            | spot
            | {"point_id": f"P{n % 2}"}
            for n in range(STAIRWELLS)
        ],
    )
    insert_rows(
        session,
        t.household,
        [
            {
                "id": household(n),
                "district_id": "d",
                "stairwell_id": f"KX-{n % STAIRWELLS:03}",
                "code": household(n),
                "room": f"{n}",
                "persons": 3,
                "need_tier": 2,
            }
            for n in range(size.households)
        ],
    )
    insert_rows(
        session,
        t.item,
        [
            {
                "id": f"it{n}",
                "name_zh": f"货{n}",
                "name_en": f"item {n}",
                "base": "g",
                "default_unit": "g",
                "weight_mg": 1000,
                "volume_ul": 1000,
                "category": "vegetable",
                "cold": False,
                "household_limit": 10**9,
            }
            for n in range(LOTS)
        ],
    )


def bought_rows(session: Session, day: int, at: datetime, bought: dict[int, int]) -> None:
    run = f"r{day:02}"
    insert_rows(
        session,
        t.run,
        [
            {
                "id": run,
                "district_id": "d",
                "code": f"KX-{day:02}",
                "wave": 1,
                "state": "closed",
                "day": date(2022, 4, 1) + timedelta(days=day),
                "created_at": at,
                "cutoff_at": at,
                "separation_s": 600,
            }
        ],
    )
    insert_rows(
        session,
        t.purchase_order,
        [
            {
                "id": f"po{day}-{m}",
                "run_id": run,
                "market_id": f"M{m}",
                "code": f"KX-{day:02}-M{m}",
                "state": "received",
                "created_at": at,
            }
            for m in range(5)
        ],
    )
    insert_rows(
        session,
        t.receipt,
        [
            {
                "id": f"rc{day}-{m}",
                "order_id": f"po{day}-{m}",
                "key": f"k{day}-{m}",
                "digest": "",
                "actor": "bench",
                "at": at,
            }
            for m in range(5)
        ],
    )
    insert_rows(
        session,
        t.lot,
        [
            {
                "id": lot(day, k),
                "run_id": run,
                "receipt_id": f"rc{day}-{k % 5}",
                "item_id": f"it{k}",
                "instead_of_id": None,
                "quantity": bought[k],
                "state": "released",
                "provenance": f"ZJ{day:02}{k:03}",
                "received_at": at,
            }
            for k in range(LOTS)
        ],
    )
    for k, quantity in bought.items():
        buys, loses = (Cause(run, kind, f"rc{day}-{k % 5}", at) for kind in ("purchase", "loss"))
        insert_rows(
            session,
            t.movement,
            [
                buys.move(lot(day, k), quantity, f"supplier:M{k % 5}", "stock:P0"),
                loses.move(lot(day, k), 40, "stock:P0", f"loss:KX-{day:02}"),
            ],
        )


def asked_rows(
    session: Session, size: Size, day: int, at: datetime, lines: Sequence[Line]
) -> None:
    run = f"r{day:02}"
    insert_rows(
        session,
        t.household_list,
        [
            {
                "id": f"l{day:02}-{n:05}",
                "run_id": run,
                "household_id": household(n),
                "client_ref": None,
                "channel": "bench",
                "state": "frozen",
                "note": "",
                "said": "",
                "version": 1,
                "created_at": at,
                "updated_at": at,
            }
            for n in range(size.households)
        ],
    )
    insert_rows(
        session,
        t.bag,
        [
            {
                "id": f"bg{day:02}-{n:05}",
                "run_id": run,
                "household_id": household(n),
                "point_id": f"P{n % 2}",
                "code": f"{n:05}",
                "no": 1,
                "compartment": "ambient",
                "weight_g": 6000,
                "volume_ml": 9000,
                "state": "sealed",
                "custodian": f"point:P{n % 2}",
            }
            for n in range(size.households)
        ],
    )
    insert_rows(
        session,
        t.order_line,
        (
            {
                "id": f"ol{day:02}-{n:05}-{no:02}",
                "list_id": f"l{day:02}-{n:05}",
                "no": no,
                "item_id": f"it{k}",
                "quantity": q,
                "unit": "g",
                "said": "",
                "substitution": "none",
                "version": 1,
            }
            for n, no, k, q in lines
        ),
    )
    insert_rows(
        session,
        t.share,
        (
            {
                "id": f"sh{day:02}-{n:05}-{no:02}",
                "run_id": run,
                "line_id": f"ol{day:02}-{n:05}-{no:02}",
                "lot_id": lot(day, k),
                "quantity": q,
                "kind": "full",
                "reason": "enough",
                "facts": {},
            }
            for n, no, k, q in lines
        ),
    )
    insert_rows(
        session,
        t.bag_line,
        (
            {
                "id": f"bl{day:02}-{n:05}-{no:02}",
                "bag_id": f"bg{day:02}-{n:05}",
                "share_id": f"sh{day:02}-{n:05}-{no:02}",
                "quantity": q,
            }
            for n, no, k, q in lines
        ),
    )


@dataclass(frozen=True, slots=True)
class Cause:
    """Why goods move, and when."""

    run: str
    kind: str
    cause: str
    at: datetime

    def move(self, lot_id: str, quantity: int, source: str, target: str) -> dict[str, Any]:
        return {
            "run_id": self.run,
            "lot_id": lot_id,
            "quantity": quantity,
            "source": source,
            "target": target,
            "kind": self.kind,
            "cause": self.cause,
            "actor": "bench",
            "at": self.at,
        }


def insert_rows(session: Session, table: Table, rows: Any) -> None:
    part: list[dict[str, Any]] = []
    for row in rows:
        part.append(row)
        if len(part) == _AT_ONCE:
            session.execute(insert(table), part)
            part = []
    if part:
        session.execute(insert(table), part)
