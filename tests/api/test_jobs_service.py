"""Long work over HTTP: asked for, watched, stopped; sharing in no transaction."""

import time

import pytest

from api.jobs.streams import Pace
from logistics.domain.jobs import JobState
from logistics.store import jobs, runs
from logistics.usecases import share_out
from logistics.usecases.stop_job import stop_job

PATIENCE_S = 120


@pytest.fixture
def received(service):
    """A run whose goods have come, short: two households ask for more than there is."""
    service.client.app.state.pace = Pace(look_s=0.05)
    service.post_list("KX-01-01-1-101", quantity=8)
    service.post_list("KX-01-01-1-102", quantity=8)
    run = f"/api/v1/runs/{service.run}"
    for step in ("cutoff", "order"):
        assert service.call("POST", f"{run}/{step}").status_code == 200
    [order] = service.call("GET", f"{run}/orders").json()["orders"]
    counts = [{"item": "土豆", "quantity_base": 5_000}]
    service.call("POST", f"/api/v1/orders/{order['id']}/receipts", json={"counts": counts})
    assert service.call("POST", f"{run}/receive").status_code == 200
    service.path = run
    return service


def ask(service, body, **more):
    return service.call("POST", f"{service.path}/jobs", json=body, **more)


def await_end(service, job_id):
    """Wait for something that really happens; how long it takes proves nothing."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        found = service.call("GET", f"/api/v1/jobs/{job_id}")
        if found.json()["ended_at"] is not None:
            return found
        time.sleep(0.05)
    return pytest.fail(f"it never ended: {found.text}")


def heard(text):
    """Read a stream as a browser does: ids, names and data of its events."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if line[:1] != ":")
        if "data" in fields:
            found.append((int(fields["id"]), fields["event"], fields["data"]))
    return found


def test_a_sharing_is_asked_for_watched_to_its_end_and_read(received):
    asked = ask(received, {"kind": "allocate"})
    assert asked.status_code == 202, asked.text
    where = asked.headers["Location"]
    assert where == f"/api/v1/jobs/{asked.json()['id']}"
    told = received.call("GET", f"{where}/events")  # ends by itself
    assert told.headers["content-type"].startswith("text/event-stream")
    events = heard(told.text)
    assert [number for number, _, _ in events] == list(range(1, len(events) + 1))
    assert [name for _, name, _ in events] == ["progress"] * (len(events) - 1) + ["ended"]
    done = received.call("GET", where)
    assert done.json()["state"] == "done"
    assert done.json()["result"]["report"]["lines"]["part"] == 2
    assert received.call("GET", received.path).json()["run"]["state"] == "allocated"
    again = received.call("GET", where, headers={"If-None-Match": done.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    stale = received.call("GET", where, headers={"If-None-Match": '"1"'})
    assert stale.status_code == 200


def test_a_listener_resumes_after_what_it_heard_and_is_sent_away_at_the_end(received):
    where = ask(received, {"kind": "allocate"}).headers["Location"]
    all_of_it = heard(received.call("GET", f"{where}/events").text)
    for number in range(len(all_of_it)):
        rest = received.call("GET", f"{where}/events", headers={"Last-Event-ID": str(number)})
        assert heard(rest.text) == all_of_it[number:]
    last = {"Last-Event-ID": str(len(all_of_it))}
    assert received.call("GET", f"{where}/events", headers=last).status_code == 204
    odd = received.call("GET", f"{where}/events", headers={"Last-Event-ID": "x"})
    assert odd.status_code == 422


def test_one_key_is_one_job(received):
    first = ask(received, {"kind": "allocate"}, key="k")
    again = ask(received, {"kind": "allocate"}, key="k")
    assert first.json()["id"] == again.json()["id"]
    assert (again.status_code, again.headers["Idempotent-Replay"]) == (202, "true")
    assert again.headers["Location"] == first.headers["Location"]
    other = ask(received, {"kind": "allocate", "spread": True}, key="k")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency.key-reused")
    listed = received.call("GET", f"{received.path}/jobs").json()
    assert [job["id"] for job in listed["jobs"]] == [first.json()["id"]]
    await_end(received, first.json()["id"])


def test_a_failed_job_says_why_in_the_readers_language(received):
    asked = ask(received, {"kind": "allocate"}).json()["id"]
    await_end(received, asked)
    database = received.client.app.state.database
    with database.transaction() as session:  # as if its lists had changed meanwhile
        found = jobs.get(session, asked, lock=True)
        problem = {"code": "sharing.stale", "facts": {"run": received.run}}
        jobs.end(session, found, JobState.FAILED, problem=problem, at=found.created_at)
    told = {}
    for language in ("zh", "en"):
        headers = {"Accept-Language": language}
        told[language] = received.call("GET", f"/api/v1/jobs/{asked}", headers=headers)
    assert told["zh"].headers["ETag"] != told["en"].headers["ETag"]
    problem = told["en"].json()["problem"]
    assert problem["code"] == "sharing.stale"
    assert problem["detail"] == f"Share again: supplyloop run allocate {received.run}"
    assert told["zh"].json()["problem"]["title"] != problem["title"]


def test_a_key_is_asked_for(received):
    answer = received.client.post(
        f"{received.path}/jobs",
        json={"kind": "allocate"},
        headers={"Authorization": f"Bearer {received.tokens['planner']}"},
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "key.missing")


def test_a_run_in_the_wrong_state_is_refused_at_once(received):
    refused = ask(received, {"kind": "plan"})
    assert (refused.status_code, refused.json()["code"]) == (409, "run.out-of-order")
    assert refused.json()["facts"]["needs"] == "packed"
    nowhere = received.call("POST", "/api/v1/runs/none/jobs", json={"kind": "plan"})
    assert nowhere.status_code == 404
    assert received.call("GET", f"{received.path}/jobs").json() == {"jobs": [], "next": None}


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "dig"},  # no such work
        {},  # no kind
        {"kind": "plan", "limit_s": 0},  # no time at all
        {"kind": "plan", "points": 3},  # of another kind
        {"kind": "what-if", "zones": [{"place": "x"}]},  # half a zone
    ],
)
def test_a_wish_that_is_none_is_refused(received, body):
    assert ask(received, body).status_code == 422


