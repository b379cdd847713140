"""VRPLIB files, small ones written here: what they become, and every fault by its place."""

import pytest

from solver.formats.faults import ProblemInvalid
from solver.formats.vrplib import read_vrplib
from solver.problem import UNREACHABLE, Problem

HEAD = """\
NAME: small
COMMENT: four nodes on a cross
TYPE: CVRP
DIMENSION: 4
EDGE_WEIGHT_TYPE: EUC_2D
CAPACITY: 10
NODE_COORD_SECTION
1 0 0
2 3 4
3 6 8
4 1 1
DEMAND_SECTION
1 0
2 4
3 5
4 6
"""
DEPOT = "DEPOT_SECTION\n1\n-1\nEOF\n"
WINDOWS = "TIME_WINDOW_SECTION\n1 0 100\n2 10 20\n3 0 50\n4 5.5 60\n"


def small(*more: str, head: str = HEAD, **conventions: str) -> Problem:
    return read_vrplib(head + "".join(more) + DEPOT, **conventions)


def faults(text: str, **conventions: str) -> dict[str, str]:
    with pytest.raises(ProblemInvalid) as refused:
        read_vrplib(text, **conventions)
    return {fault.path: fault.code for fault in refused.value.faults}


def test_clients_become_jobs_with_the_numbers_of_solution_files() -> None:
    problem = small()
    assert [(job.id, job.location, job.delivery) for job in problem.jobs] == [
        (1, 1, (4,)),
        (2, 2, (5,)),
        (3, 3, (6,)),
    ]
    assert [job.windows for job in problem.jobs] == [(), (), ()]


def test_without_a_fleet_there_is_one_vehicle_per_client() -> None:
    vehicles = small().vehicles
    assert [vehicle.id for vehicle in vehicles] == [1, 2, 3]
    assert {(v.start, v.end, v.capacity, v.max_trips, v.points) for v in vehicles} == {
        (0, 0, (10,), 1, ())
    }


def test_a_stated_fleet_counts() -> None:
    assert len(small("VEHICLES: 2\n").vehicles) == 2


@pytest.mark.parametrize(
    ("rounding", "there", "to_the_corner", "scale"),
    [
        ("round", 5, 1, 1),
        ("trunc", 5, 1, 1),
        ("dimacs", 50, 14, 10),  # one decimal, cut
        ("exact", 5000, 1414, 1000),
        ("double", 50_000, 14_142, 10_000),
    ],
)
def test_a_rounding_instead_of_the_family_s(
    rounding: str, there: int, to_the_corner: int, scale: int
) -> None:
    problem = small(rounding=rounding)
    distances = problem.matrices["car"].distance_m
    assert (distances[0, 1], distances[0, 3]) == (there, to_the_corner)
    assert problem.cost_scale == scale


@pytest.mark.parametrize(
    ("word", "more", "unit", "scale"),
    [
        ("CVRP", "", 1, 1),
        ("VRPTW", WINDOWS, 10, 10),
        ("MDVRPTW", WINDOWS, 1000, 1),
        ("SDVRPTW", WINDOWS, 1000, 1),
        ("HFVRP", "", 1000, 100_000),
        ("PCVRPTW", WINDOWS + "PRIZE_SECTION\n1 0\n2 1\n3 0\n4 2\n", 10, 1),
        ("MTVRPTWR", WINDOWS + "RELEASE_TIME_SECTION\n1 0\n2 1\n3 0\n4 2\n", 10, 1),
        ("VRPB", "BACKHAUL_SECTION\n1 0\n2 0\n3 0\n4 0\n", 1, 1),
    ],
)
def test_each_family_has_its_rounding_and_its_published_unit(
    word: str, more: str, unit: int, scale: int
) -> None:
    problem = small(more, head=HEAD.replace("TYPE: CVRP", f"TYPE: {word}"))
    assert problem.matrices["car"].distance_m[0, 1] == 5 * unit
    assert problem.cost_scale == scale


def test_windows_service_and_releases_are_scaled_as_distances_are() -> None:
    problem = small(WINDOWS, "SERVICE_TIME: 2.5\nRELEASE_TIME_SECTION\n1 0\n2 7\n3 0\n4 0\n",
                    family="vrptw")  # fmt: skip
    first, _, last = problem.jobs
    assert (first.windows, first.service_s, first.release_s) == (((100, 200),), 25, 70)
    assert last.windows == ((55, 600),)
    assert problem.vehicles[0].window == (0, 1000)


