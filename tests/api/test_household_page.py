"""A household's page over HTTP: who sees what, and what bad input is told."""

import html
import json
import re
import warnings
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from api.access import links
from logistics.store import lists, places, runs, tables
from logistics.store.session import open_database
from logistics.usecases.create_run import create_run
from logistics.usecases.cut_off import cut_off
from logistics.usecases.take_list import take_list

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Starlette would rather have httpx's successor
    from fastapi.testclient import TestClient

MINE, OTHER = "KX-01-01-1-101", "KX-01-01-1-102"
HERE = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}


class Phone:
    """A household's phone: a browser without scripts."""

    def __init__(self, service, language: str = "en") -> None:
        self.client = TestClient(
            service.client.app, raise_server_exceptions=False, follow_redirects=True
        )
        self.client.headers.update(HERE | {"Accept-Language": language})

    def get(self, path: str):
        return self.client.get(path)

    def post(self, path: str, **fields: str):
        return self.client.post(path, data=fields)

    def draft(self, **said: object):
        """Send what a page of this household would send."""
        body = {"household": MINE, "picked": [], "text": "", "note": "", "plain": []} | said
        return json.dumps(body, ensure_ascii=False)


@pytest.fixture
def database(service):
    opened = open_database(service.client.app.state.settings.database)
    yield opened
    opened.close()


@pytest.fixture
def phone(service, database):
    def come_in(household: str = MINE, language: str = "en") -> Phone:
        _, secret = database.run(
            lambda s: links.make(
                s, "household", district="Kaixuan", household=household, actor="test",
                at=datetime.now(UTC),
            )
        )  # fmt: skip
        made = Phone(service, language)
        answer = made.post(f"/h/{secret}")
        assert answer.url.path == "/my", answer.text
        return made

    return come_in


@pytest.fixture
def at_the_door(service, database):
    def come_in() -> Phone:
        _, secret = database.run(
            lambda s: links.make(
                s, "door", district="Kaixuan", place="KX-01-01-1", actor="test",
                at=datetime.now(UTC),
            )
        )  # fmt: skip
        made = Phone(service)
        answer = made.post(f"/d/{secret}", room="101")
        assert answer.url.path == "/my", answer.text
        return made

    return come_in


