"""Work out a bag's chain of custodians from everything that was said of it."""

from collections.abc import Callable, Iterable
from typing import ClassVar

from logistics.domain.custody import (
    RUNG,
    BagState,
    Journey,
    Passing,
    Route,
    Scan,
    ScanKind,
    Verdict,
)


def replay(scans: Iterable[Scan], route: Route) -> Journey:
    """Follow a bag through its scans in the order of their instants; any order comes in.

    Scans of one instant count in the order of a usual day. What somebody must have done before
    what is known is implied; what contradicts the chain is set aside, and changes nothing.
    """
    walk = _Walk(route)
    verdicts = {}
    for scan in sorted(scans, key=lambda s: (s.at, RUNG[s.kind], s.key)):
        verdicts[scan.key] = walk.hear(scan)
    return Journey(
        passings=tuple(walk.passings),
        custodian=walk.custodian,
        state=walk.state,
        verdicts=verdicts,
    )


class _Walk:
    """A bag on its way; ``carriers`` are those who carried it since it was last at a point."""

    def __init__(self, route: Route) -> None:
        self.route = route
        self.custodian = route.point
        self.state = BagState.STAGED if route.courier_code else BagState.SEALED
        self.passings: list[Passing] = []
        self.carriers: set[str] = set()

    @property
    def where(self) -> str:
        return self.custodian.partition(":")[0]

    def hear(self, scan: Scan) -> Verdict:
        if self.state is BagState.DAMAGED:
            return Verdict.KNOWN if scan.kind is ScanKind.DAMAGE else Verdict.DESTROYED
        if self.where == "stock":
            return Verdict.KNOWN if scan.kind is ScanKind.UNPACK else Verdict.EMPTIED
        stranger = scan.by.startswith("household:") and scan.by not in (
            self.route.household,
            self.custodian,
        )
        if stranger:
            return Verdict.ELSEWHERE
        return self._HEARD[scan.kind](self, scan)

    def pass_to(self, target: str, scan: Scan, *, implied: bool = False) -> None:
        if target == self.custodian:
            return
        self.passings.append(
            Passing(
                at=scan.at,
                source=self.custodian,
                target=target,
                kind=scan.kind,
                cause=scan.key,
                implied=implied,
            )
        )
        self.custodian = target
        if self.where in ("courier", "van"):
            self.carriers.add(target)

    def come_to(self, state: BagState, before: int) -> Verdict:
        """Take a state on; say whether that, or who has the bag, is new."""
        new = self.state is not state or len(self.passings) > before
        self.state = state
        return Verdict.APPLIED if new else Verdict.KNOWN

    def load(self, scan: Scan) -> Verdict:
        if self.where == "household":
            return Verdict.DELIVERED
        if self.where == "leader":
            return Verdict.KNOWN if scan.by in self.carriers else Verdict.ELSEWHERE
        before = len(self.passings)
        self.pass_to(scan.by, scan)
        return self.come_to(BagState.LOADED, before)

    def drop(self, scan: Scan) -> Verdict:
        if self.where in ("leader", "household"):
            return Verdict.KNOWN if scan.by in self.carriers else Verdict.ELSEWHERE
        target = scan.place or self.route.slot
        before = len(self.passings)
        if self.custodian != target:
            self.pass_to(scan.by, scan, implied=True)
        self.pass_to(target, scan)
        return self.come_to(BagState.ON_SHELF, before)

    def take(self, scan: Scan) -> Verdict:
        if self.where == "household":
            known = scan.by in (self.custodian, self._last_leader())
            return Verdict.KNOWN if known else Verdict.DELIVERED
        before = len(self.passings)
        self._down_to_slot(scan)
        self.pass_to(scan.by, scan)
        return self.come_to(BagState.TAKEN, before)

    def hand(self, scan: Scan) -> Verdict:
        if self.where == "household":
            known = scan.by in self.carriers or scan.by == self._last_leader()
            return Verdict.KNOWN if known else Verdict.DELIVERED
        before = len(self.passings)
        if self.custodian != scan.by:
            if scan.by.startswith("leader:"):
                self._down_to_slot(scan)
            self.pass_to(scan.by, scan, implied=True)
        self.pass_to(self.route.household, scan)
        return self.come_to(BagState.TAKEN, before)

    def confirm(self, scan: Scan) -> Verdict:
        before = len(self.passings)
        if self.where != "household":
            if self.where != "leader":
                self._down_to_slot(scan)
            self.pass_to(self.route.household, scan)
        return self.come_to(BagState.CONFIRMED, before)

    def dispute(self, _scan: Scan) -> Verdict:
        if self.state is BagState.LOST:
            return Verdict.KNOWN
        return self.come_to(BagState.DISPUTED, len(self.passings))

    def bring_back(self, scan: Scan) -> Verdict:
        target = scan.place or (scan.by if scan.by.startswith("point:") else self.route.point)
        before = len(self.passings)
        if self.custodian == target:  # it never left, or is back already
            return self.come_to(BagState.RETURNED, before)
        if scan.by.partition(":")[0] in ("courier", "van"):
            self.pass_to(scan.by, scan, implied=True)
        self.pass_to(target, scan)
        self.carriers.clear()
        return self.come_to(BagState.RETURNED, before)

    def unpack(self, scan: Scan) -> Verdict:
        if self.where == "household":
            return Verdict.DELIVERED
        before = len(self.passings)
        if self.where != "point":
            self.pass_to(scan.by, scan, implied=True)
        self.pass_to(f"stock:{self.custodian.partition(':')[2]}", scan)
        return self.come_to(BagState.RETURNED, before)

    def give_up(self, scan: Scan) -> Verdict:
        if self.where == "household":
            return Verdict.DELIVERED
        before = len(self.passings)
        self.pass_to(self.route.lost, scan)
        damaged = scan.kind is ScanKind.DAMAGE
        return self.come_to(BagState.DAMAGED if damaged else BagState.LOST, before)

    def redirect(self, scan: Scan) -> Verdict:
        if self.where == "household":
            return Verdict.KNOWN if self.custodian == scan.place else Verdict.DELIVERED
        before = len(self.passings)
        self.pass_to(scan.place, scan)
        return self.come_to(BagState.REDIRECTED, before)

    def _down_to_slot(self, scan: Scan) -> None:
        """Imply what must have come before somebody took the bag from its slot."""
        waiting = self.state in (BagState.STAGED, BagState.SEALED)
        if self.where == "point" and waiting and self.route.courier_code:
            self.pass_to(f"courier:{self.route.courier_code}", scan, implied=True)
        if self.where in ("courier", "van"):
            self.pass_to(self.route.slot, scan, implied=True)

    def _last_leader(self) -> str | None:
        had = (p.target for p in reversed(self.passings) if p.target.startswith("leader:"))
        return next(had, None)

    _HEARD: ClassVar[dict[ScanKind, Callable[["_Walk", Scan], Verdict]]] = {
        ScanKind.LOAD: load,
        ScanKind.DROP: drop,
        ScanKind.TAKE: take,
        ScanKind.HAND: hand,
        ScanKind.CONFIRM: confirm,
        ScanKind.DISPUTE: dispute,
        ScanKind.RETURN: bring_back,
        ScanKind.UNPACK: unpack,
        ScanKind.DAMAGE: give_up,
        ScanKind.LOSE: give_up,
        ScanKind.REDIRECT: redirect,
    }
