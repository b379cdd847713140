import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from logistics.store import audit, idempotency
from logistics.store.idempotency import Earlier, KeyReused

AT = datetime(2026, 4, 13, 9, tzinfo=UTC)


def claim(session, key="k1", digest="d1", at=AT, scope="household:1"):
    return idempotency.claim(session, scope, key, digest, at)


def test_a_new_key_is_free(session):
    assert claim(session) is None


def test_a_resent_call_gets_the_first_answer(database):
    with database.transaction() as session:
        claim(session)
        idempotency.answer(session, "household:1", "k1", 201, {"id": "lst_1"})
    with database.transaction() as session:
        assert claim(session) == Earlier(201, {"id": "lst_1"})


def test_other_content_under_the_same_key_is_refused(database):
    with database.transaction() as session:
        claim(session)
        idempotency.answer(session, "household:1", "k1", 201, None)
    with database.transaction() as session, pytest.raises(KeyReused) as refusal:
        claim(session, digest="d2")
    assert refusal.value.facts["key"] == "k1"


def test_keys_of_others_are_their_own(session):
    claim(session)
    assert claim(session, scope="household:2", digest="d2") is None


def test_a_key_is_free_again_when_its_call_failed(database):
    def fail():
        with database.transaction() as session:
            claim(session)
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    with database.transaction() as session:
        assert claim(session, digest="d2") is None


def test_a_call_that_claims_twice_does_not_answer_with_nothing(session):
    claim(session)
    with pytest.raises(KeyReused):
        claim(session)


@pytest.mark.parametrize(
    ("days", "kept"),
    [
        (29, True),  # within
        (31, False),  # past its time: a new call
    ],
)
def test_a_key_answers_for_thirty_days(database, days, kept):
    with database.transaction() as session:
        claim(session)
        idempotency.answer(session, "household:1", "k1", 201, None)
    with database.transaction() as session:
        assert (claim(session, at=AT + timedelta(days=days)) is not None) is kept


def test_purging_forgets_only_what_is_old(session):
    claim(session, key="old", at=AT - timedelta(days=31))
    claim(session, key="new")
    assert idempotency.purge(session, AT - idempotency.KEPT) == 1
    assert session.scalars(text("SELECT key FROM idempotency")).all() == ["new"]


def test_calls_that_race_with_one_key_act_once(database):
    answers = []
    start = threading.Barrier(5)

    def call():
        start.wait(timeout=10)

        def work(session):
            earlier = claim(session)
            if earlier is not None:
                return earlier.answer
            audit.record(session, actor="cli", command="act", subject="x", at=AT)
            idempotency.answer(session, "household:1", "k1", 201, {"acted": 1})
            return {"acted": 1}

        answers.append(database.run(work))

    threads = [threading.Thread(target=call) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [{"acted": 1}] * 5
    with database.read() as session:
        assert len(audit.of_subject(session, "x")) == 1
