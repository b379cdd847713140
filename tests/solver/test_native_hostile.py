import json
import time
from typing import Any

import pytest

from solver.formats.native import ProblemInvalid, read_problem


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
