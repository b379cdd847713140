"""The commands solve and check, in this process and as people run them."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from typer.testing import CliRunner

from api.cli import app

EXAMPLES = Path(__file__).parents[3] / "examples" / "problems"

VRPLIB = """NAME : square
TYPE : CVRP
DIMENSION : 5
EDGE_WEIGHT_TYPE : EUC_2D
CAPACITY : 2
NODE_COORD_SECTION
1 0 0
2 0 10
3 10 10
4 10 0
5 5 5
DEMAND_SECTION
1 0
2 1
3 1
4 1
5 1
DEPOT_SECTION
1
-1
EOF
"""

Command = Callable[..., Any]


@pytest.fixture
def supplyloop() -> Command:
    def call(*arguments: object) -> Any:
        environment = {"SUPPLYLOOP_LANG": "en"}
        return CliRunner().invoke(app, [str(a) for a in arguments], env=environment)

    return call


@pytest.fixture
def square(tmp_path: Path) -> Path:
    file = tmp_path / "square.vrp"
    file.write_text(VRPLIB)
    return file


def test_the_plan_goes_to_standard_output_and_the_progress_beside_it(supplyloop: Command) -> None:
    answer = supplyloop("solve", EXAMPLES / "vroom.json", "--step-limit", 5)
    assert answer.exit_code == 0, answer.output
    summary = json.loads(answer.stdout)["summary"]
    assert summary["bound"] <= summary["cost"]
    assert re.search(r"\d s  left out 0, cost \d", answer.stderr)


def test_for_programs_nothing_is_said_beside_the_plan(supplyloop: Command) -> None:
    answer = supplyloop("solve", EXAMPLES / "vroom.json", "--step-limit", 5, "--json")
    assert json.loads(answer.stdout)["code"] == 0
    assert answer.stderr == ""


def test_steps_one_thread_and_a_seed_give_the_same_bytes(
    supplyloop: Command, tmp_path: Path
) -> None:
    files = [tmp_path / "one.json", tmp_path / "two.json"]
    for file in files:
        wishes = ("--step-limit", 20, "--threads", 1, "--seed", 4, "-o", file)
        assert supplyloop("solve", EXAMPLES / "faces.json", *wishes).exit_code == 0
    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_public_file_is_solved_and_its_solution_checked(
    supplyloop: Command, square: Path, tmp_path: Path
) -> None:
    solution, plan = tmp_path / "square.sol", tmp_path / "square.json"
    assert supplyloop("solve", square, "--step-limit", 5, "-o", solution).exit_code == 0
    assert "Cost" in solution.read_text()
    assert supplyloop("check", square, solution).exit_code == 0
    began = supplyloop(
        "solve", square, "--step-limit", 5, "-o", plan, "--warm-start", solution,
        "--format", "vrplib",
    )  # fmt: skip
    assert began.exit_code == 0, began.output
    assert supplyloop("check", square, plan, "--format", "cvrp").exit_code == 0


def test_a_solution_with_too_much_on_board_is_refused(
    supplyloop: Command, square: Path, tmp_path: Path
) -> None:
    heavy = tmp_path / "heavy.sol"
    heavy.write_text("Route #1: 1 2 3\nRoute #2: 4\nCost 54\n")
    judged = supplyloop("check", square, heavy, "--json")
    assert judged.exit_code == 1
    codes = {violation["code"] for violation in json.loads(judged.stdout)["violations"]}
    assert any("load" in code or "capacity" in code for code in codes)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--engine", "guess"), "engine.unknown"),
        (("--engine", "os:system"), "engine.unknown"),  # engines by module are for tests only
        (("--format", "xml"), "xml"),
        (("--warm-start", "nowhere.json"), "file.unreadable"),
        (("-o", "no/such/folder/plan.json"), "--output"),
        (("--time-limit", "0"), "--time-limit"),
        (("--threads", "0"), "--threads"),
    ],
)
def test_bad_wishes_are_told_before_any_search(
    supplyloop: Command, arguments: tuple[str, ...], told: str
) -> None:
    answer = supplyloop("solve", EXAMPLES / "morning.json", *arguments)
    assert answer.exit_code == 2
    assert told in answer.stderr


def test_a_file_that_is_missing_is_told(supplyloop: Command, tmp_path: Path) -> None:
    for command in (("solve",), ("check", EXAMPLES / "morning.json")):
        answer = supplyloop(*command, tmp_path / "nowhere")
        assert (answer.exit_code, "file.unreadable" in answer.stderr) == (2, True)


def test_a_plan_with_faults_is_told_by_path(supplyloop: Command, tmp_path: Path) -> None:
    bad = tmp_path / "plan.json"
    bad.write_text('{"routes": [{"steps": 3}]}')
    answer = supplyloop("check", EXAMPLES / "morning.json", bad)
    assert (answer.exit_code, "$.routes[0]" in answer.stderr) == (2, True)


def test_locked_steps_that_cannot_be_made_leave_no_plan_at_all(
    supplyloop: Command, tmp_path: Path
) -> None:
    problem = {
        "separation": 100,
        "places": [{"id": "slot"}],
        "vehicles": [
            {
                "id": number,
                "start_index": 0,
                "steps": [
                    {"type": "start"},
                    {"type": "job", "id": number, "locked": True} | at,
                ],
            }
            for number, at in ((1, {"service_at": 50}), (2, {}))  # whose window is too near
        ],
        "jobs": [
            {"id": number, "location_index": 1, "place": "slot", "time_windows": [[0, 100]]}
            for number in (1, 2)
        ],
        "matrices": {"car": {"durations": [[0, 9], [9, 0]]}},
    }
    file = tmp_path / "locked.json"
    file.write_text(json.dumps(problem))
    answer = supplyloop("solve", file, "--time-limit", 2)
    assert answer.exit_code == 3, answer.output
    assert "locked" in answer.stderr


# ---------------------------------------------------------------- as people run it


def _large(tmp_path: Path) -> Path:
    """Write a problem that no search finishes in a moment."""
    at = [(n * 37 % 101, n * 53 % 97) for n in range(81)]
    durations = [[abs(a - c) + abs(b - d) for c, d in at] for a, b in at]
    problem = {
        "vehicles": [
            {"id": n, "start_index": 0, "end_index": 0, "capacity": [12]} for n in range(8)
        ],
        "jobs": [{"id": n, "location_index": n, "delivery": [1]} for n in range(1, 81)],
        "matrices": {"car": {"durations": durations}},
    }
    file = tmp_path / "large.json"
    file.write_text(json.dumps(problem))
    return file


def _running(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "api.cli", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "SUPPLYLOOP_LANG": "en"},
        start_new_session=True,
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_keeps_the_best_plan_and_writes_it(
    tmp_path: Path, number: signal.Signals
) -> None:
    problem, plan = _large(tmp_path), tmp_path / "plan.json"
    wishes = ("--step-limit", 10**9, "-o", plan)  # without end
    with _running("solve", problem, *wishes) as command:
        assert command.stderr is not None
        assert "left out" in command.stderr.readline()
        command.send_signal(number)
        said, told = command.communicate(timeout=20)
    assert command.returncode == 0, told
    assert "Stopping with the best plan so far" in told
    assert "Plan written" in said
    made = json.loads(plan.read_text())
    assert made["summary"]["stopped"] == "stopped"
    assert made["unassigned"] == []


def test_a_terminals_interrupt_reaches_the_child_too_and_harms_nothing(tmp_path: Path) -> None:
    problem, plan = _large(tmp_path), tmp_path / "plan.json"
    with _running("solve", problem, "--step-limit", 10**9, "-o", plan) as command:
        assert command.stderr is not None
        command.stderr.readline()
        os.killpg(command.pid, signal.SIGINT)
        command.communicate(timeout=20)
    assert json.loads(plan.read_text())["summary"]["stopped"] == "stopped"


def test_a_second_interrupt_ends_everything_at_once(tmp_path: Path) -> None:
    problem, plan = _large(tmp_path), tmp_path / "plan.json"
    with _running("solve", problem, "--step-limit", 10**9, "-o", plan) as command:
        assert command.stderr is not None
        command.stderr.readline()
        family = psutil.Process(command.pid).children(recursive=True)
        for child in family:
            child.suspend()  # so that it does not answer the first
        command.send_signal(signal.SIGINT)
        while "Stopping" not in command.stderr.readline():
            pass
        command.send_signal(signal.SIGINT)
        command.communicate(timeout=20)
    assert command.returncode not in (0, 1, 2, 3)
    assert not plan.exists()
    assert psutil.wait_procs(family, timeout=5)[1] == []


def test_the_limit_is_wall_clock_from_the_command_to_the_file(tmp_path: Path) -> None:
    problem, plan = _large(tmp_path), tmp_path / "plan.json"
    began = time.monotonic()
    with _running("solve", problem, "--time-limit", 8, "-o", plan) as command:
        command.communicate(timeout=30)
    assert command.returncode == 0
    # Two seconds more than promised: other tests have the machine, too.
    assert time.monotonic() - began <= 1.1 * 8 + 2


# ---------------------------------------------------------------- places that take no result


def test_a_place_that_takes_nothing_is_refused_before_the_work(
    supplyloop: Command, tmp_path: Path
) -> None:
    began = time.monotonic()
    refused = supplyloop("solve", EXAMPLES / "vroom.json", "-o", "/proc/plan.json")
    assert refused.exit_code == 2
    assert time.monotonic() - began < 10
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["plan.json", "plan.sol"])
def test_a_plan_that_cannot_be_written_is_printed(
    supplyloop: Command, tmp_path: Path, name: str
) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no device that is always full")
    full = tmp_path / name
    full.symlink_to("/dev/full")
    engine = ("--engine", "construct", "-o", full)
    refused = supplyloop("solve", EXAMPLES / "vroom.json", *engine)
    assert refused.exit_code == 2
    assert "output.unwritable" in refused.output
    assert ("Route #1" if name.endswith("sol") else '"routes"') in refused.output
