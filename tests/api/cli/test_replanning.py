"""The command that gives the rest of a running day, and what solve makes of it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli import app

MORNING = Path(__file__).parents[3] / "examples" / "problems" / "morning.json"

Command = Callable[..., Any]


@pytest.fixture
def supplyloop() -> Command:
    def call(*arguments: object) -> Any:
        environment = {"SUPPLYLOOP_LANG": "en"}
        return CliRunner().invoke(app, [str(a) for a in arguments], env=environment)

    return call


@pytest.fixture
def plan(supplyloop: Command, tmp_path: Path) -> Path:
    file = tmp_path / "plan.json"
    wishes = ("--step-limit", 20, "--engine", "dispatch", "-o", file)
    assert supplyloop("solve", MORNING, *wishes).exit_code == 0
    return file


def begun(file: Path, at_s: int) -> set[tuple[int, str, int, int]]:
    return {
        (route["vehicle"], step["type"], step.get("location_index", -1), step["arrival"])
        for route in json.loads(file.read_text())["routes"]
        for step in route["steps"]
        if step["type"] in ("job", "reload")
        and step["arrival"] + step.get("waiting_time", 0) <= at_s
    }


def test_the_rest_of_the_day_is_solved_from_the_plan_and_what_has_begun_stays(
    supplyloop: Command, plan: Path, tmp_path: Path
) -> None:
    rest, again = tmp_path / "rest.json", tmp_path / "again.json"
    done = supplyloop("replan", MORNING, plan, "--at", "08:20", "--change", 60, "-o", rest)
    assert done.exit_code == 0, done.output
    assert "steps stay" in done.stdout
    assert json.loads(rest.read_text())["objective"]["change"] == 60
    wishes = ("--warm-start", plan, "--step-limit", 5, "-o", again)
    solved = supplyloop("solve", rest, *wishes)
    assert solved.exit_code == 0, solved.output
    assert supplyloop("check", rest, again).exit_code == 0
    eight_twenty = 8 * 3600 + 20 * 60
    assert begun(plan, eight_twenty) != set()
    assert begun(plan, eight_twenty) <= begun(again, eight_twenty)


def test_instants_are_clocks_or_seconds(supplyloop: Command, plan: Path) -> None:
    said = {supplyloop("replan", MORNING, plan, "--at", at).stdout
            for at in ("8:20", "08:20:00", "30000")}  # fmt: skip
    assert len(said) == 1
    assert json.loads(said.pop())["vehicles"]


@pytest.mark.parametrize("at", ["noon", "8h", "-5", "08:60", "٠٨:٢٠"])
def test_what_is_no_instant_is_refused(supplyloop: Command, plan: Path, at: str) -> None:
    answer = supplyloop("replan", MORNING, plan, "--at", at)
    assert answer.exit_code == 2


def test_bad_files_and_places_are_told(supplyloop: Command, plan: Path, tmp_path: Path) -> None:
    nowhere = supplyloop("replan", MORNING, tmp_path / "no.json", "--at", "09:00")
    assert (nowhere.exit_code, "file.unreadable" in nowhere.stderr) == (2, True)
    folder = supplyloop("replan", MORNING, plan, "--at", "09:00", "-o", tmp_path)
    assert (folder.exit_code, "--output" in folder.stderr) == (2, True)


def test_a_plan_of_another_problem_is_refused_by_its_places(
    supplyloop: Command, plan: Path, tmp_path: Path
) -> None:
    alien = json.loads(plan.read_text())
    alien["routes"][0]["vehicle"] = 77
    stop = next(k for k, s in enumerate(alien["routes"][0]["steps"]) if s["type"] == "job")
    alien["routes"][0]["steps"][stop]["id"] = 901
    file, rest = tmp_path / "alien.json", tmp_path / "rest.json"
    file.write_text(json.dumps(alien))
    refused = supplyloop("replan", MORNING, file, "--at", "08:20", "-o", rest)
    assert refused.exit_code == 2
    assert "$.routes[0].vehicle" in refused.stderr
    assert f"$.routes[0].steps[{stop}].id" in refused.stderr
    assert not rest.exists()


def test_what_has_begun_against_a_rule_is_told_instead_of_a_problem_that_nobody_can_read(
    supplyloop: Command, plan: Path, tmp_path: Path
) -> None:
    early = json.loads(plan.read_text())
    for step in early["routes"][0]["steps"]:
        step["arrival"] = 0
    file, rest = tmp_path / "early.json", tmp_path / "rest.json"
    file.write_text(json.dumps(early))
    refused = supplyloop("replan", MORNING, file, "--at", "08:20", "-o", rest)
    assert refused.exit_code == 2
    assert "step.breaks-rule" in refused.stderr
    assert "$.routes[0]:" in refused.stderr


def test_an_instant_beyond_what_a_problem_can_say_is_refused(
    supplyloop: Command, plan: Path
) -> None:
    assert supplyloop("replan", MORNING, plan, "--at", "9999999999999").exit_code == 2
