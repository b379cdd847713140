"""PyVRP and VROOM, where they are installed: the same problem, plans that our judge accepts."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.arcs import CannotExpress
from benchmarks.days import day
from benchmarks.days_bench import Day
from benchmarks.families import instances
from benchmarks.runs import Wish, outcome_of

VRP = Path(__file__).resolve().parents[3] / "shared" / "data" / "vrp"
WHY = "needs the group of peers (make bench installs it)"


@pytest.mark.parametrize("peer", ["pyvrp", "vroom"])
def test_a_peers_plan_keeps_the_rules_of_its_version(peer: str) -> None:
    pytest.importorskip(peer, reason=WHY)
    found = outcome_of(Day(size="small", seed=1, version="peers"), Wish(engine=peer, seconds=1.0))
    assert not found.refused
    assert not found.breaches
    assert found.trips > 0


@pytest.mark.parametrize("peer", ["pyvrp", "vroom"])
def test_what_a_peer_cannot_express_is_refused_by_name(peer: str) -> None:
    pytest.importorskip(peer, reason=WHY)
    found = outcome_of(Day(size="small", seed=0), Wish(engine=peer, seconds=1.0))
    assert found.refused.startswith(f"{peer} cannot express")


@pytest.mark.parametrize(
    ("name", "rounding"),
    [
        ("X-n115-k10", "round"),
        ("PR11A", "exact"),  # several depots, longest duration
        ("PR10", "exact"),  # who may visit whom
        ("C201R0.25", "dimacs"),  # several trips, releases
    ],
)
def test_pyvrp_gets_what_it_would_read_itself(name: str, rounding: str) -> None:
    pyvrp = pytest.importorskip("pyvrp", reason=WHY)
    if not VRP.is_dir():
        pytest.skip("needs the public instances beside the repository")
    from benchmarks.peer_pyvrp import build  # noqa: PLC0415 - only where PyVRP is installed

    instance = next(one for one in instances(VRP) if one.path.stem == name)
    built = build(instance.problem(), may_drop=False).data
    read = pyvrp.read(instance.path, rounding)
    assert built.num_clients == read.num_clients
    assert np.array_equal(_ways(built), _ways(read))
    for own, theirs in zip(built.clients(), read.clients(), strict=True):
        assert (own.service_duration, own.tw_early, own.release_time, own.prize) == (
            theirs.service_duration, theirs.tw_early, theirs.release_time, theirs.prize
        )  # fmt: skip
    assert sum(t.num_available for t in built.vehicle_types()) == sum(
        t.num_available for t in read.vehicle_types()
    )


def _ways(data: object) -> object:
    """Durations of the first profile, which no ban on visits touches."""
    return data.duration_matrix(0)  # type: ignore[attr-defined]


def test_vroom_has_no_prizes() -> None:
    pytest.importorskip("vroom", reason=WHY)
    from benchmarks.peer_vroom import solve_with_vroom  # noqa: PLC0415

    problem = day("small", 0)
    with pytest.raises(CannotExpress):
        solve_with_vroom(problem, seconds=0.1, threads=1)
