"""A leader over HTTP: the day of the own building, ticks once, and nothing of another's."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, insert, select

from api import tokens
from logistics.store import places
from logistics.store import tables as t
from logistics.store.session import open_database
from tests.logistics.usecases.riders import MINE, OTHERS, release

HTML = {"Accept": "text/html", "Origin": "http://testserver"}


@pytest.fixture
def led(service):
    """A released run with three bags of one stairwell, and a leader of another building."""
    database = open_database(str(service.client.app.state.settings.database))
    at = datetime.now(UTC)
    with database.transaction() as session:
        run_id = session.scalar(select(t.run.c.id))
        service.ridden = release(session, run_id, at - timedelta(hours=1))
        area = places.district_by_name(session, "Kaixuan")
        compound = places.by_code(session, area.id, "KX-01")
        for code, kind, parent in (
            ("KX-01-02", "building", compound.id), ("KX-01-02-1", "stairwell", "KX-01-02"),
        ):  # fmt: skip
            session.execute(insert(t.place).values(
                id=code, district_id=area.id, parent_id=parent, kind=kind, code=code, name_zh="",
                name_en="", lon=120.2, lat=30.3, levels=1, open=True, note="",
            ))  # fmt: skip
        service.tokens["neighbour"] = tokens.create(
            session, role="leader", label="neighbour", place_code="KX-01-02",
            district_name="Kaixuan", actor="test", at=at,
        )  # fmt: skip
    database.close()
    service.run = service.ridden.run
    service.path = f"/api/v1/runs/{service.run}/places/KX-01-01/hand-out"
    return service


def count(led, table) -> int:
    database = open_database(str(led.client.app.state.settings.database))
    with database.read() as session:
        found = session.scalar(select(func.count()).select_from(table))
    database.close()
    return found


def test_a_leader_reads_the_own_building_and_asks_only_for_what_is_new(led):
    told = led.call("GET", led.path, role="leader")
    assert told.status_code == 200, told.text
    assert [one["bags"] for one in told.json()["arrivals"]] == [2, 1]
    assert {one["room"]: len(one["bags"]) for one in told.json()["doors"]} == {"101": 2, "102": 1}
    tag = told.headers["ETag"]
    again = led.call("GET", led.path, role="leader", headers={"If-None-Match": tag})
    assert again.status_code == 304
    visit = f"/api/v1/runs/{led.run}/doors/{MINE}"
    met = led.call("POST", visit, role="leader", json={"answer": "no-answer"}, key="v")
    assert (met.status_code, met.json()["new"]) == (201, True)
    fresh = led.call("GET", led.path, role="leader", headers={"If-None-Match": tag})
    assert {one["room"]: one["state"] for one in fresh.json()["doors"]}["101"] == "no-answer"


def test_a_visit_sent_five_times_is_one(led):
    path = f"/api/v1/runs/{led.run}/doors/{MINE}"
    answers = [
        led.call("POST", path, role="leader", json={"answer": "refused"}, key="v").json()
        for _ in range(5)
    ]
    assert answers == [answers[0]] * 5
    assert count(led, t.door_visit) == 1


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/v1/runs/{run}/places/KX-01-01/hand-out", None),
        ("GET", "/api/v1/runs/{run}/places/KX-01/hand-out", None),  # around the own building
        ("POST", "/api/v1/runs/{run}/doors/" + MINE, {"answer": "refused"}),
    ],
)
def test_another_buildings_leader_is_refused(led, method, path, body):
    answer = led.call(method, path.format(run=led.run), role="neighbour", json=body)
    assert (answer.status_code, answer.json()["code"]) == (403, "token.not-yours")


@pytest.mark.parametrize(
    "page",
    ["?place=KX-01-01", "/unheard?place=KX-01-01", "/help?place=KX-01-01",
     "/links?place=KX-01-01", "/sheet.pdf?place=KX-01-01", f"/list?household={MINE}",
     "/problem?household={mine}&run={run}"],
)  # fmt: skip
def test_no_page_of_a_leader_shows_another_building(led, page):
    path = "/leader" + page.format(mine=MINE, run=led.run)
    assert led.call("GET", path, role="neighbour", headers=HTML).status_code == 403
    own = led.call("GET", "/leader", role="neighbour", headers=HTML)
    assert own.status_code == 200
    assert "101" not in own.text.partition("<main")[2].partition("</main")[0].replace("-101", "")


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/leader/tick", {"act": "hand", "household": MINE, "place": "KX-01-02"}),
        ("/leader/tick", {"act": "no-answer", "household": MINE, "place": "KX-01-02"}),
        ("/leader/unheard", {"answer": "declined", "household": MINE}),
        ("/leader/list", {"text": "土豆1斤", "household": MINE, "go": "send"}),
        ("/leader/problem", {"household": MINE, "what": "001-A", "kind": "missing"}),
        ("/leader/links", {"household": MINE, "go": "make"}),
    ],
)
def test_no_form_of_a_leader_reaches_another_building(led, path, form):
    data = {"run": led.run, "key": "k"} | form
    answer = led.call("POST", path, role="neighbour", headers=HTML, data=data)
    assert answer.status_code == 403
    assert count(led, t.door_visit) + count(led, t.bag_scan) + count(led, t.bag_report) == 0
    assert count(led, t.access_link) == 0


def test_ticks_without_scripts_count_once(led):
    form = {"run": led.run, "place": "KX-01-01", "stairwell": "KX-01-01-1", "household": ""}
    events = {"events": [{"bag": "001-A", "event": "drop", "by": "courier:K1"},
                         {"bag": "002-B", "event": "drop", "by": "courier:K1"}]}  # fmt: skip
    led.call("POST", f"/api/v1/runs/{led.run}/events", role="courier", json=events)
    for _ in range(2):
        said = form | {"act": "take", "key": "k1"}
        took = led.call("POST", "/leader/tick", role="leader", headers=HTML, data=said,
                        follow_redirects=False)  # fmt: skip
        assert took.status_code == 303
    assert count(led, t.bag_scan) == 4  # two drops, two taken; resent adds nothing
    door = form | {"household": OTHERS, "act": "hand", "key": "k2"}
    led.call("POST", "/leader/tick", role="leader", headers=HTML, data=door)
    told = led.call("GET", led.path, role="leader").json()
    assert {one["room"]: one["state"] for one in told["doors"]}["102"] == "handed"
    odd = led.call("POST", "/leader/tick", role="leader", headers=HTML,
                   data=door | {"act": "eat", "key": "k3"})  # fmt: skip
    assert odd.status_code == 422


def test_a_list_on_behalf_is_looked_at_before_it_is_sent(led):
    day = datetime.now(UTC).date() + timedelta(days=3)
    cutoff = (datetime.now(UTC) + timedelta(hours=5)).isoformat()
    body = {"district": "Kaixuan", "day": day.isoformat(), "wave": 1, "cutoff_at": cutoff}
    made = led.call("POST", "/api/v1/runs", json=body)
    assert made.status_code == 201, made.text
    form = {"household": MINE, "text": "土豆2斤", "key": "k", "run": made.json()["code"]}
    seen = led.call("POST", "/leader/list", role="leader", headers=HTML, data=form)
    assert "potato" in seen.text
    assert count(led, t.household_list) == 0
    for _ in range(2):
        led.call("POST", "/leader/list", role="leader", headers=HTML, data=form | {"go": "send"})
    assert count(led, t.household_list) == 1
    left = led.call("GET", "/leader/unheard", role="leader", headers=HTML)
    assert f"home-{MINE}" not in left.text
    asked = {"household": OTHERS, "answer": "declined", "run": made.json()["code"]}
    led.call("POST", "/leader/unheard", role="leader", headers=HTML, data=asked)
    left = led.call("GET", "/leader/unheard", role="leader", headers=HTML)
    assert f"home-{OTHERS}" not in left.text


def test_a_link_is_shown_once_and_taken_back(led):
    form = {"household": MINE, "place": "KX-01-01"}
    card = led.call(
        "POST", "/leader/links", role="leader", headers=HTML, data=form | {"go": "make"}
    )
    assert "/h/" in card.text
    again = led.call("GET", "/leader/links", role="leader", headers=HTML)
    assert "/h/" not in again.text
    led.call("POST", "/leader/links", role="leader", headers=HTML, data=form | {"go": "revoke"})
    database = open_database(str(led.client.app.state.settings.database))
    with database.read() as session:
        assert session.scalars(select(t.access_link.c.revoked_at)).one() is not None
    database.close()


def test_what_may_be_wrong_is_chosen_from_the_bags_and_their_goods(led):
    path = f"/leader/problem?household={OTHERS}&run={led.run}"
    page = led.call("GET", path, role="leader", headers=HTML)
    assert page.status_code == 200
    assert '<option value="002-B">' in page.text


def test_a_problem_is_told_with_its_bag(led):
    form = {"household": OTHERS, "run": led.run, "what": "002-B", "kind": "damaged", "key": "k"}
    for _ in range(2):
        led.call("POST", "/leader/problem", role="leader", headers=HTML, data=form)
    assert count(led, t.bag_report) == 1
    told = led.call("GET", led.path, role="leader").json()
    assert {one["room"]: one["reports"] for one in told["doors"]} == {"101": 0, "102": 1}
