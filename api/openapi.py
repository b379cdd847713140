"""The description of the interface: every operation named, with examples and all its refusals."""

import re
from collections.abc import Iterator
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.errors import MEDIA_TYPE, Problem, Responses
from api.examples import BY_NAME, PROBLEMS, SCHEMAS, example_of, problem_example
from logistics.domain.webhooks import EVENTS

Operation = dict[str, Any]

_FOR_PEOPLE: Final = "pages"  # forms of browsers are no interface
_OPEN: Final = ("/healthz",)
_JSON: Final = "application/json"
_NAMES: Final = {
    "runs_of_run": "runs_orders",
    "lists_read_one": "lists_read",
    "errands_read_one": "errands_read",
    "optimize_optimize": "optimize",
}
"""Operations whose function has a name that says less outside of its module."""

_BYTES: Final = {"schema": {"type": "string", "format": "binary"}}
_XML: Final = {"schema": {"type": "string", "description": "XML in UTF-8"}}
_FILES: Final[dict[str, dict[str, Any]]] = {
    "application/geo+json": {
        "schema": {"type": "object", "description": "A FeatureCollection (RFC 7946), in WGS 84"},
        "example": {"type": "FeatureCollection", "features": []},
    },
    "application/gpx+xml": _XML,
    "application/vnd.google-earth.kml+xml": _XML,
    "image/svg+xml": _XML,
}
"""What files hold whose routes say only their kind."""

_TAGS: Final = {
    "lists": "Households' lists 清单",
    "runs": "The run and its steps 波次",
    "plans": "Plans, changed, compared and released 排线",
    "goods": "What came and how it was shared 到货与分配",
    "jobs": "Long work, watched and stopped 后台任务",
    "triage": "What was not understood 待核",
    "registry": "The register, needs and the roll call 点名册",
    "errands": "Errands 代办",
    "care": "Households looked after one to one 一对一管家",
    "announcements": "What people are told 通知",
    "reports": "Missing, damaged, wrong 反馈",
    "packing": "What goes into which bag 装袋",
    "bags": "Bags and trips on their way 配送",
    "leader": "A building leader's day 楼长",
    "points": "A service point's day 点位",
    "sheets": "Route sheets 路线单",
    "maps": "Trips and districts on the map 地图",
    "calendars": "Shifts as calendars 班次",
    "tables": "A run as tables for spreadsheets 表格",
    "money": "Receipts and books 账目",
    "zones": "Zones 封控区、管控区、防范区",
    "closures": "Closed gates and ways 关闭",
    "ledger": "Where goods came from and went 溯源",
    "access": "Who one is, and what one may 登录与权限",
    "webhooks": "Who is told what happens 回调",
    "optimize": "The solver for other programs 求解",
    "service": "The service itself",
}


