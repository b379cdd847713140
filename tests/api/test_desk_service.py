"""The desk over HTTP: what waits for a decision, lots, rations, shares with reasons, fairness."""

import pytest

from tests.api.conftest import MINE, OTHER


@pytest.fixture
def ordered(service):
    """A run that waits for goods: two households asked for more than will come."""
    service.post_list(MINE, quantity=8)
    service.post_list(OTHER, quantity=8)
    service.path = f"/api/v1/runs/{service.run}"
    for step in ("cutoff", "order"):
        assert service.call("POST", f"{service.path}/{step}").status_code == 200
    [service.order] = service.call("GET", f"{service.path}/orders").json()["orders"]
    return service


def receive(service, quantity, role="planner", **more):
    counts = [{"item": "土豆", "quantity_base": quantity} | more]
    where = f"/api/v1/orders/{service.order['id']}/receipts"
    return service.call("POST", where, json={"counts": counts}, role=role)


@pytest.fixture
def shared(ordered):
    assert receive(ordered, 5_000, provenance="P-1").status_code == 201
    for step in ("receive", "allocate"):
        assert ordered.call("POST", f"{ordered.path}/{step}").status_code == 200
    return ordered


def decisions(service):
    found = service.call("GET", f"/api/v1/runs/{service.run}/desk").json()
    return {one["code"]: (one["count"], one["link"]) for one in found["decisions"]}


def test_an_open_run_says_who_has_not_been_heard_of_and_what_is_not_understood(service):
    service.post_list(MINE)
    service.post_list(OTHER, body={"lines": [{"item": "土逗儿", "quantity": 1, "unit": "斤"}]})
    found = decisions(service)
    assert found["triage-open"] == (1, f"/desk/runs/{service.run}/triage")
    assert "silent" in found
    desk = service.call("GET", f"/api/v1/runs/{service.run}/desk").json()
    assert desk["asking"] == 2
    assert desk["households"] == found["silent"][0] + 2
    assert desk["next_step"] == "cutoff"


def test_orders_that_have_not_come_wait_for_a_decision(ordered):
    assert decisions(ordered)["orders-awaited"][0] == 1


@pytest.mark.parametrize("role", ["buyer", "point-team"])
def test_who_buys_and_who_counts_record_what_came_with_its_weight(ordered, role):
    taken = receive(ordered, 4_000, role=role, weight_g=4_100, provenance="P-1")
    assert taken.status_code == 201, taken.text
    [lot] = ordered.call("GET", f"{ordered.path}/lots", role="buyer").json()["lots"]
    assert (lot["quantity"], lot["weight_g"], lot["provenance"]) == (4_000, 4_100, "P-1")
    assert receive(ordered, 1, role="clerk").status_code == 403


def test_a_scale_that_cannot_be_right_is_refused_by_line_and_field(ordered):
    refused = receive(ordered, 4_000, weight_g=90_000)
    assert refused.status_code == 422
    assert refused.json()["facts"]["field"] == "weight_g"


def test_a_lot_is_held_and_released_with_reasons(ordered):
    receive(ordered, 4_000)
    [lot] = ordered.call("GET", f"{ordered.path}/lots").json()["lots"]
    where = f"{ordered.path}/lots/{lot['id']}"
    held = ordered.call("POST", f"{where}/hold", json={"reason": "抽检"}, role="buyer")
    assert held.json()["state"] == "held"
    assert decisions(ordered)["held-lots"] == (1, f"/desk/runs/{ordered.run}/receiving")
    assert len(ordered.call("GET", f"{ordered.path}/lots?held=true").json()["lots"]) == 1
    assert ordered.call("POST", f"{where}/release", json={"reason": ""}).status_code == 422
    freed = ordered.call("POST", f"{where}/release", json={"reason": "合格"})
    assert freed.json()["state"] == "released"
    assert "held-lots" not in decisions(ordered)
    nowhere = f"{ordered.path}/lots/none/hold"
    assert ordered.call("POST", nowhere, json={"reason": "x"}).status_code == 404
    assert ordered.call("POST", f"{where}/burn", json={"reason": "x"}).status_code == 422


