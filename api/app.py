"""The service as one application."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Depends, FastAPI
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from api import errors, middleware
from api.auth import Principal, may_within
from api.deps import clock
from api.jobs.farewell import hearing_the_end
from api.jobs.pulse import Pulse
from api.jobs.streams import Pace
from api.jobs.workers import Workers
from api.laying import Laying
from api.openapi import describe
from api.pages.choices import KeptChoices
from api.pages.maps import MapDrawer
from api.pages.render import problem_page
from api.roles import Action
from api.routes import (
    access,
    announcements,
    assets,
    calendars,
    closures,
    courier,
    courier_day,
    desk,
    desk_papers,
    errand_trips,
    errands,
    events,
    goods,
    health,
    hotline_page,
    household_page,
    households_found,
    jobs,
    leader,
    leader_households,
    leader_page,
    list_preview,
    lists,
    maps,
    money,
    optimize,
    ordering,
    packing,
    planning,
    plans,
    point_deeds,
    point_page,
    point_papers,
    points,
    registry,
    reports,
    run_steps,
    runs,
    sheets,
    sign_in,
    steward_page,
    stewards,
    tables,
    trace,
    triage,
    webhooks,
    welcome,
    zones,
)
from api.settings import Settings
from api.webhooks.dispatching import Dispatcher
from logistics.errors import Unavailable
from logistics.store import attempts, idempotency
from logistics.store.session import Database, open_database

log = logging.getLogger(__name__)

_DAY_S = 24 * 3600

DESCRIPTION = """Contactless closed-loop supply 无接触配送服务闭环.

Lists in, route sheets out. Every refusal is `application/problem+json` with a stable `code`,
facts, and what to do, in Chinese or English by `Accept-Language`. An answer of success is sent
only after COMMIT. Commands carry an `Idempotency-Key`: the same key with the same body gives the
same answer for 30 days, with another body 409."""


def create_app(settings: Settings) -> FastAPI:  # noqa: PLR0915  a line for each router
    """Build the service on the database that the settings name; its schema must be up to date."""

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        forgetting = asyncio.create_task(_forget_daily(app.state.database))
        sending = asyncio.create_task(app.state.dispatcher.run())
        app.state.workers.start()
        with hearing_the_end(app.state.workers.leave):
            yield
        forgetting.cancel()
        app.state.dispatcher.stop()
        await sending  # a message on its way is written down before all ends
        await run_in_threadpool(app.state.workers.stop)
        await run_in_threadpool(app.state.laying.stop)
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
    app.state.dispatcher = Dispatcher(app.state.database, allowed=settings.webhook_private_hosts)
    app.state.workers = Workers(database=app.state.database, now=clock, count=settings.jobs)
    app.state.pulse = Pulse(app.state.database)
    app.state.pace = Pace()
    app.state.maps = MapDrawer()
    app.state.choices = KeptChoices()
    app.state.laying = Laying(app.state.database)
    app.state.problem_page = problem_page  # pages stand on refusals, not the other way round
    errors.install(app)
    middleware.install(app)
    app.include_router(welcome.router)
    app.include_router(assets.router)
    app.include_router(sign_in.router)
    app.include_router(access.router)
    app.include_router(health.router)
    app.include_router(jobs.router)
    app.include_router(lists.router)
    app.include_router(runs.router)
    app.include_router(run_steps.router)
    app.include_router(ordering.router)
    app.include_router(planning.router)
    app.include_router(plans.router)
    app.include_router(goods.router)
    app.include_router(desk.router)
    app.include_router(desk.pages)
    app.include_router(desk_papers.router)
    app.include_router(registry.router)
    app.include_router(sheets.router)
    app.include_router(packing.router)
    app.include_router(maps.router)
    app.include_router(money.router)
    app.include_router(triage.router)
    app.include_router(zones.router)
    app.include_router(closures.router)
    app.include_router(errands.router)
    app.include_router(announcements.router)
    app.include_router(household_page.router)
    app.include_router(hotline_page.router)
    app.include_router(households_found.router)
    app.include_router(list_preview.router)
    app.include_router(stewards.router)
    app.include_router(steward_page.router)
    app.include_router(reports.router)
    app.include_router(errand_trips.router)
    app.include_router(events.router)
    app.include_router(trace.router)
    app.include_router(leader.router)
    app.include_router(points.router)
    app.include_router(point_papers.router)
    app.include_router(point_page.router)
    app.include_router(point_deeds.router)
    app.include_router(leader_page.router)
    app.include_router(leader_households.router)
    app.include_router(courier.router)
    app.include_router(courier.files)
    app.include_router(courier_day.router)
    app.include_router(webhooks.router)
    app.include_router(optimize.router)
    app.include_router(calendars.router)
    app.include_router(tables.router)

    @app.get(
        "/api/v1/openapi.json",
        tags=["service"],
        summary="This description",
        response_model=dict[str, Any],
        responses=errors.Responses.of(),
    )
    def openapi(_: Annotated[Principal, Depends(may_within(Action.API_READ))]) -> JSONResponse:
        if app.openapi_schema is None:
            app.openapi_schema = describe(app)  # takes a second, and is the same until the end
        return JSONResponse(app.openapi_schema)

    return app


async def _forget_daily(database: Database) -> None:
    """Forget keys of resent calls, and tries to come in, once kept as long as was promised."""
    while True:
        try:
            await run_in_threadpool(database.run, forget_old_keys)
            await run_in_threadpool(database.run, lambda s: attempts.forget(s, clock()))
        except Unavailable as refusal:
            log.warning("what is old is kept for another day: %s", refusal.code)
        await asyncio.sleep(_DAY_S)


def forget_old_keys(session: Session) -> int:
    """Forget keys older than 30 days; return how many."""
    return idempotency.purge(session, clock() - idempotency.KEPT)
