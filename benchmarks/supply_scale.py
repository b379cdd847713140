"""Supply at the size of a subdistrict: a generated day, timed against its limits.

    python -m benchmarks.supply_scale [--lists 27000] [--lines 12] [--database URL]

Without a database a SQLite file in a temporary folder is used. Rows are written straight into
the tables: what is measured is aggregation and ordering, not intake.
"""

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from logistics.store import buying, runs, tables
from logistics.store.session import Database, open_database
from logistics.usecases.create_run import create_run
from logistics.usecases.cut_off import cut_off
from logistics.usecases.place_orders import place_orders
from logistics.usecases.weigh_orders import read_demand, weigh

AT = datetime(2022, 4, 12, 12, 5, tzinfo=UTC)
WHO: dict[str, Any] = {"actor": "bench", "at": AT}
ITEMS, SUPPLIERS = 450, 8
AGGREGATION_S = 10.0
"""What adding up 27,000 lists of 12 lines, and ordering for them, may take on 2 cores."""
_AT_ONCE = 20_000


class Timer:
    """Seconds by what was done."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - began, 2)


def make_day(session: Session, lists: int, lines: int, *, seed: int = 1) -> str:
    """Write a district of as many households as lists, and a run that all of them ask in."""
    rng = random.Random(seed)
    _area(session, rng)
    _goods(session, rng)
    homes = _homes(session, lists)
    run = create_run(session, "bench", date(2022, 4, 13), 1, cutoff_at=AT, **WHO)
    _lists(session, rng, run.id, homes, lines)
    return run.id


def _many(session: Session, table: Any, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), _AT_ONCE):
        session.execute(insert(table), rows[start : start + _AT_ONCE])


def _place(id_: str, kind: str, **more: Any) -> dict[str, Any]:
    row = {
        "id": id_, "district_id": "d", "parent_id": None, "kind": kind, "code": id_,
        "name_zh": id_, "name_en": id_, "lon": 120.17, "lat": 30.27, "levels": 7, "open": True,
        "note": "", "depot": False, "point_id": None, "bays": None, "opens_s": None,
        "closes_s": None,
    }  # fmt: skip
    return row | more


def _area(session: Session, rng: random.Random) -> None:
    session.execute(
        insert(tables.district).values(
            id="d", name="bench", folder="", attribution="", synthetic=True, source_digest="",
            zone_name="Asia/Shanghai", policy={}, created_at=AT,
        )
    )  # fmt: skip
    _many(session, tables.place, [_place("P1", "point", depot=True)])
    _many(
        session,
        tables.place,
        [
            _place(f"M{n}", "market", lon=120.17 + rng.uniform(-0.03, 0.03),
                   lat=30.27 + rng.uniform(-0.03, 0.03), opens_s=5 * 3600, closes_s=20 * 3600)
            for n in range(SUPPLIERS)
        ],
    )  # fmt: skip
    _many(
        session,
        tables.supplier,
        [
            {"place_id": f"M{n}", "kind": "market", "minimum_fen": rng.choice([0, 50_000]),
             "lead_s": 0, "cold": True, "entered": True, "provenance": "*", "note": ""}
            for n in range(SUPPLIERS)
        ],
    )  # fmt: skip


def _goods(session: Session, rng: random.Random) -> None:
    _many(
        session,
        tables.item,
        [
            {"id": f"i{n:03}", "name_zh": f"货{n}", "name_en": f"item {n}", "base": "g",
             "default_unit": "g", "weight_mg": 1000, "volume_ul": 2000, "category": "vegetable",
             "cold": n % 10 == 0, "household_limit": 10**6, "substitute_class": None}
            for n in range(ITEMS)
        ],
    )  # fmt: skip
    offers, terms = [], []
    for n in range(ITEMS):
        fen_per_kg = rng.randint(300, 3000)
        for s in range(SUPPLIERS):
            if rng.random() < 0.3:
                continue
            case = rng.choice([5000, 8000, 10_000, 12_000, 15_000])
            offers.append(
                {"market_id": f"M{s}", "item_id": f"i{n:03}", "case_base": case,
                 "price_fen": int(case * fen_per_kg * rng.uniform(0.85, 1.2)) // 1000,
                 "stock_cases": rng.randint(10, 60) if rng.random() < 0.3 else None}
            )  # fmt: skip
            terms.append(
                {"market_id": f"M{s}", "item_id": f"i{n:03}", "minimum_cases": 1,
                 "aisle": f"{n // 30 + 1}", "keeps_h": None}
            )  # fmt: skip
    _many(session, tables.offer, offers)
    _many(session, tables.offer_terms, terms)


def _homes(session: Session, count: int) -> list[str]:
    stairs = -(-count // 27)
    _many(
        session,
        tables.place,
        [_place(f"B{n:04}", "building") for n in range(-(-stairs // 3))],
    )
    _many(
        session,
        tables.place,
        [
            _place(f"B{n // 3:04}-{n % 3 + 1}", "stairwell", parent_id=f"B{n // 3:04}",
                   point_id="P1")
            for n in range(stairs)
        ],
    )  # fmt: skip
    homes = [
        (f"B{n // 27 // 3:04}-{n // 27 % 3 + 1}", f"{n % 27 // 3 + 1}{n % 3 + 1:02}")
        for n in range(count)
    ]
    _many(
        session,
        tables.household,
        [
            {"id": f"h{n:06}", "district_id": "d", "stairwell_id": stairwell,
             "code": f"{stairwell}-{room}", "room": room, "persons": 3, "need_tier": 2}
            for n, (stairwell, room) in enumerate(homes)
        ],
    )  # fmt: skip
    return [f"h{n:06}" for n in range(count)]


def _lists(
    session: Session, rng: random.Random, run_id: str, homes: list[str], lines: int
) -> None:
    _many(
        session,
        tables.household_list,
        [
            {"id": f"l{n:06}", "run_id": run_id, "household_id": home, "client_ref": None,
             "channel": "cli", "state": "accepted", "note": "", "said": "", "version": 1,
             "created_at": AT, "updated_at": AT}
            for n, home in enumerate(homes)
        ],
    )  # fmt: skip
    rows = [
        {"id": f"l{n:06}-{no:02}", "list_id": f"l{n:06}", "no": no, "item_id": f"i{item:03}",
         "quantity": rng.choice([250, 500, 1000, 1500, 2000]), "unit": "g", "said": "",
         "substitution": "class", "version": 1}
        for n in range(len(homes))
        for no, item in enumerate(rng.sample(range(ITEMS), lines), start=1)
    ]  # fmt: skip
    _many(session, tables.order_line, rows)


def measure(database: Database, lists: int, lines: int) -> dict[str, Any]:
    """Make a day, and time what buying does with it."""
    timer = Timer()
    with timer.step("make"):
        run_id = database.run(lambda s: make_day(s, lists, lines))
    with timer.step("cut off"):
        database.run(lambda s: cut_off(s, run_id, **WHO))
    if database.dialect == "postgresql":
        database.run(lambda s: s.execute(text("ANALYZE")))
    with timer.step("aggregate"), database.read() as session:
        items = len(buying.demand(session, runs.get(session, run_id).id))
    with timer.step("read"), database.read() as session:
        read = read_demand(session, run_id, at=AT)
    with timer.step("weigh"):
        weighed = weigh(read)
    with timer.step("write"):
        done = database.run(lambda s: place_orders(s, run_id, weighed=weighed, **WHO))
    ordering = sum(timer.seconds[name] for name in ("read", "weigh", "write"))
    return {
        "database": database.dialect,
        "lists": lists,
        "lines": done.lines,
        "items": items,
        "orders": len(done.orders),
        "seconds": timer.seconds,
        "ordering_s": round(ordering, 2),
        "limit_s": AGGREGATION_S,
        "gaps": {one.name: round(one.gap, 6) for one in done.options},
    }


def main(arguments: list[str] | None = None, say: Callable[[str], None] = print) -> int:
    """Measure, print, and answer whether the limit was kept."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--lists", type=int, default=27_000)
    parser.add_argument("--lines", type=int, default=12)
    parser.add_argument("--database", default="")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(asked.database or f"sqlite:///{Path(folder) / 'bench.db'}")
        database.migrate()
        try:
            found = measure(database, asked.lists, asked.lines)
        finally:
            database.close()
    say(json.dumps(found, ensure_ascii=False))
    return 0 if found["seconds"]["aggregate"] <= AGGREGATION_S else 1


if __name__ == "__main__":
    raise SystemExit(main())
