from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.runs import RunInvalid, RunOutOfOrder, RunState
from logistics.store import orders, runs, tables
from logistics.store.runs import DistrictUnknown, RunUnknown
from logistics.usecases.close_run import close_run
from logistics.usecases.create_run import RunExists, create_run
from logistics.usecases.cut_off import cut_off
from logistics.usecases.finish_receiving import OrdersAwaited, finish_receiving
from logistics.usecases.pack_bags import PointMissing, pack_bags
from logistics.usecases.place_orders import place_orders
from logistics.usecases.receive_goods import mark_nothing_came, receive_goods
from logistics.usecases.share_out import share_out
from logistics.usecases.show_run import show_run

AT = datetime(2022, 4, 13, 1, 0, tzinfo=UTC)
WHO: dict[str, Any] = {"actor": "cli", "at": AT}
DAY = date(2022, 4, 13)


def state(supplies: Any) -> RunState:
    return runs.get(supplies.session, supplies.id).state


def test_a_day_goes_through_its_states(supplies: Any) -> None:
    supplies.area()
    supplies.ask(0, ("cabbage", 1000), ("eggs", 30, "板"))
    seen = [state(supplies)]
    for step in (supplies.order, supplies.receive, supplies.share, supplies.pack):
        step()
        seen.append(state(supplies))
    assert seen == ["open", "ordered", "received", "allocated", "packed"]


STEPS: list[tuple[Callable[..., Any], RunState]] = [
    (cut_off, RunState.OPEN),
    (place_orders, RunState.CUT_OFF),
    (finish_receiving, RunState.ORDERED),
    (share_out, RunState.RECEIVED),
    (pack_bags, RunState.ALLOCATED),
    (close_run, RunState.RELEASED),
]


@pytest.mark.parametrize("step", STEPS, ids=lambda pair: pair[0].__name__)
def test_a_step_out_of_order_is_refused_and_changes_nothing(
    supplies: Any, step: tuple[Callable[..., Any], RunState]
) -> None:
    use, needs = step
    supplies.area()
    supplies.ask(0, ("cabbage", 1000))
    for wrong in RunState:
        if wrong is needs:
            continue
        runs.set_state(supplies.session, supplies.id, wrong)
        with pytest.raises(RunOutOfOrder) as refused:
            use(supplies.session, supplies.id, **WHO)
        assert refused.value.facts["state"] == wrong
        assert refused.value.facts["needs"] == needs
        assert state(supplies) is wrong
    for table in (tables.purchase_order, tables.share, tables.bag):
        assert supplies.session.execute(select(table)).all() == []


def test_goods_are_not_received_once_receiving_is_finished(supplies: Any) -> None:
    supplies.area()
    supplies.ask(0, ("cabbage", 1000))
    supplies.order()
    supplies.receive()
    (order,) = orders.of_run(supplies.session, supplies.id)
    with pytest.raises(RunOutOfOrder):
        receive_goods(supplies.session, order.id, [], key="late", **WHO)
    with pytest.raises(RunOutOfOrder):
        mark_nothing_came(supplies.session, order.id, **WHO)


def test_receiving_is_not_finished_while_an_order_is_awaited(supplies: Any) -> None:
    supplies.area()
    supplies.ask(0, ("cabbage", 1000))
    supplies.order()
    (order,) = orders.of_run(supplies.session, supplies.id)
    with pytest.raises(OrdersAwaited) as refused:
        finish_receiving(supplies.session, supplies.id, **WHO)
    assert refused.value.facts["orders"] == order.code
    mark_nothing_came(supplies.session, order.id, **WHO)
    mark_nothing_came(supplies.session, order.id, **WHO)  # said twice
    assert finish_receiving(supplies.session, supplies.id, **WHO).state is RunState.RECEIVED


def test_a_code_names_district_day_and_wave(supplies: Any) -> None:
    supplies.area()
    assert supplies.run.code == "KX-20220413-1"
    assert runs.get(supplies.session, "KX-20220413-1") == supplies.run


