"""The point team over HTTP: what to pack, packed, short; and nothing of households."""

import json
from datetime import UTC, datetime

import pytest

from api.receiving import take_in
from logistics.store.session import open_database
from logistics.usecases.cut_off import cut_off
from logistics.usecases.place_orders import place_orders
from logistics.usecases.share_out import share_out

MINE, OTHER = "KX-01-01-1-101", "KX-01-01-1-102"


@pytest.fixture
def waiting(service, tmp_path):
    """A run whose bags are planned: two households of one stairwell, potatoes for each."""
    for household in (MINE, OTHER):
        assert service.post_list(household, 2, role="clerk").status_code == 201
    database = open_database(f"sqlite:///{tmp_path / 'service.db'}")
    who = {"actor": "test", "at": datetime.now(UTC)}
    with database.transaction() as session:
        cut_off(session, service.run, **who)
        place_orders(session, service.run, **who)
        take_in(session, service.run, None, as_ordered=True, finish=True, **who)
        share_out(session, service.run, **who)
    database.close()
    service.path = f"/api/v1/runs/{service.run}/packing"
    made = service.call("POST", f"{service.path}/plan").json()
    assert (made["bags"], made["fewest"]) == (2, 2)
    listed = service.call("GET", service.path, role="point-team").json()
    service.codes = [bag["code"] for bag in listed["bags"]]
    return service


def event(bag, kind="seal", key="k1"):
    return {"events": [{"bag": bag, "event": kind, "key": key}]}


def test_a_packer_seals_a_bag_once(waiting):
    body = event(waiting.codes[0])
    first = waiting.call("POST", waiting.path, role="point-team", json=body, key="a")
    assert (first.status_code, first.json()["counts"]) == (200, {"applied": 1})
    again = waiting.call("POST", waiting.path, role="point-team", json=body, key="a")
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replay"] == "true"
    other = waiting.call("POST", waiting.path, role="point-team", json=body, key="b")
    assert other.json()["counts"] == {"repeated": 1}
    listed = waiting.call(
        "GET", waiting.path, role="point-team", params={"state": "sealed"}
    ).json()
    assert [bag["code"] for bag in listed["bags"]] == waiting.codes[:1]


def test_what_a_packer_reads_names_no_household_and_no_room(waiting):
    listed = waiting.call("GET", waiting.path, role="point-team")
    inside = waiting.call("GET", f"{waiting.path}/{waiting.codes[0]}", role="point-team")
    assert inside.json()["lines"][0]["expected"] == 1000
    for answer in (listed, inside):
        text = json.dumps(answer.json())
        assert MINE not in text
        assert "101" not in text


def test_a_short_is_written_off_and_shared_again(waiting):
    body = {"item": "土豆", "quantity": "1斤", "reason": "damaged"}
    path = f"{waiting.path}/{waiting.codes[0]}/shorts"
    done = waiting.call("POST", path, role="point-team", json=body, key="s")
    assert done.status_code == 200
    changes = done.json()["changes"]
    assert [one["quantity"] for one in changes] == [-500, 500]  # whole cases came
    assert "household" not in json.dumps(changes)
    assert waiting.call("POST", path, role="point-team", json=body, key="s").json() == done.json()
    much = {"item": "土豆", "quantity": "9斤", "reason": "missing"}
    refused = waiting.call("POST", path, role="point-team", json=much)
    assert (refused.status_code, refused.json()["code"]) == (422, "packing.short-too-much")


def test_a_check_says_complete_or_short(waiting):
    path = f"{waiting.path}/{waiting.codes[0]}/check"
    found = {"found": [{"item": "potato", "quantity": "500g"}]}
    part = waiting.call("POST", path, role="point-team", json=found).json()
    assert (part["complete"], part["lines"][0]["difference"]) == (False, -500)
    found["found"].append({"item": "土豆", "quantity": "1斤"})
    assert waiting.call("POST", path, role="point-team", json=found).json()["complete"]


@pytest.mark.parametrize("role", ["household", "courier", "clerk", "auditor"])
def test_nobody_else_confirms(waiting, role):
    answer = waiting.call("POST", waiting.path, role=role, json=event(waiting.codes[0]))
    assert (answer.status_code, answer.json()["code"]) == (403, "role.not-allowed")


def test_an_unknown_bag_and_bad_events_are_told(waiting):
    told = waiting.call("POST", waiting.path, role="point-team", json=event("ZZZ-9")).json()
    assert told["heard"][0]["outcome"] == "bag.unknown"
    assert waiting.call("GET", f"{waiting.path}/ZZZ-9", role="planner").status_code == 404
    # whose point has no such bag is not told whether another point has it
    assert waiting.call("GET", f"{waiting.path}/ZZZ-9", role="point-team").status_code == 403
    wrong = waiting.call("POST", waiting.path, role="point-team", json=event("x", kind="eat"))
    assert wrong.status_code == 422
