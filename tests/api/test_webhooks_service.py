"""Webhooks over HTTP: for administrators, versioned, with secrets that are shown once."""

import pytest

ADMIN = "administrator"
URL = "https://127.0.0.1:9/path?key=hidden"  # no name is asked, and nobody is reached


def add(service, key=None, **body):
    told = {"url": URL, "events": ["run.state"]} | body
    return service.call("POST", "/api/v1/webhooks", role=ADMIN, json=told, key=key)


@pytest.fixture
def made(service):
    answer = add(service)
    assert answer.status_code == 201, answer.text
    return answer.json()


def path(made, more=""):
    return f"/api/v1/webhooks/{made['webhook']['id']}{more}"


def test_a_webhook_is_added_and_its_secret_shown_once(service, made):
    assert made["secret"].startswith("whsec_")
    assert made["webhook"]["url"] == "https://127.0.0.1:9/path?…"
    answer = service.call("GET", path(made), role=ADMIN)
    assert answer.status_code == 200
    assert made["secret"] not in answer.text
    assert "hidden" not in answer.text


def test_sent_again_under_its_key_it_is_one_webhook(service):
    first, second = add(service, key="same"), add(service, key="same")
    assert first.json() == second.json()
    assert len(service.call("GET", "/api/v1/webhooks", role=ADMIN).json()["webhooks"]) == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"url": "http://hook.example/"}, "webhook.url-invalid"),  # no TLS
        ({"url": "https://user:word@hook.example/"}, "webhook.url-invalid"),
        ({"url": "ftp://hook.example/"}, "webhook.url-invalid"),
        ({"events": ["run.nothing"]}, "webhook.event-unknown"),
        ({"secret": "whsec_short"}, "webhook.secret-invalid"),
        ({"secret": "no prefix but long enough to be one, surely"}, "webhook.secret-invalid"),
    ],
)
def test_what_cannot_be_is_refused(service, body, code):
    answer = add(service, **body)
    assert answer.status_code == 422
    assert answer.json()["code"] == code
    assert answer.headers["content-type"].startswith("application/problem+json")


@pytest.mark.parametrize("role", ["planner", "clerk", "auditor", "courier", "household"])
def test_only_administrators_say_who_is_told(service, made, role):
    for method, more in (("GET", ""), ("POST", "/ping"), ("POST", "/secret"), ("DELETE", "")):
        answer = service.call(method, path(made, more), role=role, headers={"If-Match": '"1"'})
        assert answer.status_code == 403, (method, more)


def test_who_has_the_newest_version_is_not_sent_it_again(service, made):
    tag = service.call("GET", path(made), role=ADMIN).headers["ETag"]
    again = service.call("GET", path(made), role=ADMIN, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == tag


def test_a_change_names_the_version_that_it_changes(service, made):
    told = {"events": ["*"]}
    assert service.call("PATCH", path(made), role=ADMIN, json=told).status_code == 428
    match = {"If-Match": '"1"'}
    changed = service.call("PATCH", path(made), role=ADMIN, json=told, headers=match)
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    late = service.call("PATCH", path(made), role=ADMIN, json=told, headers=match)
    assert (late.status_code, late.json()["code"]) == (412, "webhook.changed")


def test_switched_off_and_on_again(service, made):
    for version, active in ((1, False), (2, True)):
        match = {"If-Match": f'"{version}"'}
        answer = service.call(
            "PATCH", path(made), role=ADMIN, json={"active": active}, headers=match
        )
        assert answer.json()["active"] is active


def test_a_new_secret_is_another(service, made):
    answer = service.call("POST", path(made, "/secret"), role=ADMIN)
    assert answer.status_code == 200
    assert answer.json()["secret"] != made["secret"]


def test_a_robot_has_its_secret_from_its_own_page(service):
    robot = add(service, form="dingtalk", secret="SECx").json()  # noqa: S106  of nobody
    answer = service.call("POST", path(robot, "/secret"), role=ADMIN)
    assert (answer.status_code, answer.json()["code"]) == (422, "webhook.secret-not-ours")


def test_taken_away_it_is_gone(service, made):
    match = {"If-Match": '"1"'}
    assert service.call("DELETE", path(made), role=ADMIN, headers=match).status_code == 204
    assert service.call("GET", path(made), role=ADMIN).status_code == 404


def test_a_test_message_to_a_private_address_is_not_sent(service):
    inside = add(service, url="https://127.0.0.1:9/").json()
    answer = service.call("POST", path(inside, "/ping"), role=ADMIN)
    assert answer.status_code == 200
    assert answer.json()["delivered"] is False
    assert answer.json()["error"] == "webhook.host-private"
    (kept,) = service.call("GET", path(inside, "/deliveries"), role=ADMIN).json()["deliveries"]
    assert kept["event"] == "webhook.ping"
    assert kept["last_error"] == "webhook.host-private"


def test_messages_are_read_in_pages_newest_first(service, made):
    for wave in (2, 3, 4):
        body = {
            "district": "Kaixuan", "day": "2031-01-01", "wave": wave,
            "cutoff_at": "2030-12-31T12:00:00Z",
        }  # fmt: skip
        assert service.call("POST", "/api/v1/runs", json=body).status_code == 201
    seen, link = [], path(made, "/deliveries?limit=2")
    pages = 0
    while link:
        answer = service.call("GET", link, role=ADMIN)
        assert answer.status_code == 200, answer.text
        seen += [one["payload"] for one in answer.json()["deliveries"]]
        link = answer.links.get("next", {}).get("url")
        assert (answer.json()["next"] is None) is (link is None)
        pages += 1
    assert pages == 2
    assert [one.split('"run":"')[1].split('"')[0][-1] for one in seen] == ["4", "3", "2"]


@pytest.mark.parametrize("cursor", ["x", "bm90", "WzFd", "eyJhIjoxfQ", "WyJhIiwiYiJd"])
def test_a_cursor_that_was_not_given_out_is_refused(service, cursor):
    answer = service.call("GET", f"/api/v1/webhooks?after={cursor}", role=ADMIN)
    assert (answer.status_code, answer.json()["code"]) == (422, "page.cursor-invalid")
