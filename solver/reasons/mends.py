"""What would help: for each kind of relaxation the smallest that gives the task room.

With the rule of a kind eased as far as it goes, the place in the plan that needs least of it is
looked for; what it needs is the relaxation, which counts only once it was solved again.
"""

from collections.abc import Iterator
from typing import Final

from solver.engines.instance import Task
from solver.engines.solution import Solution
from solver.engines.timing import Trip
from solver.plan import Relaxation
from solver.reasons.bottleneck import Bottlenecks
from solver.reasons.causes import cause_of
from solver.reasons.easing import as_relaxed, rebuilt
from solver.reasons.empty_day import alike
from solver.reasons.first_steps import first_steps
from solver.reasons.hours import (
    STRETCHES,
    earlier_release,
    earlier_shift,
    longer_duration,
    stretched,
    wider_window,
    without_break,
)
from solver.reasons.people import (
    any_courier,
    further_courier_for_a_while,
    larger_load,
    permitted,
    skill_facts,
    zone_facts,
)
from solver.reasons.proof import Cause, Proofs
from solver.reasons.room import Served, Work
from solver.reasons.slots import (
    cohort_free,
    second_bay,
    second_lane,
    shelf,
    shorter_separation,
    slot_open,
)
from solver.reasons.trials import (
    MINUTES_OF,
    Proposal,
    Propose,
    Trials,
    proposal,
    stop_facts,
)
from solver.reasons.verify import serves
from solver.relax import together

KEPT: Final = 3
REFUSED_MOST: Final = 4
PAIRS_TRIED: Final = 2

_TIMES: Final = ("wider-window", "longer-shift", "earlier-shift", "earlier-release")
_LIMITS: Final = ("more-tasks", "more-travel", "more-distance", "longer-duration")
_ALONE: Final = (
    *_TIMES,
    *_LIMITS,
    "slot-open",
    "larger-shelf",
    "without-break",
    "further-courier",
)
_FULL: Final = (
    "longer-search", "one-more-trip", *_TIMES, "further-courier", "any-courier", "zone-permit",
    "skill-added",
)  # fmt: skip
KINDS_FOR: Final[dict[str, tuple[str, ...]]] = {
    "no-courier": ("any-courier",),
    "no-courier-with-skill": ("skill-added",),
    "zone-not-permitted": ("zone-permit",),
    "goods-elsewhere": ("goods-at-point",),
    "too-heavy": ("larger-load",),
    "unreachable": ("any-courier", "zone-permit", "skill-added", "larger-load"),  # of others
    "slot-closed": ("slot-open", *_TIMES, "further-courier"),
    "shelf-too-small": ("larger-shelf",),
    "release-too-late": (*_TIMES, "further-courier"),
    "window-too-short": (*_TIMES, "without-break", "further-courier"),
    "shift-too-short": (*_TIMES, "further-courier"),
    "limit-too-tight": (*_LIMITS, "further-courier"),
    "break-in-the-way": ("without-break", *_TIMES, "further-courier"),
    "rules-conflict": _ALONE,
    "fits-now": ("longer-search",),
    "not-worth-its-prize": (),
    "cohort-taken": (*_FULL, "cohort-free"),
    "no-trips-left": _FULL,
    "no-time-left": (*_FULL, "second-lane", "without-break"),
    "no-capacity-left": (*_FULL, "larger-load"),
    "slot-busy": (*_FULL, "second-lane", "shorter-separation", "slot-open"),
    "shelf-full": (*_FULL, "further-clearing", "larger-shelf"),
    "bay-full": (*_FULL, "second-bay-lane"),
    "limit-used-up": (*_FULL, *_LIMITS),
    "no-room-left": (*_FULL, *_LIMITS, "second-lane", "larger-load"),
}
"""The kinds worth trying against each cause."""


