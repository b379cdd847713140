"""Record what was scanned of bags: loaded, dropped, taken, confirmed, brought back (扫码)."""

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import takewhile

from sqlalchemy.orm import Session

from logistics.domain.custody import (
    BagState,
    Passing,
    Route,
    Scan,
    ScanKind,
    goods_at,
    goods_kind,
)
from logistics.domain.custody_replay import replay
from logistics.domain.damage import Damage, write_off
from logistics.domain.runs import Run, RunState
from logistics.domain.stock import Move, MoveKind
from logistics.errors import Conflict
from logistics.store import announcements, audit, custody, damage, ledger, runs
from logistics.store.custody import Held, Link, NewLink, Said
from logistics.usecases.confirm_packing import seal_implied

log = logging.getLogger(__name__)

SKEW = timedelta(minutes=10)
"""How far the clock of a phone may be ahead of ours."""

UNKNOWN = "bag.unknown"
IN_FUTURE = "scan.in-future"
BEFORE_RUN = "scan.before-run"
REUSED = "scan.key-reused"
GONE = "scan.goods-gone"
UNPACKED = "bag.not-packed"


class BagsNotOut(Conflict):
    """The run was not released, so nobody can have its bags."""

    code = "run.not-released"


@dataclass(frozen=True, slots=True, kw_only=True)
class BagEvent:
    """A scan and the bag it is of, by code or id."""

    bag: str
    scan: Scan


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What became of one event, in the order in which they were given.

    ``outcome`` is ``applied``, ``known`` (it fits and says nothing new), ``repeated`` (the same
    event was recorded before), ``aside-…`` (kept, but it contradicts what is known) or the code of
    a refusal: then nothing was recorded of it.
    """

    key: str
    bag: str
    event: ScanKind
    outcome: str
    custodian: str = ""
    state: str = ""

    @property
    def refused(self) -> bool:
        """Say whether nothing was recorded of it."""
        return self.outcome in (UNKNOWN, IN_FUTURE, BEFORE_RUN, REUSED, GONE, UNPACKED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanReport:
    """What became of all events."""

    run: Run
    heard: tuple[Heard, ...]
    counts: Mapping[str, int]


@dataclass(slots=True)
class _Writing:
    """Rows gathered for all bags before they are written in bulk."""

    said: list[Said] = field(default_factory=list)
    links: list[NewLink] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    states: dict[str, BagState] = field(default_factory=dict)


def record_scans(
    session: Session, run: str, events: Sequence[BagEvent], *, actor: str, at: datetime
) -> ScanReport:
    """Record events of a run's bags; each once, in any order, however late.

    Who has a bag follows from all that was said of it, by the time at which it happened: what
    comes late takes back later moves of custody and writes the right ones (each linked to what it
    corrects), goods included. Events that cannot be are refused one by one, the others count.

    Raises
    ------
    RunUnknown
        If there is no such run.
    BagsNotOut
        If the run was not released.
    """
    found = runs.get(session, run)
    if found.state not in (RunState.RELEASED, RunState.CLOSED):
        raise BagsNotOut(
            run=found.code, state=found.state.value, mend=f"supplyloop run release {found.code}"
        )
    ids = custody.ids_of(session, found.id, (event.bag for event in events))
    outcomes: dict[int, str] = {}
    per_bag = _sort(events, ids, found, at, outcomes)
    for bag_id in seal_implied(session, found, per_bag, actor=actor, at=at):
        outcomes |= dict.fromkeys(per_bag.pop(bag_id), UNPACKED)
    held = custody.lock(session, per_bag)  # from here on nobody else moves them
    taken = custody.digests(session, (event.scan.key for event in events))
    before, chains = custody.scans(session, per_bag), custody.chains(session, per_bag)
    contents = custody.contents(session, per_bag)
    broken = damage.of_bags(session, per_bag)
    writing = _Writing()
    after: dict[str, tuple[str, BagState]] = {}
    for bag_id in sorted(per_bag):
        new = _new_of(bag_id, [(n, events[n].scan) for n in per_bag[bag_id]], taken, outcomes)
        one = _Bag(held[bag_id], before[bag_id], chains[bag_id], contents.get(bag_id, {}))
        one.broken = broken.get(bag_id, [])
        after[bag_id] = one.hear(session, new, writing, outcomes, at)
    custody.add_scans(session, writing.said, actor=actor, recorded_at=at)
    custody.add_links(session, writing.links, actor=actor, recorded_at=at)
    ledger.post(session, writing.moves, run_id=found.id, cause="custody", actor=actor, at=at)
    custody.set_states(session, writing.states)
    announcements.of_bags(session, writing.states, at=at)
    heard = tuple(
        _heard(event, outcomes[n], after.get(ids.get(event.bag, ""))) for n, event in
        enumerate(events)
    )  # fmt: skip
    counts = Counter(one.outcome for one in heard)
    audit.record(
        session,
        actor=actor,
        command="bag.scan",
        subject=found.id,
        facts={"events": len(events), "moves": len(writing.links), **counts},
        at=at,
    )
    log.info("run %s: %d events, %d moves", found.id, len(events), len(writing.links))
    return ScanReport(run=found, heard=heard, counts=dict(sorted(counts.items())))


def _sort(
    events: Sequence[BagEvent],
    ids: Mapping[str, str],
    run: Run,
    at: datetime,
    outcomes: dict[int, str],
) -> dict[str, list[int]]:
    """Put the numbers of events by bag; note those that cannot be."""
    per_bag: dict[str, list[int]] = defaultdict(list)
    for n, event in enumerate(events):
        if event.bag not in ids:
            outcomes[n] = UNKNOWN
        elif event.scan.at > at + SKEW:
            outcomes[n] = IN_FUTURE
        elif event.scan.at < run.created_at:
            outcomes[n] = BEFORE_RUN
        else:
            per_bag[ids[event.bag]].append(n)
    return per_bag


def _new_of(
    bag_id: str, numbered: Iterable[tuple[int, Scan]], taken: dict[str, str],
    outcomes: dict[int, str],
) -> list[tuple[int, Scan]]:  # fmt: skip
    """Leave out what was said before under the same key; claim the keys of the others."""
    new = []
    for n, scan in numbered:
        digest = scan.digest(bag_id)
        if scan.key in taken:
            outcomes[n] = "repeated" if taken[scan.key] == digest else REUSED
        else:
            taken[scan.key] = digest
            new.append((n, scan))
    return new


def _heard(event: BagEvent, outcome: str, after: tuple[str, BagState] | None) -> Heard:
    custodian, state = ("", "") if after is None else (after[0], after[1].value)
    return Heard(
        key=event.scan.key,
        bag=event.bag,
        event=event.scan.kind,
        outcome=outcome,
        custodian=custodian,
        state=state,
    )


class _Bag:
    """A locked bag, what was said of it, and its chain as it stands."""

    def __init__(
        self, held: Held, said: Sequence[Said], chain: Sequence[Link], goods: Mapping[str, int]
    ) -> None:
        self.held, self.route, self.goods = held, held.route, goods
        self.scans = [one.scan for one in said]
        self.standing = custody.standing(chain)
        self.broken: Sequence[Damage] = ()

    def hear(
        self,
        session: Session,
        new: Sequence[tuple[int, Scan]],
        writing: _Writing,
        outcomes: dict[int, str],
        at: datetime,
    ) -> tuple[str, BagState]:
        """Gather what the new scans change; return who has the bag then, and its state."""
        if not new:
            return self.held.custodian, BagState(self.held.state)
        journey = replay([*self.scans, *(scan for _, scan in new)], self.route)
        kept = len(list(takewhile(_same, zip(self.standing, journey.passings, strict=False))))
        undone = list(reversed(self.standing[kept:]))
        whole = self._made_whole(session) if undone or journey.passings[kept:] else []
        back = self._take_back(session, undone, whole, at)
        if back is None:
            outcomes.update({n: GONE for n, _ in new})
            return self.held.custodian, BagState(self.held.state)
        links, moves = back
        self._go_on(journey.passings, kept, links, moves, at)
        if links:
            where = goods_after(self.route, journey.passings)
            moves += write_off(self.broken, where, self.route.lost)
        writing.links += links
        writing.moves += [*whole, *moves]
        for n, scan in new:
            outcomes[n] = journey.verdicts[scan.key].value
            writing.said.append(
                Said(bag_id=self.route.bag_id, digest=scan.digest(self.route.bag_id), scan=scan)
            )
        if journey.state.value != self.held.state:
            writing.states[self.route.bag_id] = journey.state
        return journey.custodian, journey.state

    def _made_whole(self, session: Session) -> list[Move]:
        """Take back what was written off as damaged: a bag's goods move whole, then without it."""
        if not self.broken:
            return []
        entries = ledger.caused_by(session, self.goods, (one.id for one in self.broken))
        written = [entry for of_one in entries.values() for entry in of_one]
        undone = {entry.corrects for entry in written if entry.corrects is not None}
        return [
            Move(
                lot_id=entry.lot_id,
                quantity=entry.quantity,
                source=entry.target,
                target=entry.source,
                kind=MoveKind.CORRECTION,
                corrects=entry.seq,
                cause=entry.cause,
            )
            for entry in written
            if entry.corrects is None and entry.seq not in undone
        ]

    def _take_back(
        self, session: Session, undone: Sequence[Link], whole: Sequence[Move], at: datetime
    ) -> tuple[list[NewLink], list[Move]] | None:
        """Write moves back over the last links; None where their goods have gone on since."""
        links: list[NewLink] = []
        moves: list[Move] = []
        if not undone:
            return links, moves
        there = ledger.of_lots(session, self.goods)
        for move in whole:
            target = (move.target, move.lot_id)
            there[target] = there.get(target, 0) + move.quantity
        entries = ledger.caused_by(session, self.goods, (link.id for link in undone))
        for link in undone:
            made = custody.new_link_id(at)
            links.append(
                NewLink(
                    id=made,
                    bag_id=self.route.bag_id,
                    source=link.target,
                    target=link.source,
                    kind=custody.UNDO,
                    implied=False,
                    at=link.at,
                    cause=link.cause,
                    corrects=link.id,
                )
            )
            for entry in reversed(entries.get(link.id, [])):
                if there.get((entry.target, entry.lot_id), 0) < entry.quantity:
                    return None
                there[entry.target, entry.lot_id] -= entry.quantity
                source = (entry.source, entry.lot_id)
                there[source] = there.get(source, 0) + entry.quantity
                moves.append(
                    Move(
                        lot_id=entry.lot_id,
                        quantity=entry.quantity,
                        source=entry.target,
                        target=entry.source,
                        kind=MoveKind.CORRECTION,
                        corrects=entry.seq,
                        cause=made,
                    )
                )
        return links, moves

    def _go_on(
        self,
        passings: Sequence[Passing],
        kept: int,
        links: list[NewLink],
        moves: list[Move],
        at: datetime,
    ) -> None:
        where = goods_after(self.route, passings[:kept])
        for passing in passings[kept:]:
            made = custody.new_link_id(at)
            links.append(
                NewLink(
                    id=made,
                    bag_id=self.route.bag_id,
                    source=passing.source,
                    target=passing.target,
                    kind=passing.kind.value,
                    implied=passing.implied,
                    at=passing.at,
                    cause=passing.cause,
                )
            )
            then = goods_at(self.route, passing.target, passing.kind)
            if then != where:
                moves += [
                    Move(
                        lot_id=lot_id,
                        quantity=quantity,
                        source=where,
                        target=then,
                        kind=goods_kind(then, passing.kind),
                        cause=made,
                    )
                    for lot_id, quantity in sorted(self.goods.items())
                ]
            where = then


def goods_after(route: Route, passings: Sequence[Passing]) -> str:
    """Name where a bag's goods are after its passings."""
    if not passings:
        return goods_at(route, route.point, None)
    return goods_at(route, passings[-1].target, passings[-1].kind)


def _same(pair: tuple[Link, Passing]) -> bool:
    link, passing = pair
    return (link.at, link.source, link.target, link.kind, link.cause, link.implied) == (
        passing.at,
        passing.source,
        passing.target,
        passing.kind.value,
        passing.cause,
        passing.implied,
    )
