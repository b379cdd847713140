"""The day that `make demo` runs, smaller: everything that people would be handed is looked at."""

import csv
import json
import re
import stat
import warnings
from itertools import pairwise
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import text

from api.app import create_app
from api.demo import run_demo
from api.demo_sources import DemoIncomplete
from api.demo_ways import STAFF
from api.settings import Settings
from logistics.store.session import open_database
from logistics.usecases.account_for_run import account_for_run
from solver.check import check
from solver.formats.native import read_problem
from solver.formats.plan_json import read_plan

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Starlette would rather have httpx's successor
    from fastapi.testclient import TestClient

pytestmark = pytest.mark.slow
RUNS = "SELECT state, id FROM run ORDER BY day"


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
        (state, run) = session.execute(text(f"{RUNS} LIMIT 1")).one()
        lines = session.execute(
            text(
                "SELECT count(*) FROM order_line l JOIN household_list h ON h.id = l.list_id "
                "AND h.version = l.version WHERE h.state = 'frozen' AND h.run_id = :run"
            ),
            {"run": run},
        ).scalar_one()
        explained = session.execute(
            text("SELECT count(DISTINCT line_id) FROM share WHERE reason <> '' AND run_id = :run"),
            {"run": run},
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


def test_the_demo_goes_on_with_a_run_on_its_way_and_one_that_takes_lists(day: Path) -> None:
    database = open_database(str(day / "supplyloop.db"))
    with database.read() as session:
        states = [state for state, _ in session.execute(text(RUNS))]
        trips = set(
            session.scalars(
                text("SELECT t.state FROM trip t JOIN plan p ON p.id = t.plan_id "
                     "JOIN run r ON r.id = p.run_id WHERE r.state = 'released'")
            )
        )  # fmt: skip
        waiting = session.execute(
            text("SELECT count(*) FROM triage e JOIN run r ON r.id = e.run_id "
                 "WHERE r.state = 'open' AND e.state = 'open'")
        ).scalar_one()  # fmt: skip
    database.close()
    assert states == ["closed", "released", "open"]
    assert trips == {"finished", "started", "released"}
    assert waiting > 10


def test_every_way_in_leads_to_a_page(day: Path) -> None:
    file = day / "ways-in.txt"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    page = file.read_text(encoding="utf-8")
    password = re.search(r"密码都是 (\S+)", page)[1]
    links = re.findall(r"http://127\.0\.0\.1:8000(/[hd]/\S+)", page)
    assert len(links) == 5
    app = create_app(Settings(database=f"sqlite:///{day / 'supplyloop.db'}"))
    from_here = {"Sec-Fetch-Site": "same-origin"}
    with TestClient(app, headers=from_here, follow_redirects=False) as client:
        for login in STAFF:
            client.cookies.clear()
            form = {"login": login, "password": password}
            assert client.post("/sign-in", data=form).status_code == 303, login
            home = client.get("/account")
            assert (home.status_code, login in home.text) == (200, True)
        for link in links:
            client.cookies.clear()
            assert client.get(link).status_code == 200, link
            if link.startswith("/h/"):
                opened = client.post(link)
                assert opened.status_code == 303, link
                assert client.get(opened.headers["location"]).status_code == 200, link


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
