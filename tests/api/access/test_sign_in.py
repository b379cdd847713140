"""Sessions over HTTP: who may send what from where."""

import pytest

from api.access import links, staff
from logistics.domain.runs import RunState
from logistics.store import runs

GOOD = "three plain words"
SAME = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def planner(world, client):
    with world.database.transaction() as session:
        staff.take_on(session, "desk.one", GOOD, actor="test", at=world.at)
        staff.give_role(
            session, "desk.one", "planner", district="Kaixuan", actor="test", at=world.at
        )
    return client


def sign_in(client, password=GOOD, **more):
    headers = SAME | more.pop("headers", {})
    form = {"login": "desk.one", "password": password} | more
    return client.post("/sign-in", data=form, headers=headers)


def test_signing_in_leads_to_the_first_page_and_out_again(planner, world):
    answer = sign_in(planner)
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk")
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert planner.get(f"/api/v1/runs/{world.inside.run}").status_code == 200
    assert planner.get(f"/api/v1/runs/{world.foreign.run}").status_code == 403
    planner.post("/sign-out", headers=SAME)
    assert planner.get(f"/api/v1/runs/{world.inside.run}").status_code == 401


@pytest.mark.parametrize(
    ("next_", "leads_to"),
    [
        ("/account", "/account"),
        ("//elsewhere.example", "/desk"),  # another site's page in the dress of a path
        ("https://elsewhere.example/", "/desk"),
        ("/\\elsewhere.example", "/desk"),  # browsers read the backslash as a slash
    ],
)
def test_who_signed_in_is_led_on_within_the_service_only(planner, next_, leads_to):
    assert sign_in(planner, next=next_).headers["location"] == leads_to


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},  # a neighbour under the same domain
        {"Origin": "https://elsewhere.example"},  # an old browser
        {},  # says nothing of where it comes from
    ],
)
def test_another_sites_page_cannot_act_with_a_session(planner, world, headers):
    sign_in(planner)
    body = {"household": world.inside.household, "text": "土豆1斤"}
    sent = {"Idempotency-Key": "x", **headers}
    refused = planner.post("/api/v1/lists", json=body, headers=sent)
    assert (refused.status_code, refused.json()["code"]) == (403, "origin.foreign")
    done = planner.post("/api/v1/lists", json=body, headers={"Idempotency-Key": "x", **SAME})
    assert done.status_code == 201


def test_a_program_with_a_token_needs_no_origin(world, client):
    body = {"household": world.inside.household, "text": "土豆1斤"}
    sent = {"Idempotency-Key": "x", "Authorization": f"Bearer {world.tokens['clerk']}"}
    assert client.post("/api/v1/lists", json=body, headers=sent).status_code == 201


