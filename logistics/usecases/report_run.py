"""Report on a run from its record alone: pure reading (波次报告)."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from logistics.domain.allocation_report import AllocationReport
from logistics.domain.planning import RoutingPolicy
from logistics.domain.procurement import PurchaseOrder
from logistics.domain.run_report import (
    AllocationRow,
    Contact,
    OrderFigures,
    PointMark,
    RunReport,
    ShortItem,
)
from logistics.domain.runs import Run
from logistics.domain.setup import ZONES
from logistics.store import (
    orders,
    places,
    plan_figures,
    plan_views,
    plans,
    runs,
    shares,
    wishes,
    zones,
)
from logistics.store.plans import StoredPlan
from logistics.usecases.close_run import count_outcomes
from logistics.usecases.share_out import allocation_report
from logistics.usecases.show_run import RunView, show_run


def report_run(session: Session, run: str) -> RunReport:
    """Read everything that a run's report says; what has not happened yet is empty.

    Of a run whose shares were never counted they are counted here, which takes seconds of a large
    one (:func:`logistics.usecases.share_out.keep_tally`).

    Raises
    ------
    RunUnknown
        If no run has this id or code.
    """
    view = show_run(session, run, brief=True)
    allocation = allocation_report(session, view.run.id)
    area = places.district(session, view.run.district_id)
    plan = _plan(session, view.run)
    couriers = plan_figures.loads(session, plan.id) if plan else ()
    return RunReport(
        run_code=view.run.code,
        day=view.run.day,
        wave=view.run.wave,
        state=view.run.state.value,
        district_name=area.name,
        district_folder=area.folder,
        district_digest=area.source_digest,
        attribution=area.attribution,
        synthetic=area.synthetic,
        households=view.households,
        households_asking=view.households_asking,
        lists=view.lists,
        accepted_lines=view.accepted_lines,
        triage=view.triage,
        triage_open=view.triage_open,
        lines={kind.value: count for kind, count in allocation.lines.items() if count},
        orders=tuple(_order(order) for order in view.orders),
        short_items=_short_items(session, allocation),
        bags=view.bags,
        weight_g=view.weight_g,
        volume_ml=view.volume_ml,
        trips=view.trips,
        stops=sum(load.stops for load in couriers),
        bags_on_trips=view.bags_on_trips,
        left_out=plan_figures.left_out(session, plan.id) if plan else (),
        contact=_contact(session, view, plan),
        loads=couriers,
        outcomes={
            outcome.value: households
            for outcome, households in count_outcomes(session, view.run).items()
        }
        if plan
        else {},
        zones=_zones(session, view.run),
        points=tuple(
            PointMark(code=point.code, lon=point.lon, lat=point.lat)
            for point in places.places(session, view.run.district_id, "point")
        ),
    )


def orders_of_run(session: Session, run: str) -> tuple[PurchaseOrder, ...]:
    """Read the orders of a run, as they are handed to the markets.

    Raises
    ------
    RunUnknown
        If no run has this id or code.
    """
    return orders.of_run(session, runs.get(session, run).id)


def allocation_rows(session: Session, run: str) -> tuple[AllocationRow, ...]:
    """List what each household's line was given and why, by household and line.

    Raises
    ------
    RunUnknown
        If no run has this id or code.
    """
    goods = wishes.goods(session)
    rows = []
    for share in shares.of_run(session, runs.get(session, run).id):
        asked = goods[share.asked_item_id]
        given = goods[share.item_id] if share.item_id else None
        rows.append(
            AllocationRow(
                household_code=share.household_code,
                line_no=share.line_no,
                item_zh=asked.name_zh,
                item_en=asked.name_en,
                base=asked.base,
                asked=share.asked,
                given_zh=given.name_zh if given else "",
                given_en=given.name_en if given else "",
                quantity=share.quantity,
                kind=share.kind.value,
                reason=share.reason.value,
            )
        )
    return tuple(rows)


def _plan(session: Session, run: Run) -> StoredPlan | None:
    try:
        return plans.current(session, run.id)
    except plans.PlanUnknown:
        return None


def _order(order: PurchaseOrder) -> OrderFigures:
    return OrderFigures(
        code=order.code,
        market_zh=order.market_zh,
        market_en=order.market_en,
        state=order.state.value,
        lines=len(order.lines),
        lines_short=sum(line.received < line.quantity for line in order.lines),
        total_fen=order.total_fen,
    )


def _short_items(session: Session, allocation: AllocationReport) -> tuple[ShortItem, ...]:
    if not allocation.short_items:
        return ()
    goods = wishes.goods(session)
    found = [
        ShortItem(
            name_zh=goods[item.item_id].name_zh,
            name_en=goods[item.item_id].name_en,
            base=goods[item.item_id].base,
            lines=item.lines,
            asked=item.asked,
            given=item.given,
            substituted=item.substituted,
            reasons=item.reasons,
            fill_min=item.ours.fill_min,
            gini=item.ours.gini,
            gini_first_come=item.first_come.gini,
            empty_lines=item.ours.empty_lines,
            empty_first_come=item.first_come.empty_lines,
        )
        for item in allocation.short_items
    ]
    return tuple(sorted(found, key=lambda item: (item.given / item.asked, item.name_zh)))


def _contact(session: Session, view: RunView, plan: StoredPlan | None) -> Contact | None:
    if plan is None:
        return None
    summary = plan_views.get(session, plan.id).figures
    seen = plan_figures.couriers_by_building(session, plan.id)
    return Contact(
        contacts=int(summary["contacts"]),
        faces=sum(seen.values()),
        excess_faces=int(summary["excess_faces"]),
        separation_s=view.run.separation_s,
        buildings=dict(sorted(Counter(seen.values()).items())),
    )


def _zones(session: Session, run: Run) -> dict[str, str]:
    """Name the strictest zone of each compound in the run's wave, by its id on the map."""
    area = places.district(session, run.district_id)
    policy = RoutingPolicy.of(area.policy.facts())
    midnight = datetime.combine(run.day, time(), ZoneInfo(area.zone_name))
    since, until = (
        (midnight + timedelta(seconds=second)).astimezone(UTC)
        for second in (policy.drop_from_s, policy.drop_until_s)
    )
    ranks = zones.book(session, run.district_id).ranks_during(since, until)
    return {
        place.id.removeprefix(f"{run.district_id}/"): ZONES[ranks[place.id]]
        for place in places.places(session, run.district_id, "compound")
        if ranks[place.id]
    }
