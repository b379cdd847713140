"""The commands behind ``make bench``, at their smallest."""

import json
from pathlib import Path

import pytest

from benchmarks import days_bench, families

TINY = """NAME : tiny
TYPE : CVRP
DIMENSION : 6
EDGE_WEIGHT_TYPE : EUC_2D
CAPACITY : 10
NODE_COORD_SECTION
1 0 0
2 0 10
3 0 20
4 10 0
5 20 0
6 30 0
DEMAND_SECTION
1 0
2 5
3 5
4 3
5 3
6 4
DEPOT_SECTION
1
-1
EOF
"""
BEST = "Route #1: 1 2\nRoute #2: 3 4 5\nCost 100\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "CVRP").mkdir()
    (tmp_path / "CVRP" / "tiny.vrp").write_text(TINY, encoding="utf-8")
    (tmp_path / "CVRP" / "tiny.sol").write_text(BEST, encoding="utf-8")
    (tmp_path / "CVRP" / "unsolved.vrp").write_text(TINY, encoding="utf-8")
    return tmp_path


def test_families_writes_the_gap_to_the_best_known(folder: Path) -> None:
    words = ["--instances", str(folder), "--seconds", "1", "--seeds", "1", "--engines", "ours"]
    families.main([*words, "--results", str(folder / "out")])
    found = json.loads((folder / "out" / "families.json").read_text(encoding="utf-8"))
    (run,) = found["runs"]
    assert (run["instance"], run["published"], run["gap"]) == ("tiny", 100.0, 0.0)
    assert run["outcome"]["breaches"] == {}
    page = (folder / "out" / "families.md").read_text(encoding="utf-8")
    assert "| CVRP | 1 | 0.00 % |" in page


def test_families_says_when_there_is_nothing_to_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        families.main(["--instances", str(tmp_path)])
    assert "no instance with a .sol beside it" in capsys.readouterr().err


def test_days_writes_contacts_faces_and_ratios(tmp_path: Path) -> None:
    words = ["--sizes", "small", "--seconds", "0.5", "--seeds", "1", "--engines", "ours"]
    days_bench.main([*words, "--results", str(tmp_path)])
    found = json.loads((tmp_path / "days.json").read_text(encoding="utf-8"))
    assert [run["version"] for run in found["runs"]] == ["whole", "free", "peers"]
    whole, _, peers = (run["outcome"] for run in found["runs"])
    assert (whole["contacts"], whole["breaches"]) == (0, {})
    assert whole["first_plan_s"] > 0
    assert peers["breaches"] == {}
    assert peers["contacts"] <= sum(peers["met"].values())  # met by the rules of the whole day
    assert "travel / free" in (tmp_path / "days.md").read_text(encoding="utf-8")