def test_a_ration_is_set_listed_and_lifted_until_goods_are_shared(ordered):
    where = f"{ordered.path}/rations"
    made = ordered.call("POST", where, json={"item": "土豆", "amount": "2斤", "reason": "紧缺"})
    assert [one["quantity"] for one in made.json()["rations"]] == [1_000]
    assert ordered.call("GET", where).json() == made.json()
    lifted = ordered.call("POST", where, json={"item": "土豆"})
    assert lifted.json()["rations"] == []
    receive(ordered, 5_000)
    for step in ("receive", "allocate"):
        ordered.call("POST", f"{ordered.path}/{step}")
    late = ordered.call("POST", where, json={"item": "土豆", "amount": "2斤"})
    assert (late.status_code, late.json()["code"]) == (409, "ration.too-late")


def test_every_short_line_has_its_reason_and_pages_follow_each_other(shared):
    first = shared.call("GET", f"{shared.path}/shorts", params={"limit": 1}).json()
    assert first["reasons"] == {"short": 2}
    rest = shared.call("GET", f"{shared.path}/shorts", params={"after": first["next"]}).json()
    assert rest["next"] is None
    homes = {line["household"] for line in (*first["lines"], *rest["lines"])}
    assert homes == {MINE, OTHER}
    assert all(line["got"] < line["asked"] == 4_000 for line in (*first["lines"], *rest["lines"]))
    [told] = shared.call("GET", f"{shared.path}/shares", params={"of": MINE}).json()["households"]
    assert told["lines"][0]["reason"] == "short"
    assert decisions(shared)["short-lines"][0] == 2
    assert shared.call("GET", f"{shared.path}/shorts", role="buyer").status_code == 403


def test_fairness_is_told_beside_other_ways_also_after_a_lot_is_held(shared):
    found = shared.call("GET", f"{shared.path}/fairness").json()
    ways = {one["method"]: one for one in found["ways"] if one["tier"] is None}
    assert set(ways) == {"ours", "first-come", "proportional"}
    assert ways["ours"]["lowest"] >= ways["first-come"]["lowest"]
    assert found["lines"]["part"] == 2
    assert [item["item_zh"] for item in found["items"]] == ["土豆"]
    [lot] = shared.call("GET", f"{shared.path}/lots").json()["lots"]
    shared.call("POST", f"{shared.path}/lots/{lot['id']}/hold", json={"reason": "抽检"})
    again = shared.call("GET", f"{shared.path}/fairness")
    assert (again.status_code, again.json()["ways"]) == (200, found["ways"])


def test_packing_is_told_by_point_and_shelf(shared):
    assert shared.call("POST", f"{shared.path}/packing/plan").status_code == 200
    found = shared.call("GET", f"{shared.path}/packing-progress").json()
    assert found["points"] == {"P1": {"planned": 2}}
    assert found["shelves"] == [
        {"point": "P1", "compartment": "ambient", "states": {"planned": 2}}
    ]


def test_buyers_lists_are_printed_without_households(ordered):
    printed = ordered.call("GET", f"{ordered.path}/pick-lists.pdf", role="buyer")
    assert printed.headers["content-type"] == "application/pdf"
    assert printed.content.startswith(b"%PDF")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "tab", ["", "/triage", "/orders", "/receiving", "/sharing", "/packing", "/plan", "/what-if"]
)
def test_each_tab_is_there_in_both_languages(shared, tab, language):
    headers = {"Accept-Language": language}
    shown = shared.call("GET", f"/desk/runs/{shared.run}{tab}", headers=headers)
    assert shown.status_code == 200
    assert shown.headers["cache-control"] == "no-store"
    assert 'aria-current="page"' in shown.text


def test_a_buyer_has_orders_and_receiving_and_no_more(ordered):
    assert ordered.call("GET", f"/desk/runs/{ordered.run}/orders", role="buyer").status_code == 200
    for tab in ("triage", "sharing", "plan", "what-if"):
        refused = ordered.call("GET", f"/desk/runs/{ordered.run}/{tab}", role="buyer")
        assert refused.status_code == 403, tab
