"""The description of the interface is complete, valid, and what it shows really fits."""

import re
from functools import cache

import jsonschema
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.app import create_app
from api.errors import MEDIA_TYPE
from api.openapi import describe
from api.settings import Settings

OPEN = {"/healthz"}


@cache
def document():
    app = create_app(Settings(database="sqlite:////nowhere/at/all.db"))
    return describe(app)


def operations():
    for path, of_path in document()["paths"].items():
        for method, operation in of_path.items():
            yield path, method, operation


def contents(operation):
    """Give where, media type and content of the body and of every answer."""
    bodies = {"body": operation["requestBody"]} if "requestBody" in operation else {}
    for where, holder in {**bodies, **operation["responses"]}.items():
        for media, content in holder.get("content", {}).items():
            yield where, media, content


def examples(content):
    found = [content["example"]] if "example" in content else []
    for one in content.get("examples", {}).values():
        if "$ref" in one:
            name = one["$ref"].rpartition("/")[2]
            found.append(document()["components"]["examples"][name]["value"])
        else:
            found.append(one["value"])
    return found


def test_the_document_is_valid_openapi_31():
    assert document()["openapi"].startswith("3.1.")
    assert list(OpenAPIV31SpecValidator(document()).iter_errors()) == []


def test_each_operation_has_a_readable_name_of_its_own():
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(names) == len(set(names)) > 80
    assert [name for name in names if not re.fullmatch(r"[a-z]+(_[a-z]+)*", name)] == []


@pytest.mark.parametrize(
    ("path", "method", "name"),
    [
        ("/api/v1/lists", "post", "lists_take"),
        ("/api/v1/lists/{list_id}", "put", "lists_change"),
        ("/api/v1/runs/{run_id}", "get", "runs_show"),
        ("/api/v1/runs/{run_id}/orders", "get", "runs_orders"),
        ("/api/v1/runs/{run_id}/lists.{kind}", "get", "tables_lists"),
        ("/api/v1/webhooks", "post", "webhooks_add"),
        ("/api/v1/optimize", "post", "optimize"),
    ],
)
def test_names_stay_as_clients_know_them(path, method, name):
    assert document()["paths"][path][method]["operationId"] == name


def test_each_operation_says_what_it_is_for():
    tags = {tag["name"] for tag in document()["tags"]}
    for path, method, operation in operations():
        assert operation["summary"], (method, path)
        assert operation["description"], (method, path)
        assert set(operation["tags"]) <= tags, (method, path)


def test_each_operation_tells_the_refusals_that_follow_from_how_it_is_asked():
    for path, method, operation in operations():
        told = set(operation["responses"])
        needed = {"500", "503"}
        needed |= set() if path in OPEN else {"401", "403"}
        needed |= {"404"} if "{" in path else set()
        needed |= {"413"} if "requestBody" in operation else set()
        headers = {one["name"].lower() for one in operation.get("parameters", ())}
        needed |= {"409"} if "idempotency-key" in headers else set()
        needed |= {"412", "428"} if "if-match" in headers else set()
        assert needed <= told, (method, path, needed - told)


def test_each_refusal_is_a_problem_with_an_example():
    for path, method, operation in operations():
        for status, response in operation["responses"].items():
            if int(status) >= 400 and operation["operationId"] != "optimize":
                assert list(response["content"]) == [MEDIA_TYPE], (method, path, status)
                assert examples(response["content"][MEDIA_TYPE]), (method, path, status)


def test_bodies_and_answers_in_json_have_examples():
    missing = [
        (method, path, where)
        for path, method, operation in operations()
        for where, media, content in contents(operation)
        if media.endswith("json") and not examples(content)
    ]
    assert missing == []


def test_each_example_fits_its_schema():
    held = 0
    for path, method, operation in operations():
        for where, media, content in contents(operation):
            if not media.endswith("json"):
                continue
            schema = content.get("schema", {}) | {"components": document()["components"]}
            checker = jsonschema.Draft202012Validator(schema)
            for example in examples(content):
                faults = [fault.message for fault in checker.iter_errors(example)]
                assert faults == [], (method, path, where, example)
                held += 1
    assert held > 300


def test_a_key_that_is_needed_is_said_to_be():
    needed = {
        operation["operationId"]
        for _, _, operation in operations()
        for one in operation.get("parameters", ())
        if one["name"].lower() in {"idempotency-key", "if-match"} and one["required"]
    }
    assert {"lists_take", "lists_change", "webhooks_add", "bags_record"} <= needed
    assert "runs_create" not in needed


def test_what_webhooks_are_told_is_described():
    assert {"run.state", "trip.departed", "bag.delivered"} <= set(document()["webhooks"])


def test_forms_of_browsers_are_no_interface():
    assert not [path for path, _, _ in operations() if not path.startswith(("/api/", "/healthz"))]


def test_every_kind_of_file_says_what_it_holds():
    for path, method, operation in operations():
        for where, media, content in contents(operation):
            assert content.get("schema"), (method, path, where, media)


def test_models_have_plain_names_of_their_own():
    schemas = document()["components"]["schemas"]
    assert [name for name in schemas if not re.fullmatch(r"[A-Za-z0-9]+", name)] == []
    assert {name: schema["title"] for name, schema in schemas.items()} == dict.fromkeys(
        schemas
    ) | {name: name for name in schemas}
