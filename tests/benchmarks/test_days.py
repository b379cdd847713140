"""Generated days: drawn again the same, valid, as large as they say, cut up without loss."""

import json

import numpy as np
import pytest

from benchmarks.days import SIZES, day
from benchmarks.schedules import plan_of
from benchmarks.versions import components, peers_version, trips_of, without_contact_rules
from solver.check import check
from solver.formats.native import read_problem
from solver.formats.problem_out import write_problem
from solver.problem import UNREACHABLE
from solver.search import solve

DRAWN = [("small", 0), ("small", 1), ("medium", 1), ("two-wave", 0), ("subdistrict", 0)]


@pytest.mark.parametrize(("size", "seed"), DRAWN)
def test_a_day_is_as_large_as_it_says(size: str, seed: int) -> None:
    problem, said = day(size, seed), SIZES[size]
    assert len(problem.jobs) == said.stairwells
    assert sum(job.delivery[2] for job in problem.jobs) == said.bags
    assert len(problem.vehicles) == said.couriers + said.vans
    assert {m.duration_s.min() for m in problem.matrices.values()} == {0}
    assert all(UNREACHABLE not in m.duration_s for m in problem.matrices.values())


@pytest.mark.parametrize(("size", "seed"), DRAWN[:4])
def test_a_day_is_valid_input(size: str, seed: int) -> None:
    problem = day(size, seed)
    again = read_problem(json.loads(json.dumps(write_problem(problem))))
    assert [job.id for job in again.jobs] == [job.id for job in problem.jobs]


def test_a_day_is_drawn_again_the_same() -> None:
    one, other = day("two-wave", 3), day("two-wave", 3)
    assert (one.jobs, one.vehicles, one.places) == (other.jobs, other.vehicles, other.places)
    assert np.array_equal(one.matrices["ebike"].duration_s, other.matrices["ebike"].duration_s)
    assert one.jobs != day("two-wave", 5).jobs


def test_teams_of_a_point_share_no_bay() -> None:
    problem = day("small", 1)
    bays = {bay.location for bay in problem.bays}
    assert len(bays) == 2 * SIZES["small"].points
    assert len({(v.points, v.cohort) for v in problem.vehicles}) == len(bays)


@pytest.mark.parametrize(("size", "seed"), DRAWN[:4])
def test_the_peers_version_has_every_bag_once(size: str, seed: int) -> None:
    problem = day(size, seed)
    version = peers_version(problem)
    bags = sorted((chunk.id, n) for chunk in version.chunk.values() for n in chunk.parts or (0,))
    assert bags == sorted((j.id, n) for j in problem.jobs for n in range(max(1, len(j.parts))))
    assert sum(job.delivery[0] for job in version.problem.jobs) == sum(
        job.delivery[0] for job in problem.jobs
    )


def test_parts_hold_every_job_and_courier_once() -> None:
    whole = peers_version(day("two-wave", 0)).problem
    parts = components(whole)
    assert len(parts) > SIZES["two-wave"].points  # the vans are a part of their own
    assert sorted(j.id for p in parts for j in p.problem.jobs) == [j.id for j in whole.jobs]
    couriers = [v.id for p in parts for v in p.problem.vehicles]
    assert len(couriers) == len(set(couriers))


def test_a_part_keeps_its_ways() -> None:
    whole = peers_version(day("medium", 0)).problem
    part = components(whole)[1]
    vehicle, job = part.problem.vehicles[0], part.problem.jobs[-1]
    original = {j.id: j for j in whole.jobs}[job.id]
    here = part.problem.matrices[vehicle.profile].duration_s[vehicle.points[0], job.location]
    there = whole.matrices[vehicle.profile].duration_s
    assert here == there[part.keep[vehicle.points[0]], original.location]


def test_timed_again_our_own_plan_is_still_valid() -> None:
    problem = without_contact_rules(day("small", 0))
    plan = solve(problem, engine="construct", step_limit=1)
    shifts = {route.vehicle: trips_of(route.steps) for route in plan.routes}
    again = plan_of(problem, shifts, engine="ours")
    codes = {violation.code for violation in check(problem, again)}
    assert codes <= {"bay.full"}  # who times one courier after the other knows no bays
    assert again.summary.cost == plan.summary.cost
