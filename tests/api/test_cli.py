import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app

EXAMPLES = Path(__file__).parents[2] / "examples" / "problems"


@pytest.fixture
def supplyloop(tmp_path):
    def call(*arguments):
        environment = {
            "SUPPLYLOOP_DATABASE": f"sqlite:///{tmp_path / 'cli.db'}", "SUPPLYLOOP_LANG": "en",
        }  # fmt: skip
        return CliRunner().invoke(app, [str(a) for a in arguments], env=environment)

    return call


def test_a_refusal_is_one_clear_error_with_its_mend(supplyloop):
    answer = supplyloop("run", "cutoff", "nowhere")
    assert answer.exit_code == 2
    assert "run.unknown" in answer.stderr
    assert "nowhere" in answer.stderr
    assert "→" in answer.stderr


def test_errors_are_chinese_unless_asked_otherwise(supplyloop):
    assert "没有这个波次" in supplyloop("run", "show", "nowhere", "--lang", "zh").stderr


def test_solve_and_check_agree_and_a_broken_plan_is_named(supplyloop, tmp_path):
    plan = tmp_path / "plan.json"
    problem = EXAMPLES / "morning.json"
    solved = supplyloop("solve", problem, "-o", plan, "--step-limit", 5)
    assert solved.exit_code == 0, solved.output
    assert supplyloop("check", problem, plan).exit_code == 0
    made = json.loads(plan.read_text())
    made["routes"][0]["steps"][-1]["arrival"] += 10**6
    plan.write_text(json.dumps(made))
    judged = supplyloop("check", problem, plan, "--json")
    assert judged.exit_code == 1
    assert json.loads(judged.stdout)["violations"]


def test_a_bad_problem_names_each_fault_by_its_path(supplyloop, tmp_path):
    bad = tmp_path / "bad.json"
    bad.write_text('{"vehicles": [{"id": 1}], "foo": 1}')
    answer = supplyloop("solve", bad)
    assert answer.exit_code == 2
    assert "$.foo" in answer.stderr


def test_a_household_token_needs_its_household(supplyloop):
    assert supplyloop("db", "upgrade").exit_code == 0
    assert supplyloop("db", "check").exit_code == 0
    assert "token.owner-unclear" in supplyloop("token", "create", "--role", "household").stderr
    assert "role.unknown" in supplyloop("token", "create", "--role", "king").stderr
    assert supplyloop("token", "create", "--role", "planner").exit_code == 0


def test_a_district_needs_exactly_one_source(supplyloop, tmp_path):
    answer = supplyloop("district", "import", "--name", "X", "-o", tmp_path / "d")
    assert (answer.exit_code, "district.source-unclear" in answer.stderr) == (2, True)
