"""What a courier's phone asks and tells over HTTP."""

import hashlib
import io
import itertools
import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image
from sqlalchemy import insert, select, update

from api.pages.courier_shell import kept_files, worker_script
from logistics.store import tables as t
from logistics.store.session import open_database
from tests.logistics.usecases.riders import MINE, TOKENS, release

DAY = "/api/v1/couriers/me/day"


@pytest.fixture
def database(service):
    opened = open_database(str(service.client.app.state.settings.database))
    yield opened
    opened.close()


@pytest.fixture
def ridden(database):
    with database.transaction() as session:
        return release(session, session.scalar(select(t.run.c.id)), datetime.now(UTC))


def problem(service, trip, *, role="courier", key=None, **said):
    path = f"/api/v1/runs/{service.run}/trips/{trip}/problems"
    return service.call("POST", path, role=role, key=key, json=said)


def test_a_courier_reads_their_own_trips_and_nothing_of_others(service, ridden):
    answer = service.call("GET", DAY, role="courier")
    assert answer.status_code == 200, answer.text
    (run,) = answer.json()["runs"]
    assert list(run["states"]) == [ridden.mine]
    (trip,) = run["trips"]
    (stop,) = trip["stops"]
    assert [bag["code"] for bag in stop["bags"]] == ["001-A", "002-B"]
    assert "003-C" not in answer.text
    assert run["map"] is None  # this district has no folder: the day is given all the same


def test_rooms_are_named_only_where_goods_go_to_the_door(service, database):
    with database.transaction() as session:
        run_id = session.scalar(select(t.run.c.id))
        release(session, run_id, datetime.now(UTC), drop_mode="door")
    at_door = service.call("GET", DAY, role="courier").json()["runs"][0]["trips"][0]["stops"][0]
    assert [bag["room"] for bag in at_door["bags"]] == ["101", "102"]
    with database.transaction() as session:
        session.execute(update(t.stop).values(drop_mode="stairwell"))
    at_slot = service.call("GET", DAY, role="courier").json()["runs"][0]["trips"][0]["stops"][0]
    assert [bag["room"] for bag in at_slot["bags"]] == ["", ""]


@pytest.mark.usefixtures("ridden")
def test_a_label_is_recognised_by_a_hash_and_its_secret_stays_away(service):
    answer = service.call("GET", DAY, role="courier")
    bag = answer.json()["runs"][0]["trips"][0]["stops"][0]["bags"][0]
    assert hashlib.sha256(TOKENS[bag["code"]].encode()).hexdigest().startswith(bag["mark"])
    assert len(bag["mark"]) == 20
    assert not any(token in answer.text for token in TOKENS.values())


def test_what_the_phone_has_already_is_not_sent_again(service, ridden):
    first = service.call("GET", DAY, role="courier")
    known = {"If-None-Match": first.headers["ETag"]}
    assert service.call("GET", DAY, role="courier", headers=known).status_code == 304
    service.call("POST", f"/api/v1/runs/{ridden.run}/trips/{ridden.mine}/depart", role="courier",
                 json={})  # fmt: skip
    assert service.call("GET", DAY, role="courier", headers=known).status_code == 200


def test_of_a_finished_trip_no_address_is_given(service, ridden):
    path = f"/api/v1/runs/{ridden.run}/trips/{ridden.mine}"
    service.call("POST", f"{path}/depart", role="courier", json={})
    service.call("POST", f"{path}/finish", role="courier", json={})
    answer = service.call("GET", DAY, role="courier")
    (run,) = answer.json()["runs"]
    assert (run["states"], run["trips"]) == ({ridden.mine: "finished"}, [])
    assert "KX-01-01-1" not in answer.text


@pytest.mark.parametrize(
    ("days", "seen"),
    [(0, 1), (1, 1), (2, 0), (-1, 0)],  # tomorrow's run is not today's business
)
@pytest.mark.usefixtures("ridden")
def test_yesterday_counts_until_a_day_after_the_shift(service, database, days, seen):
    with database.transaction() as session:
        day = session.scalar(select(t.run.c.day))
        session.execute(update(t.run).values(day=day - timedelta(days=days)))
        session.execute(update(t.courier).values(shift_end_s=24 * 3600))
    assert len(service.call("GET", DAY, role="courier").json()["runs"]) == seen


@pytest.mark.usefixtures("ridden")
def test_only_couriers_have_a_day(service):
    assert service.call("GET", DAY, role="planner").status_code == 403


