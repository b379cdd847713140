"""Examples for the description of the interface, made from the schemas themselves.

An example that somebody wrote down drifts from what is answered. So each is put together from the
schema it must fit, with words of the trade by the names of fields, and a test holds every one
against its schema. What only says "an object" gets its example from :data:`TOLD`.
"""

from collections.abc import Mapping
from typing import Any, Final

from api.i18n import error_text

Schema = Mapping[str, Any]

_DEPTH: Final = 16
SCHEMAS: Final = "#/components/schemas/"
"""What references to schemas begin with."""

BY_NAME: Final[dict[str, Any]] = {
    "account": "staff-3", "actor": "token:tok_1m85h26m0", "after": "WyJsaV8xbTg1aDI2bTAiXQ",
    "answer": "declined", "asked": 1000, "asked_at": "2026-11-24T09:05:00+08:00",
    "asked_by": "leader-KX-01", "at": "2026-11-24T09:00:00+08:00", "bag": "00A-K", "bags": 12,
    "base": "g", "building": "KX-01-01", "by": "courier:K1", "category": "vegetable",
    "channel": "api", "client_ref": "note-17", "code": "KX-20261124-1", "compartment": "ambient",
    "compound": "KX-01", "courier": "K1", "created_at": "2026-11-23T20:00:00+08:00",
    "custodian": "point:P1", "cutoff_at": "2026-11-23T20:00:00+08:00", "day": "2026-11-24",
    "detail": "Send it again with a new key", "district": "凯旋", "district_id": "di_1m85h26m0",
    "email": "desk@example.org", "event": "drop", "family": "conflict", "fen": 1800,
    "gate": "KX-01-G1", "household": "KX-01-01-1-101", "household_code": "KX-01-01-1-101",
    "how": "phone", "id": "li_1m85h26m05mq5hx08q0zysz3f", "item": "土豆", "key": "phone-7-0001",
    "kind": "csv", "label": "supply desk", "language": "zh", "lat": 30.26, "leader": "KX-01-01",
    "line_no": 1, "list": "li_1m85h26m05mq5hx08q0zysz3f", "lon": 120.19, "lot": "lot_1m85h26m0",
    "name_en": "potato", "name_zh": "土豆", "next": "WyJsaV8xbTg1aDI2bTAiXQ",
    "next_at": "2026-11-24T09:00:05+08:00",
    "note": "放在楼道投放点", "order": "KX-20261124-1-M1", "orders": 2, "persons": 3,
    "place": "KX-01-01-1", "point": "P1", "quantity": 2, "reason": "住户已自行购买", "room": "101",
    "run": "KX-20261124-1", "run_id": "KX-20261124-1", "said": "土豆两斤", "seed": 1,
    "since": "2026-11-24T08:00:00+08:00", "source": "hotline", "stairwell": "KX-01-01-1",
    "state": "open", "subject": "bag", "trip": "K1-1", "unit": "斤",
    "until": "2026-11-25T08:00:00+08:00", "updated_at": "2026-11-24T09:00:00+08:00",
    "url": "https://example.org/supplyloop", "version": 1, "volume_ml": 9000, "wave": 1,
    "webhook_id": "wh_1m85h26m05mq5hx08q0zysz3f", "weight_g": 6000, "zone": "controlled",
}  # fmt: skip
"""Values of fields and parameters by their names; used only where the schema takes them."""

TOLD: Final[dict[str, Any]] = {
    "facts": {"run": "KX-20261124-1"},
    "result": {"lists": 540, "lines": 2160, "not_ordered": {}},
    "view": {"lists": {"accepted": 540}, "triage": {}, "bags": 548},
    "counts": {"applied": 2, "repeated": 0},
    "heard": [{"bag": "00A-K", "event": "drop", "outcome": "applied", "state": "on-shelf"}],
    "orders": [
        {
            "id": "or_1m85h26m0",
            "code": "KX-20261124-1-M1",
            "state": "sent",
            "lines": [{"item": "土豆", "cases": 54, "case_base": 5000, "price_fen": 1800}],
        }
    ],
}
"""Values of fields whose schema says only that they are objects."""

PROBLEMS: Final[dict[int, tuple[str, str, dict[str, Any]]]] = {
    400: ("key.missing", "error", {}),
    401: ("token.missing", "error", {}),
    403: ("role.not-allowed", "forbidden", {"role": "courier", "action": "run.step"}),
    404: ("run.unknown", "not-found", {"field": "run", "value": "KX-20261124-9"}),
    409: ("idempotency.key-reused", "conflict", {"key": "phone-7-0001"}),
    412: ("list.changed", "conflict", {"list": "li_1m85h26m0", "expected": 1, "version": 2}),
    413: ("body.too-large", "error", {"limit": 1_000_000}),
    422: ("request.invalid", "invalid", {"at": "body/lines/0/item"}),
    428: ("version.missing", "error", {}),
    429: ("error", "error", {"retry_after_s": 30}),
    500: ("error", "error", {}),
    503: ("unavailable", "unavailable", {"cause": "the database is busy"}),
}
"""For each status a refusal that has it: its code, family and facts."""


