import json
import math
import time
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.formats.native import Fault, ProblemInvalid, read_problem, write_problem


def plain(**changes: Any) -> dict[str, Any]:
    """A small problem with VROOM's keys alone."""
    return {
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, "capacity": [4]}],
        "jobs": [
            {"id": 1, "location_index": 1, "delivery": [2], "time_windows": [[0, 900]]},
            {"id": 2, "location_index": 2, "pickup": [1], "service": 60},
        ],
        "matrices": {"car": {"durations": [[0, 60, 120], [60, 0, 60], [120, 60, 0]]}},
    } | changes


def job(**changes: Any) -> dict[str, Any]:
    first, second = plain()["jobs"]
    return plain(jobs=[first | changes, second])


def faults(raw: Any) -> set[tuple[str, str]]:
    with pytest.raises(ProblemInvalid) as refused:
        read_problem(raw)
    return {(fault.path, fault.code) for fault in refused.value.faults}


@pytest.mark.parametrize(
    "raw",
    [
        "[" * 100_000,
        '{"a":' * 100_000 + "1" + "}" * 100_000,
        '{"jobs":' + "[" * 50_000 + "]" * 50_000 + "}",
    ],
)
def test_text_nested_without_end_is_no_problem_file(raw: str) -> None:
    assert faults(raw) == {("$", "file.not-json")}


def test_what_is_nested_deeply_is_shown_cut() -> None:
    deep: Any = 1
    for _ in range(900):
        deep = [deep]
    assert faults(job(service=deep)) == {("$.jobs[0].service", "value.type")}
    assert faults(json.dumps(job(description=deep))) == {("$.jobs[0].description", "value.type")}


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("x" * 20_000_000, "file.unreadable"),  # no name of a file, either
        ("{" + "x" * 20_000_000, "file.not-json"),
        ('{"jobs": "' + "x" * 20_000_000 + '"}', "value.type"),
        ('{"jobs": [' + "null," * 1_000_000 + "null]}", "faults.more"),
        ("{" + ",".join(f'"k{n}": 1' for n in range(200_000)) + "}", "faults.more"),
    ],
    ids=["name", "text", "one value", "many values", "many keys"],
)
def test_megabytes_of_nonsense_are_refused_soon(raw: str, code: str) -> None:
    began = time.perf_counter()
    with pytest.raises(ProblemInvalid) as refused:
        read_problem(raw)
    assert time.perf_counter() - began < 10
    assert code in {fault.code for fault in refused.value.faults}
    assert len(refused.value.faults) <= 10_001


def test_faults_can_be_printed_whatever_the_file_says() -> None:
    raw = plain(**{"\ud800": 1})
    with pytest.raises(ProblemInvalid) as refused:
        read_problem(json.dumps(raw))
    assert "\\ud800" in str(refused.value).encode().decode()


def rich() -> dict[str, Any]:
    """A problem with nearly every key."""
    visit = {"location_index": 1, "setup": 3, "service": 60, "time_windows": [[0, 900]]}
    visit |= {"setup_per_type": {"a": 3}, "service_per_type": {"a": 5}}
    first = {
        "id": 1, "start_index": 0, "end_index": 0, "capacity": [9], "type": "a", "points": [0],
        "breaks": [{"id": 1, "service": 9, "time_windows": [[0, 800]], "max_load": [4]}],
        "costs": {"fixed": 1, "per_hour": 2, "per_km": 3, "per_task_hour": 4}, "skills": [1],
        "max_trips": 3, "reload_service": 5, "max_duration": 9999, "time_window": [0, 9999],
        "steps": [
            {"type": "reload", "locked": True},
            {"type": "job", "id": 1, "locked": True, "service_at": 700, "parts": [0]},
        ],
    }  # fmt: skip
    return {
        "vehicles": [first, {"id": 2, "start_index": 0, "speed_factor": 1.5}],
        "jobs": [
            visit
            | {"id": 1, "parts": [[1], [2]], "delivery": [3], "place": "a", "building": "b"}
            | {"skills": [1], "points": [0], "release": 9, "courier": 1, "zone": 1, "prize": 7},
            visit | {"id": 2, "pickup": [1], "preferred_courier": 2, "priority": 3},
        ],
        "shipments": [
            {"pickup": visit | {"id": 1}, "via": visit | {"id": 2}, "delivery": visit | {"id": 3},
             "amount": [1], "skills": [], "priority": 3}
        ],
        "matrices": {"car": {"durations": [[0, 60], [60, 0]], "distances": [[0, 5], [5, 0]]}},
        "separation": 60,
        "places": [
            {"id": "a", "lanes": 1, "shelf": [9], "cleared": [5], "closed": [[1, 2]],
             "separation": 3}
        ],
        "bays": [{"location_index": 0, "lanes": 1}],
        "objective": {"face": 1, "change": 2, "balance": 3},
        "previous": {"routes": [{"vehicle": 1, "steps": [{"type": "job", "id": 1}]}]},
    }  # fmt: skip


def test_the_rich_problem_is_a_good_one() -> None:
    assert read_problem(rich()).dimensions == 1


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([-1, 0, 1, 2, 2**31, 2**40, 2**63, 2**70, 1.5, math.nan, math.inf, -math.inf]),
    st.sampled_from(["", "a", "car", "job", "\ud800"]),
    st.sampled_from([[], [[]], {}, [None], [-1], [0, 0], [[5, 1]], {"id": 1}, [1] * 9]),
)


def spoil(raw: Any, draw: st.DrawFn) -> None:
    """Put something else, or nothing, somewhere in a file."""
    while True:
        keys = list(raw) if isinstance(raw, dict) else list(range(len(raw)))
        key = draw(st.sampled_from(keys))
        deeper = isinstance(raw[key], dict | list) and len(raw[key]) > 0
        if deeper and draw(st.integers(0, 3)):
            raw = raw[key]
            continue
        if isinstance(raw, dict) and draw(st.booleans()):
            del raw[key]
        else:
            raw[key] = deepcopy(draw(JUNK))
        return


@st.composite
def spoilt(draw: st.DrawFn) -> dict[str, Any]:
    raw = rich()
    for _ in range(draw(st.integers(1, 3))):
        if raw:
            spoil(raw, draw)
    return raw


@settings(max_examples=400, deadline=None)  # the first loads scipy
@given(raw=spoilt())
def test_whatever_a_file_says_it_is_a_problem_or_has_faults(raw: dict[str, Any]) -> None:
    for source in (raw, json.dumps(raw)):
        found: tuple[Fault, ...] = ()
        try:
            problem = read_problem(source)
        except ProblemInvalid as refused:
            found = refused.faults
        if found:
            assert all(fault.path.startswith("$") and fault.line.encode() for fault in found)
        else:
            assert read_problem(write_problem(problem)).jobs == problem.jobs
