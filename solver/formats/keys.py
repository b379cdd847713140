"""Every key of a problem file: VROOM's, then ours."""

from typing import Any

from solver.formats.faults import Faults
from solver.formats.values import (
    FAULTY,
    INT64_MAX,
    Key,
    Reader,
    Table,
    amounts,
    array,
    flag,
    ignored,
    integer,
    one_of,
    positive_number,
    seconds_by_type,
    text,
    window,
    windows,
)
from solver.problem import (
    Bay,
    Break,
    Job,
    LockedStep,
    Objective,
    PreviousRoute,
    PreviousStop,
    Shipment,
    ShipmentStep,
)

PRIORITY_MAX = 100  # VROOM's bound
SPEED_FACTOR_MAX = 5.0  # VROOM's bound
ZONE_MAX = 2  # precaution, controlled, sealed
STEP_TYPES = ("start", "job", "pickup", "delivery", "via", "break", "reload", "end")
STOP_TYPES = ("job", "pickup", "via", "delivery")

_ID = integer(0, INT64_MAX)
_SKILLS = array(integer(0, INT64_MAX))

_DESCRIPTION = Key("description", text)
_ID_KEY = Key("id", _ID, required=True)
_WINDOWS = Key("time_windows", windows, "windows")
_UNUSED_LOCATION = Key("location", ignored)
_LOCATION_INDEX = Key("location_index", integer(), "location", required=True)


def _frozen(read: Reader) -> Reader:
    def frozen(raw: Any, at: str, faults: Faults) -> Any:
        found = read(raw, at, faults)
        return found if found is FAULTY else frozenset(found)

    return frozen


def _valued(table: Table, make: Any) -> Reader:
    """Read an object into a value; what is missing or faulty takes a placeholder.

    So every object keeps its index, and checks across objects can name it.
    """
    placeholders = {
        key.attribute or key.name: _PLACEHOLDERS[key.attribute or key.name]
        for key in table.keys
        if key.required
    }

    def read(raw: Any, at: str, faults: Faults) -> Any:
        return make(**(placeholders | (table.read(raw, at, faults) or {})))

    return read


_NOWHERE = -1
_PLACEHOLDERS: dict[str, Any] = {
    "id": _NOWHERE,
    "location": _NOWHERE,
    "type": "",
    "vehicle": _NOWHERE,
    "stops": (),
    "pickup": ShipmentStep(id=_NOWHERE, location=_NOWHERE),
    "delivery": ShipmentStep(id=_NOWHERE, location=_NOWHERE),
}

_VISIT = (
    _ID_KEY,
    _DESCRIPTION,
    _UNUSED_LOCATION,
    _LOCATION_INDEX,
    Key("setup", integer(), "setup_s"),
    Key("service", integer(), "service_s"),
    Key("setup_per_type", seconds_by_type, "setup_per_type_s"),
    Key("service_per_type", seconds_by_type, "service_per_type_s"),
    _WINDOWS,
)

JOB = Table(
    "job",
    (
        *_VISIT,
        Key("delivery", amounts),
        Key("amount", amounts),  # VROOM's older word for delivery
        Key("pickup", amounts),
        Key("skills", _frozen(_SKILLS)),
        Key("priority", integer(0, PRIORITY_MAX)),
        Key("place", text),
        Key("building", text),
        Key("zone", integer(0, ZONE_MAX)),
        Key("points", array(integer())),
        Key("release", integer(), "release_s"),
        Key("parts", array(amounts)),
        Key("courier", _ID),
        Key("preferred_courier", _ID),
        Key("prize", integer()),
    ),
)


def _job(raw: Any, at: str, faults: Faults) -> Any:
    found = JOB.read(raw, at, faults) or {}
    amount = found.pop("amount", None)
    if amount is not None and ("delivery" in raw or "pickup" in raw):
        # VROOM does not read it then; what is stated is not dropped unseen.
        mend = "it is the older word for delivery: keep delivery and pickup only"
        faults.add(f"{at}.amount", "key.twice", mend)
    elif amount is not None:
        found["delivery"] = amount
    return Job(**({"id": _NOWHERE, "location": _NOWHERE} | found))


SHIPMENT_STEP = Table("shipment step", _VISIT)
_STEP = _valued(SHIPMENT_STEP, ShipmentStep)

SHIPMENT = Table(
    "shipment",
    (
        Key("pickup", _STEP, required=True),
        Key("delivery", _STEP, required=True),
        Key("via", _STEP),
        Key("amount", amounts),
        Key("skills", _frozen(_SKILLS)),
        Key("priority", integer(0, PRIORITY_MAX)),
    ),
)

COSTS = Table(
    "costs object",
    (
        Key("fixed", integer(), "fixed_cost"),
        Key("per_hour", integer(), "cost_per_hour"),
        Key("per_km", integer(), "cost_per_km"),
        Key("per_task_hour", integer(), "cost_per_task_hour"),
    ),
)


def _costs(raw: Any, at: str, faults: Faults) -> Any:
    found = COSTS.read(raw, at, faults)
    return FAULTY if found is None else found


BREAK = Table(
    "break",
    (
        _ID_KEY,
        Key("time_windows", windows),
        Key("service", integer(), "service_s"),
        _DESCRIPTION,
        Key("max_load", amounts),
    ),
)

_UNLOCKED_ONLY = ("service_after", "service_before")


def _vehicle_step(raw: Any, at: str, faults: Faults) -> Any:
    step = _LOCKED_STEP(raw, at, faults)
    if step.locked:
        for name in _UNLOCKED_ONLY:
            if name in raw:
                mend = "a locked step stays at service_at: give that, or a window to the job"
                faults.add(f"{at}.{name}", "key.unsupported", mend)
    if step.location is not None and step.type != "reload":
        mend = f"a {step.type} is where it is: only a reload may be at one point or another"
        faults.add(f"{at}.location_index", "key.unsupported", mend)
    return step


