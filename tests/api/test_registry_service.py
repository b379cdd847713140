"""Roll calls and needs over HTTP: what each role may see of a household, and no more."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from logistics.store import places
from logistics.store.session import open_database
from logistics.usecases.import_registry import import_registry

MINE, OTHER = "KX-01-01-1-101", "KX-01-01-1-102"
TENANT = "KX-01-01-1-101.2"
ROWS = """地址,户,人数,成员,称呼,需求,同意日期,同意登记,代报
KX-01-01-1-101,,2,1,王,婴幼儿、慢性病,2026-04-01,岗位3,
KX-01-01-1-102,,1,1,李,独居,2026-04-01,岗位3,
"""
TENANTS = """小区,幢,单元,室,人数,代报
KX-01,1,1,101-2,1,101
"""


@pytest.fixture
def listed(service, tmp_path: Path):
    """The service with a register of two households."""
    file = tmp_path / "register.csv"
    file.write_text(ROWS, encoding="utf-8")
    database = open_database(service.client.app.state.settings.database)
    with database.transaction() as session:
        [area] = places.districts(session)
        report = import_registry(session, area.id, [file], actor="test", at=datetime.now(UTC))
        assert not report.faults
        file.write_text(TENANTS, encoding="utf-8")
        report = import_registry(session, area.id, [file], actor="test", at=datetime.now(UTC))
        assert not report.faults
    database.close()
    return service


def needs(service, role, code=MINE):
    answer = service.call("GET", f"/api/v1/households/{code}", role=role)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    return [need["need"] for need in body["needs"]], body["withheld"]


def test_each_role_reads_the_needs_on_which_it_acts(listed):
    assert needs(listed, "planner") == (["infant"], True)
    assert needs(listed, "clerk") == (["infant", "chronic-illness"], False)
    assert needs(listed, "household") == (["infant", "chronic-illness"], False)
    for role in ("auditor", "administrator", "courier"):
        assert listed.call("GET", f"/api/v1/households/{MINE}", role=role).status_code == 403
    others = listed.call("GET", f"/api/v1/households/{OTHER}", role="household")
    assert (others.status_code, others.json()["code"]) == (403, "token.not-yours")


def test_an_auditor_sees_needs_without_whose_they_are(listed):
    answer = listed.call("GET", "/api/v1/districts/Kaixuan/needs", role="auditor")
    assert sorted(row["need"] for row in answer.json()["needs"]) == [
        "chronic-illness", "infant", "living-alone",
    ]  # fmt: skip
    assert "KX-01" not in answer.text
    assert "王" not in answer.text


def test_a_household_takes_its_consent_back(listed):
    path = f"/api/v1/households/{MINE}/consents/withdraw"
    body = {"need": "infant", "member": 1}
    assert listed.call("POST", path, role="household", json=body).status_code == 204
    assert needs(listed, "clerk") == (["chronic-illness"], False)
    again = listed.call("POST", path, role="household", json=body)
    assert (again.status_code, again.json()["code"]) == (409, "need.no-consent")
    assert "infant" not in again.text  # a refusal holds no need


def test_the_roll_is_called_and_marked(listed):
    path = f"/api/v1/runs/{listed.run}/roll-call"
    called = listed.call("GET", path, role="clerk").json()
    codes = [row["code"] for row in called["rows"]]
    assert codes[:2] == [MINE, OTHER]  # both have needs, so before those on the floors above
    body = {"answer": "declined", "how": "phone", "asked_by": "L-07"}
    marked = listed.call("POST", f"{path}/{OTHER}", role="clerk", json=body, key="once")
    assert marked.status_code == 201
    same = listed.call("POST", f"{path}/{OTHER}", role="clerk", json=body, key="once")
    assert same.json() == marked.json()
    left = listed.call("GET", path, role="clerk").json()
    assert OTHER not in [row["code"] for row in left["rows"]]
    assert left["declined"] == 1
    wrong = listed.call("POST", f"{path}/{MINE}", role="clerk", json=body | {"how": "owl"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "roll-call.mark")


def test_an_auditor_learns_from_a_roll_call_of_nobody_s_needs(listed):
    path = f"/api/v1/runs/{listed.run}/roll-call"
    rows = listed.call("GET", path, role="auditor").json()["rows"]
    assert not any(row["first"] for row in rows)
    assert [row["room"] for row in rows] == ["301", "302", "201", "202", "101", "101.2", "102"]


def test_a_landlord_sends_the_lists_of_its_tenants_and_reads_nothing_else(listed):
    taken = listed.post_list(TENANT, role="household")
    assert taken.status_code == 201, taken.text
    path = f"/api/v1/lists/{taken.json()['id']}"
    assert listed.call("GET", path, role="household").status_code == 200
    assert listed.call("GET", f"/api/v1/households/{TENANT}", role="household").status_code == 403
    assert listed.post_list(OTHER, role="household").status_code == 403