def test_events_in_any_order_and_eight_hours_late_leave_the_same_state(service, database, ridden):
    at = datetime.now(UTC) - timedelta(hours=8)
    events = [
        {"bag": bag, "event": kind, "by": "courier:K1", "key": f"phone-{bag}-{kind}",
         "at": (at + timedelta(minutes=minute)).isoformat()}
        for bag, kind, minute in (
            ("001-A", "load", 0), ("001-A", "drop", 9),
            ("002-B", "load", 0), ("002-B", "return", 30),
        )
    ]  # fmt: skip
    path = f"/api/v1/runs/{ridden.run}/events"
    for order in itertools.islice(itertools.permutations(events), 0, 24, 5):
        for one in order:  # each by itself, as a poor network lets them through
            heard = service.call("POST", path, role="courier", json={"events": [one]})
            assert heard.json()["heard"][0]["outcome"] in ("applied", "known", "repeated")
        with database.read() as session:
            states = dict(session.execute(select(t.bag.c.code, t.bag.c.state)).all())
            said = session.execute(select(t.bag_scan.c.key)).scalars().all()
        assert (states["001-A"], states["002-B"]) == ("on-shelf", "returned")
        assert len(said) == len(set(said)) == 4


def test_an_errand_stands_at_its_stop_and_is_followed(service, database, ridden):
    asked = service.call("POST", "/api/v1/errands", json={
        "household": MINE, "kind": "parcel", "said": "驿站取件 1-2-3456",
    }).json()["id"]  # fmt: skip
    with database.transaction() as session:
        trip = session.execute(select(t.trip).where(t.trip.c.code == ridden.mine)).one()
        stairwell = session.scalar(select(t.stop.c.stairwell_id))
        common = {
            "plan_id": trip.plan_id, "trip_id": trip.id, "errand_id": asked, "lon": 120.2,
            "lat": 30.3, "arrival_s": 32_500, "leave_s": 32_600,
        }  # fmt: skip
        session.execute(insert(t.stop_errand).values([
            common | {"id": "se1", "leg": "fetch", "seq": 2, "stairwell_id": None,
                      "place_code": "SX-1", "name_zh": "驿站", "name_en": "Parcels",
                      "drop_mode": "site"},
            common | {"id": "se2", "leg": "bring", "seq": 1, "stairwell_id": stairwell,
                      "place_code": "KX-01-01-1", "name_zh": "", "name_en": "",
                      "drop_mode": "stairwell"},
        ]))  # fmt: skip
        session.execute(insert(t.errand_step).values(
            id="es1", errand_id=asked, state="assigned", note="K1 T-1", actor="test",
            at=datetime.now(UTC),
        ))  # fmt: skip
        session.execute(update(t.errand).values(state="assigned"))
    bring, fetch = service.call("GET", DAY, role="courier").json()["runs"][0]["trips"][0]["stops"]
    assert (fetch["zh"], fetch["drop"], fetch["bags"]) == ("驿站", "site", [])
    (at_home,) = bring["errands"]
    assert (at_home["leg"], at_home["label"], at_home["state"]) == (
        "bring", "KX-01-01-1-101", "assigned",
    )  # fmt: skip
    assert len(bring["bags"]) == 2
    path = f"/api/v1/runs/{ridden.run}/trips/{ridden.mine}/errands/{asked}"
    done = service.call("POST", path, role="courier", json={"state": "fetched"})
    assert done.status_code == 200, done.text
    met = problem(service, ridden.mine, kind="no-access", stop=2)
    assert met.status_code == 201, met.text
    told = service.call("GET", f"/api/v1/runs/{ridden.run}/problems").json()["problems"]
    assert told[0]["place"] == "SX-1"
    stops = service.call("GET", DAY, role="courier").json()["runs"][0]["trips"][0]["stops"]
    assert stops[1]["errands"][0]["state"] == "fetched"


def test_a_stop_of_another_courier_is_refused(service, ridden):
    refused = problem(service, ridden.others, kind="no-access", stop=1)
    assert (refused.status_code, refused.json()["code"]) == (403, "token.not-yours")
    drop = {"bag": "003-C", "event": "drop", "by": "courier:K1"}
    path = f"/api/v1/runs/{ridden.run}/events"
    answer = service.call("POST", path, role="courier", json={"events": [drop]})
    assert (answer.status_code, answer.json()["code"]) == (403, "token.not-yours")
    own = {"bag": "001-A", "event": "drop", "by": "courier:K1"}
    both = service.call("POST", path, role="courier", json={"events": [own, drop]})
    assert both.json()["counts"] == {"applied": 1, "token.not-yours": 1}


@pytest.mark.parametrize("kind", ["no-access", "slot-full", "damaged"])
def test_a_problem_is_told_once_and_read_by_the_desk(service, ridden, kind):
    late = (datetime.now(UTC) - timedelta(hours=8)).isoformat()
    said = {"kind": kind, "stop": 1, "bag": "001-A", "note": "北门锁了", "at": late}
    first = problem(service, ridden.mine, key="k1", **said)
    assert first.status_code == 201, first.text
    assert problem(service, ridden.mine, key="k1", **said).json() == first.json()
    (told,) = service.call("GET", f"/api/v1/runs/{ridden.run}/problems").json()["problems"]
    assert (told["kind"], told["courier"], told["trip"], told["stop"], told["place"]) == (
        kind, "K1", ridden.mine, 1, "KX-01-01-1",
    )  # fmt: skip
    assert (told["bag"], told["note"], told["hand_over"]) == ("001-A", "北门锁了", [])


