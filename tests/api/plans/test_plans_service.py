"""Plans over HTTP: read, judged, changed, locked, compared, chosen and released."""

import time

from tests.browser.town import TOWN


def plans(desk, **more):
    return desk.call("GET", f"/api/v1/runs/{desk.run}/plans", **more).json()["plans"]


def draft(desk):
    [one] = [plan for plan in plans(desk) if plan["state"] == "draft"]
    return desk.call("GET", f"/api/v1/plans/{one['id']}").json()


def a_stop(view):
    courier = next(one for one in view["couriers"] if one["trips"])
    trip = courier["trips"][0]
    return courier, trip, trip["stops"][0]


def edit(desk, plan_id, edits, mode="keep", **more):
    body = {"edits": edits, "mode": mode} | more.pop("body", {})
    return desk.call("POST", f"/api/v1/plans/{plan_id}/edits", json=body, **more)


def to_a_new_trip(view):
    courier, _, stop = a_stop(view)
    return {
        "kind": "move", "stop": stop["id"], "courier": courier["code"],
        "trip": len(courier["trips"]) + 1,
    }  # fmt: skip


def test_a_plan_says_who_goes_where_when_with_loads_and_contacts(desk):
    view = draft(desk)
    assert view["plan"]["figures"]["contacts"] == 0
    courier, trip, stop = a_stop(view)
    assert courier["starts_s"] <= trip["departs_s"] <= stop["arrival_s"] < stop["leave_s"]
    assert sum(one["bags"] for one in trip["stops"]) <= courier["capacity_bags"]
    assert {"stairwell", "lon", "lat", "cold", "weight_g", "lock"} <= set(stop)
    assert desk.call("GET", f"/api/v1/plans/{view['plan']['id']}", role="buyer").status_code == 403
    assert desk.call("GET", "/api/v1/plans/none").status_code in (403, 404)


def test_an_edit_is_judged_first_and_resent_under_its_key_it_is_done_once(desk):
    view = draft(desk)
    plan_id, move = view["plan"]["id"], to_a_new_trip(view)
    told = edit(desk, plan_id, [move], mode="judge").json()
    assert (told["accepted"], told["plan_id"], told["breaches"]) == (True, None, [])
    assert len(plans(desk)) == 1
    kept = edit(desk, plan_id, [move], key="once")
    again = edit(desk, plan_id, [move], key="once")
    assert kept.status_code == 200, kept.text
    assert again.json() == kept.json()
    assert again.headers["Idempotent-Replay"] == "true"
    assert [plan["state"] for plan in plans(desk)] == ["draft", "superseded"]
    late = edit(desk, plan_id, [move])
    assert (late.status_code, late.json()["code"]) == (409, "plan.not-draft")
    refused = edit(desk, kept.json()["plan_id"], [move], role="auditor")
    assert refused.status_code == 403


def test_what_breaks_a_rule_is_told_with_its_reason_and_not_kept(desk):
    view = draft(desk)
    courier, _, _ = a_stop(view)
    short = {"kind": "shift", "courier": courier["code"], "starts_s": 0, "ends_s": 300}
    told = edit(desk, view["plan"]["id"], [short], mode="judge").json()
    assert not told["accepted"]
    assert "window.shift" in {one["code"] for one in told["breaches"]}
    refused = edit(desk, view["plan"]["id"], [short])
    assert (refused.status_code, refused.json()["code"]) == (409, "plan.edit-refused")
    assert refused.json()["facts"]["courier"] == courier["code"]
    assert draft(desk)["plan"]["id"] == view["plan"]["id"]


def test_a_locked_trip_is_not_moved_and_both_kinds_of_edits_come_apart(desk):
    view = draft(desk)
    plan_id = view["plan"]["id"]
    _, trip, _ = a_stop(view)
    lock = {"kind": "lock", "trip": trip["id"]}
    done = edit(desk, plan_id, [lock]).json()
    assert done["locked"] == len(trip["stops"])
    assert all(one["lock"] == "time" for one in a_stop(draft(desk))[1]["stops"])
    refused = edit(desk, plan_id, [to_a_new_trip(view)])
    assert (refused.status_code, refused.json()["code"]) == (409, "plan.stop-locked")
    mixed = edit(desk, plan_id, [lock, to_a_new_trip(view)])
    assert (mixed.status_code, mixed.json()["code"]) == (422, "plan.edit-invalid")
    neither = edit(desk, plan_id, [{"kind": "lock"}])
    assert neither.status_code == 422
    freed = edit(desk, plan_id, [lock | {"on": False}]).json()
    assert freed["unlocked"] == len(trip["stops"])


