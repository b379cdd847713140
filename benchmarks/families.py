"""The public families: gap to the best known, ours beside PyVRP and VROOM.

Every instance file in a folder is read, and run where the solution file ``.sol`` beside it states
a best-known cost. Usage: ``python -m benchmarks.families --instances FOLDER --seeds 3
--seconds 20``; results go to ``benchmarks/results/families.{json,md}``.
"""

import argparse
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks import report
from benchmarks.runs import ENGINES, Outcome, Wish, run
from solver.formats.recognise import read_any, recognise
from solver.formats.solutions import published_cost
from solver.plan import Plan
from solver.problem import Problem
from solver.summary import in_family_units

_TYPE = re.compile(r"^\s*TYPE\s*:\s*(\S+)", re.MULTILINE)
_ROUTE = re.compile(r"^\s*Route\s*#?\s*\d+\s*:.*\d", re.IGNORECASE | re.MULTILINE)
_FAMILY_OF_FORMAT = {"lilim": "Li and Lim", "solomon": "Solomon", "native": "native"}
_HERE = Path(__file__).resolve().parent.parent
DEFAULT_FOLDER = _HERE.parent / "shared" / "data" / "vrp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """A file with its best-known cost, in the family's units."""

    path: Path
    family: str
    best_known: float
    best_vehicles: int

    def problem(self) -> Problem:
        """Read the file."""
        return read_any(self.path.read_bytes())

    def judged(self, problem: Problem, plan: Plan) -> tuple[Problem, Plan]:
        """Judge the plan by the problem itself."""
        return problem, plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One engine on one instance."""

    family: str
    instance: str
    best_known: float
    best_vehicles: int
    published: float | None  # the plan's cost in the family's units; of Li and Lim its distance
    outcome: Outcome

    @property
    def gap(self) -> float | None:
        """The share by which the plan is dearer than the best known; None without a whole plan."""
        if self.published is None or not self.outcome.whole:
            return None
        return self.published / self.best_known - 1


def instances(folder: Path) -> Iterator[Instance]:
    """Find instances with a best-known cost beside them."""
    for path in sorted(folder.rglob("*")):
        beside = path.with_suffix(".sol")
        if path == beside or not path.is_file() or not beside.exists():
            continue
        solution = beside.read_text(encoding="utf-8", errors="replace")
        cost = published_cost(solution)
        if cost is None:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        word = _TYPE.search(text)
        family = word[1].upper() if word else _FAMILY_OF_FORMAT.get(recognise(text), "other")
        vehicles = len(_ROUTE.findall(solution))
        yield Instance(path=path, family=family, best_known=cost, best_vehicles=vehicles)


def measure(instance: Instance, wish: Wish) -> Run:
    """Run an engine on an instance."""
    outcome = run(instance, wish)
    return Run(
        family=instance.family,
        instance=instance.path.stem,
        best_known=instance.best_known,
        best_vehicles=instance.best_vehicles,
        published=None if outcome.refused else _published(instance, outcome),
        outcome=outcome,
    )


def _published(instance: Instance, outcome: Outcome) -> float:
    problem = instance.problem()
    cost = outcome.cost
    if instance.family == "Li and Lim":
        # Fewest vehicles first: what each costs is taken out again.
        cost -= outcome.routes * problem.vehicles[0].fixed_cost
    return float(in_family_units(problem, cost))


def by_family(runs: Sequence[Run], engines: Sequence[str]) -> str:
    """Draw the table of families: mean gaps, and in brackets runs without a whole plan."""
    groups: dict[str, list[Run]] = defaultdict(list)
    for one in runs:
        groups[one.family].append(one)
    rows = []
    for family, those in sorted(groups.items()):
        cells = [_cell([one for one in those if one.outcome.engine == e]) for e in engines]
        rows.append([family, len({one.instance for one in those}), *cells])
    return report.table(["family", "instances", *engines], rows)


def _cell(those: Sequence[Run]) -> str | None:
    gaps = [one.gap for one in those if one.gap is not None]
    refused = {one.outcome.refused for one in those if "cannot express" in one.outcome.refused}
    if refused:
        return "; ".join(sorted(refused))
    lost = sum(one.gap is None for one in those)
    text = report.percent(report.mean(gaps))
    if gaps and those[0].family == "Li and Lim":
        more = sum(one.outcome.routes - one.best_vehicles for one in those if one.outcome.whole)
        text = f"{text}, vehicles {more / len(gaps):+.2f}"
    if lost:
        left = sum(one.outcome.left_jobs for one in those)
        return f"{text or '—'} ({lost} of {len(those)} not whole, {left} drops left out)"
    return text


def by_instance(runs: Sequence[Run], engines: Sequence[str]) -> str:
    """Draw the table of instances: mean gap over seeds, then the best and the worst."""
    groups: dict[tuple[str, str], list[Run]] = defaultdict(list)
    for one in runs:
        groups[one.family, one.instance].append(one)
    rows = []
    for (family, name), those in sorted(groups.items()):
        row: list[object] = [family, name, f"{those[0].best_known:g}"]
        for engine in engines:
            gaps = [one.gap for one in those if one.outcome.engine == engine]
            known = [gap for gap in gaps if gap is not None]
            if not known:
                row.append(None)
                continue
            spread = (
                f" ({100 * min(known):.2f} … {100 * max(known):.2f})" if len(known) > 1 else ""
            )
            row.append(f"{report.percent(report.mean(known))}{spread}")
        rows.append(row)
    return report.table(["family", "instance", "best known", *engines], rows)


def compare(args: argparse.Namespace) -> list[Run]:
    """Run everything that was asked for, one after the other."""
    console = Console()
    runs: list[Run] = []
    for instance in instances(args.instances):
        if args.only and not any(word in str(instance.path) for word in args.only):
            continue
        for engine in args.engines:
            # VROOM draws no random numbers: one run says what all would.
            for seed in range(1 if engine == "vroom" else args.seeds):
                wish = Wish(engine=engine, seconds=args.seconds, threads=args.threads, seed=seed)
                runs.append(measure(instance, wish))
                console.print(_line(runs[-1]), highlight=False, soft_wrap=True)
                if runs[-1].outcome.refused.startswith(f"{engine} cannot"):
                    break
    return runs


def _line(one: Run) -> str:
    out = one.outcome
    found = out.refused or (
        f"{report.percent(one.gap)}, {one.published:g}, {out.left_jobs} left out, "
        f"{out.breaches or 'valid'}, {out.seconds:.1f} s, {out.peak_mb} MB"
    )
    return f"{one.family} {one.instance} {out.engine} seed {out.seed}: {found}"


def _row(one: Run) -> dict[str, Any]:
    return {**asdict(one), "gap": one.gap}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what every benchmark may be asked."""
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES))
    parser.add_argument("--results", type=Path, default=report.RESULTS)


