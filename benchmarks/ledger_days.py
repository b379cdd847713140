"""Days of a subdistrict written straight into the tables, as the use cases would leave them.

The database's own triggers keep balances and chains; nothing is switched off.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from benchmarks.ledger_rows import (
    LINES,
    LOTS,
    STAIRWELLS,
    START,
    Cause,
    Line,
    Size,
    asked_rows,
    bought_rows,
    courier_of,
    ground,
    household,
    insert_rows,
    lot,
)
from logistics.domain.custody import Route, Scan, ScanKind, goods_at, goods_kind
from logistics.domain.custody_replay import replay
from logistics.store import tables as t
from logistics.store.session import Database


def write(database: Database, size: Size) -> None:
    """Write all days; one transaction each."""
    with database.transaction() as session:
        ground(session, size)
    for day in range(size.days):
        with database.transaction() as session:
            _day(session, size, day)


def _day(session: Session, size: Size, day: int) -> None:
    at = START + timedelta(days=day)
    run = f"r{day:02}"
    lines = [
        (n, no, 0 if no == 0 else 1 + (n * 7 + no * 23) % (LOTS - 1), 500 + (n + no) % 50)
        for n in range(size.households)
        for no in range(LINES)
    ]
    asked: dict[tuple[int, int], int] = {}
    for n, _, of_lot, quantity in lines:
        asked[of_lot, n % 2] = asked.get((of_lot, n % 2), 0) + quantity
    bought = {k: asked.get((k, 0), 0) + asked.get((k, 1), 0) + 1000 for k in range(LOTS)}
    bought_rows(session, day, at, bought)
    asked_rows(session, size, day, at, lines)
    packs = Cause(run, "pack", f"pack:{run}", at)
    transfers = Cause(run, "transfer", f"pack:{run}", at)
    insert_rows(
        session,
        t.movement,
        (
            transfers.move(lot(day, k), asked[k, 1], "stock:P0", "stock:P1")
            for k in range(LOTS)
            if (k, 1) in asked
        ),
    )
    insert_rows(
        session,
        t.movement,
        (
            packs.move(lot(day, k), q, f"stock:P{n % 2}", f"bag:bg{day:02}-{n:05}")
            for n, _, k, q in lines
        ),
    )
    _lived(session, size, day, at, lines)


def _lived(session: Session, size: Size, day: int, at: datetime, lines: Sequence[Line]) -> None:
    scans, links, moves = [], [], []
    for n in range(size.households):
        bag_id = f"bg{day:02}-{n:05}"
        stairwell = f"KX-{n % STAIRWELLS:03}"
        route = Route(
            bag_id=bag_id,
            run_code=f"KX-{day:02}",
            point_code=f"P{n % 2}",
            stairwell_code=stairwell,
            building_code=stairwell,
            household_code=household(n),
        )
        said = list(_said(route, n, at))
        where = goods_at(route, route.point, None)
        for no, passing in enumerate(replay(said, route).passings):
            made = f"bm{day:02}-{n:05}-{no}"
            links.append(
                {
                    "id": made,
                    "bag_id": bag_id,
                    "source": passing.source,
                    "target": passing.target,
                    "kind": passing.kind.value,
                    "implied": passing.implied,
                    "at": passing.at,
                    "cause": passing.cause,
                    "corrects": None,
                    "actor": "bench",
                    "recorded_at": at,
                }
            )
            then = goods_at(route, passing.target, passing.kind)
            if then != where:
                why = goods_kind(then, passing.kind).value
                goes = Cause(f"r{day:02}", why, made, passing.at)
                moves += [
                    goes.move(lot(day, k), q, where, then)
                    for _, _, k, q in lines[n * LINES : (n + 1) * LINES]
                ]
            where = then
        scans += [
            {
                "bag_id": bag_id,
                "key": one.key,
                "digest": "",
                "kind": one.kind.value,
                "at": one.at,
                "by": one.by,
                "place": "",
                "note": "",
                "actor": "bench",
                "recorded_at": at,
            }
            for one in said
        ]
    insert_rows(session, t.bag_scan, scans)
    insert_rows(session, t.bag_move, links)
    insert_rows(session, t.movement, moves)
    for state, who in (("confirmed", "household:%"), ("lost", "loss:%")):
        now = t.bag.update().where(t.bag.c.run_id == f"r{day:02}", t.bag.c.custodian.like(who))
        session.execute(now.values(state=state))


def _said(route: Route, n: int, at: datetime) -> Iterator[Scan]:
    courier = f"courier:{courier_of(n)}"
    told: list[tuple[ScanKind, str]] = [(ScanKind.LOAD, courier)]
    if n % 250 == 0:
        told.append((ScanKind.LOSE, courier))
    else:
        told.append((ScanKind.DROP, courier))
        told.append((ScanKind.TAKE, f"leader:{route.building_code}"))
        told.append((ScanKind.CONFIRM, route.household))
    for no, (kind, by) in enumerate(told):
        when = at + timedelta(hours=2 + no, seconds=n)
        yield Scan(key=f"{route.bag_id}/{kind.value}", kind=kind, by=by, at=when)
