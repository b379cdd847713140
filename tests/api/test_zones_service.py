"""Zones and closures over HTTP: stated by planners, read at any instant."""

import pytest

DISTRICT = "/api/v1/districts/Kaixuan"
SINCE, UNTIL = "2026-04-13T09:00:00+08:00", "2026-04-20T09:00:00+08:00"
ZONE = {"place": "KX-01", "zone": "sealed", "since": SINCE, "until": UNTIL, "reason": "a case"}
RING = [[120.1, 30.2], [120.3, 30.2], [120.3, 30.4], [120.1, 30.2]]
AREA = {
    "kind": "area", "target": "market", "since": SINCE,
    "area": {"type": "Polygon", "coordinates": [RING]},
}  # fmt: skip


def test_a_zone_is_stated_and_read_at_any_instant(service):
    made = service.call("POST", f"{DISTRICT}/zones", json=ZONE)
    assert made.status_code == 201, made.text
    assert made.json()["households"] > 0
    where = f"{DISTRICT}/zones/KX-01-01-1"
    inside = service.call("GET", where, params={"at": "2026-04-14T00:00:00Z"}).json()
    assert (inside["standing"]["zone"], inside["stated_on"]) == ("sealed", "KX-01")
    after = service.call("GET", where, params={"at": "2026-04-21T00:00:00Z"}).json()
    assert (after["standing"]["zone"], after["stated_on"]) == ("precaution", "")
    history = service.call("GET", f"{where}/history").json()
    assert [span["standing"]["zone"] for span in history["spans"]] == [
        "precaution", "sealed", "precaution",
    ]  # fmt: skip
    shown = service.call("GET", f"{DISTRICT}/zones", params={"at": "2026-04-14T00:00:00Z"}).json()
    assert [one["code"] for one in shown["stated"]] == ["KX-01"]


def test_a_resent_statement_is_made_once(service):
    answers = [service.call("POST", f"{DISTRICT}/zones", json=ZONE, key="k") for _ in range(3)]
    assert len({answer.json()["statement"]["id"] for answer in answers}) == 1
    history = service.call("GET", f"{DISTRICT}/zones/KX-01/history").json()
    assert len(history["statements"]) == 1


def test_an_area_is_closed_listed_and_opened(service):
    made = service.call("POST", f"{DISTRICT}/closures", json=AREA)
    assert made.status_code == 201, made.text
    (closure,) = made.json()["closures"]
    at = {"at": "2026-04-14T00:00:00Z"}
    assert len(service.call("GET", f"{DISTRICT}/closures", params=at).json()["closures"]) == 1
    lifted = service.call(
        "POST", f"{DISTRICT}/closures/{closure['id']}/lift", json={"since": SINCE}
    )
    assert lifted.status_code == 200, lifted.text
    assert service.call("GET", f"{DISTRICT}/closures", params=at).json()["closures"] == []
    assert len(service.call("GET", f"{DISTRICT}/closures").json()["closures"]) == 1


@pytest.mark.parametrize(
    ("call", "body", "status", "code"),
    [
        ("POST /zones", ZONE | {"place": "KX-99"}, 404, "place.unknown"),
        ("POST /zones", ZONE | {"zone": "red"}, 422, "zone.unknown"),
        ("POST /zones", ZONE | {"until": SINCE}, 422, "zone.ends-early"),
        ("POST /zones", ZONE | {"since": "2026-04-13T09:00:00"}, 422, "request.invalid"),
        ("POST /closures", AREA | {"until": SINCE}, 422, "closure.ends-early"),
        ("POST /closures", AREA | {"area": None}, 422, "area.unreadable"),
        ("POST /closures", AREA | {"kind": "gate", "target": "G9"}, 404, "place.unknown"),
        ("POST /closures", AREA | {"modes": ["rocket"]}, 422, "request.invalid"),
        ("POST /closures/clo_9/lift", {"since": SINCE}, 404, "closure.unknown"),
        ("POST /gates/G9/open", {"since": SINCE}, 404, "place.unknown"),
        ("GET /gates/G9/history", None, 404, "place.unknown"),
        ("GET /zones/KX-99", None, 404, "place.unknown"),
    ],
)
def test_what_cannot_be_is_a_problem_by_its_code(service, call, body, status, code):
    method, path = call.split()
    answer = service.call(method, DISTRICT + path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("role", ["clerk", "auditor", "courier", "household"])
def test_only_planners_state_and_readers_read(service, role):
    refused = service.call("POST", f"{DISTRICT}/zones", json=ZONE, role=role)
    assert (refused.status_code, refused.json()["code"]) == (403, "role.not-allowed")
    read = service.call("GET", f"{DISTRICT}/zones", role=role)
    assert read.status_code == (200 if role in ("clerk", "auditor") else 403)


def test_a_run_without_bags_has_no_what_if(service):
    answer = service.call("POST", f"/api/v1/runs/{service.run}/what-if", json={"couriers": "-1"})
    assert (answer.status_code, answer.json()["code"]) == (409, "what-if.nothing-packed")
    nobody = service.call("POST", f"/api/v1/runs/{service.run}/what-if", json={}, role="clerk")
    assert nobody.status_code == 403
