"""Record at the point which bags were packed, sealed and staged (装袋确认)."""

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from logistics.domain.bags import PackedBag, Parcel
from logistics.domain.custody import BagState
from logistics.domain.packing_events import UNSEALED, PackingEvent, PackingKind, goes_on
from logistics.domain.runs import Run, RunState
from logistics.domain.stock import LotState, Move, MoveKind, in_bag, stock
from logistics.errors import Conflict
from logistics.store import announcements, audit, bags, custody, ledger, packing, runs, wishes
from logistics.store.packing import MeantLine, PackBag
from logistics.usecases.pack_bags import parcel_of

log = logging.getLogger(__name__)

SKEW = timedelta(minutes=10)
"""How far the clock of a phone may be ahead of ours."""

UNKNOWN = "bag.unknown"
IN_FUTURE = "scan.in-future"
BEFORE_RUN = "scan.before-run"
REUSED = "scan.key-reused"
GOODS_MISSING = "packing.goods-missing"
LOT_HELD = "packing.lot-held"
EMPTY = "packing.empty"
OVER = "packing.run-closed"
REFUSED = (UNKNOWN, IN_FUTURE, BEFORE_RUN, REUSED, GOODS_MISSING, LOT_HELD, EMPTY, OVER)


class BagsNotMade(Conflict):
    """Nobody has said yet what goes into which bag of the run."""

    code = "packing.not-made"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackingHeard:
    """What became of one event, in the order in which they were given.

    ``outcome`` is ``applied``, ``known`` (the bag is as far already), ``repeated`` (the same event
    was recorded before) or the code of a refusal: then nothing was recorded of it.
    """

    key: str
    bag: str
    event: PackingKind
    outcome: str
    state: str = ""

    @property
    def refused(self) -> bool:
        """Say whether nothing was recorded of it."""
        return self.outcome in REFUSED


@dataclass(frozen=True, slots=True, kw_only=True)
class PackingReport:
    """What became of all events."""

    run: Run
    heard: tuple[PackingHeard, ...]
    counts: Mapping[str, int]


@dataclass(slots=True)
class _Writing:
    """What is written for all bags at once."""

    events: list[tuple[str, PackingEvent]] = field(default_factory=list)
    states: dict[str, BagState] = field(default_factory=dict)
    lines: list[dict[str, Any]] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    sizes: dict[str, tuple[int, int]] = field(default_factory=dict)
    sealed: int = 0


def confirm_packing(
    session: Session, run: str, events: Sequence[PackingEvent], *, actor: str, at: datetime
) -> PackingReport:
    """Record what was done with bags of a run; each event once, in any order, however late.

    Sealing puts the goods from the point's stock into the bag; what came before it is implied.
    What contradicts nothing and says nothing new is recorded, too. Events that cannot be are
    refused one by one, the others count.

    Raises
    ------
    RunUnknown
        If there is no such run.
    BagsNotMade
        If its bags were not made up yet.
    """
    found = require_bags(session, run)
    ids = packing.ids_of(session, found.id, (event.bag for event in events))
    outcomes: dict[int, str] = {}
    for n, event in enumerate(events):
        if event.bag not in ids:
            outcomes[n] = UNKNOWN
        elif event.at > at + SKEW:
            outcomes[n] = IN_FUTURE
        elif event.at < found.created_at:
            outcomes[n] = BEFORE_RUN
    wanted = {ids[event.bag] for n, event in enumerate(events) if n not in outcomes}
    point = _Point(session, found, packing.bags_of(session, wanted, lock=True))
    taken = packing.digests(session, (event.key for event in events))
    writing = _Writing()
    for n, event in enumerate(events):
        if n in outcomes:
            continue
        bag_id = ids[event.bag]
        digest = event.digest(bag_id)
        if event.key in taken:
            outcomes[n] = "repeated" if taken[event.key] == digest else REUSED
            continue
        outcomes[n] = point.hear(bag_id, event, writing)
        if outcomes[n] not in REFUSED:
            taken[event.key] = digest
            writing.events.append((bag_id, event))
    _write(session, found, writing, actor=actor, at=at)
    heard = tuple(
        PackingHeard(
            key=event.key,
            bag=event.bag,
            event=event.kind,
            outcome=outcomes[n],
            state=point.state(ids.get(event.bag, "")),
        )
        for n, event in enumerate(events)
    )
    counts = Counter(one.outcome for one in heard)
    audit.record(
        session,
        actor=actor,
        command="bag.packing",
        subject=found.id,
        facts={"events": len(events), "sealed": writing.sealed, **counts},
        at=at,
    )
    log.info("run %s: %d packing events", found.id, len(events))
    return PackingReport(run=found, heard=heard, counts=dict(sorted(counts.items())))


def confirm_all(
    session: Session,
    run: str,
    kind: PackingKind,
    *,
    point: str = "",
    stairwell: str = "",
    actor: str,
    at: datetime,
) -> PackingReport:
    """Say the same of every bag of a run, a point or a stairwell that is not so far yet.

    Raises
    ------
    RunUnknown, BagsNotMade
        As `confirm_packing`.
    """
    found = require_bags(session, run)
    only = None if not stairwell else bags.of_stairwell(session, found.id, stairwell)
    events = [
        PackingEvent(bag=bag.id, kind=kind, key=f"all/{kind.value}/{bag.id}", at=at, how="hand")
        for bag in packing.of_run(session, found.id, point=point)
        if goes_on(BagState(bag.state), kind) and (only is None or bag.id in only)
    ]
    return confirm_packing(session, found.id, events, actor=actor, at=at)


