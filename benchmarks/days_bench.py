"""Generated days: ours with every rule, and beside PyVRP and VROOM on what they can express.

For each day and seed: ours on the whole day (``whole``); ours without contact rules (``free``),
for what contactless delivery costs in travel; and every engine on the peers' version, for cost
and for what plans that know nothing of contact would mean (``benchmarks/README.md``). Usage:
``python -m benchmarks.days_bench --sizes medium subdistrict --seeds 3``; results go to
``benchmarks/results/days.{json,md}``.
"""

import argparse
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from rich.console import Console

from benchmarks import report
from benchmarks.days import SIZES, day
from benchmarks.families import arguments
from benchmarks.runs import ENGINES, Outcome, Wish, run
from benchmarks.versions import peers_version, without_contact_rules
from solver.plan import Plan
from solver.problem import Problem

SECONDS = {"small": 10.0, "medium": 20.0, "two-wave": 20.0, "subdistrict": 60.0, "stops10000": 300}
"""Seconds a solve, as long as a planner would wait."""
DEFAULT_SIZES = ("small", "medium", "two-wave", "subdistrict")


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day in one of its versions: ``whole``, ``free`` (of contact rules) or ``peers``."""

    size: str
    seed: int
    version: str = "whole"

    def problem(self) -> Problem:
        """Draw the day."""
        if self.version == "free":
            return without_contact_rules(day(self.size, self.seed))
        if self.version == "peers":
            return peers_version(day(self.size, self.seed)).problem
        return day(self.size, self.seed)

    def judged(self, problem: Problem, plan: Plan) -> tuple[Problem, Plan]:
        """Give the plan in terms of the day with all its rules."""
        if self.version == "whole":
            return problem, plan
        whole = day(self.size, self.seed)
        if self.version == "free":
            return whole, plan
        version = peers_version(whole)
        return version.original, version.in_original(plan, engine=plan.summary.engine)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One engine on one version of a day."""

    size: str
    seed: int
    version: str
    outcome: Outcome


@cache
def _versions(engines: tuple[str, ...], size: str) -> tuple[tuple[str, str], ...]:
    ours = (("ours", "whole"), ("ours", "free")) if "ours" in engines else ()
    if size == "stops10000":
        return ours[:1]
    return (*ours, *((engine, "peers") for engine in engines))


def compare(args: argparse.Namespace) -> list[Run]:
    """Run everything that was asked for, one after the other."""
    console = Console()
    runs = []
    for size in args.sizes:
        seconds = args.seconds or SECONDS[size]
        for seed in range(args.first_seed, args.first_seed + args.seeds):
            for engine, version in _versions(tuple(args.engines), size):
                wish = Wish(engine=engine, seconds=seconds, threads=args.threads, seed=seed)
                outcome = run(Day(size=size, seed=seed, version=version), wish)
                runs.append(Run(size=size, seed=seed, version=version, outcome=outcome))
                console.print(_line(runs[-1]), highlight=False, soft_wrap=True)
            if args.longer > 1 and "ours" in args.engines:
                wish = Wish(
                    engine="ours", seconds=seconds * args.longer, threads=args.threads, seed=seed
                )
                outcome = run(Day(size=size, seed=seed), wish)
                runs.append(Run(size=size, seed=seed, version="longer", outcome=outcome))
                console.print(_line(runs[-1]), highlight=False, soft_wrap=True)
    return runs


def _line(one: Run) -> str:
    out = one.outcome
    found = out.refused or (
        f"cost {out.cost}, {out.left_bags} bags left out, {out.contacts} contacts, "
        f"{out.excess_faces} excess faces, {out.breaches or 'valid'}, "
        f"{out.seconds:.1f} s, first plan {out.first_plan_s} s, {out.peak_mb} MB"
    )
    return f"{one.size} seed {one.seed} {one.version} {out.engine}: {found}"


def by_size(runs: Sequence[Run]) -> str:
    """Draw the table of means over seeds, one row a size."""
    rows = []
    for size in dict.fromkeys(one.size for one in runs):
        those = [
            r for r in runs if (r.size, r.version) == (size, "whole") and not r.outcome.refused
        ]
        outs = [one.outcome for one in those]
        if not outs:
            continue
        rows.append(
            [
                size,
                len(outs),
                _figure([out.left_bags for out in outs], 1),
                _figure([out.contacts for out in outs], 1),
                _figure([out.excess_faces / max(out.buildings, 1) for out in outs], 3),
                _figure([r for one in those if (r := _beside_free(runs, one)) is not None], 3),
                _figure([r for one in those if (r := _beside_best(runs, one)) is not None], 3),
                _figure([out.first_plan_s for out in outs if out.first_plan_s is not None], 2),
                max(out.peak_mb for out in outs),
            ]
        )
    return report.table(
        [
            "day", "seeds", "bags left out", "contacts", "excess faces per building",
            "travel / free", "cost / best peer's", "first plan s", "peak MB",
        ],
        rows,
    )  # fmt: skip


