"""Whether the service can do its work."""

from fastapi import APIRouter
from pydantic import BaseModel

from api.deps import DatabaseDep
from api.errors import MEDIA_TYPE

router = APIRouter(tags=["service"])


class Health(BaseModel):
    """The service and its database answer."""

    status: str = "ok"


@router.get(
    "/healthz",
    summary="200 only when the database answers a real query",
    responses={
        503: {
            "description": "The database is away",
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    },
)
def healthz(database: DatabaseDep) -> Health:
    """Ask the database something; a refusal of it becomes 503."""
    database.ping()
    return Health()
