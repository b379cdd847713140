"""The solver as a service for other programs: VROOM's input in, VROOM's output out.

Nothing of it reaches the database, and nothing of the database reaches it.
"""

import logging
import threading
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from api.auth import Principal, may_within
from api.deps import SettingsDep
from api.errors import Responses
from api.roles import Action
from logistics.errors import Unavailable

if TYPE_CHECKING:
    from solver.formats.faults import ProblemInvalid

log = logging.getLogger(__name__)

router = APIRouter(prefix="/api/v1", tags=["optimize"])

Solves = Annotated[Principal, Depends(may_within(Action.OPTIMISE))]

OK, INTERNAL, INPUT, ROUTING = 0, 1, 2, 3
"""VROOM's codes; the statuses are those of its usual HTTP front, vroom-express."""

_STATUS: Final = {OK: 200, INTERNAL: 500, INPUT: 400, ROUTING: 500}
_TOO_LARGE: Final = 413

MOST_TASKS: Final = 1_000
MOST_VEHICLES: Final = 300
USUAL_LIMIT_S: Final = 10.0
MEMORY_BYTES: Final = 4 * 1024**3
"""Address space of the child that searches; what needs more is refused, not swapped."""

_turn = threading.BoundedSemaphore(1)

EXAMPLE: Final[dict[str, Any]] = {
    "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, "capacity": [4]}],
    "jobs": [
        {"id": 1, "location_index": 1, "service": 60, "delivery": [2]},
        {"id": 2, "location_index": 2, "service": 60, "delivery": [1]},
    ],
    "matrices": {"car": {"durations": [[0, 120, 200], [120, 0, 90], [200, 90, 0]]}},
}


class OptimizeBusy(Unavailable):
    """Another problem is being solved; nothing was begun."""

    code = "optimize.busy"


