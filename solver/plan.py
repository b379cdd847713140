"""The plan as immutable values: what an engine gives and the judge reads."""

from dataclasses import dataclass

from solver.problem import Amounts

NOT_STATED = -1
"""A figure that a plan from elsewhere leaves out; an amount left out is empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a route, with VROOM's types plus ``reload``.

    ``arrival_s`` is when the vehicle comes, then it waits ``waiting_s``, sets up ``setup_s`` and
    serves ``service_s``. A courier is *present* at the place from ``arrival_s + waiting_s`` to the
    end of service (they wait elsewhere, never at the slot). ``load`` is what is on board after the
    step. ``trip`` counts from 0. ``parts`` are the indices of the bags that a split job leaves
    here (empty for an unsplit job: all). ``duration_s`` and ``distance_m`` are travelled since the
    route's start, as in VROOM.
    """

    type: str  # start, job, pickup, via, delivery, break, reload, end
    location: int | None
    arrival_s: int
    id: int | None = None  # of the job, shipment step or break
    waiting_s: int = 0
    setup_s: int = 0
    service_s: int = 0
    load: Amounts = ()
    trip: int = 0
    parts: tuple[int, ...] = ()
    duration_s: int = 0
    distance_m: int = 0
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The shift of one vehicle: ``start``, (``reload``, stops…)*, ``end``.

    With ``points`` the first step after ``start`` is a ``reload`` (the first loading) and every
    further trip begins with another one.
    """

    vehicle: int  # id
    steps: tuple[Step, ...]
    cost: int = 0
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxation:
    """A change of the problem that was solved again and serves the job."""

    code: str
    facts: dict[str, int | str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unassigned:
    """A job or shipment step that is left out, and why.

    ``parts`` names the bags left out where the rest of a split job is served (empty: the whole).
    ``proven``: no eligible courier could serve it even alone.
    """

    id: int
    type: str  # job, pickup, delivery
    location: int | None
    code: str
    facts: dict[str, int | str]
    proven: bool
    parts: tuple[int, ...] = ()
    would_help: tuple[Relaxation, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Figures of the whole plan; ``faces`` are distinct (building, courier) pairs."""

    cost: int
    routes: int
    unassigned: int
    trips: int
    faces: int
    excess_faces: int
    contacts: int
    duration_s: int
    distance_m: int
    waiting_s: int
    setup_s: int
    service_s: int
    priority: int
    delivery: Amounts
    pickup: Amounts
    engine: str
    seed: int
    seconds: float
    stopped: str
    bound: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the solver answers; ``violations`` is always empty in what an engine returns."""

    routes: tuple[Route, ...]
    unassigned: tuple[Unassigned, ...]
    summary: Summary


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One broken rule: ``by`` says by how much, in the unit of the rule."""

    code: str
    vehicle: int | None
    step: int | None  # index in the route's steps
    by: int
    facts: dict[str, int | str]
