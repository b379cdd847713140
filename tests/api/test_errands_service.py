"""Errands over HTTP and at the command line."""

import json

from typer.testing import CliRunner

from api.cli import app

MINE, OTHER = "KX-01-01-1-101", "KX-01-01-1-102"


def ask(service, household=MINE, *, place="", **more):
    body = {"household": household, "kind": "medicine", "said": "降压药一盒", "place": place}
    return service.call("POST", "/api/v1/errands", json=body, **more)


def test_a_household_asks_for_itself_and_takes_it_back(service):
    taken = ask(service, role="household")
    assert taken.status_code == 201
    assert ask(service, OTHER, role="household").status_code == 403
    at = f"/api/v1/errands/{taken.json()['id']}"
    assert service.call("GET", at, role="household").json()["state"] == "asked"
    mine = service.call("GET", f"/api/v1/errands?household={MINE}", role="household")
    assert [one["id"] for one in mine.json()] == [taken.json()["id"]]
    gone = service.call("POST", f"{at}/cancel", role="household", json={"note": "买到了"})
    assert (gone.status_code, gone.json()["state"]) == (200, "cancelled")


def test_another_households_errand_is_not_to_be_seen_or_touched(service):
    other = ask(service, OTHER).json()["id"]
    at = f"/api/v1/errands/{other}"
    assert service.call("GET", at, role="household").status_code == 403
    refused = service.call("POST", f"{at}/cancel", role="household", json={"note": "x"})
    assert (refused.status_code, refused.json()["code"]) == (403, "token.not-yours")


def test_the_desk_brings_it_on_and_pages_through(service):
    ids = [ask(service, household).json()["id"] for household in (MINE, OTHER, MINE)]
    moved = service.call("POST", f"/api/v1/errands/{ids[0]}/steps", role="clerk",
                         json={"state": "accepted"})  # fmt: skip
    assert [step["state"] for step in moved.json()["steps"]] == ["asked", "accepted"]
    late = service.call("POST", f"/api/v1/errands/{ids[0]}/steps", json={"state": "done"})
    assert (late.status_code, late.json()["code"]) == (409, "errand.out-of-order")
    first = service.call("GET", "/api/v1/districts/Kaixuan/errands?limit=2").json()
    rest = service.call("GET", f"/api/v1/districts/Kaixuan/errands?after={first['next']}").json()
    assert [one["id"] for one in (*first["errands"], *rest["errands"])] == ids
    assert rest["next"] is None


def test_the_key_makes_a_resent_request_one_errand(service):
    one, two = ask(service, key="k"), ask(service, key="k")
    assert one.json() == two.json()
    assert two.headers["Idempotent-Replay"] == "true"


def test_errands_at_the_command_line(service):
    url = service.client.app.state.settings.database

    def call(*words):
        done = CliRunner().invoke(app, ["errand", *words, "--database", url, "--lang", "en"])
        assert done.exit_code == 0, done.output
        return done.output

    taken = json.loads(call("take", MINE, "parcel", "门口柜 3 号", "--json"))
    assert "parcel  asked  门口柜 3 号" in call("list")
    said = call("mark", taken["id"], "declined", "--note", "柜子坏了")
    assert "declined" in said
    assert "柜子坏了" in said
    assert json.loads(call("list", "--json")) == []


def test_where_a_thing_lies_is_said_with_the_errand_or_later(service):
    taken = ask(service, place="SX-1").json()
    assert taken["place"] == "SX-1"
    at = f"/api/v1/errands/{taken['id']}/place"
    refused = service.call("POST", at, role="household", json={"place": "SX-2"})
    assert refused.status_code == 403
    assert service.call("POST", at, role="clerk", json={"place": "SX-2"}).json()["place"] == "SX-2"
    assert service.call("GET", at.removesuffix("/place")).json()["place"] == "SX-2"
    empty = service.call("POST", at, json={"place": " "})
    assert (empty.status_code, empty.json()["code"]) == (422, "errand.place-empty")


def test_a_place_at_the_command_line(service):
    url = service.client.app.state.settings.database

    def call(*words):
        done = CliRunner().invoke(app, ["errand", *words, "--database", url, "--json"])
        assert done.exit_code == 0, done.output
        return json.loads(done.output)

    taken = call("take", MINE, "parcel", "快递", "--place", "SX-1")
    assert taken["place"] == "SX-1"
    assert call("place", taken["id"], "SX-2")["place"] == "SX-2"
