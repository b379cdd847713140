"""The description of the interface: every refusal in it is a problem."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.errors import MEDIA_TYPE, Problem

_OPEN = ("/", "/healthz")


def describe(app: FastAPI) -> dict[str, Any]:
    """Build the OpenAPI document of the application."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        tags=[
            {"name": "lists", "description": "Households' lists 清单"},
            {"name": "runs", "description": "The run and its steps 波次"},
            {"name": "jobs", "description": "Long work, watched and stopped 后台任务"},
            {"name": "triage", "description": "What was not understood 待核"},
            {"name": "sheets", "description": "Route sheets 路线单"},
            {"name": "pages", "description": "Pages for people"},
            {"name": "service", "description": "The service itself"},
        ],
    )
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = Problem.model_json_schema()
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    problem = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path, operations in document["paths"].items():
        for operation in operations.values():
            invalid = operation["responses"].get("422")
            if invalid is not None:  # the framework's own shape is never answered
                invalid["content"] = problem
            if path in _OPEN or path.startswith("/h/"):
                operation["security"] = []
    return document