def _figure(values: Sequence[float], digits: int) -> str | None:
    mean = report.mean(values)
    return None if mean is None else f"{mean:.{digits}f}"


def _beside_free(runs: Sequence[Run], one: Run) -> float | None:
    free = _of(runs, one, "free", "ours")
    if free is None or free.refused or one.outcome.refused or not free.travel_s:
        return None
    return one.outcome.travel_s / free.travel_s


def _beside_best(runs: Sequence[Run], one: Run) -> float | None:
    """Give our cost over the best peer's, on its version, among peers that leave out no more."""
    ours = _of(runs, one, "peers", "ours")
    if ours is None or ours.refused:
        return None
    peers = [_of(runs, one, "peers", engine) for engine in ENGINES if engine != "ours"]
    costs = [
        peer.cost
        for peer in peers
        if peer is not None and not peer.refused and peer.left_jobs <= ours.left_jobs
    ]
    return ours.cost / min(costs) if costs else None


def contactless(runs: Sequence[Run]) -> str:
    """Draw the table of our plans with every rule, beside those without contact rules."""
    rows = []
    for one in (r for r in runs if r.version in {"whole", "longer"}):
        out = one.outcome
        beside = _beside_free(runs, one)
        ratio = None if beside is None else f"{beside:.3f}"
        rows.append(
            [
                one.size, one.seed, one.version, out.left_bags, out.contacts, out.excess_faces,
                f"{out.excess_faces / max(out.buildings, 1):.3f}", ratio, out.cost,
                sum(out.breaches.values()), out.first_plan_s, f"{out.seconds:.1f}", out.peak_mb,
            ]
        )  # fmt: skip
    return report.table(
        [
            "day", "seed", "version", "bags left out", "contacts", "excess faces", "per building",
            "travel / free", "cost", "breaches", "first plan s", "seconds", "peak MB",
        ],
        rows,
    )  # fmt: skip


def beside_peers(runs: Sequence[Run]) -> str:
    """Draw the table of the peers' version; what its plans would mean is judged by the day."""
    rows = []
    for one in (r for r in runs if r.version == "peers"):
        out = one.outcome
        ours = _of(runs, one, "peers", "ours")
        ratio = None
        if ours is not None and not ours.refused and out.cost and out.left_jobs <= ours.left_jobs:
            ratio = f"{ours.cost / out.cost:.3f}"
        rows.append(
            [
                one.size, one.seed, out.engine, out.refused or out.left_jobs, out.left_bags,
                out.cost, ratio, out.contacts, out.excess_faces, _met(out),
                sum(out.breaches.values()), f"{out.seconds:.1f}", out.peak_mb,
            ]
        )  # fmt: skip
    return report.table(
        [
            "day", "seed", "engine", "drops left out", "bags", "cost", "ours / its cost",
            "contacts", "excess faces", "rules of the day broken", "breaches", "seconds",
            "peak MB",
        ],
        rows,
    )  # fmt: skip


def _met(out: Outcome) -> str:
    return ", ".join(f"{code} {count}" for code, count in sorted(out.met.items())) or "none"


def _of(runs: Sequence[Run], beside: Run, version: str, engine: str) -> Outcome | None:
    for one in runs:
        same = (one.size, one.seed, one.version) == (beside.size, beside.seed, version)
        if same and one.outcome.engine == engine:
            return one.outcome
    return None


def _row(one: Run) -> dict[str, Any]:
    return asdict(one)


def main(words: Sequence[str] | None = None) -> None:
    """Compare and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=list(DEFAULT_SIZES))
    parser.add_argument("--seconds", type=float, help="per solve, instead of each size's own")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument(
        "--longer", type=float, default=1.0, help="solve the whole day again in so many times"
    )
    parser.add_argument("--name", default="days", help="of the results")
    arguments(parser)
    args = parser.parse_args(words)
    runs = compare(args)
    limits = ", ".join(f"{size} {args.seconds or SECONDS[size]:g} s" for size in args.sizes)
    text = (
        f"# Generated days\n\n{limits}; {args.threads} threads.\n\n"
        "*travel / free*: seconds of travel over those of our plan without contact rules. "
        "*cost / best peer's*: on the version that peers can express, among peers that leave out "
        f"no more than ours.\n\n{by_size(runs)}\n\n"
        f"## With every rule\n\n{contactless(runs)}\n\n"
        "## On what peers can express\n\n*contacts*, *excess faces* and *rules of the day "
        "broken* are counted by the whole day's rules, which these plans do not know.\n\n"
        f"{beside_peers(runs)}\n"
    )
    facts = {"threads": args.threads, "seeds": args.seeds, "seconds": limits}
    for path in report.write(
        args.name, args.results, facts=facts, runs=[_row(one) for one in runs], text=text
    ):
        Console().print(f"wrote {path}", highlight=False, soft_wrap=True)


if __name__ == "__main__":
    main()
