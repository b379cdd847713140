"""Share a day's shortages over 10,000 households, and compare with proofs where they are small.

Usage: ``python -m benchmarks.sharing --households 10000 --lines 12``; results go to
``benchmarks/results/sharing.{json,md}``. Every sharing is judged by ``allocation_check``, which
shares no code with the solver.
"""

import argparse
import resource
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from benchmarks import report
from logistics.domain.allocation import (
    ItemFacts,
    Situation,
    Substitution,
    Supply,
    Terms,
    Want,
)
from logistics.domain.allocation_check import check
from logistics.domain.allocation_report import report as report_on
from logistics.domain.allocation_rounds import allocate
from logistics.domain.allocation_tally import tally
from logistics.usecases.share_out import solver_answer
from solver.sharing.problem import Claim, Problem, Taker
from solver.sharing.share import Effort, share

_ITEMS = 400
_CLASSES = 60
_SCARCE = (0.4, 0.98)  # what comes of what was asked, of an item that is short
_SEED = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """Wishes and goods of a made-up day."""

    name: str
    wants: tuple[Want, ...]
    supplies: tuple[Supply, ...]
    terms: Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One sharing; seconds of this machine, with how busy it was beside it."""

    day: str
    households: int
    lines: int
    short_items: int
    share_s: float
    share_cpu_s: float
    report_s: float
    peak_mb: int
    parts: int
    parts_proven: int
    largest: int
    not_sure: int
    takers: int
    gap_most: float
    lowest_proven: int
    levels: int
    levels_exact: int
    shortfall_most: float
    steps_most: int
    faults: dict[str, int]
    lowest: dict[str, float]
    gini: dict[str, float]
    envious: dict[str, float]
    wasted: dict[str, int]


def day(name: str, households: int, lines: int, short: float) -> Day:
    """Make up a day: few things are asked by many, half the goods are weighed."""
    rng = Random(_SEED)
    measured = [n % 2 == 0 for n in range(_ITEMS)]
    popular = [1 / (n + 5) for n in range(_ITEMS)]
    wants = []
    for number in range(households):
        chosen: dict[int, None] = {}
        while len(chosen) < lines:
            chosen.update(dict.fromkeys(rng.choices(range(_ITEMS), popular, k=lines)))
        tier = rng.choices((0, 1, 2), (5, 15, 80))[0]
        for item in list(chosen)[:lines]:
            step, most = (50, (250, 500, 500, 1000, 1500)) if measured[item] else (1, (1, 1, 2, 5))
            if not measured[item] and item % 10 == 1:
                step, most = 30, (30, 30, 60)  # a tray
            wants.append(
                Want(
                    line_id=f"l{len(wants):07}",
                    household_code=f"h{number:06}",
                    item_id=f"i{item:03}",
                    quantity=rng.choice(most),
                    tier=tier,
                    step=step,
                    substitution=rng.choice((Substitution.CLASS, Substitution.NONE)),
                )
            )
    asked: dict[str, int] = defaultdict(int)
    for want in wants:
        asked[want.item_id] += want.quantity
    supplies = []
    for item_id, quantity in sorted(asked.items()):
        rate = rng.uniform(*_SCARCE) if rng.random() < short else rng.choice((1.0, 1.02))
        supplies.append(
            Supply(lot_id=f"lot-{item_id}", item_id=item_id, quantity=int(quantity * rate))
        )
    debts = {f"h{n:06}": rng.choice((100, 250, 400)) for n in range(0, households, 4)}
    return Day(
        name=name,
        wants=tuple(wants),
        supplies=tuple(supplies),
        terms=Terms(
            situations=dict.fromkeys(asked, Situation(bought=1, asked=1, came=1)),
            items={
                f"i{n:03}": ItemFacts(
                    category="vegetable",
                    kind=f"c{n % _CLASSES}",
                    base="g" if measured[n] else "piece",
                )
                for n in range(_ITEMS)
            },
            debts=debts,
            salt=name,
        ),
    )


def measure(of: Day) -> Run:
    """Share a day, judge it, and compare it with other ways."""
    began, cpu = time.perf_counter(), time.process_time()
    done = allocate(of.wants, of.supplies, of.terms, solver_answer)
    share_s, share_cpu_s = time.perf_counter() - began, time.process_time() - cpu
    began = time.perf_counter()
    used: dict[str, int] = defaultdict(int)
    item_of = {s.lot_id: s.item_id for s in of.supplies}
    for one in done.shares:
        if one.lot_id is not None:
            used[item_of[one.lot_id]] += one.quantity
    supply = {s.item_id: s.quantity for s in of.supplies}
    told = report_on(tally(of.wants, done.shares, debts=of.terms.debts), supply, used)
    report_s = time.perf_counter() - began
    faults = Counter(fault.code for fault in check(of.wants, of.supplies, of.terms, done.shares))
    rows = {
        row.method: row for row in told.households if row.tier == max(w.tier for w in of.wants)
    }
    return Run(
        day=of.name,
        households=len(done.fills),
        lines=len(of.wants),
        short_items=len(told.short_items),
        share_s=round(share_s, 1),
        share_cpu_s=round(share_cpu_s, 1),
        report_s=round(report_s, 1),
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        parts=len(done.parts),
        parts_proven=sum(part.proven for part in done.parts),
        largest=max((part.takers for part in done.parts), default=0),
        not_sure=sum(part.takers - part.sure for part in done.parts),
        takers=sum(part.takers for part in done.parts),
        gap_most=max((float(part.bound - part.lowest) for part in done.parts), default=0.0),
        lowest_proven=sum(part.proven or part.bound == part.lowest for part in done.parts),
        levels=sum(part.levels for part in done.parts),
        levels_exact=sum(part.levels_exact for part in done.parts),
        shortfall_most=max((part.shortfall for part in done.parts), default=0.0),
        steps_most=max((part.steps for part in done.parts), default=0),
        faults=dict(faults),
        lowest={name: round(row.lowest, 4) for name, row in rows.items()},
        gini={name: round(row.gini, 4) for name, row in rows.items()},
        envious={name: round(row.envious, 3) for name, row in rows.items()},
        wasted={name: row.wasted for name, row in rows.items()},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """How filling compares with what is proven best, over small random shortages."""

    shortages: int
    proven: int
    same_lowest: int
    same_all: int
    lowest_apart_most: float
    exact_s: float


def beside_proofs(count: int, takers: int) -> Beside:
    """Fill what CP-SAT can prove, and tell how far filling falls behind."""
    rng = Random(_SEED)
    proven = same_lowest = same_all = 0
    apart, exact_s = 0.0, 0.0
    for _ in range(count):
        problem = _shortage(rng, takers)
        began = time.perf_counter()
        best = share(problem, Effort(exact_claims=10**6))
        exact_s += time.perf_counter() - began
        filled = share(problem, Effort(exact_claims=0, folded_claims=-1))
        ours, theirs = _levels(problem, best.given), _levels(problem, filled.given)
        proven += best.proven
        same_lowest += ours[0] == theirs[0]
        same_all += ours == theirs
        apart = max(apart, float(ours[0] - theirs[0]))
    return Beside(
        shortages=count,
        proven=proven,
        same_lowest=same_lowest,
        same_all=same_all,
        lowest_apart_most=round(apart, 4),
        exact_s=round(exact_s / count, 2),
    )


def _shortage(rng: Random, takers: int) -> Problem:
    goods = max(2, takers // 5)
    asked = [0] * goods
    claims = []
    for taker in range(takers):
        wanted = rng.sample(range(goods), rng.randint(1, min(4, goods)))
        for good in wanted:
            step = (1, 1, 30)[good % 3]
            limit = step * rng.choice((1, 2, 2, 4))
            asked[good] += limit
            claims.append(
                Claim(
                    taker=taker, good=good, step=step, limit=limit,
                    worth=Fraction(1, len(wanted) * limit),
                )
            )  # fmt: skip
    return Problem(
        stock=tuple(int(n * rng.uniform(0.4, 0.9)) for n in asked),
        takers=tuple(Taker(Fraction(0), empty=True) for _ in range(takers)),
        claims=tuple(claims),
    )


def _levels(problem: Problem, given: tuple[int, ...]) -> list[Fraction]:
    high = [taker.start for taker in problem.takers]
    for claim, quantity in zip(problem.claims, given, strict=True):
        high[claim.taker] += claim.worth * quantity
    return sorted(high)


def page(runs: Sequence[Run], beside: Mapping[int, Beside]) -> str:
    """Write the results as tables."""
    ways = ("ours", "first-come", "proportional")
    return "\n\n".join(
        (
            "# Sharing out",
            "A day's shortages over all households (`python -m benchmarks.sharing`): 400 items,"
            " few of them asked by many, half weighed; three need tiers; a quarter of the"
            " households is owed something. Seconds are those of this run, on a machine that"
            " others used, too; processor seconds beside them. *Short* counts items of which"
            " somebody got less than asked. *Parts* are groups that compete. *Takers* counts"
            " households over all parts, *not sure* those who stand above the lowest ones of whom"
            " it is proven that nothing is better for them. Parts that are too large for that are"
            " filled from the exact optimum of dividing everything: its"
            " *levels* (and how many of them prices prove), the most by which any household stands"
            " *below* its own level, in per mille of a list and in *steps* that it lacks. *Lowest"
            " proven* counts parts in which no sharing in whole steps lifts the lowest any higher;"
            " in the others it may stand *apart* by so much from what is proven impossible."
            " *Faults* are what the judge finds; *envious* counts households that are short of"
            " something of which another, fuller even without it, has one more step.",
            report.table(
                ("day", "households", "lines", "short", "share, s", "CPU, s", "report, s", "MB",
                 "parts", "proven", "lowest proven", "largest", "takers", "not sure",
                 "apart", "levels", "exact", "below, ‰", "steps", "faults"),
                [(r.day, r.households, r.lines, r.short_items, r.share_s, r.share_cpu_s,
                  r.report_s, r.peak_mb, r.parts, r.parts_proven,
                  r.lowest_proven, r.largest, r.takers, r.not_sure,
                  f"{r.gap_most:.4f}", r.levels, r.levels_exact, round(1000 * r.shortfall_most, 1),
                  r.steps_most, dict(r.faults) or "none") for r in runs],
            ),
            "Households of the last tier, against other ways of sharing the same goods:",
            report.table(
                ("day", "way", "lowest fill", "Gini", "envious", "wasted lines"),
                [(r.day, way, r.lowest[way], r.gini[way], r.envious[way], r.wasted[way])
                 for r in runs for way in ways],
            ),
            "Random shortages, solved by CP-SAT as far as its work goes: how often filling alone"
            " finds the same lowest standing, and the same standings of all.",
            report.table(
                ("takers", "shortages", "proven", "same lowest", "same all", "lowest apart, most",
                 "CP-SAT, s each"),
                [(n, b.shortages, b.proven, b.same_lowest, b.same_all, b.lowest_apart_most,
                  b.exact_s) for n, b in beside.items()],
            ),
        )
    )  # fmt: skip


def main() -> None:
    """Measure and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--households", type=int, default=10_000)
    parser.add_argument("--lines", type=int, default=12)
    parser.add_argument("--shortages", type=int, default=20)
    parser.add_argument("--name", default="sharing")
    options = parser.parse_args()
    runs = []
    for name, short in (("a tenth short", 0.1), ("a third short", 0.3), ("all short", 1.0)):
        runs.append(measure(day(name, options.households, options.lines, short)))
        print(runs[-1], flush=True)
    beside = {takers: beside_proofs(options.shortages, takers) for takers in (8, 20, 40)}
    facts = {"households": options.households, "lines": options.lines, "beside_proofs": beside}
    written = report.write(
        options.name, report.RESULTS, facts=facts, runs=runs, text=page(runs, beside)
    )
    print(*written, sep="\n")


if __name__ == "__main__":
    main()
