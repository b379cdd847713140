"""A household reads its own receipt; who only checks reads the books without names."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from logistics.domain.custody import Scan, ScanKind
from logistics.domain.procurement import Received
from logistics.domain.runs import RunState
from logistics.store import bags, money, orders, runs, tables
from logistics.usecases.cut_off import cut_off
from logistics.usecases.finish_receiving import finish_receiving
from logistics.usecases.pack_bags import pack_bags
from logistics.usecases.place_orders import place_orders
from logistics.usecases.post_money import post_money
from logistics.usecases.receive_goods import receive_goods
from logistics.usecases.record_payment import pay_household
from logistics.usecases.record_scans import BagEvent, record_scans
from logistics.usecases.share_out import share_out
from tests.api.conftest import MINE, OTHER


def delivered(service) -> None:
    """Bring what two households asked to their doors, and post it."""
    for home in (MINE, OTHER):
        assert service.post_list(home).status_code == 201
    at = datetime.now(UTC)
    who = {"actor": "test", "at": at}
    with service.client.app.state.database.transaction() as session:
        run = runs.get(session, service.run)
        cut_off(session, run.id, **who)
        place_orders(session, run.id, **who)
        for order in orders.of_run(session, run.id):
            counts = [
                Received(item=line.item_id, quantity_base=line.quantity) for line in order.lines
            ]
            receive_goods(session, order.id, counts, key=order.id, **who)
        finish_receiving(session, run.id, **who)
        share_out(session, run.id, **who)
        pack_bags(session, run.id, **who)
        runs.set_state(session, run.id, RunState.RELEASED)
        events = [
            BagEvent(bag=bag.code, scan=Scan(
                key=bag.id, kind=ScanKind.CONFIRM, by=f"household:{bag.household_code}",
                at=at + timedelta(minutes=5)))
            for bag in bags.of_run(session, run.id)]  # fmt: skip
        record_scans(session, run.id, events, **who)
        post_money(session, run.id, **who)
        pay_household(session, MINE, 100, ref="7", run=run.code, **who)


def test_a_household_reads_its_own_receipt_and_no_other(service):
    delivered(service)
    told = service.call("GET", f"/api/v1/households/{MINE}/money", role="household").json()
    assert told["receipts"][0]["lines"][0]["item_zh"] == "土豆"
    assert told["balance_fen"] == told["receipts"][0]["owed_fen"] - 100 == 260
    pdf = service.call("GET", f"/api/v1/households/{MINE}/receipt.pdf", role="household")
    assert pdf.content.startswith(b"%PDF-")
    for path in ("money", "receipt.pdf"):
        other = service.call("GET", f"/api/v1/households/{OTHER}/{path}", role="household")
        assert (other.status_code, other.json()["code"]) == (403, "token.not-yours")


def test_who_only_checks_reads_all_of_it_without_names(service):
    delivered(service)
    at = f"/api/v1/runs/{service.run}/money"
    paths = ("", "/households", "/journal", "/suppliers", "/proof")
    answers = [service.call("GET", at + path, role="auditor") for path in paths]
    assert [answer.status_code for answer in answers] == [200] * 5
    assert not [answer.text for answer in answers if MINE in answer.text or OTHER in answer.text]
    sums, homes, journal, suppliers, proof = (answer.json() for answer in answers)
    assert sums["even"]
    assert proof["holds"]
    assert sum(one["owed_fen"] for one in homes) == sums["owed_fen"]
    assert sum(one["payable_fen"] for one in suppliers) == sums["bought_fen"]
    assert {one["subject"] for one in journal} - {""} == {one["subject"] for one in homes}
    named = service.call("GET", f"{at}/households").json()
    assert {one["subject"] for one in named} == {MINE, OTHER}
    rest = service.call("GET", f"{at}/journal", params={"after": journal[0]["seq"], "limit": 2})
    assert [one["seq"] for one in rest.json()] == [one["seq"] for one in journal[1:3]]
    with service.client.app.state.database.read() as session:
        secret = session.scalar(select(tables.money_terms.c.id))
        assert money.by_seq(session, journal[0]["seq"]) is not None
    assert not [answer for answer in answers if str(secret) in answer.text]
