"""Stewards over HTTP and at the command line: only their households, for as long as they hold."""

from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from api.access import staff
from api.cli import app
from logistics.store import web_sessions
from tests.api.conftest import MINE, OTHER

HOME = f"/api/v1/households/{MINE}"
HERE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def steward(service):
    """A steward at a browser: their headers."""
    at = datetime.now(UTC)
    with service.client.app.state.database.transaction() as session:
        account = staff.take_on(session, "care.one", "long enough 4 tests", actor="t", at=at)
        staff.give_role(session, "care.one", "steward", district="Kaixuan", actor="t", at=at)
        _, secret = web_sessions.open_one(
            session, account_id=account.id, expires_at=at + timedelta(hours=1), at=at
        )
    return HERE | {"Cookie": f"supplyloop={secret}"}


def assign(service, household=MINE, login="care.one", **more):
    path = f"/api/v1/households/{household}/steward"
    return service.call("POST", path, json={"login": login, **more})


def test_an_assignment_opens_a_household_and_its_end_closes_it(service, steward):
    def reads(path):
        return service.call("GET", path, role=None, headers=steward).status_code

    assert reads(HOME + "/card") == 403
    assert assign(service).status_code == 201
    assert reads(HOME + "/card") == 200
    assert reads(HOME + "/contacts") == 200
    assert reads(f"/api/v1/households/{OTHER}/card") == 403
    assert reads(f"/steward/{MINE}") == 200
    assert reads(f"/steward/{OTHER}") == 403
    assert assign(service, login=None).status_code == 201
    assert reads(HOME + "/card") == 403


def test_calls_are_written_down_once_and_move_the_next_one(service, steward):
    assign(service)
    body = {"outcome": "no-answer", "note": "rang twice"}
    for _ in range(2):
        kept = service.call("POST", HOME + "/contacts", role=None, key="call-1", headers=steward,
                            json=body)  # fmt: skip
        assert kept.status_code == 201
    calls = service.call("GET", HOME + "/contacts", role="clerk").json()["contacts"]
    assert [(one["outcome"], one["note"]) for one in calls] == [("no-answer", "rang twice")]
    mine = service.call("GET", "/api/v1/stewards/me/households", role=None, headers=steward).json()
    (home,) = mine["households"]
    assert home["household"] == MINE
    assert home["overdue"] is False
    assert home["next_due"] == calls[0]["next_due"]
    assert service.call("GET", HOME + "/contacts", role="auditor").status_code == 403


def test_lists_and_errands_of_stewards_keep_their_channel(service, steward):
    assign(service)
    sent = service.call("POST", "/api/v1/lists", role=None, headers=steward,
                        json={"household": MINE, "text": "土豆2斤"})  # fmt: skip
    assert sent.json()["channel"] == "steward"
    other = service.call("POST", "/api/v1/lists", role=None, headers=steward,
                         json={"household": OTHER, "text": "土豆2斤"})  # fmt: skip
    assert other.status_code == 403


@pytest.mark.usefixtures("steward")
def test_the_desk_sees_who_looks_after_whom_in_whole_households(service):
    at = datetime.now(UTC)
    with service.client.app.state.database.transaction() as session:
        staff.take_on(session, "care.two", "long enough 4 tests", actor="t", at=at)
        staff.give_role(session, "care.two", "steward", district="Kaixuan", actor="t", at=at)
    for code in (MINE, OTHER):
        assign(service, code)
        assert assign(service, code, "care.two", duty="deputy").status_code == 201
    path = "/api/v1/districts/Kaixuan/stewards"
    first = service.call("GET", path, params={"limit": 1}).json()
    assert [one["duty"] for one in first["assignments"]] == ["steward", "deputy"]
    assert first["next"] == MINE
    second = service.call("GET", path, params={"limit": 2, "after": MINE}).json()
    assert [one["household"] for one in second["assignments"]] == [OTHER, OTHER]
    assert second["next"] is None
    assert first["without"] == 0
    assert assign(service, MINE, "care.two").json()["code"] == "steward.twice"


@pytest.mark.usefixtures("steward")
def test_only_the_desk_assigns(service):
    for role in ("clerk", "leader", "auditor", "duty-officer"):
        answer = service.call("POST", HOME + "/steward", role=role, json={"login": "care.one"})
        assert answer.status_code == 403


def test_a_token_of_a_steward_is_nobodys(service):
    mine = service.call("GET", "/api/v1/stewards/me/households", role="steward")
    assert mine.json() == {"households": []}
    assert service.call("GET", "/steward", role="steward").status_code == 403


@pytest.mark.usefixtures("steward")
def test_the_command_line_assigns_lists_and_reads_tables(service, tmp_path):
    url = str(service.client.app.state.database._engine.url)

    def call(*words, code=0):
        done = CliRunner().invoke(app, ["steward", *words, "--database", url, "--lang", "en"])
        assert done.exit_code == code, done.output
        return done.output

    assert f"{MINE}  steward  care.one" in call("assign", MINE, "care.one")
    file = tmp_path / "stewards.csv"
    file.write_text(f"household,steward,deputy\n{OTHER},care.one,\nKX-9,care.one,\n")
    assert "households assigned: 1" in call("import", str(file), code=2)
    listed = call("list")
    assert MINE in listed
    assert OTHER in listed
    assert "none: 0" in listed
    call("assign", MINE, "-")
    assert MINE not in call("list")
    call("doctor", "health station 0571")
    assert service.call("GET", HOME + "/doctor", role="clerk").json() == {
        "text": "health station 0571", "own": False,
    }  # fmt: skip
