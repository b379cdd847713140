"""What the desk's plan tab says: figures, loads, what is left out and what would mend it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from api.i18n import texts
from logistics.domain.desk import DeskView
from logistics.domain.plan_compare import PlansCompared, compare, figures_of
from logistics.domain.plan_views import CourierView, LeftDrop, PlanRow
from logistics.domain.runs import RunState
from logistics.domain.setup import ZONES
from logistics.exchange.report_texts import REPORT
from logistics.exchange.sheets import clock as clock_of
from logistics.store import jobs, places, plan_views

Values = dict[str, Any]


def plan_tab(session: Session, view: DeskView, language: str, query: Mapping[str, str]) -> Values:
    """Say the plan that is looked at, those beside it, and the job that makes the next."""
    known = plan_views.of_run(session, view.run.id)
    wanted = query.get("plan") or view.plan_id
    shown = next((one for one in known if one.id == wanted), known[0] if known else None)
    other = next((one for one in known if one.id == query.get("with")), None)
    found = plan_views.view(session, shown.id) if shown else None
    side = plan_views.view(session, other.id) if other and shown and other != shown else None
    compared = compare(side, found) if side is not None and found is not None else None
    return {
        "plans": [_plan_row(one, view) for one in known[:20]],
        "shown": _plan_row(shown, view) if shown else None,
        "other": _plan_row(other, view) if side and other else None,
        "figures": figures_of(found) if found else {},
        "said": _said,
        "left": [_left(one, language) for one in found.left] if found else [],
        "errands_left": found.errands_left if found else 0,
        "loads": [_load(one) for one in found.couriers] if found else [],
        "buildings": found.buildings if found else {},
        "compared": _compared(compared, language) if compared else None,
        "couriers": [one.code for one in found.couriers] if found else [],
        "to_plan": view.run.state in (RunState.PACKED, RunState.PLANNED),
        "editable": view.run.state is RunState.PLANNED and shown is not None
        and shown.state == "draft",
        "releasable": view.run.state is RunState.PLANNED and shown is not None,
        "job": _job(session, view),
        "gates": _gates(session, view),
    }  # fmt: skip


def _plan_row(row: PlanRow, view: DeskView) -> Values:
    return {
        "id": row.id,
        "state": row.state,
        "short": row.id[-6:],
        "at": row.created_at.isoformat(timespec="minutes"),
        "current": row.id == view.plan_id,
        "engine": row.figures.get("engine", ""),
        "unassigned": row.figures.get("unassigned", ""),
        "contacts": row.figures.get("contacts", ""),
        "excess_faces": row.figures.get("excess_faces", ""),
        "km": f"{int(row.figures.get('distance', 0)) / 1000:.1f}",
    }


def _said(name: str, value: int) -> str:
    """Say a figure with the unit people use."""
    if name in ("duration", "waiting_time"):
        return f"{value // 3600}:{value % 3600 // 60:02}"
    if name == "distance":
        return f"{value / 1000:.1f}"
    if name == "last_return_s":
        return clock_of(value)
    return str(value)


def _left(one: LeftDrop, language: str) -> Values:
    said = REPORT["zh" if language == "zh" else "en"]
    helps = texts(language)["pages"]["desk"]["helps"]
    facts = dict(one.facts)
    code = str(facts.get("help", ""))
    text = helps.get(code, "")
    told = {key.removeprefix("help_"): value for key, value in facts.items()}
    return {
        "stop": one.stop,
        "stairwell": one.stairwell,
        "bags": one.bags,
        "cause": said.get(f"cause.{one.code}", one.code),
        "action": said.get(f"action.{one.next_action}", one.next_action),
        "help": _filled(text, told) if text else "",
        "proven": bool(facts.get("proven")),
    }


class _Known(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


def _filled(text: str, facts: Mapping[str, Any]) -> str:
    return text.format_map(_Known(facts))


def _load(one: CourierView) -> Values:
    weight = sum(trip.weight_g for trip in one.trips)
    bags = sum(trip.bags for trip in one.trips)
    most = max((trip.bags for trip in one.trips), default=0)
    stays = sum(stop.leave_s - stop.arrival_s for trip in one.trips for stop in trip.stops)
    return {
        "code": one.code,
        "mode": one.mode,
        "point": one.point,
        "on_duty": one.changed is None or one.changed.on_duty,
        "changed": one.changed is not None,
        "starts_s": one.starts_s,
        "ends_s": one.ends_s,
        "starts": clock_of(one.starts_s),
        "ends": clock_of(one.ends_s),
        "trips": len(one.trips),
        "stops": sum(len(trip.stops) for trip in one.trips),
        "bags": bags,
        "cold": sum(stop.cold for trip in one.trips for stop in trip.stops),
        "kg": f"{weight / 1000:.0f}",
        "fullest": f"{most}/{one.capacity_bags}",
        "out": clock_of(one.trips[0].departs_s) if one.trips else "",
        "back": clock_of(one.trips[-1].returns_s) if one.trips else "",
        "stays": f"{stays // 60}",
    }


def _compared(found: PlansCompared, language: str) -> Values:
    said = texts(language)["pages"]["desk"]
    return {
        "figures": [
            {
                "name": said["figures"][pair.name],
                "first": _said(pair.name, pair.first),
                "second": _said(pair.name, pair.second),
                "verdict": pair.verdict,
                "word": said["verdicts"][pair.verdict],
            }
            for pair in found.figures
        ],
        "moved": [
            {
                "stairwell": one.stairwell,
                "first": " ".join(one.first) or "—",
                "second": " ".join(one.second) or "—",
            }
            for one in found.moved[:200]
        ],
        "moved_count": len(found.moved),
        "only_first": list(found.left_only_first[:50]),
        "only_second": list(found.left_only_second[:50]),
    }


def _job(session: Session, view: DeskView) -> Values | None:
    """Name the job of this run that is not over, if there is one."""
    for one in jobs.page(session, view.run.id, after=None, limit=5):
        if not one.ended:
            return {"id": one.id, "kind": one.kind.value}
    return None


def _gates(session: Session, view: DeskView) -> list[str]:
    return [one.code for one in places.places(session, view.run.district_id, "gate")]


def what_if_tab(
    session: Session, view: DeskView, _language: str, _query: Mapping[str, str]
) -> Values:
    """Say what may be supposed."""
    compounds = places.places(session, view.run.district_id, "compound")
    return {
        "gates": _gates(session, view),
        "compounds": [one.code for one in compounds],
        "zones": list(ZONES),
        "possible": view.plan_id is not None,
    }
