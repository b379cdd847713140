"""Solve in a child process with a hard stop: whatever an engine does, a plan comes back in time.

The child searches, this process listens, judges each plan with :mod:`solver.check` and keeps the
best. An engine may overrun its time, crash, or answer garbage: then what was kept so far is the
answer, else a first plan that another child constructs meanwhile, else one that serves nobody.
"""

import logging
import math
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Final

from solver.bounding import Bounds
from solver.check import check
from solver.child import Order
from solver.engines.dispatch import LockedImpossible
from solver.nobody import nobody_served
from solver.objective import Tiers, value
from solver.plan import Plan
from solver.problem import Problem
from solver.progress import Report
from solver.search import ENGINES, EngineUnknown, solve
from solver.searcher import Searcher
from solver.wire import Garbage, Kind, plan_from, unpacked

log = logging.getLogger(__name__)

OnReport = Callable[[Report], None]
ShouldStop = Callable[[], bool]
Message = tuple[Kind, bytes]

_PAUSE_S: Final = 0.03
"""Longest time between two looks at the clock."""

_JUDGED_APART_S: Final = 0.4
"""Plans on the way are judged at most this often; the last one always is."""

_JUDGING_SHARE: Final = 0.05
"""Share of the time for judging plans on the way: the search wants the processor."""

_LINES_APART_S: Final = 0.05

_PATIENCE: Final = 0.4
"""Share of the time after which a first plan is constructed elsewhere, where none has come."""

_PROVING_S: Final = 0.3
"""Somebody who has stopped the search waits at most so long for a bound."""

_CONSTRUCTED_HERE: Final = 100
"""Jobs of problems whose first plan takes milliseconds, so that no other process is asked."""


def solve_supervised(
    problem: Problem,
    *,
    time_limit_s: float,
    step_limit: int | None = None,
    seed: int = 0,
    engine: str = "auto",
    threads: int = 2,
    warm_start: Plan | None = None,
    on_report: OnReport | None = None,
    should_stop: ShouldStop | None = None,
    memory_limit_bytes: int | None = None,
) -> Plan:
    """Plan who goes where when; the answer is there within the limit and keeps every rule.

    Parameters
    ----------
    time_limit_s
        Wall clock for everything, kept within 10 % even by engines that do not stop. May be
        infinite.
    step_limit
        Search steps; with one thread and an infinite time, the same input and seed give the
        same plan. Its ``summary.seconds`` is 0.
    engine
        A name that :mod:`solver.search` knows, or ``module:function``: something that is called
        as :func:`solver.search.solve` is, without ``engine``.
    on_report
        Called in this process whenever the plan gets better or the engine says something. Full
        plans come at most about twice a second.
    should_stop
        Asked some thirty times a second; when it says yes, the best plan so far is the answer.
    memory_limit_bytes
        Address space that the child may use.

    Returns
    -------
    Plan
        ``summary.stopped`` says why the search ended: the engine's own word (``time-limit``,
        ``step-limit``, ``converged``, …), ``stopped``, ``engine-crashed``, ``engine-hung`` or
        ``engine-garbage``. ``summary.bound`` is what no plan that serves the same costs less than,
        as far as it was proven in time.

    Raises
    ------
    EngineUnknown
        If there is no engine of this name.
    LockedImpossible
        If the steps that must stay cannot be carried out.
    """
    if ":" not in engine and engine not in ENGINES:
        raise EngineUnknown(engine)
    watch = _Watch(
        problem=problem,
        limit_s=time_limit_s,
        seed=seed,
        engine=engine,
        exact=step_limit is not None,
        on_report=on_report,
        should_stop=should_stop or (lambda: False),
    )
    wishes: dict[str, object] = {
        "step_limit": step_limit,
        "seed": seed,
        "threads": threads,
        "warm_start": warm_start,
    }
    with ExitStack() as children:
        order = watch.order(engine, wishes, memory_limit_bytes)
        searcher = children.enter_context(Searcher(order, time_limit_s))
        watch.bounds.start()
        watch.listen(searcher, children)
    return watch.answer()