def test_who_is_unwell_hands_over_what_is_still_carried(service, ridden):
    path = f"/api/v1/runs/{ridden.run}"
    service.call("POST", f"{path}/trips/{ridden.mine}/depart", role="courier", json={})
    assert problem(service, ridden.mine, kind="unwell").status_code == 201

    def hand_over():
        return service.call("GET", f"{path}/problems").json()["problems"][0]["hand_over"]

    open_stop = {"trip": ridden.mine, "stop": 1, "place": "KX-01-01-1", "bags": 2}
    assert hand_over() == [open_stop]
    drop = {"bag": "001-A", "event": "drop", "by": "courier:K1"}
    service.call("POST", f"{path}/events", role="courier", json={"events": [drop]})
    assert hand_over() == [open_stop | {"bags": 1}]
    service.call("POST", f"{path}/trips/{ridden.mine}/finish", role="courier", json={})
    assert hand_over() == []


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({"kind": "no-access"}, 422, "stop-problem.invalid"),  # where?
        ({"kind": "no-access", "stop": 7}, 422, "stop-problem.invalid"),
        ({"kind": "damaged", "stop": 1, "bag": "003-C"}, 422, "trip.bag-not-on-it"),
        ({"kind": "bored", "stop": 1}, 422, "request.invalid"),
        ({"kind": "unwell", "at": "2099-01-01T00:00:00Z"}, 422, "stop-problem.in-future"),
    ],
)
def test_a_problem_that_cannot_be_is_refused(service, ridden, said, status, code):
    refused = problem(service, ridden.mine, **said)
    assert (refused.status_code, refused.json()["code"]) == (status, code)


def test_problems_are_for_the_desk_alone(service, ridden):
    path = f"/api/v1/runs/{ridden.run}/problems"
    allowed = {
        role for role in ("planner", "administrator", "auditor", "duty-officer", "courier",
                          "household", "leader", "point-team", "clerk")
        if service.call("GET", path, role=role).status_code == 200
    }  # fmt: skip
    assert allowed == {"planner", "administrator", "auditor", "duty-officer"}


def test_a_photo_of_a_stop_is_kept_once_and_shown_with_its_problem(service, ridden):
    picture = io.BytesIO()
    Image.new("RGB", (3000, 2000), "red").save(picture, "JPEG", exif=b"Exif\0\0secret")
    path = f"/api/v1/runs/{ridden.run}/trips/{ridden.mine}/photos"

    def send(content, key):
        return service.call("POST", path, role="courier", key=key, data={"stop": 1, "about": "p1"},
                            files={"photo": ("photo.jpg", content, "image/jpeg")})  # fmt: skip

    first = send(picture.getvalue(), "f1")
    assert first.status_code == 201, first.text
    assert send(picture.getvalue(), "f1").json() == first.json()
    problem(service, ridden.mine, key="p1", kind="slot-full", stop=1)  # told after its picture
    (told,) = service.call("GET", f"/api/v1/runs/{ridden.run}/problems").json()["problems"]
    assert told["photos"] == [first.json()["id"]]
    refused = send(b"no picture at all", "f2")
    assert (refused.status_code, refused.json()["code"]) == (422, "photo.not-a-picture")


@pytest.mark.usefixtures("ridden")
def test_the_page_is_for_couriers_and_can_be_installed(service):
    page = service.call("GET", "/courier", role="courier", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert MINE not in page.text  # the shell is kept on the phone: it says nothing of anybody
    assert "wasm-unsafe-eval" in page.headers["Content-Security-Policy"]
    assert service.call("GET", "/courier", role="planner").status_code == 403
    manifest = service.call("GET", "/courier/manifest.webmanifest?lang=zh", role=None)
    assert manifest.headers["Content-Type"] == "application/manifest+json"
    said = json.loads(manifest.text)
    assert (said["start_url"], said["scope"], said["display"]) == (
        "/courier", "/courier", "standalone",
    )  # fmt: skip
    assert said["short_name"] == "配送"
    for icon in said["icons"]:
        drawn = service.call("GET", icon["src"], role=None)
        assert drawn.headers["Content-Type"] == "image/png"
        with Image.open(io.BytesIO(drawn.content)) as image:
            assert f"{image.width}x{image.height}" == icon["sizes"]
    assert {"192x192", "512x512"} <= {icon["sizes"] for icon in said["icons"]}


def test_the_worker_keeps_every_file_that_the_page_and_its_modules_ask_for(service):
    worker = service.call("GET", "/courier/sw.js", role=None)
    assert worker.headers["Service-Worker-Allowed"] == "/courier"
    assert not re.search(r"^(import|export)\b", worker_script(), re.MULTILINE)
    kept = {file.partition("?")[0] for file in kept_files()}
    for file in kept_files():
        answer = service.call("GET", file, role=None)
        assert answer.status_code == 200, file
        if not file.startswith("/static/"):
            continue
        for asked in re.findall(r'(?:from|import\()\s*"([^"]+)"', answer.text):
            assert asked.replace("./", "/static/") in kept, (file, asked)
