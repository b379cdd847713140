"""The rules of sharing on a real run: debts, rations, substitutes, sharing again, explanations."""

from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import DatabaseError

from logistics.domain.allocation import Reason, ShareKind, Substitution
from logistics.domain.procurement import Received
from logistics.domain.quantities import QuantityNotPositive
from logistics.domain.stock import Move, MoveKind, loss
from logistics.exchange.share_texts import headline, sentence, shares_csv
from logistics.store import fills, ledger, runs, shares, tables, tallies
from logistics.usecases.allow_substitutes import (
    NotAskedFor,
    SubstitutesInvalid,
    SubstitutesTooLate,
    allow_substitutes,
)
from logistics.usecases.create_run import create_run
from logistics.usecases.explain_shares import NoShareHere, explain_shares
from logistics.usecases.reshare import Missing, MissingInvalid, ReshareNotNow, reshare
from logistics.usecases.set_ration import RationTooLate, set_ration
from logistics.usecases.share_out import allocation_report, keep_tally, share_out

AT = datetime(2022, 4, 13, 2, 0, tzinfo=UTC)
WHO: dict[str, Any] = {"actor": "cli", "at": AT}


def given_to(supplies: Any) -> Counter[str]:
    total: Counter[str] = Counter()
    for share in shares.of_run(supplies.session, supplies.id):
        total[share.household_code] += share.quantity
    return total


def came(quantity: int) -> Any:
    return lambda item, _: [Received(item=item, quantity_base=quantity)]


def next_day(supplies: Any, day: int) -> None:
    supplies.run = create_run(supplies.session, "test", date(2022, 4, day), 1, cutoff_at=AT, **WHO)


def test_who_was_short_yesterday_goes_first_today_and_it_fades(supplies: Any) -> None:
    supplies.area(3)
    supplies.ask(1, ("eggs", 10))
    supplies.ask(2, ("rice", 500))
    supplies.order()
    supplies.receive(
        lambda item, n: [Received(item=item, quantity_base=n if item == "rice" else 4)]
    )
    supplies.share()
    first = fills.of_run(supplies.session, supplies.id)
    assert [first[code].fill_permille for code in supplies.codes[1:]] == [400, 1000]
    owed = {}
    for day in (14, 15, 20, 21):
        next_day(supplies, day)
        owed[day] = fills.debts(supplies.session, supplies.run)
    assert owed == {
        14: {supplies.codes[1]: 600},
        15: {supplies.codes[1]: 300},
        20: {supplies.codes[1]: 9},
        21: {},
    }
    supplies.run = runs.find(supplies.session, day=date(2022, 4, 14), wave=1, district_id="d")
    for home in (1, 2):
        supplies.ask(home, ("eggs", 10))
    supplies.order()
    supplies.receive(came(10))
    supplies.share()
    assert given_to(supplies) == {supplies.codes[1]: 8, supplies.codes[2]: 2}
    told = explain_shares(supplies.session, supplies.id, supplies.codes[1])
    assert "60.0 %" in headline(told[0], "zh")


def test_a_ration_of_the_run_holds_and_the_line_says_so(supplies: Any) -> None:
    supplies.area(3)
    set_ration(supplies.session, supplies.id, "eggs货", "1板", **WHO)
    set_ration(supplies.session, supplies.id, "eggs货", "2板", reason="scarce", **WHO)
    supplies.ask(1, ("eggs", 120, "板"))
    supplies.ask(2, ("eggs", 60, "板"))
    supplies.order()
    supplies.receive()
    supplies.share()
    assert set(given_to(supplies).values()) == {60}
    (told,) = explain_shares(supplies.session, supplies.id, supplies.codes[1])
    (line,) = told.lines
    assert (line.asked, line.got, line.ration, line.reason) == (120, 60, 60, Reason.RATION)
    assert sentence(line, "en") == (
        "eggs en: asked 120 pcs, got 60 pcs. Why: rationed per household. At most 60 pcs per "
        "household. That was this run's ration; you may ask again next time."
    )
    with pytest.raises(RationTooLate):
        set_ration(supplies.session, supplies.id, "eggs货", None, **WHO)


