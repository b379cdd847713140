"""A subdistrict's bags: made up, sealed, listed and labelled; seconds, and bags above the bound.

Usage: ``python -m benchmarks.packing --households 3500 [--database URL]``; without a URL a SQLite
file in a temporary folder. Results go to ``benchmarks/results/packing.json``.
"""

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from api.packing_files import write_labels, write_lists
from logistics.domain.packing_events import PackingKind
from logistics.domain.runs import RunState
from logistics.domain.setup import Policy
from logistics.exchange.labels import format_named
from logistics.exchange.starting import starting_catalogue
from logistics.store import catalogue, runs, tables
from logistics.store.session import Database, open_database
from logistics.usecases.confirm_packing import confirm_all
from logistics.usecases.create_run import create_run
from logistics.usecases.pack_bags import pack_bags
from logistics.usecases.print_packing import read_papers

AT = datetime(2026, 4, 13, 1, 0, tzinfo=UTC)
WHO: dict[str, Any] = {"actor": "bench", "at": AT}
POINTS = 20
LINES = 12
RESULTS = Path(__file__).parent / "results"


def fill(database: Database, households: int, seed: int) -> str:
    """Write a district, its lists and their shares: all that a run has when bags are made up."""
    draw = random.Random(seed)
    items = [item for item in starting_catalogue().items if item.category != "package"]
    with database.transaction() as s:
        s.execute(insert(tables.district).values(
            id="d", name="bench", folder="d", attribution="", synthetic=True, source_digest="",
            zone_name="Asia/Shanghai", policy=Policy().facts(), created_at=AT))  # fmt: skip
        s.execute(insert(tables.place), list(_places(households)))
        s.execute(insert(tables.household), [
            {"id": _home(n), "district_id": "d", "stairwell_id": f"s{n // 27}", "code": _home(n),
             "room": f"{n % 27 // 2 + 1}0{n % 2 + 1}", "persons": 3, "need_tier": 2}
            for n in range(households)])  # fmt: skip
        catalogue.put_items(s, items)
        run = create_run(s, "bench", date(2026, 4, 13), 1, cutoff_at=AT, **WHO).id
        order = {"run_id": run, "market_id": "M1", "state": "sent", "created_at": AT}
        s.execute(insert(tables.purchase_order).values(id="o", code="O-1", **order))
        s.execute(insert(tables.receipt).values(id="r", order_id="o", key="r", digest="", **WHO))
        lists, lines, shares = [], [], []
        needed: dict[str, int] = {}
        for n in range(households):
            note = "不要香菜，放门口" if n % 9 == 0 else ""
            lists.append({"id": f"l{n:06d}", "run_id": run, "household_id": _home(n),
                          "channel": "cli", "state": "frozen", "note": note, "said": "",
                          "version": 1, "created_at": AT, "updated_at": AT})  # fmt: skip
            for no, item in enumerate(draw.sample(items, LINES), start=1):
                held = item.base_count(item.default_unit) or 1
                quantity = min(held * draw.choice((1, 1, 1, 2, 2, 3)), item.household_limit)
                line = f"l{n:06d}-{no:02d}"
                needed[item.id] = needed.get(item.id, 0) + quantity
                lines.append({"id": line, "list_id": f"l{n:06d}", "no": no, "item_id": item.id,
                              "quantity": quantity, "unit": item.default_unit, "said": "",
                              "substitution": "none", "version": 1})  # fmt: skip
                shares.append({"id": f"sh{line}", "run_id": run, "line_id": line,
                               "lot_id": f"lot{item.id}"[:64], "quantity": quantity,
                               "kind": "full", "reason": "as-asked", "facts": {}})  # fmt: skip
        s.execute(insert(tables.household_list), lists)
        s.execute(insert(tables.order_line), lines)
        s.execute(insert(tables.lot), [
            {"id": f"lot{item}"[:64], "run_id": run, "receipt_id": "r", "item_id": item,
             "quantity": quantity, "state": "released", "provenance": "", "received_at": AT}
            for item, quantity in needed.items()])  # fmt: skip
        s.execute(insert(tables.movement), [
            {"run_id": run, "lot_id": f"lot{item}"[:64], "quantity": quantity,
             "source": "supplier:M1", "target": "stock:P00", "kind": "purchase", "cause": "bench",
             "actor": "bench", "at": AT} for item, quantity in needed.items()])  # fmt: skip
        s.execute(insert(tables.share), shares)
        runs.set_state(s, run, RunState.ALLOCATED)
    return run