def test_a_sign_in_from_another_site_is_not_heard(planner):
    refused = sign_in(planner, headers={"Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 403
    assert "set-cookie" not in refused.headers


def test_over_https_the_cookie_goes_nowhere_else(planner):
    planner.app.state.settings = _with_https(planner.app.state.settings)
    said = sign_in(planner).headers["set-cookie"]
    assert said.startswith("__Host-supplyloop=")
    assert "Secure" in said


def test_a_role_that_is_taken_back_is_gone_at_the_next_request(planner, world):
    sign_in(planner)
    with world.database.transaction() as session:
        from logistics.store import staff as accounts  # noqa: PLC0415

        (held,) = accounts.grants(session, accounts.get(session, "desk.one").id)
        staff.end_role(session, held.id, actor="test", at=world.at)
    assert planner.get(f"/api/v1/runs/{world.inside.run}").status_code == 401


def test_ones_own_devices_are_shown_and_signed_out(planner):
    sign_in(planner)
    here = dict(planner.cookies)
    planner.cookies.clear()
    sign_in(planner)
    page = planner.get("/account").text
    assert page.count("/account/sessions/") == 1
    other = page.split("/account/sessions/")[1].split("/end")[0]
    planner.post(f"/account/sessions/{other}/end", headers=SAME)
    planner.cookies.clear()
    planner.cookies.update(here)
    assert planner.get("/api/v1/me").status_code == 401


def test_a_password_is_changed_with_the_old_one_only(planner):
    sign_in(planner)
    wrong = {"old": "not this one", "new": "another good one"}
    assert planner.post("/account/password", data=wrong, headers=SAME).status_code == 422
    weak = {"old": GOOD, "new": "short"}
    assert planner.post("/account/password", data=weak, headers=SAME).status_code == 422
    good = {"old": GOOD, "new": "another good one"}
    assert planner.post("/account/password", data=good, headers=SAME).status_code == 200
    planner.cookies.clear()
    assert sign_in(planner, "another good one").status_code == 303


def test_a_language_once_chosen_is_kept(planner):
    sign_in(planner)
    sent = SAME | {"Referer": "http://testserver/account"}
    answer = planner.post("/language", data={"language": "en"}, headers=sent)
    assert answer.headers["location"] == "/account"
    assert "My account" in planner.get("/account").text


def test_refusals_are_pages_for_people_and_problems_for_programs(client):
    page = client.get("/h/nothing", headers={"Accept": "text/html", "Accept-Language": "en"})
    assert page.headers["content-type"].startswith("text/html")
    assert "ask your building leader" in page.text
    problem = client.get("/h/nothing", headers={"Accept": "application/json"})
    assert problem.json()["code"] == "link.closed"
    api = client.get("/api/v1/me", headers={"Accept": "text/html"})
    assert api.json()["code"] == "token.missing"


def test_who_is_not_signed_in_is_led_to_the_door(client):
    answer = client.get("/account", headers={"Accept": "text/html"})
    assert answer.headers["location"] == "/sign-in?next=/account"


def test_links_are_made_no_further_than_ones_own_reach(world, client):
    def make(asker, **body):
        headers = {"Authorization": f"Bearer {world.tokens[asker]}"}
        return client.post("/api/v1/districts/Kaixuan/links", json=body, headers=headers)

    own = make("leader", role="household", household=world.inside.household)
    assert own.status_code == 201
    assert own.json()["path"].startswith("/h/")
    foreign = make("leader", role="household", household=world.outside.household)
    assert foreign.status_code == 403
    more = make("leader", role="leader", place=world.inside.building)
    assert more.status_code == 403
    assert make("clerk", role="courier", courier="K1").status_code == 403
    assert make("planner", role="courier", courier="K1").status_code == 201
    away = make("planner", role="household", household=world.foreign.household)
    assert away.status_code == 403


def test_a_courier_reports_their_own_bags_in_their_own_name(world, client):
    def send(role, *events, event="drop"):
        headers = {"Authorization": f"Bearer {world.tokens[role]}", "Idempotency-Key": "e"}
        body = {"events": [{"bag": bag, "event": event, "by": by} for bag, by in events]}
        path = f"/api/v1/runs/{world.inside.run}/events"
        return client.post(path, json=body, headers=headers)

    foreign = send("courier", (world.outside.bag, "courier:K1"))
    assert (foreign.status_code, foreign.json()["code"]) == (403, "token.not-yours")
    other = send("courier", (world.inside.bag, "courier:K2"))
    assert other.status_code == 403
    world.database.run(
        lambda s: runs.set_state(s, runs.get(s, world.inside.run).id, RunState.RELEASED)
    )
    both = (world.outside.bag, "leader:KX-01-01"), (world.inside.bag, "leader:KX-01-01")
    answer = send("leader", *both, event="take")
    assert answer.status_code == 200, answer.text
    told = {one["bag"]: one["outcome"] for one in answer.json()["heard"]}
    assert told[world.outside.bag] == "token.not-yours"
    assert told[world.inside.bag] != "token.not-yours"


def test_a_link_that_was_taken_back_ends_the_session_that_came_in_by_it(world, client):
    made, secret = world.database.run(
        lambda s: links.make(
            s, "courier", district="Kaixuan", courier="K1", actor="test", at=world.at
        )
    )
    assert client.post(f"/h/{secret}", headers=SAME).status_code == 303
    assert client.get("/api/v1/me").json()["courier"] == "K1"
    world.database.run(lambda s: links.take_back(s, made.id, actor="test", at=world.at))
    assert client.get("/api/v1/me").status_code == 401


def _with_https(settings):
    from dataclasses import replace  # noqa: PLC0415

    return replace(settings, https=True)