def describe(app: FastAPI) -> dict[str, Any]:
    """Build the OpenAPI 3.1 document of the application."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        summary="Contactless closed-loop supply: lists in, route sheets out",
        description=app.description,
        routes=app.routes,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        servers=[{"url": "/", "description": "This service"}],
        tags=[{"name": name, "description": said} for name, said in _TAGS.items()],
    )
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas["Problem"] = Problem.model_json_schema()
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    components["examples"] = {
        f"Problem{status}": {"value": problem_example(status)} for status in PROBLEMS
    }
    document["paths"] = {
        path: operations
        for path, operations in document["paths"].items()
        if not all(_FOR_PEOPLE in one.get("tags", ()) for one in operations.values())
    }
    for path, method, operation in _operations(document):
        operation["operationId"] = _name(path, method, operation)
        operation.setdefault("description", operation["summary"])
        _require(operation)
        _refuse(path, operation)
        _illustrate(operation, schemas)
    document["webhooks"] = _told(schemas)
    document["tags"] += [{"name": name} for name in _untold(document)]
    return _tidied(document)


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, Operation]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield path, method, operation


def _untold(document: dict[str, Any]) -> list[str]:
    """Name the tags that nothing is said of yet."""
    used = {tag for _, _, operation in _operations(document) for tag in operation["tags"]}
    return sorted(used - _TAGS.keys())


def _name(path: str, method: str, operation: Operation) -> str:
    """Name an operation by its tag and function: what a path looks like is not in it."""
    tail = re.sub(r"\W", "_", path) + f"_{method}"
    name = f"{operation['tags'][0]}_{operation['operationId'].removesuffix(tail)}"
    return _NAMES.get(name, name.removesuffix("_table"))


def _require(operation: Operation) -> None:
    """Say of headers that they are needed where the service refuses without them itself."""
    for one in operation.get("parameters", ()):
        needed = one["schema"].pop("x-required", False)
        if one["in"] == "header" and needed:
            one["required"] = True
            one["schema"] = _without_null(one["schema"])


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    options = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    if len(options) != 1:
        return schema
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    return {**rest, **options[0]}


def _refuse(path: str, operation: Operation) -> None:
    """Add the refusals that follow from how an operation is asked; each with an example."""
    responses = operation["responses"]
    secured = path not in _OPEN
    if not secured:
        operation["security"] = []
    headers = {one["name"].lower() for one in _of_kind(operation, "header")}
    implied = {500, 503} | ({401, 403} if secured else set())
    if _of_kind(operation, "path"):
        implied |= {404, 422}
    if "requestBody" in operation:
        implied |= {413, 422}
    if "idempotency-key" in headers:
        implied.add(409)
    if "if-match" in headers:
        implied |= {412, 428}
    for status, said in Responses.of(*implied).items():
        if secured or status not in {401, 403}:
            responses.setdefault(str(status), said)
    for status, response in responses.items():
        own = MEDIA_TYPE not in response.get("content", {MEDIA_TYPE: None})
        framework = status == "422" and "HTTPValidationError" in str(response)
        if (int(status) in PROBLEMS and not own) or framework:
            response["content"] = _problem(int(status))
    operation["responses"] = dict(sorted(responses.items()))


def _of_kind(operation: Operation, kind: str) -> list[dict[str, Any]]:
    return [one for one in operation.get("parameters", ()) if one["in"] == kind]


def _problem(status: int) -> dict[str, Any]:
    return {
        MEDIA_TYPE: {
            "schema": {"$ref": "#/components/schemas/Problem"},
            "examples": {"refused": {"$ref": f"#/components/examples/Problem{status}"}},
        }
    }


def _illustrate(operation: Operation, schemas: dict[str, Any]) -> None:
    """Give every parameter, body and answer an example."""
    for one in operation.get("parameters", ()):
        name = one["name"]
        if name in BY_NAME and one["in"] == "path" and "enum" not in one["schema"]:
            one.setdefault("example", BY_NAME[name])
    bodies = [operation["requestBody"]] if "requestBody" in operation else []
    for holder in (*bodies, *operation["responses"].values()):
        for media, content in holder.get("content", {}).items():
            if not content:
                content.update(_FILES.get(media, _BYTES))
            if media.endswith("json") and not content.keys() & {"example", "examples"}:
                content["example"] = example_of(content.get("schema", {}), schemas)


def _tidied(document: dict[str, Any]) -> dict[str, Any]:
    """Give every schema a name of its own without dots, and leave out those nobody refers to.

    Two models of one name are told apart by the module they are of; programs that make clients
    go by the title, which therefore is the name.
    """
    schemas = document["components"]["schemas"]
    names = {name: _plain_name(name) for name in schemas}
    document["components"]["schemas"] = {
        names[name]: schema | {"title": names[name]} for name, schema in schemas.items()
    }
    document = _renamed(document, names)
    kept: dict[str, Any] = {}
    wanted = set(_references({k: v for k, v in document.items() if k != "components"}))
    while wanted:
        name = wanted.pop()
        kept[name] = document["components"]["schemas"][name]
        wanted |= set(_references(kept[name])) - kept.keys()
    document["components"]["schemas"] = dict(sorted(kept.items()))
    return document


def _plain_name(name: str) -> str:
    """Turn ``api__routes__money__LineOut`` into ``MoneyLineOut``, and so with forms."""
    if found := re.match(r"Body_(\w+?)_api_v1_", name):  # of a form, which has no model
        return "".join(word.capitalize() for word in found[1].split("_")) + "Body"
    *modules, own = name.split("__")
    module = modules[-1] if len(modules) > 2 else ""  # noqa: PLR2004  below api.routes
    return "".join(word.capitalize() for word in module.split("_")) + own


def _renamed(part: Any, names: dict[str, str]) -> Any:
    if isinstance(part, dict):
        found = {key: _renamed(value, names) for key, value in part.items()}
        ref = part.get("$ref")
        if isinstance(ref, str) and ref.startswith(SCHEMAS):
            found["$ref"] = SCHEMAS + names[ref.removeprefix(SCHEMAS)]
        return found
    return [_renamed(one, names) for one in part] if isinstance(part, list) else part


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        ref = part.get("$ref")
        if isinstance(ref, str) and ref.startswith(SCHEMAS):
            yield ref.removeprefix(SCHEMAS)
    for one in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _references(one)


def _told(schemas: dict[str, Any]) -> dict[str, Any]:
    """Describe what webhooks are told, as OpenAPI 3.1 has it."""
    schemas["WebhookMessage"] = {
        "title": "WebhookMessage",
        "type": "object",
        "description": "What happened; ids and codes only",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": {"type": "string", "enum": [*EVENTS, "webhook.ping"]},
            "timestamp": {"type": "string", "format": "date-time"},
            "data": {"type": "object", "additionalProperties": True},
        },
    }
    headers = [
        {
            "name": name,
            "in": "header",
            "required": True,
            "description": said,
            "schema": {"type": "string"},
        }
        for name, said in (
            ("webhook-id", "Of the message; the same each time it is tried"),
            ("webhook-timestamp", "Of this try, in Unix seconds"),
            ("webhook-signature", "`v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`"),
        )
    ]
    return {
        event: {
            "post": {
                "operationId": "told_" + re.sub(r"\W", "_", event),
                "tags": ["webhooks"],
                "summary": said,
                "security": [],
                "parameters": headers,
                "requestBody": {
                    "required": True,
                    "content": {
                        _JSON: {
                            "schema": {"$ref": "#/components/schemas/WebhookMessage"},
                            "example": {
                                "type": event,
                                "timestamp": BY_NAME["at"],
                                "data": {"run": BY_NAME["run"]},
                            },
                        }
                    },
                },
                "responses": {
                    "204": {"description": "Taken; any 2xx is"},
                    "410": {"description": "Tell nothing more here"},
                },
            }
        }
        for event, said in EVENTS.items()
    }