def test_a_lifted_ration_holds_no_more_and_nothing_is_no_ration(supplies: Any) -> None:
    supplies.area(2)
    set_ration(supplies.session, supplies.id, "eggs货", "1板", **WHO)
    assert [r.quantity for r in fills.rations(supplies.session, supplies.id).values()] == [30]
    set_ration(supplies.session, supplies.id, "eggs货", None, **WHO)
    assert fills.rations(supplies.session, supplies.id) == {}
    with pytest.raises(QuantityNotPositive):
        set_ration(supplies.session, supplies.id, "eggs货", "0板", **WHO)


def test_a_household_says_what_may_come_instead_and_what_it_may_cost(supplies: Any) -> None:
    supplies.area(4)
    for home in (1, 2, 3):
        supplies.ask(home, ("cabbage", 500), substitution="none")
    supplies.ask(0, ("spinach", 500))
    allow = {"session": supplies.session, "run": supplies.id, "item": "cabbage货", **WHO}
    for home, cap in ((1, None), (2, 300)):  # 500 g of spinach cost 4.00 yuan
        done = allow_substitutes(
            household=supplies.codes[home],
            substitution=Substitution.LISTED,
            instead=["spinach货"],
            cap_fen=cap,
            **allow,
        )
        assert (done.lines, done.substitutes) == (1, ("spinach货",))
    supplies.order()
    supplies.receive(
        lambda item, _: [Received(item=item, quantity_base=1000 if item == "spinach" else 150)]
    )
    supplies.share()
    found = {
        (s.household_code, s.item_id): s.quantity
        for s in shares.of_run(supplies.session, supplies.id)
    }
    first, *rest = supplies.codes
    assert found == {
        (first, "spinach"): 500,
        (rest[0], "cabbage"): 50,
        (rest[0], "spinach"): 450,
        (rest[1], "cabbage"): 50,
        (rest[2], "cabbage"): 50,
    }
    told = explain_shares(supplies.session, supplies.id, rest[0])[0].lines[0]
    assert (told.reason, told.complete) == (Reason.SUBSTITUTE, True)
    assert "spinach货 450 克 替代" in sentence(told, "zh")
    with pytest.raises(SubstitutesTooLate):
        allow_substitutes(household=rest[0], substitution=Substitution.NONE, **allow)


@pytest.mark.parametrize(
    ("item", "instead", "cap"),
    [
        ("formula货", ["formula2货"], None),  # infant food
        ("cabbage货", ["formula货"], None),  # by infant food
        ("cabbage货", ["eggs货"], None),  # pieces for grams
        ("cabbage货", ["cabbage货"], None),  # itself
        ("cabbage货", [], None),  # nothing named
        ("cabbage货", ["spinach货"], 0),  # for nothing
    ],
)
def test_what_may_not_come_instead_is_refused(
    supplies: Any, item: str, instead: list[str], cap: int | None
) -> None:
    supplies.area(1)
    supplies.ask(0, ("cabbage", 500), ("formula", 800))
    with pytest.raises(SubstitutesInvalid):
        allow_substitutes(
            supplies.session, supplies.id, supplies.codes[0], item, Substitution.LISTED,
            instead=instead, cap_fen=cap, **WHO,
        )  # fmt: skip


def test_substitutes_for_what_was_not_asked_are_refused(supplies: Any) -> None:
    supplies.area(1)
    with pytest.raises(NotAskedFor):
        allow_substitutes(
            supplies.session, supplies.id, supplies.codes[0], "cabbage货", Substitution.CLASS,
            **WHO,
        )  # fmt: skip


def test_the_report_compares_households_with_two_other_ways(supplies: Any) -> None:
    supplies.area(4)
    for home in (1, 2, 3):
        supplies.ask(home, ("eggs", 30), ("rice", 500))
    supplies.order()
    supplies.receive(
        lambda item, n: [Received(item=item, quantity_base=n if item == "rice" else 31)]
    )
    report = share_out(supplies.session, supplies.id, **WHO).report
    assert report.proven
    rows = {(row.method, row.tier): row for row in report.households}
    ours, first, alike = (rows[way, 2] for way in ("ours", "first-come", "proportional"))
    assert (round(ours.lowest, 3), ours.empty, ours.wasted) == (0.667, 0, 0)
    assert first.lowest == 0.5
    assert first.gini > ours.gini
    assert (first.envious, round(first.envy_most, 3)) == (pytest.approx(2 / 3), 0.483)
    assert alike.wasted == 3  # one egg lies there and each could have it
    assert (ours.envious, ours.envy_most) == (0.0, 0.0)
    assert allocation_report(supplies.session, supplies.id) == report


