"""The public collection's files, with their best-known solutions, where they lie beside us."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from solver.check import check
from solver.formats.native import read_problem, write_problem
from solver.formats.recognise import read_any
from solver.formats.solutions import published_cost, read_solution, write_solution
from solver.summary import in_family_units

PUBLIC = Path(__file__).parents[4] / "shared" / "data" / "vrp"


def public(most_bytes: int = 10**9) -> Iterator[object]:
    found = sorted(PUBLIC.glob("*/*.vrp")) if PUBLIC.is_dir() else []
    found = [path for path in found if path.stat().st_size <= most_bytes]
    if not found:
        yield pytest.param(None, marks=pytest.mark.skip(reason=f"no public files in {PUBLIC}"))
    for path in found:
        yield pytest.param(path, id=f"{path.parent.name}/{path.stem}")


@pytest.mark.parametrize("path", list(public()))
def test_the_judge_accepts_the_best_known_solution_at_its_published_cost(path: Path) -> None:
    problem = read_any(path.read_bytes())
    text = path.with_suffix(".sol").read_text()
    plan = read_solution(text, problem)
    published = published_cost(text)
    assert published is not None
    decimals = len(str(published).partition(".")[2])
    assert check(problem, plan) == ()
    assert round(in_family_units(problem, plan.summary.cost), decimals) == published
    again = read_solution(write_solution(problem, plan), problem)
    assert again.summary == plan.summary


@pytest.mark.parametrize("path", list(public(most_bytes=10_000)))  # written out, others are long
def test_the_same_problem_as_json_says_the_same(path: Path) -> None:
    problem = read_any(path.read_bytes())
    again = read_problem(json.loads(json.dumps(write_problem(problem))))
    assert replace(again, matrices={}) == replace(problem, matrices={})
    for name, matrix in problem.matrices.items():
        assert np.array_equal(again.matrices[name].cost, matrix.cost)


@pytest.mark.parametrize("path", list(public()))
def test_time_distance_and_cost_are_one_array_unless_a_unit_costs_more(path: Path) -> None:
    for matrix in read_any(path.read_bytes()).matrices.values():
        assert matrix.distance_m is matrix.duration_s
        assert (matrix.cost is matrix.duration_s) == (path.parent.name != "HFVRP")