def test_vehicles_may_differ_in_everything() -> None:
    problem = small(
        "VEHICLES: 2\nVEHICLES_MAX_DISTANCE: 30\nCAPACITY_SECTION\n1 10\n2 20\n"
        "VEHICLES_MAX_DURATION_SECTION\n1 40\n2 50\nVEHICLES_FIXED_COST_SECTION\n1 7\n2 8\n"
        "VEHICLES_UNIT_DISTANCE_COST_SECTION\n1 1\n2 2.5\n",
        head=HEAD.replace("CAPACITY: 10\n", ""),
    )
    one, two = problem.vehicles
    assert (one.capacity, one.max_distance_m, one.max_duration_s, one.fixed_cost) == (
        (10,), 30, 40, 7,
    )  # fmt: skip
    assert (two.capacity, two.max_distance_m, two.max_duration_s, two.fixed_cost) == (
        (20,), 30, 50, 8,
    )  # fmt: skip
    assert problem.matrices[one.profile].cost[0, 2] == 10
    assert problem.matrices[two.profile].cost[0, 2] == 25
    assert problem.matrices[two.profile].distance_m is problem.matrices[one.profile].distance_m


def test_who_may_visit_whom_becomes_skills() -> None:
    problem = small("VEHICLES: 2\nVEHICLES_ALLOWED_CLIENTS_SECTION\n1 2 3\n2 3 4\n")
    one, two = problem.vehicles
    first, second, third = problem.jobs
    assert second.skills == frozenset()
    assert first.skills <= one.skills
    assert not first.skills <= two.skills
    assert third.skills <= two.skills
    assert not third.skills <= one.skills


def test_several_depots_are_no_jobs() -> None:
    text = HEAD + "VEHICLES: 2\nVEHICLES_DEPOT_SECTION\n1 1\n2 2\nDEPOT_SECTION\n1\n2\nEOF\n"
    problem = read_vrplib(text)
    assert [vehicle.start for vehicle in problem.vehicles] == [0, 1]
    assert [job.id for job in problem.jobs] == [2, 3]


@pytest.mark.parametrize(
    ("line", "trips"),
    [("", 4), ("VEHICLES_MAX_RELOADS: 2\n", 3), ("VEHICLES_MAX_RELOADS: 0\n", 1)],
)
def test_reloading_gives_trips(line: str, trips: int) -> None:
    vehicle = small(f"VEHICLES: 1\n{line}VEHICLES_RELOAD_DEPOT_SECTION\n1 1\n").vehicles[0]
    assert (vehicle.points, vehicle.max_trips, vehicle.reload_service_s) == ((0,), trips, 0)


def test_a_prize_makes_a_visit_free_and_none_makes_it_needed() -> None:
    problem = small("PRIZE_SECTION\n1 0\n2 3\n3 0\n4 4\n", family="pcvrp")
    assert [job.prize for job in problem.jobs] == [30, None, 40]


def test_backhauls_come_after_linehauls_and_never_first() -> None:
    problem = small(
        "BACKHAUL_SECTION\n1 0\n2 0\n3 0\n4 6\n",
        head=HEAD.replace("4 6\n", "4 0\n").replace("TYPE: CVRP", "TYPE: VRPB"),
    )
    assert [(job.zone, job.delivery, job.pickup) for job in problem.jobs] == [
        (0, (4,), (0,)),
        (0, (5,), (0,)),
        (1, (0,), (6,)),
    ]
    distances = problem.matrices["car"].distance_m
    assert distances[0, 3] == UNREACHABLE
    assert distances[3, 0] == 1


def test_a_longest_route_bounds_duration_and_asks_for_real_distances() -> None:
    problem = small("DISTANCE: 25\nSERVICE_TIME: 1\n")
    assert problem.vehicles[0].max_duration_s == 250_000
    assert problem.cost_scale == 10_000


PAIRS = "PICKUP_AND_DELIVERY_SECTION\n1 0 0 100 0 0 0\n2 4 1 90 2 0 3\n3 -4 2 80 1 2 0\n"
PAIRED = (
    HEAD[: HEAD.index("4 1 1")].replace("CVRP", "PDPTW").replace("DIMENSION: 4", "DIMENSION: 3")
    + PAIRS
)


def test_a_pair_becomes_a_shipment_with_its_numbers_amount_and_windows() -> None:
    problem = read_vrplib(PAIRED + DEPOT)
    (shipment,) = problem.shipments
    assert problem.jobs == ()
    assert (shipment.pickup.id, shipment.delivery.id, shipment.amount) == (1, 2, (4,))
    assert shipment.delivery.windows == ((20_000, 800_000),)
    assert shipment.pickup.service_s == 20_000