class Solution(BaseModel):
    """VROOM's output, with the figures and reasons that our solver adds."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "code": 0,
                    "summary": {"cost": 410, "routes": 1, "unassigned": 0, "duration": 410},
                    "unassigned": [],
                    "routes": [{"vehicle": 1, "cost": 410, "steps": []}],
                }
            ]
        },
    )
    code: int = Field(description="0 solved, 1 internal error, 2 input error, 3 routing error")
    error: str = Field(default="", description="What is wrong; only with a code other than 0")
    summary: dict[str, Any] = {}
    unassigned: list[dict[str, Any]] = []
    routes: list[dict[str, Any]] = []


_FAILED: dict[int | str, dict[str, Any]] = {
    400: {"model": Solution, "description": "Code 2: the problem has faults, each by its path"},
    413: {"model": Solution, "description": "Code 2: more tasks or vehicles than are solved here"},
    500: {"model": Solution, "description": "Code 1, or 3: places without a matrix to route on"},
}


@router.post(
    "/optimize",
    response_model=Solution,
    summary="Solve a vehicle routing problem, as VROOM does",
    responses=Responses.of() | _FAILED,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "description": "VROOM's input (API 1.14) with matrices; keys of ours, "
                        "too, see docs/formats.md",
                        "required": ["vehicles"],
                        "properties": {
                            "vehicles": {"type": "array", "items": {"type": "object"}},
                            "jobs": {"type": "array", "items": {"type": "object"}},
                            "shipments": {"type": "array", "items": {"type": "object"}},
                            "matrices": {"type": "object"},
                            "options": {
                                "type": "object",
                                "description": "`l`: seconds to search at most, `t`: threads",
                            },
                        },
                        "examples": [EXAMPLE],
                    },
                    "example": EXAMPLE,
                }
            },
        }
    },
)
async def optimize(request: Request, _: Solves, settings: SettingsDep) -> JSONResponse:
    """Answer with the best plan found in time; every rule is kept, who is left out has a reason.

    There is no map here: without `matrices` the answer has code 3.
    """
    raw = await request.body()
    code, body, status = await run_in_threadpool(_solved, raw, settings.solve_limit_s)
    log.info("optimize: code %d", code)
    return JSONResponse(body, status_code=status)


def _solved(raw: bytes, most_s: float) -> tuple[int, dict[str, Any], int]:
    # the solver takes seconds to load: only who asks it waits for that
    from solver.engines.dispatch import LockedImpossible  # noqa: PLC0415
    from solver.formats.faults import Fault, ProblemInvalid  # noqa: PLC0415
    from solver.formats.native import read_problem  # noqa: PLC0415
    from solver.formats.plan_json import write_plan  # noqa: PLC0415
    from solver.supervise import solve_supervised  # noqa: PLC0415

    said: dict[str, Any] = {}
    try:
        said = _loaded(raw)
        options = said.pop("options", {})
        if too_many := _too_many(said):
            return _failed(INPUT, too_many, _TOO_LARGE)
        limit_s, threads = _limits(options, most_s)
        problem = read_problem(said)
    except ProblemInvalid as faulty:
        return _failed(ROUTING if _needs_a_map(said, faulty) else INPUT, str(faulty))
    if not _turn.acquire(blocking=False):
        raise OptimizeBusy(mend="try again when the other problem is solved")
    try:
        plan = solve_supervised(
            problem,
            time_limit_s=limit_s,
            threads=threads,
            seed=1,
            memory_limit_bytes=MEMORY_BYTES,
        )
    except LockedImpossible as impossible:
        return _failed(INPUT, Fault("$.vehicles", impossible.code, str(impossible)).line)
    finally:
        _turn.release()
    return OK, write_plan(problem, plan), _STATUS[OK]


def _needs_a_map(said: dict[str, Any], faulty: "ProblemInvalid") -> bool:
    """Say whether all that is missing are ways between places that are given on the map."""
    return not {"matrices", "matrix"} & said.keys() and all(
        fault.path == "$.matrices"
        or fault.code == "vehicle.no-start"
        or (fault.code == "key.missing" and fault.path.endswith("_index"))
        for fault in faulty.faults
    )


def _loaded(raw: bytes) -> dict[str, Any]:
    from solver.formats.faults import Fault, Faults, ProblemInvalid  # noqa: PLC0415
    from solver.formats.json_text import load_json  # noqa: PLC0415

    faults = Faults()
    try:
        text = raw.decode("utf-8-sig").lstrip()
    except UnicodeDecodeError as error:
        what = f"byte {error.start + 1} is not UTF-8"
        raise ProblemInvalid((Fault("$", "file.not-json", what),)) from error
    if not text.startswith("{"):  # anything else would be taken for the name of a file
        what = "not a JSON object: send VROOM's input"
        raise ProblemInvalid((Fault("$", "file.not-json", what),))
    found = load_json(text, faults)
    if len(faults) or not isinstance(found, dict):
        raise ProblemInvalid(tuple(faults))
    return found


def _too_many(said: dict[str, Any]) -> str:
    tasks = sum(
        len(said[name]) * ends
        for name, ends in (("jobs", 1), ("shipments", 2))
        if isinstance(said.get(name), list)
    )
    vehicles = said.get("vehicles")
    fleet = len(vehicles) if isinstance(vehicles, list) else 0
    if tasks > MOST_TASKS:
        return f"{tasks} tasks, at most {MOST_TASKS} are solved here: send them in parts"
    if fleet > MOST_VEHICLES:
        return f"{fleet} vehicles, at most {MOST_VEHICLES} are planned here: send fewer"
    return ""


def _limits(options: Any, most_s: float) -> tuple[float, int]:
    """Read vroom-express's options: seconds and threads; what is none of ours is left alone."""
    from solver.formats.faults import Fault, ProblemInvalid  # noqa: PLC0415

    given = options if isinstance(options, dict) else {}
    seconds, threads = given.get("l", USUAL_LIMIT_S), given.get("t", 2)
    number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    if not number or not 0 < seconds < float("inf"):
        raise ProblemInvalid((Fault("$.options.l", "value.range", "give seconds above 0"),))
    whole = isinstance(threads, int) and not isinstance(threads, bool)
    if not whole or threads < 1:
        raise ProblemInvalid((Fault("$.options.t", "value.range", "give threads from 1"),))
    return max(min(float(seconds), most_s), 0.1), min(threads, 4)


def _failed(code: int, error: str, status: int | None = None) -> tuple[int, dict[str, Any], int]:
    body = {"code": code, "error": error}
    return code, body, _STATUS[code] if status is None else status
