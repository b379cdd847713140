"""The day that `make demo` runs, smaller: everything that people would be handed is looked at."""

import csv
import json
from itertools import pairwise
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import text

from api.demo import DemoIncomplete, run_demo
from logistics.store.session import open_database
from logistics.usecases.account_for_run import account_for_run
from solver.check import check
from solver.formats.native import read_problem
from solver.formats.plan_json import read_plan

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=[None, "medium"], ids=["helsinki", "generated"])
def day(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("demo") / "out"
    run_demo(out, synthetic=request.param, lists=250, time_limit_s=6)
    return out


def test_the_checker_finds_no_violation_and_nobody_meets(day: Path) -> None:
    problem = read_problem(json.loads((day / "problem.json").read_text(encoding="utf-8")))
    plan = read_plan(json.loads((day / "plan.json").read_text(encoding="utf-8")))
    assert check(problem, plan) == ()
    assert plan.summary.contacts == 0
    assert plan.summary.trips > 0


def test_every_accepted_line_is_given_or_explained(day: Path) -> None:
    database = open_database(str(day / "supplyloop.db"))
    with database.read() as session:
        (state, run) = session.execute(text("SELECT state, id FROM run")).one()
        lines = session.execute(
            text(
                "SELECT count(*) FROM order_line l JOIN household_list h ON h.id = l.list_id "
                "AND h.version = l.version WHERE h.state = 'frozen'"
            )
        ).scalar_one()
        explained = session.execute(
            text("SELECT count(DISTINCT line_id) FROM share WHERE reason <> ''")
        ).scalar_one()
        books = account_for_run(session, run)
    database.close()
    assert state == "closed"
    assert lines == explained > 2000
    assert books.differences == ()


def test_every_bag_is_on_a_trip_or_left_out_with_a_reason(day: Path) -> None:
    database = open_database(str(day / "supplyloop.db"))
    with database.read() as session:
        nowhere = session.execute(
            text(
                "SELECT count(*) FROM bag b WHERE NOT EXISTS "
                "(SELECT 1 FROM stop_bag s WHERE s.bag_id = b.id) AND NOT EXISTS "
                "(SELECT 1 FROM unserved u WHERE u.bag_id = b.id AND u.code <> '')"
            )
        ).scalar_one()
    database.close()
    assert nowhere == 0


def test_the_sheets_are_in_chinese_and_credit_the_map(day: Path) -> None:
    sheets = PdfReader(day / "sheets" / "all.pdf")
    words = sheets.pages[0].extract_text()
    assert "袋" in words
    assert ("OpenStreetMap" in words) or ("合成" in words)
    assert len(list((day / "sheets").glob("*.pdf"))) > 1


def test_the_frontier_is_drawn_and_its_plans_can_be_judged(day: Path) -> None:
    problem = read_problem(json.loads((day / "problem.json").read_text(encoding="utf-8")))
    found = json.loads((day / "frontier.json").read_text(encoding="utf-8"))
    for point in found["points"]:
        plan = read_plan(point["plan"])
        assert check(problem, plan) == ()
        assert plan.summary.contacts == 0
    for near, far in pairwise(found["points"]):
        assert near["cost"] < far["cost"]
        assert near["further_faces"] > far["further_faces"]
    assert (day / "frontier.svg").read_text(encoding="utf-8").startswith("<svg")
    assert "少走路还是少见人" in (day / "report.html").read_text(encoding="utf-8")


def test_the_report_and_the_orders_are_there(day: Path) -> None:
    report = (day / "report.html").read_text(encoding="utf-8")
    assert "<svg" in report
    assert "http://" not in report.replace("http://www.w3.org", "")  # asks nobody for anything
    orders = list((day / "orders").glob("*.csv"))
    assert orders
    for order in orders:
        with order.open(encoding="utf-8-sig", newline="") as file:
            assert len(list(csv.reader(file))) > 1


def test_a_size_that_the_example_does_not_fit_is_refused_before_anything_is_cleared(
    tmp_path: Path,
) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text("mine")
    with pytest.raises(DemoIncomplete) as refused:
        run_demo(tmp_path, synthetic="small")
    assert refused.value.facts["value"] == "small"
    assert "medium" in refused.value.facts["mend"]
    assert kept.exists()