def test_a_missing_piece_goes_back_to_sharing_out(supplies: Any) -> None:
    supplies.area(3)
    for home in (1, 2):
        supplies.ask(home, ("eggs", 10))
    supplies.order()
    supplies.receive(came(18))
    supplies.share()
    by_home = {s.household_code: s for s in shares.of_run(supplies.session, supplies.id)}
    one, two = supplies.codes[1:]
    assert {s.quantity for s in by_home.values()} == {9}
    lot_id = by_home[one].lot_id
    assert lot_id is not None
    done = reshare(
        supplies.session, supplies.id, [Missing(share_id=by_home[one].id, quantity=3)], **WHO
    )
    assert (done.taken_back, done.given) == (3, ())  # nothing is left in stock
    assert done.lacking == (by_home[one].line_id,)
    after = {s.household_code: s for s in shares.of_run(supplies.session, supplies.id)}
    assert (after[one].quantity, after[one].reason) == (6, Reason.MISSING_AT_PACKING)
    assert (after[one].taken_back, after[two].quantity) == (3, 9)
    assert fills.of_run(supplies.session, supplies.id)[one].fill_permille == 600
    told = explain_shares(supplies.session, supplies.id, one)[0].lines[0]
    assert sentence(told, "zh").endswith("原因:装袋时缺件。下次分配优先补给您家。")
    [eggs] = allocation_report(supplies.session, supplies.id).items
    assert (eggs.given, eggs.reasons) == (15, {"missing-at-packing": 1, "short": 1})


def test_shares_that_nobody_counted_are_read_again(supplies: Any) -> None:
    supplies.area(3)
    for home in (1, 2):
        supplies.ask(home, ("eggs", 10))
    supplies.order()
    supplies.receive(came(18))
    supplies.share()
    session, run_id = supplies.session, supplies.id
    told = allocation_report(session, run_id)
    assert not tallies.is_missing(session, run_id)
    share = shares.of_run(session, run_id)[0]
    reason = Reason.MISSING_AT_PACKING
    shares.take_back(session, {share.id: 4}, run_id=run_id, reason=reason, **WHO)
    assert (tallies.is_missing(session, run_id), tallies.of_run(session, run_id)) == (True, None)
    late = allocation_report(session, run_id)
    assert (told.items[0].given, late.items[0].given) == (18, 14)
    keep_tally(session, run_id)
    assert not tallies.is_missing(session, run_id)
    assert allocation_report(session, run_id) == late
    session.execute(delete(tables.sharing_tally))
    assert tallies.is_missing(session, run_id)
    assert allocation_report(session, run_id) == late


def test_what_is_left_in_stock_goes_to_who_lacks_it_most(supplies: Any) -> None:
    supplies.area(3)
    for home, eggs in ((1, 60), (2, 30)):
        supplies.ask(home, ("eggs", eggs, "板"))
    supplies.order()
    supplies.receive(came(115))  # 25 stay: no whole tray is missing
    supplies.share()
    before = {s.household_code: s for s in shares.of_run(supplies.session, supplies.id)}
    one, two = supplies.codes[1:]
    lot_id = before[one].lot_id or ""
    ledger.post(
        supplies.session,
        [
            Move(
                lot_id=lot_id,
                quantity=5,
                source="stock:P1",
                target=loss(supplies.run.code),
                kind=MoveKind.LOSS,
            )
        ],
        run_id=supplies.id,
        cause="x",
        **WHO,
    )
    # a tray of the first is crushed, five eggs of it are lost: 25 others make a tray again
    done = reshare(
        supplies.session,
        supplies.id,
        [Missing(share_id=before[two].id, quantity=30, written_off=True)],
        **WHO,
    )
    assert [(s.household_code, s.quantity, s.lot_id) for s in done.given] == [(two, 30, lot_id)]
    assert done.lacking == ()
    assert given_to(supplies) == {one: 60, two: 30}
    kinds = shares.lines_by_kind(supplies.session, supplies.id)
    assert kinds == {ShareKind.FULL: 2}
    assert allocation_report(supplies.session, supplies.id).lines[ShareKind.FULL] == 2


