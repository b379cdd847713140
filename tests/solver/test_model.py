"""Problems built in Python: what they become, what is refused, what solving gives."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from solver.arguments import ArgumentInvalid
from solver.check import check
from solver.formats.faults import ProblemInvalid
from solver.formats.native import read_problem, write_problem
from solver.model import Model
from solver.problem import HORIZON_S, UNREACHABLE, Problem
from solver.result import Result


def same(one: Problem, other: Problem) -> bool:
    return write_problem(one) == write_problem(other)


def small() -> Model:
    model = Model(separation=600)
    depot = model.add_depot(x=0, y=0, name="hall")
    model.add_vehicle_type(
        num_available=2, capacity=10, reload_depots=[depot], max_reloads=2, reload_duration=60
    )
    slot = model.add_place(closed=[(3000, 3600)])
    for n in range(6):
        model.add_client(
            x=100 * n, y=300, delivery=4, service_duration=30, place=slot, building="b"
        )
    return model


def test_ten_lines_make_a_problem_with_straight_lines() -> None:
    model = Model()
    depot = model.add_depot(x=0, y=0)
    model.add_vehicle_type(num_available=2, capacity=15, start_depot=depot)
    model.add_client(x=3, y=4, delivery=5, tw_early=10, tw_late=20, name="corner")
    problem = model.problem()
    assert [vehicle.id for vehicle in problem.vehicles] == [1, 2]
    assert problem.matrices["car"].distance_m.tolist() == [[0, 5], [5, 0]]
    (job,) = problem.jobs
    assert (job.location, job.delivery, job.windows, job.prize) == (1, (5,), ((10, 20),), None)
    assert job.description == "corner"


def test_distances_round_halves_to_even() -> None:
    model = Model()
    model.add_depot(x=0, y=0)
    model.add_vehicle_type()
    model.add_client(x=2.5, y=0)
    model.add_client(x=3.5, y=0)
    assert model.problem().matrices["car"].distance_m[0].tolist() == [0, 2, 4]


def test_a_vehicle_type_says_its_limits_and_costs() -> None:
    model = Model()
    start = model.add_depot(x=0, y=0, tw_early=100, tw_late=900)
    end = model.add_depot(x=1, y=0)
    kind = model.add_vehicle_type(
        num_available=1,
        capacity=[3, 4],
        start_depot=start,
        end_depot=end,
        tw_early=50,
        tw_late=2000,
        shift_duration=700,
        max_distance=5000,
        fixed_cost=20,
        unit_distance_cost=2,
        unit_duration_cost=3,
        reload_depots=[start],
        max_reloads=2,
        name="bike",
        breaks=[(300, 400, 60)],
    )
    model.add_client(x=5, y=5, delivery=[1, 1])
    (vehicle,) = model.problem().vehicles
    assert kind.ids == (1,)
    assert (vehicle.window, vehicle.max_duration_s) == ((100, 2000), 700)
    assert (vehicle.max_distance_m, vehicle.fixed_cost) == (5000, 20)
    assert (vehicle.cost_per_km, vehicle.cost_per_hour, vehicle.cost_per_task_hour) == (
        2000, 10800, 10800,
    )  # fmt: skip
    assert (vehicle.points, vehicle.max_trips, vehicle.type) == ((0, 1), 3, "bike")
    assert vehicle.breaks[0].time_windows == ((300, 400),)


def test_edges_leave_out_what_they_do_not_name() -> None:
    model = Model()
    foot, bike = model.add_profile(name="foot"), model.add_profile(name="bike")
    depot = model.add_depot(x=0, y=0)
    client = model.add_client(x=1, y=0)
    model.add_vehicle_type(profile=bike)
    other = model.add_client(x=2, y=0)
    for stop in (client, other):
        model.add_edge(depot, stop, 7, 9)
        model.add_edge(stop, depot, 7, 9)
    model.add_edge(depot, client, 8, 4, profile=bike)
    model.add_edge(depot, client, 6, 3, profile=bike)  # the last one counts
    gap = UNREACHABLE
    matrices = model.problem().matrices
    assert matrices[foot.name].duration_s.tolist() == [[0, 9, 9], [9, 0, gap], [9, gap, 0]]
    assert matrices[bike.name].duration_s.tolist() == [[0, 3, 9], [9, 0, gap], [9, gap, 0]]
    assert matrices[bike.name].distance_m[0].tolist() == [0, 6, 7]


def test_things_at_one_location_share_its_row() -> None:
    model = Model()
    here = model.add_location(0, 0)
    depot = model.add_depot(location=here)
    one = model.add_client(x=3, y=4)
    other = model.add_client(location=one)
    model.add_vehicle_type()
    assert model.problem().matrices["car"].duration_s.shape == (2, 2)
    assert (depot.location.index, other.job.location) == (0, 1)


def test_what_only_we_have_reaches_the_problem() -> None:
    model = Model(separation=300)
    depot = model.add_depot(x=0, y=0)
    steward = model.add_vehicle_type(capacity=9, zone_max=1, cohort="north")
    slot = model.add_place("slot", lanes=2, shelf=6, cleared=[900], closed=[(0, 60)])
    model.add_bay(depot, lanes=1)
    model.objective(face=600, balance=1)
    model.add_client(
        x=1, y=1, parts=[2, 3], place=slot, building="b1", zone=1, points=[depot],
        courier=steward, preferred_courier=1, release_time=5, skills=[], priority=7,
    )  # fmt: skip
    a, b = model.add_location(2, 2), model.add_location(3, 3)
    model.add_shipment(a, b, amount=1, via_location=depot, via_service_duration=30)
    problem = model.problem()
    (job,) = problem.jobs
    assert (job.delivery, job.parts, job.place, job.courier) == ((5,), ((2,), (3,)), "slot", 1)
    assert (job.zone, job.points, job.release_s, job.priority) == (1, (0,), 5, 7)
    assert problem.places[0].separation_s == 300
    assert problem.places[0].shelf == (6,)
    assert problem.bays[0].location == 0
    assert problem.objective.face == 600
    via = problem.shipments[0].via
    assert via is not None
    assert (via.location, via.service_s) == (0, 30)


def test_a_client_that_may_be_left_out_has_its_prize() -> None:
    model = Model()
    model.add_depot(x=0, y=0)
    model.add_vehicle_type(capacity=1)
    model.add_client(x=1, y=0, delivery=1, prize=100, required=False)
    far = model.add_client(x=900, y=0, delivery=1, prize=3, required=False)
    result = model.solve(steps=20, display=False)
    assert [one.id for one in result.plan.unassigned] == [far.id]
    assert result.cost() == 2 + 3
    assert result.is_feasible()


def test_an_open_shift_outlasts_timestamps() -> None:
    model = Model()
    model.add_depot(x=0, y=0)
    model.add_vehicle_type()
    model.add_client(x=1, y=0, tw_early=1_700_000_000, tw_late=1_700_003_600)
    assert model.problem().vehicles[0].window[1] == 1_700_003_600 + HORIZON_S


@pytest.mark.parametrize(
    ("change", "argument"),
    [
        (lambda m: m.add_client(x=0, y=0, delivery=2.5), "delivery"),  # half a bag
        (lambda m: m.add_client(x=0, y=0, delivery=-1), "delivery"),
        (lambda m: m.add_client(x=0, y=0, delivery=True), "delivery"),  # a slip for 1
        (lambda m: m.add_client(x=0, y=0, delivery=[1, "2"]), "delivery[1]"),
        (lambda m: m.add_client(x=0), "y"),
        (lambda m: m.add_client(x=float("nan"), y=0), "x"),
        (lambda m: m.add_client(x="here", y=0), "x"),
        (lambda m: m.add_client(m.depots[0]), "x"),  # PyVRP 0.14 takes a location first
        (lambda m: m.add_client(x=0, y=0, location=m.depots[0]), "location"),
        (lambda m: m.add_client(x=0, y=0, tw_early=9, tw_late=3), "tw_late"),
        (lambda m: m.add_client(x=0, y=0, tw_early=9, time_windows=[(1, 2)]), "time_windows"),
        (lambda m: m.add_client(x=0, y=0, time_windows=[(1, 2, 3)]), "time_windows[0]"),
        (lambda m: m.add_client(x=0, y=0, prize=5), "prize"),  # required, so never left out
        (lambda m: m.add_client(x=0, y=0, group=object()), "group"),
        (lambda m: m.add_client_group(required=False), "group"),
        (lambda m: m.add_client(x=0, y=0, place="nowhere"), "place"),
        (lambda m: m.add_client(x=0, y=0, parts=[[1, 2], [3]]), "parts"),
        (lambda m: m.add_client(x=0, y=0, courier=m.vehicle_types[0]), "courier"),  # two of them
        (lambda m: m.add_client(x=0, y=0, priority=101), "priority"),
        (lambda m: m.add_vehicle_type(num_available=0), "num_available"),
        (lambda m: m.add_vehicle_type(max_reloads=2), "max_reloads"),  # where?
        (lambda m: m.add_vehicle_type(start_depot=Model().add_depot(x=0, y=0)), "start_depot"),
        (lambda m: m.add_vehicle_type(profile=Model().add_profile()), "profile"),
        (lambda m: m.add_vehicle_type(breaks=[(1, 2)]), "breaks[0]"),
        (lambda m: m.add_vehicle_type(speed_factor=0), "speed_factor"),
        (lambda m: m.add_vehicle_type(tw_early=10, tw_late=5), "tw_late"),
        (lambda m: m.add_edge(m.depots[0], Model().add_location(0, 0), 1), "to"),
        (lambda m: m.add_edge(m.depots[0], m.depots[0], 1), "to"),
        (lambda m: m.add_edge(m.depots[0], "there", 1), "to"),
        (lambda m: m.add_place("place-1"), "name"),
        (lambda m: m.add_bay(m.depots[0], lanes=0), "lanes"),
        (lambda m: m.objective(face=-1), "face"),
        (lambda m: m.solve(seconds=1, steps=1), "steps"),
        (lambda m: m.solve(seconds=0), "seconds"),
        (lambda m: m.solve(seconds=1, threads=0), "threads"),
        (lambda _: Model().add_vehicle_type(), "start_depot"),
    ],
)
def test_a_bad_argument_is_named_with_its_mend(change: Any, argument: str) -> None:
    model = small()
    with pytest.raises(ArgumentInvalid) as refused:
        change(model)
    assert refused.value.facts["argument"] == argument
    assert refused.value.facts["mend"]
    assert same(model.problem(), small().problem())  # nothing was added


def test_clients_without_any_capacity_are_refused() -> None:
    model = Model()
    model.add_depot(x=0, y=0)
    model.add_vehicle_type()
    model.add_client(x=1, y=1, delivery=3)
    with pytest.raises(ArgumentInvalid, match="capacity"):
        model.problem()


def test_what_does_not_fit_together_is_listed_by_path() -> None:
    model = small()
    model.add_client(x=1, y=1, delivery=[1, 2])
    model.add_client(x=1, y=1, delivery=1, courier=77)
    with pytest.raises(ProblemInvalid) as refused:
        model.problem()
    assert [fault.path for fault in refused.value.faults] == [
        "$.jobs[6].delivery", "$.jobs[7].courier",
    ]  # fmt: skip


def test_an_empty_model_says_what_is_missing() -> None:
    with pytest.raises(ProblemInvalid) as refused:
        Model().problem()
    assert {fault.code for fault in refused.value.faults} >= {
        "problem.no-vehicles", "problem.no-jobs",
    }  # fmt: skip


def test_numbers_of_numpy_are_numbers() -> None:
    model = small()
    client = model.add_client(x=np.float64(1), y=np.int64(2), delivery=np.array([3]))
    assert client.job.delivery == (3,)


def test_a_problem_taken_over_is_the_same_problem(good: Any) -> None:
    for problem in (good.problem, small().problem()):
        assert same(Model.from_problem(problem).problem(), problem)


def test_a_problem_taken_over_may_bring_its_coordinates(solved: Result) -> None:
    model = Model.from_problem(solved.problem, positions=solved.positions)
    assert [(p.x, p.y) for p in model.locations] == list(solved.positions or ())
    assert same(model.problem(), solved.problem)
    with pytest.raises(ArgumentInvalid, match="positions"):
        Model.from_problem(solved.problem, positions=[(0, 0)])


def test_a_problem_taken_over_can_grow_by_edges() -> None:
    model = Model.from_problem(small().problem())
    new = model.add_client(x=0, y=0, delivery=1)
    model.add_edge(model.depots[0], new, 10, 10)
    model.add_edge(new, model.depots[0], 10, 10)
    problem = model.problem()
    assert new.id == 7
    assert problem.matrices["car"].duration_s[0, 7] == 10
    assert problem.matrices["car"].duration_s[1, 7] == UNREACHABLE


def test_costs_of_a_matrix_go_with_no_edge() -> None:
    problem = small().problem()
    ride = problem.matrices["car"]
    dear = replace(ride, cost=ride.duration_s * 2)
    vehicles = tuple(replace(v, cost_per_km=0, cost_per_hour=3600) for v in problem.vehicles)
    model = Model.from_problem(replace(problem, matrices={"car": dear}, vehicles=vehicles))
    assert same(model.problem(), model.problem())
    model.add_edge(model.depots[0], model.clients[0], 1)
    with pytest.raises(ArgumentInvalid, match="costs of their own"):
        model.problem()


def test_the_written_problem_reads_back() -> None:
    problem = small().problem()
    assert same(read_problem(write_problem(problem)), problem)


@pytest.fixture(scope="module")
def solved() -> Result:
    return small().solve(steps=60, seed=3, display=False)


def test_solving_gives_a_plan_that_the_judge_accepts(solved: Result) -> None:
    assert check(solved.problem, solved.plan) == ()
    assert solved.is_feasible()
    assert solved.plan.summary.contacts == 0
    visits = sorted(n for tour in solved.routes() for n in tour.visits())
    assert visits == [1, 2, 3, 4, 5, 6]


def test_the_textbook_example_is_solved_to_its_optimum() -> None:
    """The example that PyVRP's and OR-Tools' guides share; 6,208 is its proven optimum."""
    spots = [
        (456, 320), (228, 0), (912, 0), (0, 80), (114, 80), (570, 160), (798, 160), (342, 240),
        (684, 240), (570, 400), (912, 400), (114, 480), (228, 480), (342, 560), (684, 560),
        (0, 640), (798, 640),
    ]  # fmt: skip
    demands = [0, 1, 1, 2, 4, 2, 4, 8, 8, 1, 2, 1, 2, 4, 4, 8, 8]
    model = Model()
    model.add_vehicle_type(4, 15, start_depot=model.add_depot(*spots[0]))
    for spot, demand in zip(spots[1:], demands[1:], strict=True):
        model.add_client(*spot, delivery=demand)
    for one in model.locations:
        for other in model.locations:
            if one is not other and None not in (one.x, one.y, other.x, other.y):
                metres = abs((one.x or 0) - (other.x or 0)) + abs((one.y or 0) - (other.y or 0))
                model.add_edge(one, other, distance=int(metres))
    result = model.solve(steps=400, seed=1, display=False)
    assert result.cost() == 6208
    assert result.is_feasible()


def test_the_same_seed_and_steps_give_the_same_plan(solved: Result) -> None:
    assert small().solve(steps=60, seed=3, display=False).plan == solved.plan


def test_a_result_may_be_where_the_next_search_starts(solved: Result) -> None:
    again = small().solve(steps=5, seed=4, start=solved.plan, display=False)
    assert check(again.problem, again.plan) == ()


def test_tours_add_up_to_the_cost(solved: Result) -> None:
    assert sum(tour.cost for tour in solved.routes()) == solved.cost()
    assert all(len(tour) == len(tour.visits()) for tour in solved.routes())
    assert all(tour.start_s <= tour.end_s for tour in solved.routes())


def test_a_result_reads_as_a_table(solved: Result) -> None:
    text = str(solved)
    assert text.startswith(f"cost {solved.cost():,}")
    assert "|" in text  # two trips of one vehicle
    assert len(text.splitlines()) == 4 + len(solved.routes())


def test_progress_is_shown_if_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    small().solve(steps=5)
    assert "left out 0, cost" in capsys.readouterr().out
    small().solve(steps=5, in_process=True)
    assert "first plan" in capsys.readouterr().out
    small().solve(steps=5, display=False)
    assert not capsys.readouterr().out


def test_the_search_has_a_process_of_its_own_unless_that_is_not_wanted() -> None:
    beside, here = (small().solve(steps=20, display=False, in_process=it) for it in (False, True))
    assert beside.plan.routes == here.plan.routes
    assert beside.plan.summary.bound is not None  # only the supervisor proves one
    assert here.plan.summary.bound is None


def test_a_solve_can_be_stopped_with_the_best_kept() -> None:
    result = small().solve(seconds=30, display=False, should_stop=lambda: True)
    assert result.plan.summary.stopped == "stopped"
    assert result.is_feasible()