def _profile(raw: Any, at: str, faults: Faults) -> Any:
    found = text(raw, at, faults)
    return FAULTY if found == "" else found  # VROOM's default, as if it were left out


VEHICLE_STEP = Table(
    "vehicle step",
    (
        Key("type", one_of(*STEP_TYPES), required=True),
        Key("id", _ID),
        Key("service_at", integer()),
        Key("service_after", ignored),  # of VROOM's mode that plans times of given routes
        Key("service_before", ignored),
        Key("locked", flag),
        Key("location_index", integer(), "location"),  # of a reload
        Key("parts", array(integer())),
    ),
)

_LOCKED_STEP = _valued(VEHICLE_STEP, LockedStep)

VEHICLE = Table(
    "vehicle",
    (
        _ID_KEY,
        Key("profile", _profile),
        _DESCRIPTION,
        Key("start", ignored),
        Key("start_index", integer(), "start"),
        Key("end", ignored),
        Key("end_index", integer(), "end"),
        Key("capacity", amounts),
        Key("costs", _costs),
        Key("skills", _frozen(_SKILLS)),
        Key("type", text),  # chooses among setup_per_type and service_per_type
        Key("time_window", window, "window"),
        Key("breaks", array(_valued(BREAK, Break))),
        Key("speed_factor", positive_number(SPEED_FACTOR_MAX)),
        Key("max_tasks", integer()),
        Key("max_travel_time", integer(), "max_travel_time_s"),
        Key("max_distance", integer(), "max_distance_m"),
        Key("max_duration", integer(), "max_duration_s"),
        Key("steps", array(_vehicle_step), "locked"),
        Key("points", array(integer(), minimum=1)),
        Key("max_trips", integer(1)),
        Key("reload_service", integer(), "reload_service_s"),
        Key("zone_max", integer(0, ZONE_MAX)),
        Key("cohort", text),
    ),
)

PLACE = Table(
    "place",
    (
        Key("id", text, required=True),
        Key("lanes", integer(1)),
        Key("shelf", amounts),
        Key("cleared", array(integer())),
        Key("closed", array(window)),
        Key("separation", integer(), "separation_s"),
    ),
)

BAY = Table("bay", (_LOCATION_INDEX, Key("lanes", integer(1))))

OBJECTIVE = Table(
    "objective",
    (Key("face", integer()), Key("change", integer()), Key("balance", integer())),
)

_PREVIOUS_STEP_UNUSED = (
    "location", "location_index", "description", "setup", "service", "waiting_time", "load",
    "duration", "distance", "violations", "parts",
)  # fmt: skip

PREVIOUS_STOP = Table(
    "step of a previous plan",
    (
        Key("type", one_of(*STEP_TYPES), required=True),
        Key("id", _ID),
        Key("job", ignored),
        Key("arrival", integer(), "arrival_s"),
        Key("trip", integer()),
        *(Key(name, ignored) for name in _PREVIOUS_STEP_UNUSED),
    ),
)

_PREVIOUS_ROUTE_UNUSED = (
    "description", "cost", "setup", "service", "duration", "distance", "waiting_time", "priority",
    "delivery", "pickup", "violations", "geometry", "amount", "trips",
)  # fmt: skip

PREVIOUS_ROUTE = Table(
    "route of a previous plan",
    (
        Key("vehicle", _ID, required=True),
        Key("steps", array(PREVIOUS_STOP.read), "stops", required=True),
        *(Key(name, ignored) for name in _PREVIOUS_ROUTE_UNUSED),
    ),
)


def _previous_route(raw: Any, at: str, faults: Faults) -> Any:
    found = PREVIOUS_ROUTE.read(raw, at, faults)
    if found is None:
        return FAULTY
    stops = tuple(
        PreviousStop(**step)
        for step in found.get("stops", ())
        if step and step.get("type") in STOP_TYPES and "id" in step
    )
    return PreviousRoute(vehicle=found.get("vehicle", _NOWHERE), stops=stops)


PREVIOUS = Table(
    "previous plan",
    (
        Key("routes", array(_previous_route), required=True),
        *(Key(name, ignored) for name in ("code", "summary", "unassigned", "error")),
    ),
)


def _place(raw: Any, at: str, faults: Faults) -> Any:
    return {"id": ""} | (PLACE.read(raw, at, faults) or {})


def _previous(raw: Any, at: str, faults: Faults) -> Any:
    found = PREVIOUS.read(raw, at, faults)
    return FAULTY if found is None else found.get("routes", ())


def _objective(raw: Any, at: str, faults: Faults) -> Any:
    found = OBJECTIVE.read(raw, at, faults)
    return FAULTY if found is None else Objective(**found)


def _vehicle(raw: Any, at: str, faults: Faults) -> Any:
    found = VEHICLE.read(raw, at, faults) or {}
    costs = found.pop("costs", {})
    return {"id": _NOWHERE} | found | costs


PROBLEM = Table(
    "problem",
    (
        Key("vehicles", array(_vehicle)),
        Key("jobs", array(_job)),
        Key("shipments", array(_valued(SHIPMENT, Shipment))),
        Key("matrices", ignored),  # read by solver.formats.matrices
        Key("matrix", ignored),
        Key("options", ignored),  # of VROOM's web wrapper
        Key("separation", integer(), "separation_s"),
        Key("cost_scale", integer(1)),
        Key("places", array(_place)),
        Key("bays", array(_valued(BAY, Bay))),
        Key("objective", _objective),
        Key("previous", _previous),
    ),
)
"""Vehicles and places come as arguments, since their defaults depend on the rest of the file."""
