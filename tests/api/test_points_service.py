"""A point's team over HTTP: counts, transfers, the board, and nothing of another point."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from api import tokens
from api.receiving import take_in
from logistics.store import orders, runs
from logistics.store import tables as t
from logistics.store.session import open_database
from logistics.usecases.cut_off import cut_off
from logistics.usecases.place_orders import place_orders
from logistics.usecases.share_out import share_out
from tests.logistics.usecases.riders import release

MINE, OTHER = "KX-01-01-1-101", "KX-01-01-1-102"
HTML = {"Accept": "text/html", "Origin": "http://testserver"}


@pytest.fixture
def ordered(service):
    """A run whose goods are ordered to P1, another point, and its team."""
    for household in (MINE, OTHER):
        assert service.post_list(household, 2, role="clerk").status_code == 201
    database = open_database(str(service.client.app.state.settings.database))
    who = {"actor": "test", "at": datetime.now(UTC)}
    with database.transaction() as session:
        point = session.execute(
            select(t.place).where(t.place.c.kind == "point")
        ).mappings().one()  # fmt: skip
        other = {**point, "id": "p2", "code": "P2", "depot": False}
        session.execute(t.place.insert().values(**other))
        service.tokens["other-team"] = tokens.create(
            session, role="point-team", label="other", place_code="P2", district_name="Kaixuan",
            **who,
        )  # fmt: skip
        cut_off(session, service.run, **who)
        place_orders(session, service.run, **who)
        (order,) = orders.of_run(session, runs.get(session, service.run).id)
        service.order, service.item = order.code, order.lines[0].item_id
        service.ordered = order.lines[0].quantity
    database.close()
    service.path = f"/api/v1/runs/{service.run}/points/P1"
    return service


def rows(service, table) -> int:
    database = open_database(str(service.client.app.state.settings.database))
    with database.read() as session:
        found = session.scalar(select(func.count()).select_from(table))
    database.close()
    return found


def work(service, deed):
    database = open_database(str(service.client.app.state.settings.database))
    with database.transaction() as session:
        found = deed(session)
    database.close()
    return found


def test_a_team_accepts_what_came_once(ordered):
    body = {"order": ordered.order, "counts": [
        {"item": "土豆", "quantity": ordered.ordered, "damaged": 500}
    ]}  # fmt: skip
    for _ in range(2):
        done = ordered.call("POST", f"{ordered.path}/receipts", role="point-team", json=body,
                            key="r")  # fmt: skip
        assert done.status_code == 200, done.text
    assert rows(ordered, t.receipt) == 1
    page = ordered.call("GET", "/point/goods", role="point-team", headers=HTML)
    assert "complete" in page.text


def test_a_van_is_counted_at_the_point_and_a_difference_needs_a_reason(ordered):
    at = datetime.now(UTC)
    lot = work(ordered, lambda s: (
        take_in(s, ordered.run, None, as_ordered=True, finish=False, van_code="V1", actor="t",
                at=at),
        s.scalar(select(t.lot.c.id)),
    )[1])  # fmt: skip
    page = ordered.call("GET", "/point/goods", role="point-team", headers=HTML).text
    assert f"q_{lot}" in page
    less = {"van": "V1", "counts": [{"lot": lot, "quantity": ordered.ordered - 500}]}
    path = f"{ordered.path}/counts"
    refused = ordered.call("POST", path, role="point-team", json=less)
    assert (refused.status_code, refused.json()["code"]) == (409, "count.unexplained")
    form = {"key": "k", "point": "P1", "run": ordered.run, "van": "V1", f"r_{lot}": "damage",
            f"q_{lot}": str((ordered.ordered - 500) / 500), f"u_{lot}": "斤"}  # fmt: skip
    for _ in range(2):
        done = ordered.call("POST", "/point/count", role="point-team", headers=HTML, data=form,
                            follow_redirects=False)  # fmt: skip
        assert done.status_code == 303, done.text
    held = work(ordered, lambda s: dict(s.execute(
        select(t.balance.c.location, t.balance.c.quantity).where(t.balance.c.lot_id == lot)
    ).all()))  # fmt: skip
    assert held["stock:P1"] == ordered.ordered - 500
    moved = ordered.call("POST", f"{ordered.path}/transfers", role="point-team",
                         json={"lot": lot, "quantity": 500, "target": "P2"})  # fmt: skip
    assert (moved.status_code, moved.json()["target"]) == (200, "P2"), moved.text
    much = ordered.call("POST", f"{ordered.path}/transfers", role="point-team",
                        json={"lot": lot, "quantity": 10**8, "target": "P2"})  # fmt: skip
    assert much.json()["code"] == "stock.not-there"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/board", None),
        ("POST", "/counts", {"van": "V1", "counts": [{"lot": "x", "quantity": 1}]}),
        ("POST", "/receipts", {"order": "x", "counts": [{"item": "x", "quantity": 1}]}),
        ("POST", "/transfers", {"lot": "x", "quantity": 1, "target": "P2"}),
        ("GET", "/packing-list.pdf", None),
        ("GET", "/labels.pdf", None),
    ],
)
def test_another_points_team_is_refused(ordered, method, path, body):
    answer = ordered.call(method, ordered.path + path, role="other-team", json=body)
    assert (answer.status_code, answer.json()["code"]) == (403, "token.not-yours")


def test_an_order_for_another_point_is_not_accepted_here(ordered):
    body = {"order": ordered.order, "counts": [{"item": "土豆", "quantity": 500}]}
    path = f"/api/v1/runs/{ordered.run}/points/P2/receipts"
    assert ordered.call("POST", path, role="other-team", json=body).status_code == 403
    page = ordered.call("GET", "/point/goods", role="other-team", headers=HTML).text
    assert ordered.order not in page
    assert ordered.call("GET", "/point/goods?point=P1", role="other-team", headers=HTML
                        ).status_code == 403  # fmt: skip


@pytest.mark.parametrize("said", ["many", "-1", "0.0001"])
def test_a_count_that_is_no_amount_names_the_item(ordered, said):
    form = {"key": "k", "point": "P1", "run": ordered.run, "order": ordered.order,
            f"q_{ordered.item}": said, f"u_{ordered.item}": "斤"}  # fmt: skip
    answer = ordered.call("POST", "/point/receive", role="point-team", headers=HTML, data=form)
    assert answer.status_code == 422
    assert "土豆" in answer.text
    assert rows(ordered, t.receipt) == 0


@pytest.fixture
def made(ordered):
    """A run whose bags are made up and wait to be packed at P1."""
    who = {"actor": "test", "at": datetime.now(UTC)}

    def deed(session):
        take_in(session, ordered.run, None, as_ordered=True, finish=True, **who)
        share_out(session, ordered.run, **who)

    work(ordered, deed)
    assert ordered.call("POST", f"/api/v1/runs/{ordered.run}/packing/plan").status_code == 200
    ordered.bags = work(
        ordered, lambda s: list(s.scalars(select(t.bag.c.code).order_by(t.bag.c.code)))
    )
    return ordered


def test_a_bag_is_opened_by_its_label_reported_short_and_sealed(made):
    label = work(made, lambda s: s.scalar(
        select(t.bag_token.c.token).join(t.bag, t.bag.c.id == t.bag_token.c.bag_id)
        .where(t.bag.c.code == made.bags[0])
    ))  # fmt: skip
    where = {"point": "P1", "run": made.run}
    shown = made.call("GET", "/point/bag", role="point-team", headers=HTML,
                      params=where | {"bag": label.lower()})  # fmt: skip
    assert made.bags[0] in shown.text
    assert MINE not in shown.text
    form = where | {"key": "k1", "bag": made.bags[0], "item": made.item, "unit": "斤",
                    "quantity": "1", "reason": "damaged"}  # fmt: skip
    for _ in range(2):
        done = made.call("POST", "/point/short", role="point-team", headers=HTML, data=form,
                         follow_redirects=False)  # fmt: skip
        assert done.status_code == 303, done.text
    assert rows(made, t.packing_short) == 1
    seal = where | {"key": "k2", "bag": made.bags[0], "act": "seal"}
    made.call("POST", "/point/pack", role="point-team", headers=HTML, data=seal)
    counts = made.call("GET", f"{made.path}/board", role="point-team").json()["counts"]
    assert counts == {"planned": 1, "sealed": 1}
    packing = made.call("GET", "/point/packing", role="point-team", headers=HTML, params=where)
    assert "1/2 bags" in packing.text
    none = made.call("GET", "/point/packing?point=P2", role="other-team", headers=HTML).text
    assert made.bags[0] not in none
    foreign = made.call("POST", "/point/pack", role="other-team", headers=HTML,
                        data=seal | {"point": "P2", "key": "k3", "bag": made.bags[1]})  # fmt: skip
    assert foreign.status_code == 403


def test_papers_are_of_the_own_point(made):
    for path in ("packing-list.pdf", "labels.pdf?format=60x40"):
        printed = made.call("GET", f"{made.path}/{path}", role="point-team")
        assert printed.content.startswith(b"%PDF"), printed.text


def test_the_board_lets_trips_leave_and_keeps_what_is_not_there(service):
    at = datetime.now(UTC) - timedelta(hours=1)
    ridden = work(service, lambda s: release(s, s.scalar(select(t.run.c.id)), at))
    path = f"/api/v1/runs/{ridden.run}/points/P1/board"
    board = service.call("GET", path, role="point-team")
    tag, turns = board.headers["ETag"], board.json()["turns"]
    assert [(one["trip"], one["bags"], one["packed"]) for one in turns] == [
        ("T-1", 2, 2),
        ("T-2", 1, 1),
    ]
    assert {one["bay"] for one in turns} == {1, 2}  # both load at once here
    form = {"key": "k", "point": "P1", "run": ridden.run, "trip": "T-1", "left": "002-B"}
    for _ in range(2):
        gone = service.call("POST", "/point/depart", role="point-team", headers=HTML, data=form,
                            follow_redirects=False)  # fmt: skip
        assert gone.status_code == 303, gone.text
    fresh = service.call("GET", path, role="point-team", headers={"If-None-Match": tag})
    assert {one["trip"]: one["state"] for one in fresh.json()["turns"]} == {
        "T-1": "started", "T-2": "released",
    }  # fmt: skip
    states = work(service, lambda s: dict(s.execute(select(t.bag.c.code, t.bag.c.state)).all()))
    assert (states["001-A"], states["002-B"]) == ("loaded", "returned")