def seal_implied(
    session: Session, run: Run, bag_ids: Iterable[str], *, actor: str, at: datetime
) -> frozenset[str]:
    """Seal bags that left their point though nobody said that they were packed.

    Returns
    -------
    Those of the bags that could not be: their goods are not at the point, or they were struck off.
    """
    known = packing.bags_of(session, bag_ids).values()
    struck = frozenset(bag.id for bag in known if bag.state == BagState.STRUCK)
    waiting = [bag.id for bag in known if bag.state in UNSEALED]
    if not waiting:
        return struck
    events = [
        PackingEvent(
            bag=bag_id, kind=PackingKind.SEAL, key=f"implied/{bag_id}", at=at, how="implied"
        )
        for bag_id in waiting
    ]
    report = confirm_packing(session, run.id, events, actor=actor, at=at)
    return struck | {one.bag for one in report.heard if one.refused}


def require_bags(session: Session, run: str) -> Run:
    """Return a run whose bags were made up.

    Raises
    ------
    RunUnknown
        If there is no such run.
    BagsNotMade
        If they were not yet.
    """
    found = runs.get(session, run)
    made = (RunState.PACKED, RunState.PLANNED, RunState.RELEASED, RunState.CLOSED)
    if found.state not in made:
        raise BagsNotMade(
            run=found.code, state=found.state.value, mend=f"supplyloop run pack {found.code}"
        )
    return found


class _Point:
    """The locked bags of a run, what they are meant to hold, and the stock it comes from."""

    def __init__(self, session: Session, run: Run, held: Mapping[str, PackBag]) -> None:
        self.run, self.held = run, held
        self.now = {bag.id: BagState(bag.state) for bag in held.values()}
        open_bags = [bag_id for bag_id, state in self.now.items() if state in UNSEALED]
        self.meant = packing.meant(session, open_bags)
        self.on_trip = {
            bag_id
            for bag_id, one in custody.read(session, open_bags).items()
            if one.route.courier_code
        }
        self.goods = packing.goods(session) if open_bags else {}
        self.steps = wishes.steps(
            session, (line.line_id for lines in self.meant.values() for line in lines)
        )
        lots: dict[str, set[str]] = defaultdict(set)
        for bag_id, lines in self.meant.items():
            lots[held[bag_id].point_code] |= {line.lot_id for line in lines}
        self.there = {
            point: ledger.at_location(session, stock(point), of_point)
            for point, of_point in lots.items()
        }

    def state(self, bag_id: str) -> str:
        """Return how far a bag is; empty for one that is unknown."""
        return self.now[bag_id].value if bag_id in self.now else ""

    def hear(self, bag_id: str, event: PackingEvent, writing: _Writing) -> str:
        """Say what an event does, and gather it."""
        state = goes_on(self.now[bag_id], event.kind)
        if state is None:
            return "known"
        if self.run.state is RunState.CLOSED:
            return OVER
        if state is not BagState.PACKING and self.now[bag_id] in UNSEALED:
            refusal = self._seal(bag_id, writing)
            if refusal:
                return refusal
            if bag_id in self.on_trip:
                state = BagState.STAGED  # as all bags of a released trip
        self.now[bag_id] = writing.states[bag_id] = state
        return "applied"

    def _seal(self, bag_id: str, writing: _Writing) -> str:
        """Move the goods into the bag, unless they are not there or may not be given out."""
        lines, bag = self.meant.get(bag_id, []), self.held[bag_id]
        if not lines:
            return EMPTY
        there = self.there[bag.point_code]
        need: Counter[str] = Counter()
        for line in lines:
            need[line.lot_id] += line.quantity
        if any(line.lot_state != LotState.RELEASED for line in lines):
            return LOT_HELD
        if any(there.get(lot_id, 0) < quantity for lot_id, quantity in need.items()):
            return GOODS_MISSING
        filled = PackedBag(self.parcel(lines[0]).compartment)
        for line in lines:
            filled.put(self.parcel(line), line.quantity)
        writing.sealed += 1
        if (filled.weight_g, filled.volume_ml) != (bag.weight_g, bag.volume_ml):
            writing.sizes[bag_id] = (filled.weight_g, filled.volume_ml)
        for layer, (parcel, quantity) in enumerate(filled.lines):
            there[parcel.lot_id] -= quantity
            writing.lines.append(
                {
                    "id": f"{bag_id}_{layer:03d}",
                    "bag_id": bag_id,
                    "share_id": parcel.share_id,
                    "quantity": quantity,
                }
            )
            writing.moves.append(
                Move(
                    lot_id=parcel.lot_id,
                    quantity=quantity,
                    source=stock(bag.point_code),
                    target=in_bag(bag_id),
                    kind=MoveKind.PACK,
                    cause=f"seal:{bag_id}",
                )
            )
        return ""

    def parcel(self, line: MeantLine) -> Parcel:
        """Make the parcel of what a bag is meant to hold of one share."""
        return parcel_of(
            self.goods[line.item_id],
            share_id=line.share_id,
            lot_id=line.lot_id,
            quantity=line.quantity,
            step=self.steps[line.line_id],
        )


def _write(session: Session, run: Run, writing: _Writing, *, actor: str, at: datetime) -> None:
    packing.add_events(session, writing.events, actor=actor, recorded_at=at)
    bags.add_all(session, (), writing.lines)
    ledger.post(session, writing.moves, run_id=run.id, cause="packing", actor=actor, at=at)
    packing.set_size(session, writing.sizes)
    custody.set_states(session, writing.states)
    announcements.of_bags(session, writing.states, at=at)
