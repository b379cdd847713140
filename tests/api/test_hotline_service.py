"""What the hotline asks of the service: households by address, cards, previews, last lists."""

from datetime import UTC, datetime, timedelta

from logistics.domain.needs import Need, NeedRecord, TierTable
from logistics.domain.registry import HouseholdRecord
from logistics.domain.registry_changes import Changes
from logistics.store import places, registry
from logistics.usecases.create_run import create_run
from logistics.usecases.cut_off import cut_off
from tests.api.conftest import MINE, OTHER

FIND = "/api/v1/districts/Kaixuan/households/find"


def find(service, said, role="clerk", **more):
    return service.call("GET", FIND, role=role, params={"said": said, **more})


def register(service, code):
    """Say that an old diabetic lives there."""
    at = datetime.now(UTC)
    with service.client.app.state.database.transaction() as session:
        home = places.household_by_code(session, code)
        needs = [
            (home.id, NeedRecord(member_no=0, need=need, detail=detail, consent_on=at.date(),
                                 consent_by="desk"))
            for need, detail in ((Need.DIET, "no sugar"), (Need.ELDERLY, "82"),
                                 (Need.CHRONIC_ILLNESS, "diabetes"))
        ]  # fmt: skip
        by = registry.Writing(source="test", actor="test", at=at)
        changes = Changes(records=[(home.id, HouseholdRecord(persons=1))], needs=needs)
        registry.write(session, changes, TierTable(()), by)


def test_a_household_is_found_by_what_is_said_and_nothing_of_its_needs_is_told(service):
    register(service, MINE)
    found = find(service, "1幢1单元101").json()
    assert found["sure"] is True
    (home,) = found["candidates"]
    assert home["code"] == MINE
    assert home["explained"] == "the only one that fits"
    assert "sugar" not in str(found)
    assert find(service, "101").json() == {
        "candidates": [], "sure": False, "ask": "building", "room": "101",
        "asked": "Which compound and building, please?",
    }  # fmt: skip


def test_a_leader_finds_the_own_building_and_others_may_not_find_at_all(service):
    assert [c["code"] for c in find(service, "102", role="leader").json()["candidates"]] == [OTHER]
    for role in ("auditor", "household", "courier", "steward"):
        assert find(service, "102", role=role).status_code == 403


def test_nothing_said_is_refused_with_what_to_say(service):
    answer = find(service, " ")
    assert answer.status_code == 422
    assert answer.json()["code"] == "address.unsaid"


def test_a_card_shows_each_role_the_needs_it_acts_on(service):
    register(service, MINE)
    service.post_list(MINE)

    def needs(role):
        card = service.call("GET", f"/api/v1/households/{MINE}/card", role=role).json()
        assert card["lists"][0]["lines"] == ["potato 2 jin (1 kg)"]
        assert card["run"]["code"] == service.run
        return {one["need"] for one in card["needs"]}, card["withheld"]

    assert needs("planner") == ({"diet"}, True)
    assert needs("clerk") == ({"diet", "elderly", "chronic-illness"}, False)
    assert needs("leader") == ({"elderly"}, True)


def test_only_who_may_ask_the_doctor_reads_the_contact(service):
    body = {"text": "health station 0571"}
    path = f"/api/v1/households/{MINE}/doctor"
    assert service.call("PUT", path, role="clerk", json=body).status_code == 200
    assert service.call("GET", path, role="clerk").json() == {"text": body["text"], "own": True}
    card = f"/api/v1/households/{MINE}/card"
    assert service.call("GET", card, role="clerk").json()["doctor"] == body["text"]
    assert service.call("GET", card, role="planner").json()["doctor"] is None
    for role in ("auditor", "planner", "leader", "duty-officer", "administrator"):
        assert service.call("GET", path, role=role).status_code == 403


def test_a_preview_says_what_would_be_understood_and_writes_nothing(service):
    body = {"household": MINE, "text": "土豆2斤,再来点那个,放门口"}
    seen = service.call("POST", "/api/v1/lists/preview", role="clerk", json=body)
    assert seen.status_code == 200
    told = seen.json()
    assert told["read_back"][0] == "potato 2 jin (1 kg)"
    assert [line["item"] for line in told["lines"]] == ["土豆"]
    assert told["doubts"]
    assert all(doubt["question"] for doubt in told["doubts"])
    assert told["run"]["code"] == service.run
    listed = service.call("GET", "/api/v1/lists", params={"household": MINE}).json()
    assert listed == {"lists": []}
    waiting = service.call("GET", f"/api/v1/runs/{service.run}/triage").json()
    assert waiting["entries"] == []


def test_a_preview_asks_about_what_came_by_another_way_before(service):
    service.post_list(MINE, role="household")
    body = {"household": MINE, "text": "土豆2斤"}
    told = service.call("POST", "/api/v1/lists/preview", role="clerk", json=body).json()
    assert told["lines"] == []
    assert [doubt["again"] for doubt in told["doubts"]] == [True]


def test_nobody_previews_for_a_household_of_others(service):
    body = {"household": OTHER, "text": "土豆2斤"}
    seen = service.call("POST", "/api/v1/lists/preview", role="household", json=body)
    assert seen.status_code == 403


def test_the_last_list_is_taken_again_once_per_key(service):
    body = {"household": MINE}
    none = service.call("POST", "/api/v1/lists/repeat", role="clerk", json=body)
    assert (none.status_code, none.json()["code"]) == (404, "list.none-earlier")
    service.post_list(MINE)
    database, at = service.client.app.state.database, datetime.now(UTC)
    database.run(lambda s: cut_off(s, service.run, actor="test", at=at))
    day, later = at.date() + timedelta(days=2), at + timedelta(hours=9)
    database.run(lambda s: create_run(s, "Kaixuan", day, 1, cutoff_at=later, actor="test", at=at))
    first = service.call("POST", "/api/v1/lists/repeat", role="clerk", key="again", json=body)
    assert first.status_code == 201, first.text
    assert [line["item"] for line in first.json()["lines"]] == ["土豆"]
    assert first.json()["channel"] == "hotline"
    again = service.call("POST", "/api/v1/lists/repeat", role="clerk", key="again", json=body)
    assert again.json() == first.json()
    card = service.call("GET", f"/api/v1/households/{MINE}/card", role="clerk").json()
    assert card["missed"]["code"] == service.run
    assert [one["missed"] for one in card["lists"]] == [False, True]
