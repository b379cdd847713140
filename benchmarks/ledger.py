"""A million movements: proved, sealed, and traced both ways, on SQLite and on PostgreSQL.

Usage: ``python -m benchmarks.ledger --days 11 --households 4000 [--database URL]``; without a URL
a SQLite file in a temporary folder. Results go to ``benchmarks/results/ledger.{json,md}``, those
of one kind of database beside those of the other.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import ledger_days, ledger_rows, report
from benchmarks.ledger_rows import Size
from logistics.domain.trace import Subject
from logistics.store import ledger_checks
from logistics.store.session import Database, open_database
from logistics.usecases.seal_ledger import seal_ledger
from logistics.usecases.trace_goods import lot_steps, trace_goods
from logistics.usecases.verify_ledger import verify_ledger

REPEATS = 3
RESULTS = Path(__file__).parent / "results"


def measure(database: Database, size: Size) -> dict[str, Any]:
    """Write, seal, prove and trace; seconds are the median of three, but for the writing."""
    wrote = _timed(lambda: ledger_days.write(database, size))
    sealed = _timed(lambda: seal_ledger(database, actor="bench", at=datetime.now(UTC)))
    with database.read() as session:
        counts = ledger_checks.counts(session)
        begun, busy = time.perf_counter(), time.process_time()
        proof = verify_ledger(session)
        verified, verified_cpu = time.perf_counter() - begun, time.process_time() - busy
        day = size.days // 2
        traces = {
            "lot to every household": (Subject.LOT, ledger_rows.lot(day, 0)),
            "lot to a few doors": (Subject.LOT, ledger_rows.lot(day, 7)),
            "bag": (Subject.BAG, f"bg{day:02}-00017"),
            "household, all days": (Subject.HOUSEHOLD, ledger_rows.household(17)),
            "courier, all days": (Subject.COURIER, ledger_rows.courier_of(17)),
            "leader, all days": (Subject.LEADER, "KX-017"),
        }
        found = {}
        for name, (subject, code) in traces.items():
            answer = trace_goods(session, subject, code)
            busy = time.process_time()
            times = [
                _timed(lambda s=subject, c=code: trace_goods(session, s, c))
                for _ in range(REPEATS)
            ]
            busy = (time.process_time() - busy) / REPEATS
            found[name] = {
                "seconds": round(statistics.median(times), 3),
                "cpu_seconds": round(busy, 3),
                "doors": len(answer.households),
                "lots": len(answer.origins),
            }
        steps = _timed(lambda: lot_steps(session, ledger_rows.lot(day, 0)))
    return {
        "database": database.dialect,
        "load": round(os.getloadavg()[0], 1),
        "rows": counts,
        "write_s": round(wrote, 1),
        "seal_s": round(sealed, 1),
        "verify_s": round(verified, 1),
        "verify_cpu_s": round(verified_cpu, 1),
        "checks_s": dict(proof.seconds),
        "holds": proof.holds,
        "traces": found,
        "every_step_of_the_lot_s": round(steps, 3),
    }


def page(runs: list[dict[str, Any]]) -> str:
    """Say the results as a page."""
    names = [str(run["database"]) for run in runs]
    traces = [
        [
            name,
            *(_both(run["traces"][name], "seconds", "cpu_seconds") for run in runs),
            f"{first['doors']:,}",
            f"{first['lots']:,}",
        ]
        for name, first in runs[0]["traces"].items()
    ]
    steps = [f"{run['every_step_of_the_lot_s']} s" for run in runs]
    checks = [[name, *(run["checks_s"][name] for run in runs)] for name in runs[0]["checks_s"]]
    heads = ["database", "movements", "custody changes", "bags", "written", "sealed"]
    return "\n\n".join(
        [
            "# The ledger of goods",
            "Days of a subdistrict with the triggers on: purchase, transfer, pack and delivery of"
            " every line, four changes of custody a bag. Verification runs every check, seals"
            " included. Seconds are those of the clock, beside whatever else ran on the machine"
            " (*load*: how many processes wanted its processors); in brackets the processor time"
            " of this process, where it was taken. PostgreSQL's own comes on top of it.",
            report.table(
                [*heads, "verified", "holds", "load"],
                [
                    [
                        run["database"],
                        f"{run['rows']['movement']:,}",
                        f"{run['rows']['bag_move']:,}",
                        f"{run['rows']['bag']:,}",
                        f"{run['write_s']} s",
                        f"{run['seal_s']} s",
                        _both(run, "verify_s", "verify_cpu_s"),
                        "yes" if run["holds"] else "no",
                        run.get("load"),
                    ]
                    for run in runs
                ],
            ),
            "## Traces in that ledger",
            report.table(
                ["trace", *names, "doors", "lots"],
                [*traces, ["every step of the widest lot", *steps, None, None]],
            ),
            "## Seconds by check",
            report.table(["check", *names], checks),
        ]
    )


def _both(found: dict[str, Any], clock: str, processor: str) -> str:
    taken = f" ({found[processor]} s)" if processor in found else ""
    return f"{found[clock]} s{taken}"


def _timed(deed: Callable[[], object]) -> float:
    begun = time.perf_counter()
    deed()
    return time.perf_counter() - begun


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--days", type=int, default=11)
    reader.add_argument("--households", type=int, default=4000)
    reader.add_argument("--database", default="")
    reader.add_argument("--results", type=Path, default=RESULTS)
    chosen = reader.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(chosen.database or f"{folder}/ledger.db")
        database.migrate()
        run = measure(database, Size(chosen.days, chosen.households))
        database.close()
    kept = chosen.results / "ledger.json"
    earlier = json.loads(kept.read_text(encoding="utf-8"))["runs"] if kept.exists() else []
    others = [one for one in earlier if one["database"] != run["database"]]
    runs = sorted([*others, run], key=lambda one: str(one["database"]), reverse=True)
    report.write("ledger", chosen.results, facts={}, runs=runs, text=page(runs))
    print(json.dumps(run, indent=1))


if __name__ == "__main__":
    main()