def main(words: Sequence[str] | None = None) -> None:
    """Compare and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--instances", type=Path, default=DEFAULT_FOLDER)
    parser.add_argument("--seconds", type=float, default=20.0, help="per solve")
    parser.add_argument("--only", nargs="+", help="instances whose path holds one of these words")
    parser.add_argument("--name", default="families", help="of the results")
    arguments(parser)
    args = parser.parse_args(words)
    if not any(instances(args.instances)):
        parser.error(f"no instance with a .sol beside it in {args.instances}")
    runs = compare(args)
    text = (
        f"# Public families\n\nMean gap to the best known: {args.seconds:g} s a solve, "
        f"{args.threads} threads, {args.seeds} seeds (VROOM: one run, it draws no numbers). "
        "Every plan was judged by our checker.\n\n"
        f"{by_family(runs, args.engines)}\n\n## By instance\n\nMean over seeds (best … worst).\n\n"
        f"{by_instance(runs, args.engines)}\n"
    )
    facts = {"seconds": args.seconds, "threads": args.threads, "seeds": args.seeds}
    for path in report.write(
        args.name, args.results, facts=facts, runs=[_row(one) for one in runs], text=text
    ):
        Console().print(f"wrote {path}", highlight=False, soft_wrap=True)


if __name__ == "__main__":
    main()
