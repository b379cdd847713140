"""The commands that weigh travel against faces."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from solver.check import check
from solver.formats.native import read_problem
from solver.formats.plan_json import read_plan

FACES = Path(__file__).parents[2] / "examples" / "problems" / "faces.json"


@pytest.fixture
def supplyloop(tmp_path):
    def call(*arguments):
        environment = {
            "SUPPLYLOOP_DATABASE": f"sqlite:///{tmp_path / 'cli.db'}", "SUPPLYLOOP_LANG": "en",
        }  # fmt: skip
        return CliRunner().invoke(app, [str(a) for a in arguments], env=environment)

    return call


def test_a_frontier_is_printed_written_and_drawn(supplyloop, tmp_path):
    written, drawn = tmp_path / "frontier.json", tmp_path / "frontier.svg"
    options = ("--step-limit", 60, "--points", 3, "--seed", 2)
    done = supplyloop("frontier", FACES, *options, "-o", written, "--svg", drawn)
    assert done.exit_code == 0, done.output
    assert "beyond the" in done.stdout
    assert "face at 0" in done.stderr
    assert "Less travel or fewer faces" in drawn.read_text("utf-8")
    found = json.loads(written.read_text("utf-8"))
    for near, far in pairwise(found["points"]):
        assert near["cost"] < far["cost"]
        assert near["further_faces"] > far["further_faces"]
    problem = read_problem(FACES)
    assert all(check(problem, read_plan(point["plan"])) == () for point in found["points"])


def test_with_steps_the_same_seed_gives_the_same_bytes(supplyloop):
    options = ("--step-limit", 20, "--points", 2, "--seed", 5, "--json")
    one, other = (supplyloop("frontier", FACES, *options) for _ in range(2))
    assert one.stdout == other.stdout
    assert json.loads(one.stdout)["seconds"] == 0


def test_chinese_names_the_columns(supplyloop):
    done = supplyloop("frontier", FACES, "--step-limit", 5, "--points", 2, "--lang", "zh")
    assert "见面人数" in done.stdout


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "file.unreadable"),
        ("{", "file.not-json"),
        ('{"vehicles": [{"id": 1}], "foo": 1}', "$.foo"),
    ],
)
def test_a_bad_file_is_refused_with_every_fault(supplyloop, tmp_path, content, said):
    file = tmp_path / "bad.json"
    if content is not None:
        file.write_text(content)
    refused = supplyloop("frontier", file)
    assert refused.exit_code == 2
    assert said in refused.stderr
    told = json.loads(supplyloop("frontier", file, "--json").stdout)
    assert told["code"] == "problem.invalid"


def test_locked_steps_that_cannot_be_made_leave_no_plan(supplyloop, tmp_path):
    file = tmp_path / "locked.json"
    content = {  # the window of one leaves no time apart from the other
        "separation": 60,
        "vehicles": [
            {
                "id": number, "start_index": 0, "end_index": 0,
                "steps": [{"type": "job", "id": number, "locked": True} | at],
            }
            for number, at in ((1, {"service_at": 100}), (2, {}))
        ],
        "jobs": [
            {"id": n, "location_index": 1, "place": "a", "service": 10,
             "time_windows": [[0, 150]]}
            for n in (1, 2)
        ],
        "places": [{"id": "a"}],
        "matrices": {"car": {"durations": [[0, 100], [100, 0]]}},
    }  # fmt: skip
    file.write_text(json.dumps(content))
    refused = supplyloop("frontier", file, "--step-limit", 5)
    assert refused.exit_code == 3
    assert "locked.impossible" in refused.stderr


def test_a_place_that_cannot_be_written_is_refused_before_the_search(supplyloop, tmp_path):
    for option in ("--output", "--svg"):
        assert supplyloop("frontier", FACES, option, tmp_path).exit_code == 2


def test_a_frontier_of_one_point_is_refused(supplyloop):
    assert supplyloop("frontier", FACES, "--points", 1).exit_code == 2


def test_a_run_without_plan_has_no_frontier(supplyloop):
    refused = supplyloop("run", "frontier", "nowhere")
    assert refused.exit_code == 2
    assert "run.unknown" in refused.stderr
