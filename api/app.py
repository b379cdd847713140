"""The service as one application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Depends, FastAPI
from starlette.concurrency import run_in_threadpool

from api import errors, middleware
from api.auth import Principal, may
from api.openapi import describe
from api.pages.maps import MapDrawer
from api.roles import Action
from api.routes import health, lists, runs, sheets, triage, welcome
from api.settings import Settings
from logistics.store.session import open_database

DESCRIPTION = """Contactless closed-loop supply 无接触配送服务闭环.

Lists in, route sheets out. Every refusal is `application/problem+json` with a stable `code`,
facts, and what to do, in Chinese or English by `Accept-Language`. An answer of success is sent
only after COMMIT. Commands carry an `Idempotency-Key`: the same key with the same body gives the
same answer for 30 days, with another body 409."""


def create_app(settings: Settings) -> FastAPI:
    """Build the service on the database that the settings name; its schema must be up to date."""

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        yield
        await run_in_threadpool(app.state.database.close)

    app = FastAPI(
        title="SupplyLoop",
        version="0.1.0",
        description=DESCRIPTION,
        lifespan=life,
        openapi_url=None,  # served below, to those who hold a token
        docs_url=None,  # its page would ask other hosts for scripts
        redoc_url=None,
    )
    app.state.settings = settings
    app.state.database = open_database(settings.database)
    app.state.maps = MapDrawer()
    errors.install(app)
    middleware.install(app)
    app.include_router(welcome.router)
    app.include_router(health.router)
    app.include_router(lists.router)
    app.include_router(runs.router)
    app.include_router(sheets.router)
    app.include_router(triage.router)

    @app.get(
        "/api/v1/openapi.json",
        tags=["service"],
        summary="This description",
        responses=errors.Responses.of(),
    )
    def openapi(_: Annotated[Principal, Depends(may(Action.API_READ))]) -> dict[str, Any]:
        return describe(app)

    return app
