"""Any format by its text or by its name, and never another error than that the file is bad."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.check import check
from solver.formats.faults import Fault, PlanInvalid, ProblemInvalid
from solver.formats.plan_json import write_plan
from solver.formats.recognise import FORMATS, read_any, read_any_plan, recognise
from solver.problem import Problem

ROOT = Path(__file__).parents[3]
NATIVE = (ROOT / "examples" / "problems" / "vroom.json").read_text(encoding="utf-8")
VRPLIB = """\
NAME: tiny
TYPE: MTVRPTWR
DIMENSION: 3
VEHICLES: 1
CAPACITY: 5
SERVICE_TIME: 1
EDGE_WEIGHT_TYPE: EUC_2D
NODE_COORD_SECTION
1 0 0
2 1 1
3 3 4
DEMAND_SECTION
1 0
2 1
3 2
TIME_WINDOW_SECTION
1 0 99
2 0 50
3 5 70
RELEASE_TIME_SECTION
1 0
2 0
3 9
VEHICLES_RELOAD_DEPOT_SECTION
1 1
DEPOT_SECTION
1
-1
EOF
"""
SOLOMON = """\
tiny

VEHICLE
NUMBER CAPACITY
1 5

CUSTOMER
CUST NO. XCOORD. YCOORD. DEMAND READY DUE SERVICE
0 0 0 0 0 99 0
1 1 1 1 0 50 1
2 3 4 2 5 70 1
"""
LILIM = "1 5 1\n0 0 0 0 0 99 0 0 0\n1 1 1 2 0 50 1 0 2\n2 3 4 -2 5 70 1 1 0\n"
TEXTS = {"native": NATIVE, "vrplib": VRPLIB, "solomon": SOLOMON, "lilim": LILIM}


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_is_recognised_and_read_by_name(name: str) -> None:
    text = TEXTS[name]
    assert recognise(text) == name
    problem = read_any(text.encode())
    assert problem.jobs or problem.shipments
    assert same(read_any(text.encode(), format=name.upper()), problem)


def same(one: Problem, other: Problem) -> bool:
    return (one.vehicles, one.jobs, one.shipments) == (other.vehicles, other.jobs, other.shipments)


def test_a_family_s_name_is_a_format_with_its_conventions() -> None:
    assert read_any(VRPLIB.encode(), format="mdvrptw").matrices["car"].cost[0, 2] == 5000
    assert read_any(VRPLIB.encode(), format="VRPTW").matrices["car"].cost[0, 2] == 50


def test_marks_of_the_editor_and_old_letters_do_not_matter() -> None:
    text = VRPLIB.replace("NAME: tiny", "NAME: tiny\nCOMMENT: Sørensen").replace("\n", "\r\n")
    assert same(read_any(text.encode("latin-1")), read_any(b"\xef\xbb\xbf" + VRPLIB.encode()))


@pytest.mark.parametrize(
    ("raw", "name", "says"),
    [
        (b"", None, "looks like none of native, vrplib, solomon, lilim, cvrp"),
        (b"once upon a time", None, "--format"),
        (b"\x00\xff\xfe", None, "looks like none"),
        (VRPLIB.encode(), "excel", "no format 'excel': give one of native, vrplib"),
        (b"", "native", "not JSON"),
        (b"/etc/hostname", "native", "not JSON"),  # a text is no path
        (b'{"jobs": "\xff"}', None, "not UTF-8"),
    ],
)
def test_what_is_not_known_is_refused(raw: bytes, name: str | None, says: str) -> None:
    with pytest.raises(ProblemInvalid, match=says):
        read_any(raw, format=name)


def test_plans_are_json_or_solution_files() -> None:
    problem = read_any(SOLOMON.encode())
    plan = read_any_plan(b"Route #1: 1 2\nCost: 10.0\n", problem)
    assert check(problem, plan) == ()
    written = json.dumps(write_plan(problem, plan))
    assert read_any_plan(b"\xef\xbb\xbf" + written.encode(), problem) == plan


@pytest.mark.parametrize("raw", [b"", b'{"routes": "\xff"}', b"{", b"Route #1: 7", b"[]"])
def test_a_plan_that_is_none_is_refused(raw: bytes) -> None:
    with pytest.raises(PlanInvalid):
        read_any_plan(raw, read_any(SOLOMON.encode()))


BITS = [
    "-1",
    "0",
    "9",
    "1e999",
    "nan",
    "-",
    ":",
    "_SECTION",
    "EOF",
    "\n",
    "\t",
    "٣",
    "1_0",
    "²",
    "{",
]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """Spoil a good text: drop, double, swap or replace words and lines."""
    text = draw(st.sampled_from([VRPLIB, SOLOMON, LILIM]))
    for _ in range(draw(st.integers(1, 4))):
        lines = text.split("\n")
        n = draw(st.integers(0, len(lines) - 1))
        words = lines[n].split(" ")
        k = draw(st.integers(0, len(words) - 1))
        how = draw(st.integers(0, 4))
        if how == 0:
            del lines[n]
        elif how == 1:
            lines.insert(draw(st.integers(0, len(lines))), lines[n])
        else:
            bit = draw(
                st.sampled_from(BITS) | st.integers(-5, 10**12).map(str) | st.text(max_size=4)
            )
            words[k] = (bit, words[k] + bit, "")[how - 2]
            lines[n] = " ".join(words)
        text = "\n".join(lines)
    return text


@settings(max_examples=400, deadline=None)
@given(mutated(), st.sampled_from([None, *FORMATS, "cvrp", "hfvrp"]))
def test_a_spoilt_file_is_read_or_refused(text: str, name: str | None) -> None:
    faults: tuple[Fault, ...] = ()
    try:
        problem = read_any(text.encode("utf-8", "surrogatepass"), format=name)
    except ProblemInvalid as refused:
        faults = refused.faults
    else:
        size = min(len(matrix.cost) for matrix in problem.matrices.values())
        assert all(0 <= job.location < size for job in problem.jobs)
    assert all(fault.path and fault.code and fault.message for fault in faults)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_noise_is_refused(raw: bytes) -> None:
    with pytest.raises(ProblemInvalid):
        read_any(raw)


@pytest.mark.parametrize("end", ["\x1a", "\r\n\x1a\0\0", "\n \n\t"])
@pytest.mark.parametrize("text", [SOLOMON, LILIM, VRPLIB.lower()], ids=["solomon", "lilim", "low"])
def test_how_old_editors_ended_a_file_does_not_matter(text: str, end: str) -> None:
    assert len(read_any((text + end).encode()).vehicles) > 0


def test_a_solution_may_begin_with_the_editor_s_mark() -> None:
    problem = read_any(VRPLIB.encode())
    assert read_any_plan(b"\xef\xbb\xbfRoute #1: 1 2\n", problem).summary.unassigned == 0