def test_jobs_are_listed_newest_first_by_pages(received):
    made = []
    for _ in range(3):
        job_id = ask(received, {"kind": "allocate"}).json()["id"]
        # stopped or done: the next may be asked for only where the run stayed as it was
        received.call("POST", f"/api/v1/jobs/{job_id}/stop")
        made.append(job_id)
        if await_end(received, job_id).json()["state"] == "done":
            break
    first = received.call("GET", f"{received.path}/jobs", params={"limit": 1}).json()
    assert [job["id"] for job in first["jobs"]] == made[-1:]
    rest = received.call("GET", f"{received.path}/jobs", params={"after": made[-1]}).json()
    assert [job["id"] for job in rest["jobs"]] == made[-2::-1]
    assert rest["next"] is None
    assert first["next"] == (made[-1] if len(made) > 1 else None)


def test_a_job_that_has_ended_stays_as_it_is_when_it_is_stopped(received):
    job_id = ask(received, {"kind": "allocate"}).json()["id"]
    done = await_end(received, job_id).json()
    stopped = received.call("POST", f"/api/v1/jobs/{job_id}/stop")
    assert (stopped.status_code, stopped.json()) == (200, done)


def test_auditors_watch_and_only_the_desk_asks_and_stops(received):
    body = {"kind": "allocate"}
    assert ask(received, body, role="auditor").status_code == 403
    assert ask(received, body, role="clerk").status_code == 403
    job_id = ask(received, body).json()["id"]
    await_end(received, job_id)
    assert received.call("GET", f"/api/v1/jobs/{job_id}", role="auditor").status_code == 200
    assert received.call("GET", f"/api/v1/jobs/{job_id}", role="courier").status_code == 403
    stop = received.call("POST", f"/api/v1/jobs/{job_id}/stop", role="auditor")
    assert stop.status_code == 403


def test_a_sharing_stopped_before_it_was_worked_out_writes_nothing(received, monkeypatch):
    """Stopped in the very moment in which the solver is asked."""
    database = received.client.app.state.database
    real, asked = share_out.solve_sharing, []

    def stopped_first(inputs, *, should_stop):
        with database.read() as session:
            [job] = jobs.page(session, inputs.run.id)
        now = job.created_at
        database.run(lambda s: stop_job(s, job.id, actor="token:s", at=now))
        until = time.monotonic() + PATIENCE_S
        while not should_stop() and time.monotonic() < until:
            time.sleep(0.01)
        asked.append(job.id)
        return real(inputs, should_stop=should_stop)

    monkeypatch.setattr("logistics.usecases.work_job.solve_sharing", stopped_first)
    job_id = ask(received, {"kind": "allocate"}).json()["id"]
    ended = await_end(received, job_id).json()
    assert asked == [job_id]
    assert (ended["state"], ended["result"]) == (JobState.STOPPED.value, None)
    with database.read() as session:
        assert runs.get(session, received.run).state.value == "received"


def test_others_write_while_a_sharing_is_worked_out_and_it_is_refused_then(received, monkeypatch):
    """The synchronous step holds no transaction either: who shares meanwhile gets through."""
    database = received.client.app.state.database
    real = share_out.solve_sharing

    def meanwhile(inputs):
        solved = real(inputs)
        with database.transaction() as session:  # on SQLite there is one writer
            runs.set_state(session, inputs.run.id, inputs.run.state)
            share_out.write_sharing(
                session, inputs, solved, actor="other", at=inputs.run.cutoff_at
            )
        return solved

    monkeypatch.setattr("api.routes.run_steps.solve_sharing", meanwhile)
    refused = received.call("POST", f"{received.path}/allocate")
    assert (refused.status_code, refused.json()["code"]) == (409, "run.out-of-order")


def test_the_sharing_step_answers_its_key_again(received):
    first = received.call("POST", f"{received.path}/allocate", key="a")
    again = received.call("POST", f"{received.path}/allocate", key="a")
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    assert first.json()["run"]["state"] == "allocated"
    refused = received.call("POST", f"{received.path}/allocate", key="b")
    assert refused.json()["code"] == "run.out-of-order"


def test_a_desk_hears_of_each_change_of_a_run_and_of_nothing_twice(service):
    service.client.app.state.pace = Pace(look_s=0.05, longest_s=0.0)
    where = f"/api/v1/runs/{service.run}/events/stream"

    def blocks(last=None):
        headers = {} if last is None else {"Last-Event-ID": last}
        text = service.call("GET", where, headers=headers).text
        return [
            dict(line.split(": ", 1) for line in block.splitlines())
            for block in text.split("\n\n")
            if "data: " in block
        ]

    [first] = blocks()
    assert (first["event"], '"lists":{}' in first["data"]) == ("changed", True)
    assert blocks(first["id"]) == []
    service.post_list()
    service.client.app.state.pulse.fresh_s = 0.0
    [second] = blocks(first["id"])
    assert '"lists":{"accepted":1}' in second["data"]
    assert service.call("GET", "/api/v1/runs/none/events/stream").status_code == 404