class Mends:
    """Looks for relaxations of one plan that help what it leaves out."""

    def __init__(self, bottlenecks: Bottlenecks, work: Work) -> None:
        self.trials = Trials(bottlenecks, work)

    @property
    def over(self) -> bool:
        """Say whether nothing more may be tried."""
        return self.trials.work.over

    def find(self, task: Task, cause: Cause) -> tuple[Relaxation, ...]:
        """Give the best relaxations that were solved again and serve the task."""
        proposals: list[Proposal] = []
        # The lightest kinds first: what weighs more than three that were found need not be tried.
        for kind in sorted(KINDS_FOR[cause.code], key=MINUTES_OF.__getitem__):
            smaller = {f.relaxation.code for f in proposals if f.size <= MINUTES_OF[kind]}
            if self.over or len(smaller) >= KEPT:
                break
            proposals += _PROPOSE[kind](self.trials, task, kind)
            if kind == "longer-search" and proposals:
                break  # nothing smaller can be found
        kept: list[Relaxation] = []
        refused = 0
        for found in sorted(proposals, key=lambda p: p.size):
            if len(kept) >= KEPT or refused >= REFUSED_MOST or self.over:
                break
            if any(k.code == found.relaxation.code for k in kept):
                continue
            if self._serves(task, found):
                kept.append(found.relaxation)
            else:
                refused += 1
        return tuple(kept)

    def pairs(self, task: Task, cause: Cause) -> tuple[Relaxation, ...]:
        """Make the change that the cause asks for, and look for one more beside it."""
        return tuple(self._pairs(task, cause))[:KEPT]

    def _pairs(self, task: Task, cause: Cause) -> Iterator[Relaxation]:
        solution = self.trials.solution
        for first in first_steps(solution, task, cause)[:PAIRS_TRIED]:
            if self.over:
                return
            instance, eased = as_relaxed(solution.instance, first, task)
            half = rebuilt(solution, instance)
            bottlenecks = Bottlenecks(half, alike(instance))
            rest = cause_of(half, eased, Proofs(instance), bottlenecks)
            if rest.code == cause.code and rest.proven:
                continue
            more = Mends(bottlenecks, self.trials.work).find(eased, rest)
            # A change that is not needed with the other would have been found alone.
            yield from (together(first, r) for r in more if r.code != "longer-search")

    def _serves(self, task: Task, found: Proposal) -> bool:
        trips = sum(len(shift) for shift in self.trials.solution.shifts)
        self.trials.work.spend(20 + trips)
        return serves(
            self.trials.solution,
            task,
            found.relaxation,
            found.couriers,
            self.trials.work.until,
        )


def _as_it_is(trials: Trials, task: Task, kind: str) -> list[Proposal]:
    solution = trials.solution

    def dearer(vehicle: int, trips: tuple[Trip, ...]) -> int:
        fixed = trials.instance.vehicles[vehicle].fixed_cost
        return trips[-1].end.cost + fixed - solution.shift_cost(vehicle)

    before = [solution.shift_cost(v) for v in range(len(trials.instance.vehicles))]

    def read(now: Solution, served: Served) -> tuple[int, list[int]]:
        return sum(now.shift_cost(v) - before[v] for v in served.vehicles), served.vehicles

    unpriced = task.prize is None
    got = trials.tried(
        task, trials.couriers(task), read, measure=None if unpriced else dearer, first=unpriced
    )
    if got is None or (task.prize is not None and got[0] >= task.prize):
        return []  # room that costs more than the prize is no reason to search longer
    return [proposal(kind, {}, got[1])]


_PROPOSE: Final[dict[str, Propose]] = {
    "longer-search": _as_it_is,
    "any-courier": any_courier,
    "wider-window": wider_window,
    "earlier-shift": earlier_shift,
    "longer-duration": longer_duration,
    "slot-open": slot_open,
    "further-clearing": shelf,
    "larger-shelf": shelf,
    "second-bay-lane": second_bay,
    "earlier-release": earlier_release,
    "further-courier": further_courier_for_a_while,
    "without-break": without_break,
    "goods-at-point": permitted("points", lambda _, task, __: stop_facts(task)),
    "skill-added": permitted("skills", skill_facts),
    "zone-permit": permitted("zone", zone_facts),
    "larger-load": larger_load,
    "second-lane": second_lane,
    "cohort-free": cohort_free,
    "shorter-separation": shorter_separation,
    **{kind: stretched(stretch) for kind, stretch in STRETCHES.items()},
}