@pytest.mark.parametrize(
    ("old", "new", "place", "code"),
    [
        ("2 4 1 90 2 0 3", "2 4 1 90 2 0 9", " node 2", "pair.unknown"),
        ("3 -4 2 80 1 2 0", "3 -4 2 80 1 3 0", " node 2", "pair.wrong"),
        ("3 -4 2 80 1 2 0", "3 -3 2 80 1 2 0", " node 2", "pair.amount"),
        ("2 4 1 90 2 0 3", "2 4 1 90 2 0 0", " node 2", "pair.wrong"),
        ("2 4 1 90 2 0 3", "2 4 1 90 -2 0 3", " node 2", "number.negative"),
        ("2 4 1 90 2 0 3", "2 4 91 90 2 0 3", "", "window.reversed"),
        ("2 4 1 90 2 0 3", "2 4 1 90 2 3 0", "", "pair.wrong"),
    ],
)
def test_a_pair_that_does_not_fit_is_refused(old: str, new: str, place: str, code: str) -> None:
    found = faults(PAIRED.replace(old, new) + DEPOT)
    assert found.get(f"PICKUP_AND_DELIVERY_SECTION{place}") == code


@pytest.mark.parametrize(
    ("style", "numbers"),
    [
        ("FULL_MATRIX", "0 1 2 3\n1 0 4 5\n2 4 0 6\n3 5 6 0"),
        ("LOWER_ROW", "1 2 4\n3 5 6"),
        ("LOWER_DIAG_ROW", "0 1 0 2 4 0 3 5 6 0"),
        ("UPPER_ROW", "1 2 3\n4 5\n6"),
        ("UPPER_DIAG_ROW", "0 1 2 3 0 4 5 0 6 0"),
        ("LOWER_COL", "1 2 3 4 5 6"),
        ("UPPER_COL", "1 2 4 3 5 6"),
        ("LOWER_DIAG_COL", "0 1 2 3 0 4 5 0 6 0"),
        ("UPPER_DIAG_COL", "0 1 0 2 4 0 3 5 6 0"),
    ],
)
def test_distances_may_be_written_out(style: str, numbers: str) -> None:
    head = HEAD.replace("EUC_2D", f"EXPLICIT\nEDGE_WEIGHT_FORMAT: {style}")
    problem = small(f"EDGE_WEIGHT_SECTION\n{numbers}\n", head=head)
    assert problem.matrices["car"].cost.tolist() == [
        [0, 1, 2, 3], [1, 0, 4, 5], [2, 4, 0, 6], [3, 5, 6, 0],
    ]  # fmt: skip


@pytest.mark.parametrize(("style", "corner"), [("CEIL_2D", 2), ("FLOOR_2D", 1)])
def test_other_straight_distances(style: str, corner: int) -> None:
    problem = small(head=HEAD.replace("EUC_2D", style))
    assert problem.matrices["car"].cost[0, 3] == corner


def test_amounts_with_decimals_become_whole() -> None:
    problem = small(head=HEAD.replace("2 4\n", "2 4.25\n"))
    assert problem.jobs[0].delivery == (425,)
    assert problem.vehicles[0].capacity == (1000,)


@pytest.mark.parametrize(
    ("old", "new", "place", "code"),
    [
        ("DIMENSION: 4\n", "", "DIMENSION", "key.missing"),
        ("DIMENSION: 4", "DIMENSION: many", "DIMENSION", "value.type"),
        ("DIMENSION: 4", "DIMENSION: 4.5", "DIMENSION", "number.not-integer"),
        ("DIMENSION: 4", "DIMENSION: 0", "DIMENSION", "number.too-small"),
        ("DIMENSION: 4", "DIMENSION: 99000", "DIMENSION", "number.out-of-range"),
        ("DIMENSION: 4", "DIMENSION: 5", "DEMAND_SECTION", "row.missing"),
        ("TYPE: CVRP", "TYPE: GVRP", "TYPE", "value.unknown"),
        ("TYPE: CVRP", "TYPE: VRPTW", "TIME_WINDOW_SECTION", "section.missing"),
        ("CAPACITY: 10", "", "CAPACITY_SECTION", "section.missing"),
        ("CAPACITY: 10", "CAPACITY: -1", "CAPACITY", "number.negative"),
        ("CAPACITY: 10", "CAPACITY: 1\nCAPACITY: 2", "CAPACITY", "key.twice"),
        ("EUC_2D", "GEO", "EDGE_WEIGHT_TYPE", "value.unknown"),
        ("EUC_2D", "EXPLICIT", "EDGE_WEIGHT_FORMAT", "value.unknown"),
        ("3 6 8", "3 6", "NODE_COORD_SECTION line 3", "row.width"),
        ("3 6 8", "3 6 east", "NODE_COORD_SECTION line 3", "value.type"),
        ("3 6 8", "3 6 nan", "NODE_COORD_SECTION line 3", "value.type"),
        ("3 6 8", "3 6 9e99", "NODE_COORD_SECTION line 3", "number.too-large"),
        ("3 6 8", "2 6 8", "NODE_COORD_SECTION line 3", "row.twice"),
        ("3 5", "3 -5", "DEMAND_SECTION line 3", "number.negative"),
        ("3 5", "9 5", "DEMAND_SECTION line 3", "number.out-of-range"),
        ("3 5", "3 5.12345", "DEMAND_SECTION", "number.not-integer"),
        ("NAME: small", "hello", "line 1", "line.unknown"),
        ("NAME: small", "COLOUR: red", "COLOUR", "key.unknown"),
        ("DEMAND_SECTION", "DEMAND_SECTION\nDEMAND_SECTION", "DEMAND_SECTION", "section.twice"),
    ],
)
def test_a_fault_is_named_by_its_place(old: str, new: str, place: str, code: str) -> None:
    assert faults((HEAD + DEPOT).replace(old, new, 1)).get(place) == code