def _home(n: int) -> str:
    return f"BE-{n // 81:03d}-{n // 27 % 3 + 1}-{n:05d}"


def _places(households: int) -> Any:
    def place(id_: str, kind: str, zh: str, **more: object) -> dict[str, object]:
        return {"id": id_, "district_id": "d", "parent_id": None, "kind": kind, "code": id_,
                "name_zh": zh, "name_en": id_, "lon": 0.0, "lat": 0.0, "levels": 14,
                "open": True, "note": "", "depot": False, "point_id": None} | more  # fmt: skip

    yield place("M1", "market", "市场")
    for n in range(POINTS):
        yield place(f"P{n:02d}", "point", f"第{n + 1}点位", depot=n == 0)
    yield place("c", "compound", "东港嘉苑")
    for n in range(households // 81 + 1):
        yield place(f"b{n}", "building", f"{n + 1}幢", parent_id="c")
    for n in range(households // 27 + 1):
        point = f"P{n % POINTS:02d}"
        yield place(f"s{n}", "stairwell", f"{n % 3 + 1}单元", parent_id=f"b{n // 3}",
                    point_id=point)  # fmt: skip


def measure(database: Database, folder: Path, households: int, seed: int) -> dict[str, Any]:
    """Walk a run from shares to paper; seconds of each step, on the wall and at work."""
    seconds: dict[str, dict[str, float]] = {}

    def timed(name: str, deed: Callable[[], Any]) -> Any:
        begun, worked = time.perf_counter(), time.process_time()
        found = deed()
        seconds[name] = {
            "wall": round(time.perf_counter() - begun, 1),
            "cpu": round(time.process_time() - worked, 1),
        }
        return found

    def work(deed: Callable[[Any], Any]) -> Any:
        return database.run(deed)

    run = timed("written", lambda: fill(database, households, seed))
    made = timed("bags made up", lambda: work(lambda s: pack_bags(s, run, confirm=False, **WHO)))
    papers = timed("read for paper", lambda: work(lambda s: read_papers(s, run)))
    for kind in ("pdf", "xlsx", "csv"):
        timed(f"lists {kind}", lambda k=kind: write_lists(papers, folder, (k,), language="zh"))
    for form in ("a4", "60x40"):
        file = folder / f"labels-{form}.pdf"
        timed(f"labels {form}", lambda f=form, p=file: write_labels(
            papers, p, format_named(f), language="zh"))  # fmt: skip
    timed("sealed", lambda: work(lambda s: confirm_all(s, run, PackingKind.SEAL, **WHO)))
    return {
        "database": database.dialect,
        "households": households,
        "lines": households * LINES,
        "bags": made.bags,
        "fewest": made.fewest,
        "heavy": made.heavy,
        "seconds": seconds,
        "sizes": {path.name: path.stat().st_size for path in sorted(folder.glob("labels*"))},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--households", type=int, default=3500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", default="")
    parser.add_argument("--out", type=Path, default=None, help="keep lists and labels here")
    said = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = said.out or Path(scratch) / "out"
        folder.mkdir(parents=True, exist_ok=True)
        database = open_database(said.database or f"sqlite:///{scratch}/packing.db")
        database.migrate()
        found = measure(database, folder, said.households, said.seed)
        database.close()
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(found, indent=1, ensure_ascii=False)
    (RESULTS / "packing.json").write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
