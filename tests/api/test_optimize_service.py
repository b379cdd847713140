"""The solver over HTTP, as programs that speak to VROOM expect it."""

import copy
import json
import threading

import pytest

from api.routes import optimize
from api.routes.optimize import EXAMPLE
from solver.check import check
from solver.formats.native import read_problem
from solver.formats.plan_json import read_plan

URL = "/api/v1/optimize"


def ask(service, problem, **more):
    return service.call("POST", URL, content=json.dumps(problem), **more)


def changed(**keys):
    return copy.deepcopy(EXAMPLE) | keys


def test_a_problem_is_solved_and_the_judge_agrees(service):
    answer = ask(service, changed(options={"l": 2, "t": 1, "g": True}))
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert (said["code"], said["summary"]["unassigned"], said["summary"]["cost"]) == (0, 0, 410)
    problem = read_problem(EXAMPLE)
    assert check(problem, read_plan(said)) == ()


def test_who_cannot_be_served_is_named_with_a_reason(service):
    small = [{"id": 1, "start_index": 0, "end_index": 0, "capacity": [2]}]
    said = ask(service, changed(vehicles=small, options={"l": 1})).json()
    assert said["code"] == 0
    assert [one["id"] for one in said["unassigned"]] in ([1], [2])
    assert said["unassigned"][0]["reason"]["code"]


def test_faults_have_code_two_and_are_all_named(service):
    answer = ask(service, changed(vehicles=[{"id": -1}], jobs=[{"id": "x"}]))
    assert answer.status_code == 400
    said = answer.json()
    assert said["code"] == 2
    assert "$.vehicles[0].id" in said["error"]
    assert "$.jobs[0].id" in said["error"]


@pytest.mark.parametrize("body", ["[1]", "{", '"/etc/passwd"', "", "\ufeff[]"])
def test_what_is_no_problem_has_code_two(service, body):
    answer = service.call("POST", URL, content=body.encode())
    assert (answer.status_code, answer.json()["code"]) == (400, 2)


def test_places_without_a_matrix_have_code_three(service):
    there = {
        "vehicles": [{"id": 1, "start": [120.1, 30.2]}],
        "jobs": [{"id": 1, "location": [120.2, 30.3]}],
    }
    answer = ask(service, there)
    assert (answer.status_code, answer.json()["code"]) == (500, 3)
    assert "matrices" in answer.json()["error"]


def test_what_is_larger_than_is_solved_here_is_refused_at_once(service):
    jobs = [{"id": n, "location_index": 1} for n in range(1, optimize.MOST_TASKS + 2)]
    answer = ask(service, changed(jobs=jobs))
    assert (answer.status_code, answer.json()["code"]) == (413, 2)


def test_a_body_may_be_larger_than_elsewhere_but_not_endless(service):
    spaces = b" " * 1_500_000
    fits = service.call("POST", URL, content=spaces + b"[]")
    assert (fits.status_code, fits.json()["code"]) == (400, 2)
    refused = service.call("POST", URL, content=b" " * 8_000_001)
    assert (refused.status_code, refused.json()["code"]) == (413, "body.too-large")
    elsewhere = service.call("POST", "/api/v1/lists", content=spaces)
    assert elsewhere.status_code == 413


@pytest.mark.parametrize("options", [{"l": 0}, {"l": "x"}, {"l": True}, {"t": 0}, {"t": 1.5}])
def test_limits_that_are_none_are_refused(service, options):
    answer = ask(service, changed(options=options))
    assert (answer.status_code, answer.json()["code"]) == (400, 2)


def test_one_problem_is_solved_at_a_time(service, monkeypatch):
    turn = threading.BoundedSemaphore(1)
    turn.acquire()  # somebody else's problem
    monkeypatch.setattr(optimize, "_turn", turn)
    answer = ask(service, EXAMPLE)
    assert (answer.status_code, answer.json()["code"]) == (503, "optimize.busy")
    assert answer.headers["Retry-After"]


@pytest.mark.parametrize("role", ["courier", "household", "clerk", "auditor"])
def test_not_everybody_may_take_up_the_machine(service, role):
    assert ask(service, EXAMPLE, role=role).status_code == 403
