"""What the desk's pages say, put together for their templates."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from api.access.principal import Principal
from api.i18n import error_text, texts
from api.pages import charts
from api.pages.desk_plan import plan_tab, what_if_tab
from api.rations import rations_of
from api.roles import Action
from logistics.domain.allocation_report import AllocationReport
from logistics.domain.desk import DeskView
from logistics.domain.lists import TriageEntry
from logistics.domain.places import District
from logistics.domain.procurement import PurchaseOrder
from logistics.domain.runs import Run, RunState
from logistics.exchange.report_texts import TABLES
from logistics.store import catalogue, desk, lots, orders
from logistics.store import triage as queue

Values = dict[str, Any]

TAB_ACTIONS: Final = {
    "overview": Action.DESK_PAGE,
    "triage": Action.TRIAGE_READ,
    "orders": Action.DESK_PAGE,
    "receiving": Action.DESK_PAGE,
    "sharing": Action.SHARE_READ,
    "packing": Action.PLAN_READ,
    "plan": Action.PLAN_READ,
    "what-if": Action.PLAN_READ,
    "report": Action.DESK_PAGE,
}
"""The tabs in the order of a day, and who sees each."""

MAY: Final = {
    "step": Action.RUN_STEP,
    "settle": Action.TRIAGE_SETTLE,
    "receive": Action.GOODS_RECEIVE,
    "lot": Action.LOT_DECIDE,
    "edit": Action.PLAN_EDIT,
    "job": Action.JOB_ASK,
    "papers": Action.SHEETS_READ,
}
_PAGE = 50


def may(who: Principal) -> dict[str, bool]:
    """Say which deeds of the desk somebody may do: what they may not is not shown."""
    return {name: who.reach(action) is not None for name, action in MAY.items()}


def run_row(run: Run, areas: Sequence[District]) -> Values:
    """Say a run in a list of runs."""
    area = next((one for one in areas if one.id == run.district_id), None)
    return {
        "code": run.code,
        "day": run.day.isoformat(),
        "wave": run.wave,
        "state": run.state.value,
        "district": area.name if area else "",
        "cutoff": _clock(run.cutoff_at, area.zone_name if area else "UTC", day=True),
    }


def head(view: DeskView, area: District, who: Principal, tab: str) -> Values:
    """Say what stands above every tab of a run."""
    order = list(RunState)
    now = order.index(view.run.state)
    waiting: dict[str, int] = {}
    for one in view.decisions:
        waiting[one.tab] = waiting.get(one.tab, 0) + one.count
    return {
        "run": run_row(view.run, [area]),
        "view": view,
        "area": area,
        "tab": tab,
        "tabs": [
            {"name": name, "path": path_of(view.run.code, name), "count": waiting.get(name, 0)}
            for name, action in TAB_ACTIONS.items()
            if who.reach(action) is not None
        ],
        "states": [
            {"code": state.value, "place": "now" if n == now else "past" if n < now else "to-come"}
            for n, state in enumerate(order)
        ],
        "may": may(who),
    }


def path_of(run: str, tab: str) -> str:
    """Give the address of a tab."""
    return f"/desk/runs/{run}" if tab == "overview" else f"/desk/runs/{run}/{tab}"


def _clock(at: datetime, zone: str, *, day: bool = False) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return local.strftime("%m-%d %H:%M" if day else "%H:%M")


def _overview(_s: Session, view: DeskView, _l: str, _q: Mapping[str, str]) -> Values:
    counts = {name: row for name, row in view.counts.items() if name != "run"}
    return {"counts": counts}


def _triage(session: Session, view: DeskView, language: str, query: Mapping[str, str]) -> Values:
    found = queue.open_entries(session, view.run.id, _PAGE + 1, query.get("after") or None)
    known = catalogue.load(session)
    return {
        "entries": [_entry(one, known, language) for one in found[:_PAGE]],
        "next": found[_PAGE - 1].id if len(found) > _PAGE else None,
        "items": sorted(item.name_zh for item in known.items),
    }


def _entry(one: TriageEntry, known: Any, language: str) -> Values:
    asked = one.facts.get("asked")
    said = asked if isinstance(asked, Mapping) else {}
    word = str(said.get("item", "")) or one.said
    text = error_text(one.code, "invalid", one.facts, language)
    own = known.find(word)
    close = [own.name_zh] if own is not None else known.close_to(word, 6)
    names = {item.name_zh: item for item in known.items}
    units = str(one.facts.get("known", ""))
    return {
        "id": one.id,
        "household": one.household_code or "",
        "said": one.said,
        "word": word,
        "quantity": str(said.get("quantity") or ""),
        "unit": str(said.get("unit") or ""),
        "source": one.source,
        "line_no": one.line_no,
        "why": text.title,
        "mend": text.mend,
        "teach": own is None and word != one.said,
        "units": [unit for unit in units.split("、") if unit][:6],
        "candidates": [
            {"item": name, "label": name if language == "zh" else names[name].name_en}
            for name in close
            if name in names
        ],
    }


def _orders(session: Session, view: DeskView, language: str, _q: Mapping[str, str]) -> Values:
    found = orders.of_run(session, view.run.id)
    return {
        "orders": [_order(one, language) for one in found],
        "total_fen": sum(one.total_fen for one in found),
        "to_order": view.run.state is RunState.CUT_OFF,
    }


def _order(one: PurchaseOrder, language: str) -> Values:
    units = TABLES[language]
    return {
        "id": one.id,
        "code": one.code,
        "market": one.market_zh if language == "zh" else one.market_en,
        "market_code": one.market_code,
        "state": one.state.value,
        "point": one.point_code or "",
        "flag": one.flag,
        "yuan": f"{one.total_fen / 100:,.2f}",
        "short": sum(line.received < line.quantity for line in one.lines),
        "lines": [
            {
                "item": line.name_zh,
                "name": line.name_zh if language == "zh" else line.name_en,
                "unit": units[line.base],
                "cases": line.cases,
                "case_base": line.case_base,
                "ordered": line.quantity,
                "received": line.received,
                "missing": max(0, line.quantity - line.received),
                "over": max(0, line.received - line.quantity),
                "households": line.households,
                "aisle": line.aisle,
                "yuan": f"{line.total_fen / 100:,.2f}",
            }
            for line in one.lines
        ],
    }


def _receiving(session: Session, view: DeskView, language: str, q: Mapping[str, str]) -> Values:
    units = TABLES[language]
    return _orders(session, view, language, q) | {
        "to_receive": view.run.state is RunState.ORDERED,
        "lots": [
            {
                "id": card.id,
                "name": card.item_zh if language == "zh" else card.item_en,
                "quantity": card.quantity,
                "unit": units[card.base],
                "supplier": card.supplier_code,
                "provenance": card.provenance,
                "state": card.state.value,
                "cold": card.cold,
            }
            for card in sorted(
                lots.of_run(session, view.run.id), key=lambda card: card.state.value != "held"
            )
        ],
    }


def _sharing(session: Session, view: DeskView, language: str, query: Mapping[str, str]) -> Values:
    run_id = view.run.id
    reason = query.get("reason", "")
    short = desk.short_page(
        session, run_id, after=query.get("after", ""), limit=_PAGE + 1, reason=reason
    )
    said = TABLES[language]
    fills = desk.fills(session, run_id)
    tiers = texts(language)["pages"]["desk"]["tiers"]
    return {
        "short": [
            {
                "household": one.household,
                "name": one.item_zh if language == "zh" else one.item_en,
                "asked": one.asked,
                "got": one.got,
                "unit": said[one.base],
                "kind": said[f"kind.{one.kind}"],
                "reason": said.get(f"reason.{one.reason}", one.reason),
            }
            for one in short[:_PAGE]
        ],
        "next": short[_PAGE - 1].line_id if len(short) > _PAGE else None,
        "reason": reason,
        "reasons": [
            (code, said.get(f"reason.{code}", code), count)
            for code, count in desk.short_reasons(session, run_id).items()
        ],
        "rations": rations_of(session, run_id),
        "units": said,
        "fills": fills,
        "steps": charts.steps(
            {f"tier-{tier}": row for tier, row in fills.items()},
            {f"tier-{tier}": tiers.get(str(tier), str(tier)) for tier in fills},
        )
        if fills
        else None,
        "to_share": view.run.state is RunState.RECEIVED,
        "to_ration": list(RunState).index(view.run.state)
        < list(RunState).index(RunState.ALLOCATED),
        "kinds": {kind: said[f"kind.{kind}"] for kind in view.lines if f"kind.{kind}" in said},
    }


def fairness(report: AllocationReport, language: str) -> Values | None:
    """Say how fair a sharing is: a chart of ways side by side, and the same as a table."""
    if not report.households:
        return None
    said = texts(language)["pages"]["desk"]
    by_tier: dict[int | None, list[Any]] = {}
    for one in report.households:
        by_tier.setdefault(one.tier, []).append(one)
    groups = [
        (
            said["all_households"] if tier is None else said["tiers"].get(str(tier), str(tier)),
            [(one.method, said["ways"][one.method], one.mean, one.lowest) for one in ways],
        )
        for tier, ways in by_tier.items()
    ]
    return {
        "chart": charts.bars(groups),
        "rows": [(title, ways) for (title, _), ways in zip(groups, by_tier.values(), strict=True)],
        "proven": report.proven,
        "short_items": len(report.short_items),
    }


def _packing(session: Session, view: DeskView, language: str, _q: Mapping[str, str]) -> Values:
    said = texts(language)["pages"]["desk"]["compartments"]
    points = desk.packing_by_point(session, view.run.id)
    shelves = desk.packing_by_shelf(session, view.run.id)
    return {
        "points": [
            {
                "code": code,
                "bars": _progress(states),
                "total": sum(states.values()),
                "shelves": [
                    {
                        "name": said.get(compartment, compartment),
                        "bars": _progress(row),
                        "total": sum(row.values()),
                    }
                    for (point, compartment), row in shelves.items()
                    if point == code
                ],
            }
            for code, states in points.items()
        ],
        "to_pack": view.run.state is RunState.ALLOCATED,
    }


_STAGES: Final = (
    ("planned", ("planned",)),
    ("packing", ("packing",)),
    ("ready", ("packed", "sealed", "staged")),
    ("out", ("loaded", "on-shelf", "taken", "confirmed")),
    ("trouble", ("disputed", "returned", "damaged", "lost", "redirected", "struck")),
)


def _progress(states: Mapping[str, int]) -> list[Values]:
    """Gather bags into what a bar shows: from not begun to out, and what went wrong."""
    total = sum(states.values()) or 1
    found, x = [], 0.0
    for name, members in _STAGES:
        count = sum(states.get(state, 0) for state in members)
        if count:
            width = 100 * count / total
            found.append(
                {"stage": name, "count": count, "x": round(x, 2), "width": round(width, 2)}
            )
            x += width
    return found


TABS: Final[dict[str, Callable[[Session, DeskView, str, Mapping[str, str]], Values]]] = {
    "overview": _overview,
    "triage": _triage,
    "orders": _orders,
    "receiving": _receiving,
    "sharing": _sharing,
    "packing": _packing,
    "plan": plan_tab,
    "what-if": what_if_tab,
}
"""What each tab says besides what stands above all."""