@dataclass(kw_only=True)
class _Watch:
    """What is known of one solve: the best plan, the time, and what the engine did wrong."""

    problem: Problem
    limit_s: float
    seed: int
    engine: str
    exact: bool
    on_report: OnReport | None
    should_stop: ShouldStop
    began: float = field(default_factory=time.monotonic)
    best: Plan | None = None
    tiers: Tiers | None = None
    fault: str | None = None
    finished: bool = False  # the engine's last word was a plan that keeps every rule
    stop_at: float | None = None  # when we were asked to stop
    judging_s: float = 0.0  # what judging a plan took last
    judged_at: float = -math.inf
    said_at: float = -math.inf
    complained: bool = False
    rescuer: Searcher | None = None
    spare: Plan | None = None  # serves nobody; for when there is no time for more

    def __post_init__(self) -> None:
        self.bounds = Bounds(self.problem)

    def order(
        self, engine: str, wishes: dict[str, object], memory_limit_bytes: int | None
    ) -> Order:
        """State what the child is to do: a little before the limit, so that we can judge it."""
        return Order(
            problem=self.problem,
            engine=engine,
            ends_at=self.began + self._engines_s(),
            wishes=wishes,
            memory_limit_bytes=memory_limit_bytes,
        )

    def _engines_s(self) -> float:
        return self.limit_s * 0.97 - min(0.05, 0.1 * self.limit_s)

    def seconds(self) -> float:
        return time.monotonic() - self.began

    # ------------------------------------------------------------ listening

    def listen(self, searcher: Searcher, children: ExitStack) -> None:
        """Take what comes until the child's last word, its end, or the hard stop."""
        newest: Message | None = None
        asked = False
        while self.fault is None and not searcher.over():
            if not asked and self._time_to_stop():
                searcher.ask_to_stop()
                asked = True
            left_s = self._latest() - self.seconds()
            if left_s <= 0:
                self._wrong("engine-hung", f"it was ended after {self.seconds():.1f} s")
                break
            if self.best is None and self.seconds() > _PATIENCE * self.limit_s:
                self._start_rescue(children)
            if searcher.waiting(min(_PAUSE_S, left_s)):
                newest = self._take(searcher, newest)
            newest = self._judged_if_due(newest)
        if newest is not None:
            self._judge(*newest)
        if not self.finished:
            self._wrong("engine-crashed", "it ended without a last word")
        if self.best is None:
            self._start_rescue(children)
            self._await_rescue()

    def _time_to_stop(self) -> bool:
        if self.stop_at is None and self.should_stop():
            self.stop_at = self.seconds()
        return self.stop_at is not None or self.seconds() >= self._engines_s()

    def _latest(self) -> float:
        """Give the second at which the child is ended, whatever it does."""
        latest = 1.01 * self.limit_s - min(0.02, self.judging_s)
        if self.stop_at is not None:
            latest = min(latest, self.stop_at + max(1.0, 4 * self.judging_s))
        return latest

    def _start_rescue(self, children: ExitStack) -> None:
        """Make a first plan: of a small problem here, otherwise in another child."""
        if self.rescuer is not None:
            return
        if len(self.problem.jobs) + len(self.problem.shipments) <= _CONSTRUCTED_HERE:
            self._keep_constructed()
            return
        nobody = nobody_served(self.problem)
        # Where steps are locked somebody has to go.
        self.spare = None if check(self.problem, nobody) else nobody
        order = self.order("construct", {"seed": self.seed}, None)
        left_s = self.limit_s - self.seconds()
        self.rescuer = children.enter_context(Searcher(order, left_s))

    def _keep_constructed(self) -> None:
        plan = self._constructed()
        try:
            self._keep(plan, self._tiers(plan), last=False)
        except Garbage as error:
            # Without locked steps nobody has to go, and that breaks nothing.
            for vehicle in self.problem.vehicles:
                for step in vehicle.locked:
                    if step.locked and step.id is not None:
                        raise LockedImpossible(vehicle.id, step.id) from error
            raise

    def _await_rescue(self) -> None:
        newest: Message | None = None
        if self.rescuer is None:
            return
        while not self.rescuer.over() and self.seconds() < 1.03 * self.limit_s:
            if self.rescuer.waiting(_PAUSE_S):
                newest = self._take(self.rescuer, newest)
        if newest is not None:
            self._judge(*newest)

    def _take(self, searcher: Searcher, newest: Message | None) -> Message | None:
        """Read one piece; of plans only the newest is looked at, however many there are."""
        try:
            for kind, body in searcher.inbox.read():
                if kind in (Kind.FINAL, Kind.BETTER):
                    newest = (kind, body)
                else:
                    self._hear(kind, unpacked(body))
        except Garbage as error:
            self._wrong("engine-garbage", str(error))
        return newest

    def _hear(self, kind: Kind, said: object) -> None:
        if kind is Kind.FAILED:
            self._wrong("engine-crashed", str(said))
            return
        if kind is Kind.REFUSED:
            self.fault = self.fault or "engine-crashed"  # the first plan will say it again
            return
        if self.on_report is None or self.seconds() - self.said_at < _LINES_APART_S:
            return
        self.said_at = self.seconds()
        match said:
            case str():
                self._report(text=said)
            case (int() as left, int() as cost):
                self._report(left=left, cost=cost)
            case _:
                log.debug("engine %s said something of another type", self.engine)

    def _judged_if_due(self, newest: Message | None) -> Message | None:
        if newest is None:
            return None
        apart_s = max(_JUDGED_APART_S, self.judging_s / _JUDGING_SHARE)
        due = self.seconds() - self.judged_at >= apart_s
        if not due and newest[0] is not Kind.FINAL:
            return newest
        self._judge(*newest)
        return None

    def _judge(self, kind: Kind, body: bytes) -> None:
        try:
            plan = plan_from(unpacked(body))
            tiers = self._tiers(plan)
        except Exception as error:  # noqa: BLE001 - rules that meet nonsense may raise anything
            self._refuse(kind, f"{type(error).__name__}: {error}")
        else:
            self._keep(plan, tiers, last=kind is Kind.FINAL)

    def _tiers(self, plan: Plan) -> Tiers:
        """Value a plan that keeps every rule."""
        began = time.monotonic()
        violations = check(self.problem, plan)
        if violations:
            what = f"a plan that breaks {violations[0].code}"
            raise Garbage(what)
        tiers = value(self.problem, plan).tiers
        self.judged_at = self.seconds()
        self.judging_s = time.monotonic() - began
        return tiers

    def _keep(self, plan: Plan, tiers: Tiers, *, last: bool) -> None:
        self.finished = self.finished or last
        better = self.tiers is None or tiers < self.tiers
        # The last word of equal plans has the better reasons for what is left.
        if better or (last and tiers == self.tiers):
            self.best, self.tiers = plan, tiers
        if better:
            self._report(plan=plan)

    def _refuse(self, kind: Kind, what: str) -> None:
        """Drop a plan; on the way that is no reason to end the search, its last word may do."""
        if kind is Kind.FINAL:
            self._wrong("engine-garbage", what)
        elif not self.complained:
            self.complained = True
            log.error("engine %s: a plan on the way was refused: %s", self.engine, what)

    def _wrong(self, fault: str, what: str) -> None:
        if self.fault is None:
            self.fault = fault
            log.error("engine %s: %s: %s", self.engine, fault, what)

    def _report(
        self,
        *,
        plan: Plan | None = None,
        left: int | None = None,
        cost: int | None = None,
        text: str = "",
    ) -> None:
        if self.on_report is None:
            return
        shown = plan or self.best
        if left is None and shown is not None:
            left, cost = shown.summary.unassigned, shown.summary.cost
        self.on_report(
            Report(
                seconds=self.seconds(),
                left=left,
                cost=cost,
                bound=None if shown is None else self.bounds.known(shown),
                engine=self.engine if shown is None else shown.summary.engine,
                plan=plan,
                text=text,
            )
        )

    # ------------------------------------------------------------ answering

    def answer(self) -> Plan:
        """Give the best plan with how it came about."""
        plan = self.best or self.spare or self._constructed()
        stopped = "stopped" if self.stop_at is not None else self.fault
        summary = replace(
            plan.summary,
            seed=self.seed,
            seconds=0.0 if self.exact else round(self.seconds(), 3),
            stopped=stopped or plan.summary.stopped,
            bound=self.bounds.of(plan, self._patience_s()),
        )
        return replace(plan, summary=summary)

    def _patience_s(self) -> float:
        """Give the seconds that are left for proving how good the answer is."""
        if self.stop_at is not None:
            return min(_PROVING_S, self.limit_s - self.seconds())
        return math.inf if self.exact else self.limit_s - self.seconds()

    def _constructed(self) -> Plan:
        return solve(self.problem, time_limit_s=self.limit_s, seed=self.seed, engine="construct")