def test_a_day_and_wave_are_taken_once(supplies: Any) -> None:
    supplies.area()
    with pytest.raises(RunExists) as refused:
        create_run(supplies.session, "test", DAY, 1, cutoff_at=AT, **WHO)
    assert refused.value.facts["run"] == "KX-20220413-1"
    assert create_run(supplies.session, "test", DAY, 2, cutoff_at=AT, **WHO).wave == 2


def test_an_unknown_district_is_named_with_those_that_exist(supplies: Any) -> None:
    supplies.area()
    with pytest.raises(DistrictUnknown) as refused:
        create_run(supplies.session, "Atlantis", DAY, 1, cutoff_at=AT, **WHO)
    assert refused.value.facts["value"] == "Atlantis"
    assert refused.value.facts["known"] == "test"


def test_a_wave_below_one_is_refused(supplies: Any) -> None:
    supplies.area()
    with pytest.raises(RunInvalid):
        create_run(supplies.session, "test", DAY, 0, cutoff_at=AT, **WHO)


def test_an_unknown_run_is_refused(session: Session) -> None:
    with pytest.raises(RunUnknown):
        cut_off(session, "KX-19990101-1", **WHO)


def test_the_cut_off_freezes_lists_and_reports_open_questions(supplies: Any) -> None:
    supplies.area()
    supplies.ask(0, ("cabbage", 1000), ("eggs", 12))
    supplies.ask(1, ("cabbage", 500), state="needs-review")
    supplies.ask(2, ("cabbage", 500), state="cancelled")
    supplies.question(supplies.codes[3])
    supplies.question(supplies.codes[3], "quantity.absurd", "discarded")
    found = cut_off(supplies.session, supplies.id, **WHO)
    assert (found.lists, found.lines, found.households) == (2, 3, 2)
    assert found.not_ordered == {"item.unknown": 1}
    assert runs.lists_by_state(supplies.session, supplies.id) == {"frozen": 2, "cancelled": 1}


def test_an_empty_run_goes_through_its_states_too(supplies: Any) -> None:
    supplies.area()
    supplies.order()
    supplies.receive()
    supplies.share()
    supplies.pack()
    view = show_run(supplies.session, supplies.id)
    assert (view.run.state, view.bags, view.next_step) == ("packed", 0, "plan")


def test_a_stairwell_without_a_point_is_named(supplies: Any) -> None:
    supplies.area()
    supplies.ask(0, ("cabbage", 1000))
    supplies.order()
    supplies.receive()
    supplies.share()
    supplies.session.execute(tables.place.update().values(point_id=None))
    with pytest.raises(PointMissing) as refused:
        supplies.pack()
    assert refused.value.facts["stairwell"] == "KX-01-1"


def test_each_command_leaves_one_audit_row(supplies: Any) -> None:
    supplies.area()
    supplies.ask(0, ("cabbage", 1000))
    supplies.order()
    supplies.receive()
    supplies.share()
    supplies.pack()
    done = supplies.session.execute(
        select(tables.audit.c.command).order_by(tables.audit.c.seq)
    ).scalars()
    assert list(done) == [
        "run.create",
        "run.cutoff",
        "run.order",
        "order.receive",
        "run.receive-finish",
        "run.allocate",
        "run.pack",
    ]


def test_a_run_at_a_glance_counts_everything(supplies: Any) -> None:
    supplies.area(5)
    supplies.ask(0, ("cabbage", 1000), ("caviar", 50))
    supplies.ask(1, ("eggs", 60, "板"))
    supplies.question(supplies.codes[2])
    supplies.order()
    supplies.receive()
    supplies.share()
    supplies.pack()
    view = show_run(supplies.session, supplies.run.code)
    assert (view.households, view.households_asking, view.accepted_lines) == (5, 2, 3)
    assert {k: n for k, n in view.lines.items() if n} == {"full": 2, "none": 1}
    assert (view.triage, view.triage_open) == ({"open": 1}, {"item.unknown": 1})
    assert (view.bags, view.weight_g) == (2, 1000 + 60 * 55)
    assert (view.trips, view.contacts, len(view.orders)) == (0, None, 1)
