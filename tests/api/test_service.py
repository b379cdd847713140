import pkgutil
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

import pytest

import api
import logistics
from api.app import forget_old_keys
from api.i18n import has_text
from logistics.errors import SupplyLoopError
from logistics.store import idempotency

MINE, OTHER = "KX-01-01-1-101", "KX-01-01-1-102"


def test_a_list_is_taken_and_read_back_in_its_unit(service):
    taken = service.post_list(body={"client_ref": "a1"})
    assert taken.status_code == 201
    found = service.call("GET", f"/api/v1/lists/{taken.json()['id']}").json()
    assert found["client_ref"] == "a1"
    line = found["lines"][0]
    assert (line["quantity"], line["unit"], line["base_quantity"]) == (2, "斤", 1000)
    [same] = service.call("GET", "/api/v1/lists", params={"household": MINE}).json()["lists"]
    assert same == found


def test_the_same_key_and_body_answer_the_same_once(service):
    first, second = service.post_list(key="k"), service.post_list(key="k")
    assert (second.status_code, second.json()) == (201, first.json())
    assert second.headers["Idempotent-Replay"] == "true"
    lists = service.call("GET", "/api/v1/lists", params={"household": MINE}).json()["lists"]
    assert len(lists) == 1


def test_the_same_key_with_another_body_is_refused(service):
    service.post_list(key="k")
    refused = service.post_list(key="k", quantity=3)
    assert refused.status_code == 409
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["code"] == "idempotency.key-reused"


def test_a_household_reaches_only_its_own_lists(service):
    assert service.post_list(MINE, role="household").status_code == 201
    assert service.post_list(OTHER, role="household").status_code == 403
    theirs = service.post_list(OTHER).json()["id"]
    path = f"/api/v1/lists/{theirs}"
    assert service.call("GET", path, role="household").status_code == 403
    refused = service.call("DELETE", path, role="household", headers={"If-Match": '"1"'})
    assert refused.status_code == 403


def test_a_list_changes_until_the_cut_off_and_not_after(service):
    path = f"/api/v1/lists/{service.post_list().json()['id']}"
    body = {"lines": [{"item": "土豆", "quantity": 1, "unit": "斤"}]}
    assert service.call("PUT", path, json=body).status_code == 428
    changed = service.call("PUT", path, json=body, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert service.call("PUT", path, json=body, headers={"If-Match": "1"}).status_code == 412
    assert service.call("POST", f"/api/v1/runs/{service.run}/cutoff").status_code == 200
    late = service.call("PUT", path, json=body, headers={"If-Match": "2"})
    assert late.status_code == 409
    assert service.post_list().json()["code"] == "run.none-open"


def test_a_run_walks_from_order_to_bags_and_refuses_a_step_too_early(service):
    service.post_list()
    at = f"/api/v1/runs/{service.run}"
    assert service.call("POST", f"{at}/pack").json()["code"] == "run.out-of-order"
    for step in ("cutoff", "order"):
        assert service.call("POST", f"{at}/{step}").status_code == 200
    [order] = service.call("GET", f"{at}/orders").json()["orders"]
    counts = {"counts": [{"item": "土豆", "quantity_base": 5000}]}
    path = f"/api/v1/orders/{order['id']}/receipts"
    assert service.call("POST", path, json=counts).status_code == 201
    for step in ("receive", "allocate", "pack"):
        answer = service.call("POST", f"{at}/{step}")
        assert answer.status_code == 200, answer.text
    view = service.call("GET", at).json()
    assert (view["run"]["state"], view["view"]["bags"]) == ("packed", 1)


@pytest.mark.parametrize("path", ["/api/v1/lists", "/api/v1/runs", "/api/v1/openapi.json"])
def test_strangers_are_turned_away(service, path):
    refused = service.call("GET", path, role=None)
    assert (refused.status_code, refused.json()["code"]) == (401, "token.missing")


def test_the_description_names_every_endpoint_and_its_refusals(service):
    document = service.call("GET", "/api/v1/openapi.json").json()
    assert "Problem" in document["components"]["schemas"]
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert operation["responses"], path
            assert "HTTPValidationError" not in str(operation)


def test_health_is_503_when_the_database_is_away(service):
    assert service.client.get("/healthz").status_code == 200
    file = Path(service.client.app.state.database._engine.url.database)
    file.rename(file.with_suffix(".away"))
    answer = service.client.get("/healthz")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")


def test_faults_of_a_request_are_named_without_its_words(service):
    refused = service.call("POST", "/api/v1/lists", json={"household": MINE, "lines": [{}]})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["at"] == "body/lines/0/item"


def test_the_welcome_page_shows_totals_in_both_languages_and_no_household(service):
    service.post_list()
    chinese, english = service.client.get("/"), service.client.get("/?lang=en")
    assert "无接触配送服务闭环" in chinese.text
    assert service.run in english.text
    assert MINE not in english.text
    assert "default-src 'none'" in english.headers["Content-Security-Policy"]


def test_the_report_is_a_page_that_asks_nobody_even_before_there_is_a_plan(service):
    page = service.call("GET", f"/api/v1/runs/{service.run}/report", params={"lang": "en"})
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert f"Run report {service.run}" in page.text
    assert "Less travel or fewer faces" not in page.text
    refused = service.call("POST", f"/api/v1/runs/{service.run}/frontier")
    assert (refused.status_code, refused.json()["code"]) == (404, "plan.unknown")


def test_every_refusal_has_its_text_in_both_languages():
    for package in (logistics, api):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if "__main__" not in module.name and "migrations" not in module.name:
                import_module(module.name)
    codes, todo = set(), [SupplyLoopError]
    while todo:
        for leaf in todo.pop().__subclasses__():
            todo.append(leaf)
            if leaf.__module__.startswith(("logistics", "api")):
                codes.add(leaf.code)
    assert {c for c in codes if not (has_text(c, "zh") and has_text(c, "en"))} == set()


def test_keys_are_forgotten_once_kept_as_long_as_promised(database):
    at = datetime.now(UTC)
    with database.transaction() as session:
        idempotency.claim(session, "s", "old", "d", at - idempotency.KEPT - timedelta(minutes=1))
        idempotency.claim(session, "s", "young", "d", at - idempotency.KEPT + timedelta(days=1))
    assert database.run(forget_old_keys) == 1
