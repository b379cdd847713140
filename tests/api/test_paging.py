"""Long lists are read in pages; each page names the next in its body and in Link."""

from datetime import date, timedelta

import pytest

from api.paging import CursorInvalid, after_key, cursor_of, read_cursor

ROWS = ["c", "a", "b", "e", "d"]


def walk(service, path: str, field: str, **more):
    """Read all pages by their links; give the rows and how many pages there were."""
    seen, pages = [], 0
    while path:
        answer = service.call("GET", path, **more)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        seen += body[field]
        pages += 1
        path = answer.links.get("next", {}).get("url")
        assert (body["next"] is None) is (path is None)
    return seen, pages


def test_runs_are_read_in_pages_newest_first(service):
    for wave in range(2, 7):
        body = {
            "district": "Kaixuan",
            "day": str(date(2031, 1, 1) + timedelta(days=wave % 3)),
            "wave": wave,
            "cutoff_at": "2030-12-31T12:00:00Z",
        }
        assert service.call("POST", "/api/v1/runs", json=body).status_code == 201
    seen, pages = walk(service, "/api/v1/runs?limit=2", "runs")
    assert pages == 3
    order = [(run["day"], run["wave"]) for run in seen]
    assert order == sorted(order, reverse=True)
    assert len({run["id"] for run in seen}) == 6


def test_lists_of_a_run_are_read_in_pages(service):
    for quantity in (1, 2, 3):
        assert service.post_list(quantity=quantity).status_code == 201
    seen, pages = walk(service, f"/api/v1/runs/{service.run}/lists?limit=1", "lists")
    assert pages == 3
    assert len({one["id"] for one in seen}) == 3


def test_the_roll_is_called_in_pages_in_its_own_order(service):
    whole = service.call("GET", f"/api/v1/runs/{service.run}/roll-call").json()
    assert whole["next"] is None
    seen, pages = walk(service, f"/api/v1/runs/{service.run}/roll-call?limit=2", "rows")
    assert seen == whole["rows"]
    assert pages == -(-len(whole["rows"]) // 2)


def test_what_waits_for_a_person_is_read_in_pages(service):
    for words in ("什么", "那个", "随便"):
        lines = [{"item": words, "quantity": 1, "unit": "斤"}]
        assert service.post_list(body={"lines": lines}).status_code == 201
    seen, pages = walk(service, f"/api/v1/runs/{service.run}/triage?limit=2", "entries")
    assert (len(seen), pages) == (3, 2)


@pytest.mark.parametrize("cursor", ["nonsense", cursor_of("x"), cursor_of("31 January", 1, "r")])
def test_a_cursor_of_another_list_is_refused(service, cursor):
    answer = service.call("GET", f"/api/v1/runs?after={cursor}")
    assert (answer.status_code, answer.json()["code"]) == (422, "page.cursor-invalid")


def test_who_read_the_newest_list_is_not_sent_it_again(service):
    path = f"/api/v1/lists/{service.post_list().json()['id']}"
    tag = service.call("GET", path).headers["ETag"]
    again = service.call("GET", path, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert service.call("POST", f"/api/v1/runs/{service.run}/cutoff").status_code == 200
    frozen = service.call("GET", path, headers={"If-None-Match": tag})
    assert (frozen.status_code, frozen.json()["state"]) == (200, "frozen")


def test_a_tag_that_was_read_names_the_version_that_is_changed(service):
    path = f"/api/v1/lists/{service.post_list().json()['id']}"
    tag = service.call("GET", path).headers["ETag"]
    body = {"lines": [{"item": "土豆", "quantity": 5, "unit": "斤"}]}
    assert service.call("PUT", path, json=body, headers={"If-Match": tag}).status_code == 200
    late = service.call("PUT", path, json=body, headers={"If-Match": tag})
    assert (late.status_code, late.json()["code"]) == (412, "list.changed")


def test_pages_of_an_order_of_its_own_leave_nobody_out():
    seen, cursor = [], None
    while True:
        found, cursor = after_key(ROWS, str, cursor, 2)
        seen += found
        if cursor is None:
            break
    assert seen == ROWS


def test_one_who_left_the_list_meanwhile_does_not_end_it():
    found, _ = after_key(ROWS, str, cursor_of("gone"), 2)
    assert found == ["c", "a"]


@pytest.mark.parametrize("values", [("a",), ("a", 1, "b"), (2**40, "x")])
def test_a_cursor_reads_back_as_it_was_written(values):
    assert read_cursor(cursor_of(*values), *map(type, values)) == values


@pytest.mark.parametrize("text", ["=", "WyJhIl0x", "bm90IGpzb24", "WzFd", "W3RydWVd", "W10"])
def test_what_is_no_cursor_is_refused(text):
    with pytest.raises(CursorInvalid):
        read_cursor(text, str)