def test_a_closed_household_gets_nothing_further(supplies: Any) -> None:
    supplies.area(3)
    for home in (1, 2):
        supplies.ask(home, ("eggs", 30, "板"))
    supplies.order()
    supplies.receive(came(60))
    supplies.share()
    before = {s.household_code: s for s in shares.of_run(supplies.session, supplies.id)}
    one = supplies.codes[1]
    missing = [Missing(share_id=before[one].id, quantity=30, written_off=True)]
    done = reshare(supplies.session, supplies.id, missing, closed_households=[one], **WHO)
    assert done.given == ()
    assert done.lacking == (before[one].line_id,)


@pytest.mark.parametrize("quantity", [0, 31])
def test_more_than_is_left_of_a_share_cannot_be_missing(supplies: Any, quantity: int) -> None:
    supplies.area(2)
    supplies.ask(1, ("eggs", 30))
    supplies.order()
    supplies.receive()
    with pytest.raises(ReshareNotNow):
        reshare(supplies.session, supplies.id, [], **WHO)
    supplies.share()
    (share,) = shares.of_run(supplies.session, supplies.id)
    wrong = [Missing(share_id=share.id, quantity=quantity)]
    with pytest.raises(MissingInvalid):
        reshare(supplies.session, supplies.id, wrong, **WHO)
    with pytest.raises(MissingInvalid):
        reshare(supplies.session, supplies.id, [Missing(share_id="x", quantity=1)], **WHO)


def test_a_correction_is_never_edited(supplies: Any) -> None:
    supplies.area(2)
    supplies.ask(1, ("eggs", 30))
    supplies.order()
    supplies.receive()
    supplies.share()
    (share,) = shares.of_run(supplies.session, supplies.id)
    reshare(supplies.session, supplies.id, [Missing(share_id=share.id, quantity=1)], **WHO)
    for table in (tables.share_correction, tables.household_fill):
        nested = supplies.session.begin_nested()
        with pytest.raises(DatabaseError):
            supplies.session.execute(table.delete())
        nested.rollback()
        assert supplies.session.execute(select(table)).first() is not None


def test_every_household_is_told_as_a_table_too(supplies: Any) -> None:
    supplies.area(2)
    supplies.ask(1, ("eggs", 30), ("caviar", 50))
    supplies.order()
    supplies.receive()
    supplies.share()
    told = explain_shares(supplies.session, supplies.id)
    assert [line.line_no for home in told for line in home.lines] == [1, 2]
    lines = shares_csv(told).splitlines()
    assert lines[0].startswith("\ufeff户号,")
    assert "市场不售" in lines[2]
    assert "请改选其他品种" in lines[2]
    with pytest.raises(NoShareHere):
        explain_shares(supplies.session, supplies.id, supplies.codes[0])


def test_what_is_spread_is_told_and_counts_for_nobodys_fill(supplies: Any) -> None:
    supplies.area(2)
    supplies.ask(1, ("eggs", 20))
    supplies.order()
    supplies.receive(came(30))
    report = share_out(supplies.session, supplies.id, spread=True, **WHO).report
    assert given_to(supplies) == {supplies.codes[1]: 30}
    assert (report.lines[ShareKind.FULL], report.items[0].left) == (1, 0)
    assert fills.of_run(supplies.session, supplies.id)[supplies.codes[1]].fill_permille == 1000
    told = explain_shares(supplies.session, supplies.id)[0].lines[0]
    assert sentence(told, "zh") == "eggs货:要 20 个,得 30 个。足额。多给 10 个,因到货有余。"
    assert shares.lines_by_kind(supplies.session, supplies.id) == {ShareKind.FULL: 1}
    assert allocation_report(supplies.session, supplies.id) == report