@pytest.mark.parametrize(
    ("more", "place", "code"),
    [
        ("VEHICLES: 0\n", "VEHICLES", "number.too-small"),
        ("VEHICLES: 1\nCAPACITY_SECTION\n2 5\n", "CAPACITY_SECTION line 1", "number.out-of-range"),
        ("VEHICLES_DEPOT_SECTION\n1 1\n2 1\n3 4\n", "VEHICLES_DEPOT_SECTION", "depot.unknown"),
        ("VEHICLES: 1\nVEHICLES_RELOAD_DEPOT_SECTION\n1 3\n", "VEHICLES_RELOAD_DEPOT_SECTION",
         "depot.unknown"),
        ("VEHICLES_MAX_RELOADS: 1.5\n", "VEHICLES_MAX_RELOADS", "number.not-integer"),
        ("LINEHAUL_SECTION\n1 0\n2 0\n3 0\n4 0\n", "LINEHAUL_SECTION", "section.twice"),
        (WINDOWS.replace("2 10 20", "2 30 20"), "TIME_WINDOW_SECTION", "window.reversed"),
        ("MUTUALLY_EXCLUSIVE_GROUP_SECTION\n1 2 3\n", "MUTUALLY_EXCLUSIVE_GROUP_SECTION",
         "key.unsupported"),
        ("TOLL_SECTION\n1 2 3\n", "TOLL_SECTION", "key.unknown"),
    ],
)  # fmt: skip
def test_a_fault_of_a_further_section(more: str, place: str, code: str) -> None:
    assert faults(HEAD + more + DEPOT).get(place) == code


def test_a_depot_is_named_once_and_exists() -> None:
    assert faults(HEAD + "DEPOT_SECTION\n1\n1\n-1\n") == {"DEPOT_SECTION line 2": "row.twice"}
    assert faults(HEAD + "DEPOT_SECTION\n-1\n") == {"DEPOT_SECTION": "depot.missing"}
    assert faults(HEAD + "DEPOT_SECTION\n7\n") == {"DEPOT_SECTION line 1": "number.out-of-range"}


def test_all_faults_come_at_once() -> None:
    text = (HEAD + DEPOT).replace("3 6 8", "3 6 x").replace("3 5\n", "3 -5\n")
    assert faults(text) == {
        "NODE_COORD_SECTION line 3": "value.type",
        "DEMAND_SECTION line 3": "number.negative",
    }


def test_matrices_that_are_written_out_have_their_size() -> None:
    head = HEAD.replace("EUC_2D", "EXPLICIT\nEDGE_WEIGHT_FORMAT: LOWER_ROW")
    found = faults(head + "EDGE_WEIGHT_SECTION\n1 2 3\n" + DEPOT)
    assert found == {"EDGE_WEIGHT_SECTION": "matrix.size"}


def test_conventions_that_do_not_exist_are_refused() -> None:
    assert faults(HEAD + DEPOT, rounding="up") == {"rounding": "value.unknown"}
    assert faults(HEAD + DEPOT, family="gvrp") == {"TYPE": "value.unknown"}


def test_costs_beyond_what_the_solver_can_count_are_refused() -> None:
    text = HEAD.replace("3 6 8", "3 99999999 8").replace("TYPE: CVRP", "TYPE: HFVRP")
    costs = "VEHICLES: 1\nVEHICLES_UNIT_DISTANCE_COST: 99999999\n"
    assert faults(text + costs + DEPOT) == {"NODE_COORD_SECTION": "number.too-large"}
