"""The outbox: what was done is told, at least once, and what was undone is not."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, date, datetime, timedelta

import pytest

from api.webhooks.dispatching import Dispatcher
from logistics.domain.jobs import Job, JobKind, JobState
from logistics.domain.lists import AskedLine
from logistics.domain.setup import DistrictSetup
from logistics.domain.webhooks import MOST_ATTEMPTS, MOST_FAILURES
from logistics.store import jobs, outbox, webhooks
from logistics.usecases.create_run import create_run
from logistics.usecases.cut_off import cut_off
from logistics.usecases.keep_webhooks import (
    WebhookChange,
    add_webhook,
    change_webhook,
    remove_webhook,
    rotate_secret,
)
from logistics.usecases.set_up import set_up
from logistics.usecases.take_list import take_list
from tests.api.conftest import MAP, MINE, SETUP
from tests.api.webhooks.conftest import Receiver

AT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
HERE = ("127.0.0.1",)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = AT

    def __call__(self) -> datetime:
        return self.at

    def move(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def sender(database, clock):
    return Dispatcher(database, allowed=HERE, clock=clock)


def listen(database, receiver: Receiver, *events, **more):
    return database.run(
        lambda s: add_webhook(
            s, receiver.url, events or ["*"], allowed_hosts=HERE, actor="test", at=AT, **more
        )
    )


def announce(database, event="run.state", *, at=AT, **data):
    return database.run(lambda s: outbox.announce(s, event, data or {"run": "R"}, at=at))


def deliveries(database, webhook):
    with database.read() as session:
        return outbox.page(session, webhook.id, before=None, state=None, limit=500)


def holds(received, secret):
    signed = f"{received.headers['webhook-id']}.{received.headers['webhook-timestamp']}.".encode()
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mark = hmac.new(key, signed + received.body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(mark).decode()}" in received.headers["webhook-signature"]


def world(session):
    set_up(session, DistrictSetup(name="Kaixuan", synthetic=True), SETUP, MAP, actor="test", at=AT)
    cutoff = AT + timedelta(hours=2)
    return create_run(
        session, "Kaixuan", date(2026, 11, 25), 1, cutoff_at=cutoff, actor="test", at=AT
    )


def test_deeds_are_told_to_who_listens(database, receiver, sender):
    made = listen(database, receiver, "run.state", "list.accepted")

    def deeds(session):
        run = world(session)
        lines = [AskedLine(item="土豆", quantity=2, unit="斤")]
        taken = take_list(session, run.id, MINE, lines, channel="api", actor="test", at=AT)
        cut_off(session, run.id, actor="test", at=AT)
        return run, taken

    run, taken = database.run(deeds)
    assert sender.send_due() == 3
    told = [json.loads(one.body) for one in receiver.received]
    assert all(holds(one, made.secret) for one in receiver.received)
    by_kind = {(one["type"], one["data"].get("step", "")): one["data"] for one in told}
    assert by_kind["run.state", "create"] == {
        "run": run.code, "run_state": "open", "step": "create",
    }  # fmt: skip
    assert by_kind["run.state", "cutoff"]["run_state"] == "cut-off"
    assert by_kind["list.accepted", ""]["list"] == taken.id
    assert MINE not in "".join(one.body.decode() for one in receiver.received)


def test_a_deed_that_is_undone_is_told_to_nobody(database, receiver, sender):
    listen(database, receiver)

    def broken(session):
        world(session)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        database.run(broken)
    assert sender.send_due() == 0
    assert receiver.received == []


def test_a_list_with_doubts_is_not_told_as_accepted(database, receiver, sender):
    listen(database, receiver, "list.accepted")

    def doubtful(session):
        run = world(session)
        lines = [AskedLine(item="什么", quantity=2, unit="斤")]
        take_list(session, run.id, MINE, lines, channel="api", actor="test", at=AT)

    database.run(doubtful)
    assert sender.send_due() == 0


def test_after_an_error_it_is_tried_once_again_and_taken_once(database, receiver, sender, clock):
    made = listen(database, receiver)
    announce(database)
    receiver.will_answer(500)
    assert sender.send_due() == 1
    assert sender.send_due() == 0  # its time has not come
    clock.move(30)
    assert sender.send_due() == 1
    clock.move(24 * 3600)
    assert sender.send_due() == 0
    first, second = receiver.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert holds(second, made.secret)
    (kept,) = deliveries(database, made)
    assert (kept.state, kept.attempts, kept.last_status) == ("sent", 2, 204)


def test_waits_grow_until_a_message_is_given_up(database, receiver, sender, clock):
    made = listen(database, receiver)
    announce(database)
    waits = []
    for _ in range(MOST_ATTEMPTS):
        receiver.will_answer(503)
        sender.send_due()
        (kept,) = deliveries(database, made)
        waits.append((kept.next_at - clock.at).total_seconds())
        clock.at = max(clock.at, kept.next_at)
    assert (kept.state, kept.attempts) == ("failed", MOST_ATTEMPTS)
    assert 3 < waits[0] < 8
    assert waits[8] > 60 * waits[0]
    clock.move(24 * 3600)
    assert sender.send_due() == 0


def test_one_who_asks_for_time_is_given_it(database, receiver, sender, clock):
    made = listen(database, receiver)
    announce(database)
    receiver.will_answer(429, Retry_After="600")
    sender.send_due()
    (kept,) = deliveries(database, made)
    assert kept.next_at >= clock.at + timedelta(seconds=600)


def test_who_fails_all_the_time_is_told_no_more(database, receiver, sender):
    made = listen(database, receiver)
    for number in range(MOST_FAILURES):
        announce(database, run=f"R{number}")
        receiver.will_answer(500)
    while sender.send_due():
        pass
    assert len(receiver.received) == MOST_FAILURES
    with database.read() as session:
        now = webhooks.get(session, made.id)
    assert (now.active, now.stopped_for) == (False, "status 500")
    assert {one.state for one in deliveries(database, made)} == {"dropped"}
    assert announce(database) == 0


def test_a_success_begins_to_count_failures_anew(database, receiver, sender):
    made = listen(database, receiver)
    announce(database)
    announce(database)
    receiver.will_answer(500)
    sender.send_due()
    with database.read() as session:
        assert webhooks.get(session, made.id).failures in {0, 1}  # whichever came first
    announce(database)
    sender.send_due()
    with database.read() as session:
        assert webhooks.get(session, made.id).failures == 0


def test_one_that_says_it_is_gone_is_told_no_more_at_once(database, receiver, sender):
    made = listen(database, receiver)
    announce(database)
    receiver.will_answer(410)
    sender.send_due()
    with database.read() as session:
        assert not webhooks.get(session, made.id).active


def test_only_what_was_asked_for_is_told(database, receiver, sender):
    listen(database, receiver, "trip.departed")
    assert announce(database, "run.state") == 0
    assert announce(database, "trip.departed") == 1
    assert sender.send_due() == 1


def test_two_processes_do_not_send_the_same(database, receiver):
    listen(database, receiver)
    announce(database)
    first = database.run(lambda s: outbox.claim(s, AT, 10))
    second = database.run(lambda s: outbox.claim(s, AT, 10))
    assert [one.delivery.attempts for one in first] == [1]
    assert second == ()


def test_what_a_process_left_behind_is_sent_by_another(database, receiver, sender, clock):
    listen(database, receiver)
    announce(database)
    database.run(lambda s: outbox.claim(s, AT, 10))  # and then the power fails
    assert sender.send_due() == 0
    clock.move(61)
    assert sender.send_due() == 1


def test_one_who_took_too_long_does_not_undo_what_another_did(database, receiver, sender, clock):
    made = listen(database, receiver)
    announce(database)
    (late,) = database.run(lambda s: outbox.claim(s, AT, 10))
    clock.move(61)
    sender.send_due()
    database.run(lambda s: outbox.settle_failed(s, late, "timeout", status=None, at=clock.at))
    (kept,) = deliveries(database, made)
    assert kept.state == "sent"


def test_one_that_is_slow_does_not_hold_up_the_others(database, receiver):
    slow, quick = listen(database, receiver), listen(database, receiver)
    for number in range(40):
        announce(database, run=f"R{number}")
    taken = database.run(lambda s: outbox.claim(s, AT, 16))
    assert {one.webhook.id for one in taken} == {slow.id, quick.id}


def test_with_a_new_secret_the_old_one_signs_for_a_day(database, receiver, sender, clock):
    old = listen(database, receiver)
    new = database.run(lambda s: rotate_secret(s, old.id, actor="test", at=AT))
    assert new.secret != old.secret
    announce(database)
    sender.send_due()
    assert holds(receiver.received[0], old.secret)
    assert holds(receiver.received[0], new.secret)
    clock.move(25 * 3600)
    announce(database)
    sender.send_due()
    assert not holds(receiver.received[1], old.secret)
    assert holds(receiver.received[1], new.secret)


def test_switched_off_it_hears_nothing_and_what_waits_is_dropped(database, receiver, sender):
    made = listen(database, receiver)
    announce(database)
    database.run(
        lambda s: change_webhook(
            s, made.id, WebhookChange(active=False), version=1, actor="test", at=AT
        )
    )
    assert announce(database) == 0
    assert sender.send_due() == 0
    assert [one.state for one in deliveries(database, made)] == ["dropped"]


def test_taken_away_it_leaves_nothing(database, receiver, sender):
    made = listen(database, receiver)
    announce(database)
    database.run(lambda s: remove_webhook(s, made.id, actor="test", at=AT))
    assert sender.send_due() == 0
    assert deliveries(database, made) == ()


def test_what_was_ended_long_ago_is_forgotten(database, receiver, sender, clock):
    made = listen(database, receiver)
    announce(database)
    sender.send_due()
    clock.move(31 * 24 * 3600)
    sender.send_due()
    assert deliveries(database, made) == ()


def test_the_end_of_long_work_is_told(database, receiver, sender):
    listen(database, receiver, "job.ended")

    def work(session):
        run = world(session)
        asked = Job(
            id="job_1", kind=JobKind.PLAN, run_id=run.id, state=JobState.QUEUED,
            asked_by="test", request={}, created_at=AT,
        )  # fmt: skip
        jobs.add(session, asked)
        taken = jobs.take(session, "worker", at=AT, lease=timedelta(minutes=1))
        jobs.end(session, taken, JobState.DONE, result={}, at=AT)
        return run

    run = database.run(work)
    assert sender.send_due() == 1
    assert json.loads(receiver.received[0].body)["data"] == {
        "run": run.code, "run_state": "open", "job": "job_1", "kind": "plan", "state": "done",
    }  # fmt: skip
