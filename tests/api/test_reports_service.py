"""Reports of bags and their photos over HTTP: kept once, read and answered by whom it concerns."""

import io

import pytest
from PIL import Image
from sqlalchemy import insert, update

from logistics.store import places, runs, tables
from logistics.store.session import open_database

MINE, OTHER = "KX-01-01-1-101", "KX-01-01-1-102"


@pytest.fixture
def out(service):
    """Release the run with a bag of each household."""
    database = open_database(service.client.app.state.settings.database)
    with database.transaction() as session:
        run = runs.get(session, service.run)
        point = places.by_code(session, run.district_id, "P1")
        for number, code in enumerate((MINE, OTHER), start=1):
            home = places.household_by_code(session, code)
            session.execute(insert(tables.bag).values(
                id=f"bag_{number}", run_id=run.id, household_id=home.id, point_id=point.id,
                code=f"00{number}-X", no=number, compartment="ambient", weight_g=1, volume_ml=1,
                state="staged", custodian="point:P1",
            ))  # fmt: skip
        session.execute(update(tables.run).values(state="released"))
    database.close()
    return service


def told(service, **more: object) -> dict[str, object]:
    return {"household": MINE, "run": service.run, "kind": "damaged", "bag": "001-X"} | more


def picture() -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (2000, 1000), "red").save(kept, "JPEG")
    return kept.getvalue()


def test_a_report_is_kept_once_per_key_and_answered_for_the_household(out) -> None:
    first = out.call("POST", "/api/v1/reports", json=told(out), role="household", key="k")
    again = out.call("POST", "/api/v1/reports", json=told(out), role="household", key="k")
    assert (first.status_code, again.json()) == (201, first.json())
    assert (first.json()["state"], first.json()["next"]) == ("open", "refund")
    other = told(out, kind="wrong")
    assert (
        out.call("POST", "/api/v1/reports", json=other, role="household", key="k").status_code
        == 409
    )
    for role in ("clerk", "leader", "point-team", "household"):
        listed = out.call("GET", "/api/v1/reports", role=role).json()["reports"]
        assert [one["id"] for one in listed] == [first.json()["id"]], role
    path = f"/api/v1/reports/{first.json()['id']}/answer"
    refused = out.call("POST", path, json={"next": "bring"}, role="household")
    assert refused.status_code == 403
    said = out.call("POST", path, json={"next": "bring", "note": "at 5"}, role="leader")
    assert (said.json()["state"], said.json()["next"]) == ("answered", "bring")
    assert out.call("GET", "/api/v1/reports", role="clerk").json()["reports"] == []
    seen = out.call("GET", f"/api/v1/reports/{first.json()['id']}", role="household").json()
    assert seen["answer"]["note"] == "at 5"


def test_a_photo_is_seen_by_those_it_concerns(out) -> None:
    sent = out.call(
        "POST", "/api/v1/photos", params={"household": MINE}, role="household",
        files={"photo": ("a.jpg", picture(), "image/jpeg")},
    )  # fmt: skip
    assert (sent.status_code, sent.json()["width"]) == (201, 1600)
    made = out.call(
        "POST", "/api/v1/reports", json=told(out, photo=sent.json()["id"]), role="household"
    )
    assert made.status_code == 201, made.text
    path = f"/api/v1/photos/{sent.json()['id']}"
    for role in ("household", "leader", "point-team", "clerk"):
        seen = out.call("GET", path, role=role)
        assert seen.headers["content-type"] == "image/jpeg", role
        assert "no-store" in seen.headers["cache-control"]
    assert out.call("GET", path, role="courier").status_code == 403
    assert out.call("GET", path, role="auditor").status_code == 403


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"no picture", 422, "photo.not-a-picture"),
        (bytes(5_050_000), 422, "photo.too-large"),
        (bytes(6_000_000), 413, "body.too-large"),
    ],
)
def test_what_is_no_photo_is_refused(out, content, status, code) -> None:
    answer = out.call(
        "POST", "/api/v1/photos", params={"household": MINE}, role="household",
        files={"photo": ("a.jpg", content, "image/jpeg")},
    )  # fmt: skip
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["detail"]


def test_the_neighbours_bag_and_photo_are_refused(out) -> None:
    answer = out.call("POST", "/api/v1/reports", json=told(out, bag="002-X"), role="household")
    assert (answer.status_code, answer.json()["code"]) == (404, "report.bag-unknown")
    foreign = told(out, household=OTHER, bag="002-X")
    assert out.call("POST", "/api/v1/reports", json=foreign, role="household").status_code == 403
    answer = out.call(
        "POST", "/api/v1/photos", params={"household": OTHER}, role="household",
        files={"photo": ("a.jpg", picture(), "image/jpeg")},
    )  # fmt: skip
    assert answer.status_code == 403