def hidden(page: str) -> dict[str, str]:
    """Read what the button that sends sends along."""
    found = re.findall(r'name="(key|run|draft)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in found}


def run_id(database, code: str) -> str:
    with database.read() as session:
        return runs.get(session, code).id


def of_household(database, household: str = MINE):
    with database.read() as session:
        return lists.of_household(session, None, household)


def hotline(database, run: str, text: str, household: str = MINE) -> str:
    at = datetime.now(UTC)
    return database.run(
        lambda s: take_list(s, run, household, [], text=text, channel="hotline", actor="t", at=at)
    ).id


def test_a_list_is_written_looked_at_sent_and_changed(database, phone) -> None:
    own = phone()
    page = own.post("/my/order", text="土豆2斤", note="leave it at the door", go="preview")
    assert page.url.path == "/my/order/preview"
    assert "2 jin (1 kg)" in page.text
    assert "From your words: 土豆2斤" in page.text
    sent = own.post("/my/order/send", **hidden(page.text))
    assert re.fullmatch(r"/my/list/li_\w+", sent.url.path), sent.text
    (found,) = of_household(database)
    assert (found.channel, found.note, found.lines[0].quantity) == (
        "link", "leave it at the door", 1000,
    )  # fmt: skip
    assert "土豆" not in own.get("/my/order").text  # the draft is gone with it
    page = own.post(f"/my/list/{found.id}", go="change")
    (field,) = re.findall(r'name="(q_\w+)"', page.text)
    page = own.post("/my/order", go="preview", text="", **{field: "1.5"})
    own.post("/my/order/send", **hidden(page.text))
    (changed,) = of_household(database)
    assert (changed.version, changed.lines[0].quantity) == (2, 750)
    late = own.post(f"/my/list/{found.id}", go="cancel", version="1")
    assert late.status_code == 412  # it was read before it was changed
    assert own.post(f"/my/list/{found.id}", go="cancel", version="2").url.path == "/my"
    assert of_household(database)[0].state == "cancelled"


def test_the_same_key_sends_once_and_with_other_content_it_is_refused(
    service, database, phone
) -> None:
    own = phone()
    run = run_id(database, service.run)
    fields = {"key": "k1", "run": run, "draft": own.draft(text="土豆2斤")}
    first, second = own.post("/my/order/send", **fields), own.post("/my/order/send", **fields)
    assert first.url == second.url
    assert len(of_household(database)) == 1
    other = own.post("/my/order/send", **fields | {"draft": own.draft(text="土豆3斤")})
    assert other.status_code == 409
    assert "This list was sent before, with other content" in other.text
    assert len(of_household(database)) == 1
    chinese = phone(OTHER, "zh")
    mine = chinese.draft(household=OTHER, text="土豆2斤")
    chinese.post("/my/order/send", key="k1", run=run, draft=mine)
    refused = chinese.post(
        "/my/order/send", key="k1", run=run, draft=chinese.draft(household=OTHER, text="土豆1斤")
    )
    assert refused.status_code == 409
    assert "这份清单已经发过一次，内容和现在的不同" in refused.text


def test_after_the_cut_off_it_is_told_which_run_takes_the_list_now(
    service, database, phone
) -> None:
    own = phone(language="zh")
    run = run_id(database, service.run)
    at = datetime.now(UTC)
    database.run(lambda s: cut_off(s, service.run, actor="test", at=at))
    draft = own.draft(text="土豆2斤")
    refused = own.post("/my/order/send", key="k1", run=run, draft=draft)
    assert refused.status_code == 409
    assert "已经截单" in refused.text
    assert "现在没有收清单的波次" in refused.text
    later = database.run(
        lambda s: create_run(
            s, "Kaixuan", at.date() + timedelta(days=2), 1, cutoff_at=at + timedelta(hours=9),
            actor="test", at=at,
        )
    )  # fmt: skip
    refused = own.post("/my/order/send", key="k1", run=run, draft=draft)
    assert "现在报的清单进下一波" in refused.text
    assert own.post("/my/order/send", key="k2", run=later.id, draft=draft).status_code == 200
    assert [one.run_id for one in of_household(database)] == [later.id]


def test_another_households_affairs_are_refused_with_what_to_do(service, database, phone) -> None:
    own = phone(language="zh")
    theirs = hotline(database, service.run, "土豆3斤", OTHER)
    draft = own.draft(household=OTHER, text="土豆2斤")
    run = run_id(database, service.run)
    for answer in (
        own.get(f"/my/list/{theirs}"),
        own.post(f"/my/list/{theirs}", go="change"),
        own.post("/my/order/send", key="k", run=run, draft=draft),
        own.post("/my/order", **{"for": OTHER, "text": "x"}),
        own.post("/my/report", key="k", list=theirs, kind="missing"),
        own.get("/my/list/li_none"),
    ):
        assert answer.status_code == 403, answer.url
        assert "只能处理自己的清单" in answer.text
        assert "怎么办" in answer.text
    assert len(of_household(database, OTHER)) == 1


def test_an_unknown_unit_and_unknown_goods_are_asked_about(phone) -> None:
    own = phone()
    page = own.post("/my/order", text="土豆三箱，榴莲糖两斤", go="preview")
    assert "土豆三箱”: please use one of these units: jin" in page.text
    assert "was not" in page.text
    page = own.post("/my/order/preview", words="土豆三箱", item="土豆", quantity="3", unit="斤")
    assert "3 jin (1.5 kg)" in page.text
    refused = own.post("/my/order/preview", words="x", item="金子", quantity="1", unit="斤")
    assert refused.status_code == 422
    assert "The catalogue has no 金子" in refused.text
    assert own.post("/my/order/vegetable", q_it_none="1").status_code == 422
    assert own.get("/my/order/gold").status_code == 404


def test_a_list_too_long_or_torn_is_refused(phone) -> None:
    own = phone()
    assert own.post("/my/order", text="菜" * 4001).status_code == 422
    for torn in ("", "{", "[]", '{"picked": [1]}'):
        answer = own.post("/my/order/send", key="k", run="run_none", draft=torn)
        assert answer.status_code == 409, torn
        assert "Look at your list again" in answer.text
    assert own.post("/my/order/send", run="r", draft="{}").status_code == 400  # without a key


def test_a_link_that_is_closed_or_anothers_says_what_to_do(database, phone) -> None:
    own = phone(language="zh")
    with database.read() as session:
        home = places.household_by_code(session, MINE)
        (link,) = links.links.live_of_household(session, home.id, datetime.now(UTC))
    database.run(lambda s: links.take_back(s, link.id, actor="test", at=datetime.now(UTC)))
    lost = own.get("/my")
    assert lost.url.path == "/sign-in"
    assert "请用自己的链接或二维码" in lost.text
    unknown = own.get("/h/unknown-secret")
    assert unknown.status_code == 403
    assert "请向楼长或热线要一个新链接" in unknown.text


def test_who_came_in_by_the_door_sees_nothing_from_before(service, database, at_the_door) -> None:
    earlier = hotline(database, service.run, "土豆3斤")
    own = at_the_door()
    home = own.get("/my").text
    assert "only what you sent from this phone" in home
    assert earlier not in home
    assert own.get(f"/my/list/{earlier}").status_code == 403
    api = own.client.get("/api/v1/lists", params={"household": MINE})
    assert api.json() == {"lists": []}
    assert own.client.get(f"/api/v1/lists/{earlier}").status_code == 403
    assert own.client.get(f"/api/v1/households/{MINE}").status_code == 403
    assert own.client.get(f"/api/v1/households/{MINE}/receipts").status_code in (403, 404)
    page = own.post("/my/order", text="土豆3斤", go="preview")
    assert "already" not in page.text  # that it was asked for before is not told
    run = run_id(database, service.run)
    own.post("/my/order/send", key="k", run=run, draft=own.draft(text="土豆1斤"))
    sent = of_household(database)[-1]
    assert own.get(f"/my/list/{sent.id}").status_code == 200
    api = own.client.get("/api/v1/lists", params={"household": MINE})
    assert [one["id"] for one in api.json()["lists"]] == [sent.id]


def test_last_time_is_put_into_the_list_but_not_for_who_came_by_the_door(
    service, database, phone, at_the_door
) -> None:
    hotline(database, service.run, "土豆3斤")
    at = datetime.now(UTC)
    database.run(lambda s: cut_off(s, service.run, actor="test", at=at))
    database.run(
        lambda s: create_run(
            s, "Kaixuan", at.date() + timedelta(days=3), 1, cutoff_at=at + timedelta(hours=9),
            actor="test", at=at,
        )
    )  # fmt: skip
    stranger = at_the_door()
    refused = stranger.post("/my/order/repeat")
    assert refused.status_code == 404
    assert 'value="3"' not in refused.text
    own = phone()
    assert 'value="3"' in own.post("/my/order/repeat").text


def test_a_landlord_sends_for_a_tenant(service, database, phone, monkeypatch) -> None:
    monkeypatch.setattr("api.auth.registry.submitted_by", lambda *_: frozenset({OTHER}))
    own = phone()
    assert f'value="{OTHER}"' in own.get("/my/order").text
    page = own.post("/my/order", **{"for": OTHER, "text": "土豆2斤", "go": "preview"})
    assert OTHER in page.text
    run = run_id(database, service.run)
    own.post("/my/order/send", key="k", run=run, draft=own.draft(household=OTHER, text="土豆2斤"))
    assert len(of_household(database, OTHER)) == 1
    assert OTHER in own.get("/my").text


def test_an_errand_is_sent_once_per_key_and_needs_words(phone) -> None:
    own = phone()
    fields = {"key": "k", "kind": "repair", "said": "the tap drips", "due": "2031-04-13T09:00"}
    for _ in range(2):
        assert own.post("/my/errand", **fields).status_code == 200
    asked = own.client.get("/api/v1/errands", params={"household": MINE}).json()
    assert [(one["kind"], one["said"], one["due_at"]) for one in asked] == [
        ("repair", "the tap drips", "2031-04-13T01:00:00Z")
    ]
    assert own.post("/my/errand", key="e", kind="repair", said=" ").status_code == 422
    late = own.post("/my/errand", key="f", kind="repair", said="x", due="tomorrow")
    assert late.status_code == 422
    assert "tap" not in phone(OTHER).get("/my/errand").text
    stolen = phone(OTHER).post(f"/my/errand/{asked[0]['id']}/cancel")
    assert stolen.status_code == 403


def test_announcements_stand_on_the_page_in_the_readers_language(service, phone) -> None:
    said = {"district": "Kaixuan", "place": "KX-01-01", "text_zh": "停水", "text_en": "No water"}
    made = service.call("POST", "/api/v1/announcements", json=said, role="leader")
    assert made.status_code == 201, made.text
    assert "No water" in phone().get("/my").text
    assert "停水" in phone(language="zh").get("/my/announcements").text
    foreign = said | {"place": "KX-01"}
    refused = service.call("POST", "/api/v1/announcements", json=foreign, role="leader")
    assert refused.status_code == 403
    gone = service.call(
        "POST", f"/api/v1/announcements/{made.json()['id']}/withdraw", json={}, role="leader"
    )
    assert gone.json()["withdrawn_at"] is not None
    assert service.call("GET", "/api/v1/announcements").json() == {"announcements": []}


def test_a_household_is_told_in_words_how_long_it_is_until_the_cut_off(database, phone) -> None:
    soon = datetime.now(UTC) + timedelta(days=2, hours=3, minutes=1)
    with database.transaction() as session:
        session.execute(update(tables.run).values(cutoff_at=soon))
    assert "2 days 3 hours left" in phone().get("/my").text