def test_the_search_makes_room_for_an_edit_as_a_job_and_keeps_to_it(desk):
    view = draft(desk)
    courier, _, stop = a_stop(view)
    other = next(
        one
        for one in view["couriers"]
        if one["code"] != courier["code"] and one["point"] == courier["point"]
    )
    move = {"kind": "move", "stop": stop["id"], "courier": other["code"], "trip": 1}
    asked = edit(desk, view["plan"]["id"], [move], mode="solve", body={"limit_s": 2})
    assert asked.status_code == 202, asked.text
    where = f"/api/v1/jobs/{asked.json()['job_id']}"
    until = time.monotonic() + 120
    while (job := desk.call("GET", where).json())["ended_at"] is None:
        assert time.monotonic() < until, job
        time.sleep(0.1)
    assert job["state"] == "done", job
    found = {
        visit["stairwell"]: one["code"]
        for one in draft(desk)["couriers"]
        for trip in one["trips"]
        for visit in trip["stops"]
    }
    assert found[stop["stairwell"]] == other["code"]


def test_plans_are_compared_chosen_again_and_one_is_released(desk):
    view = draft(desk)
    first = view["plan"]["id"]
    second = edit(desk, first, [to_a_new_trip(view)]).json()["plan_id"]
    compared = desk.call(
        "GET", f"/api/v1/runs/{desk.run}/plans/compare", params={"a": first, "b": second}
    ).json()
    verdicts = {one["name"]: one["verdict"] for one in compared["figures"]}
    assert verdicts["bags_left"] == "same"
    assert verdicts["trips"] in ("other", "same")
    assert compared["moved"]
    desk_page = desk.call("GET", f"/desk/runs/{desk.run}/plan?plan={second}&with={first}")
    assert "side by side" in desk_page.text
    chosen = desk.call("POST", f"/api/v1/plans/{first}/choose")
    assert (chosen.status_code, chosen.json()["state"]) == (200, "draft")
    assert [plan["state"] for plan in plans(desk)] == ["superseded", "draft"]
    released = desk.call("POST", f"/api/v1/plans/{second}/release")
    assert released.status_code == 200, released.text
    assert released.json()["run"]["state"] == "released"
    assert {plan["id"]: plan["state"] for plan in plans(desk, role="duty-officer")} == {
        first: "superseded",
        second: "released",
    }
    again = desk.call("POST", f"/api/v1/plans/{first}/release")
    assert (again.status_code, again.json()["code"]) == (409, "plan.not-draft")


def test_a_drafts_ways_are_given_for_the_map_by_courier(desk):
    view = draft(desk)
    courier, _, stop = a_stop(view)
    where = f"/api/v1/plans/{view['plan']['id']}/tracks.geojson"
    found = desk.call("GET", where, params={"courier": courier["code"]}).json()
    named = {one["properties"].get("code") for one in found["features"]}
    assert stop["stairwell"] in named
    assert {one["properties"]["courier"] for one in found["features"]} == {courier["code"]}


def test_ways_are_there_with_the_plan_zipped_for_who_takes_it(desk):
    where = f"/api/v1/plans/{draft(desk)['plan']['id']}/tracks.geojson"
    plain = desk.call("GET", where, encoding="identity")
    assert (plain.status_code, plain.json()["pending"]) == (200, 0)
    assert "content-encoding" not in plain.headers
    zipped = desk.call("GET", where, encoding="gzip")
    assert zipped.headers["content-encoding"] == "gzip"
    assert int(zipped.headers["content-length"]) < len(plain.content) / 3
    assert zipped.json() == plain.json()


def test_a_closure_lays_the_ways_anew_while_nobody_waits(desk):
    where = f"/api/v1/plans/{draft(desk)['plan']['id']}/tracks.geojson"
    before = desk.call("GET", where).json()["features"]
    ways = [one["properties"] for one in before if one["properties"]["kind"] == "leg"]
    gate = next(gate for way in ways for gate in way["gates"])
    ground = desk.call("GET", f"/api/v1/districts/{TOWN}/map.geojson").json()["features"]
    [code] = [one["properties"]["code"] for one in ground if one["id"] == gate]
    said = {"kind": "gate", "target": code, "since": "2020-01-01T00:00:00+00:00", "reason": "t"}
    closed = desk.call("POST", f"/api/v1/districts/{TOWN}/closures", json=said)
    assert closed.status_code == 201, closed.text
    until = time.monotonic() + 120
    while (found := desk.call("GET", where)).status_code == 202:
        assert found.headers["retry-after"] == "1"
        assert found.json()["pending"] > 0
        assert time.monotonic() < until
        time.sleep(0.1)
    assert found.status_code == 200, found.text
    after = [one["properties"] for one in found.json()["features"]]
    legs = [one for one in after if one["kind"] == "leg"]
    assert len(legs) == len(ways)
    assert not any(gate in way["gates"] for way in legs)