def problem_example(status: int) -> dict[str, Any]:
    """Make the example of a refusal with a status, in English."""
    code, family, facts = PROBLEMS[status]
    text = error_text(code, family, facts, "en")
    example = {
        "type": f"urn:supplyloop:problem:{code}",
        "title": text.title,
        "status": status,
        "detail": text.mend,
        "code": code,
        "facts": facts,
    }
    if status == 422:  # noqa: PLR2004  the only one that has more to say
        fault = {"at": "body/lines/0/item", "code": "missing", "message": "Field required"}
        return example | {"errors": [fault]}
    return example


def example_of(schema: Schema, schemas: Mapping[str, Schema], name: str = "") -> Any:
    """Make a value that fits a schema.

    Parameters
    ----------
    schemas
        The components to which references lead.
    name
        Of the field or parameter, which says what a good value is.
    """
    return _made(schema, schemas, name, _DEPTH)


def _made(schema: Schema, schemas: Mapping[str, Schema], name: str, depth: int) -> Any:
    if "$ref" in schema:
        target = schemas[schema["$ref"].removeprefix(SCHEMAS)]
        return _made(target, schemas, name, depth - 1) if depth else None
    said = [schema[key] for key in ("const", "example") if key in schema]
    said += schema.get("examples", [])
    options = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
    if said:
        return said[0]
    if options:
        return _chosen(options, schemas, name, depth)
    if "enum" in schema:
        wanted = BY_NAME.get(name)
        return wanted if wanted in schema["enum"] else schema["enum"][0]
    return _of_type(schema, schemas, name, depth)


def _chosen(options: list[Schema], schemas: Mapping[str, Schema], name: str, depth: int) -> Any:
    """Take the first way to say it that says something."""
    telling = [one for one in options if one.get("type") != "null"]
    return _made(telling[0], schemas, name, depth) if telling else None


def _of_type(schema: Schema, schemas: Mapping[str, Schema], name: str, depth: int) -> Any:
    kind = schema.get("type")
    if kind in {"object", "array"}:
        made = _object if kind == "object" else _array
        return made(schema, schemas, name, depth)
    if kind == "string":
        return _string(schema, name)
    if kind in {"integer", "number"}:
        return _number(schema, name)
    if kind == "boolean":
        return bool(schema.get("default", True))
    return None if kind == "null" else BY_NAME.get(name, TOLD.get(name, {}))


def _object(schema: Schema, schemas: Mapping[str, Schema], name: str, depth: int) -> Any:
    if "properties" not in schema:
        more = schema.get("additionalProperties", True)
        if isinstance(more, dict) and more:
            value = _made(more, schemas, "", depth - 1) if depth else None
            return {"accepted": value} if depth else {}
        told = TOLD.get(name, {})
        return told if isinstance(told, dict) else {}
    if not depth:
        return {}
    return {
        field: _made(part, schemas, field, depth - 1)
        for field, part in schema["properties"].items()
    }


def _array(schema: Schema, schemas: Mapping[str, Schema], name: str, depth: int) -> Any:
    told = TOLD.get(name)
    items = schema.get("items", {})
    if isinstance(told, list) and "$ref" not in items:
        return told
    if "prefixItems" in schema:
        return [_made(one, schemas, name, depth - 1) for one in schema["prefixItems"]]
    if not depth:
        return []
    one = _made(items, schemas, name.removesuffix("s"), depth - 1)
    return [one] * max(1, int(schema.get("minItems", 1)))


def _string(schema: Schema, name: str) -> str:
    match schema.get("format"):
        case "date-time":
            return str(BY_NAME.get(name, BY_NAME["at"]))
        case "date":
            return str(BY_NAME["day"])
        case "binary":
            return ""
        case _:
            wanted = BY_NAME.get(name, BY_NAME.get(name.removesuffix("_id")))
            text = wanted if isinstance(wanted, str) else str(schema.get("default", ""))
            least, most = int(schema.get("minLength", 0)), schema.get("maxLength")
            return text.ljust(least, "x")[:most]


def _number(schema: Schema, name: str) -> int | float:
    wanted = BY_NAME.get(name, schema.get("default", 1))
    value = wanted if isinstance(wanted, int | float) else 1
    if schema.get("type") == "integer":
        value = int(value)
    least = schema.get("minimum", schema.get("exclusiveMinimum"))
    most = schema.get("maximum")
    if least is not None and value < least:
        value = least
    if "exclusiveMinimum" in schema and value <= schema["exclusiveMinimum"]:
        value = schema["exclusiveMinimum"] + 1
    return most if most is not None and value > most else value
