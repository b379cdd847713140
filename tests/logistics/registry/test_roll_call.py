from datetime import date, timedelta

import pytest
from sqlalchemy import insert

from logistics.domain.accounts import HouseholdFacts, Outcome, outcome
from logistics.domain.ids import new_id
from logistics.domain.needs import Need, TierRule, TierTable
from logistics.domain.registry import ConsentWithdrawn, NotRegistered
from logistics.domain.roll_call import ListThere, MarkInvalid, RollCallClosed
from logistics.domain.runs import RunState
from logistics.exchange.registry_roll_call import write_roll_call
from logistics.store import places, registry, runs, tables
from logistics.store.places import PlaceUnknown
from logistics.usecases.account_for_run import account_for_run
from logistics.usecases.call_roll import call_roll
from logistics.usecases.close_run import household_outcomes
from logistics.usecases.create_run import create_run
from logistics.usecases.cut_off import cut_off
from logistics.usecases.mark_roll_call import mark_answers, mark_roll_call
from logistics.usecases.read_needs import (
    audited_needs,
    household_history,
    read_household,
    withdraw_consent,
)
from logistics.usecases.set_up import set_up
from logistics.usecases.settle_tiers import publish_tiers, settle_tiers
from tests.logistics.registry.conftest import AT, MAP, SPOT

WHO = {"actor": "test", "at": AT}
"""Who does it, and when."""


@pytest.fixture
def run(session, area):
    day = date(2026, 4, 14)
    made = create_run(session, "凯旋", day, 1, cutoff_at=AT + timedelta(hours=10), **WHO)
    assert made.district_id == area
    return made


def a_list(session, run, code, *, state="accepted", channel="api"):
    home = places.household_by_code(session, code)
    session.execute(
        insert(tables.household_list).values(
            id=new_id("li", AT), run_id=run.id, household_id=home.id, channel=channel,
            state=state, note="", said="", version=1, created_at=AT, updated_at=AT,
        )
    )  # fmt: skip


def mark(session, run, code, answer, **more):
    given = {"how": "phone", "asked_by": "L-07", **WHO} | more
    return mark_roll_call(session, run.id, code, answer, **given)


def codes(called):
    return [row.code for row in called.rows]


def test_who_has_sent_nothing_is_called_by_leader_needs_first_and_down_the_stairs(
    session, bring, run
):
    bring(
        "春江花园,1,1,L-01", "春江花园,1,2,L-02", header="小区,幢,单元,楼长",
    )  # fmt: skip
    bring("春江花园,1,1,101,,2,,,,,独居,,,2026-04-01,岗位3")
    a_list(session, run, "KX-01-01-1-202")
    called = call_roll(session, run.id, place="KX-01-01", kind="building")
    assert codes(called) == [
        "KX-01-01-1-101",  # lives alone, so before those above
        "KX-01-01-1-301", "KX-01-01-1-302", "KX-01-01-1-201", "KX-01-01-1-102",
        "KX-01-01-2-301", "KX-01-01-2-302", "KX-01-01-2-201", "KX-01-01-2-202",
        "KX-01-01-2-101", "KX-01-01-2-102",
    ]  # fmt: skip
    assert [row.leader for row in called.rows[::10]] == ["L-01", "L-02"]
    assert (called.households, called.sent, called.declined) == (12, 1, 0)
    first = call_roll(session, run.id, place="KX-01-01", needs=False)
    assert not any(row.first for row in first.rows)
    assert codes(first)[0] == "KX-01-01-1-301"


def test_everybody_of_an_area_is_called_or_counted(session, bring, run):
    bring("春江花园,1,1,301,,3", complete=True)  # five others there are not expected
    a_list(session, run, "KX-01-01-1-301")
    mark(session, run, "KX-01-01-2-101", "declined")
    called = call_roll(session, run.id)
    assert (called.sent, called.declined, called.out_of_scope) == (1, 1, 5)
    assert called.households == len(called.rows) + 7


def test_a_place_that_is_none_is_refused(session, run):
    with pytest.raises(PlaceUnknown):
        call_roll(session, run.id, place="KX-01-01", kind="stairwell")


def test_the_way_of_the_last_list_is_remembered(session, run):
    earlier = create_run(session, "凯旋", date(2026, 4, 12), 1, cutoff_at=AT, **WHO)
    a_list(session, earlier, "KX-01-01-1-301", channel="link")
    rows = {row.code: row for row in call_roll(session, run.id).rows}
    assert rows["KX-01-01-1-301"].last_channel == "link"
    assert rows["KX-01-01-1-302"].last_channel == ""


def test_a_mark_says_when_how_and_by_whom_and_twice_is_once(session, run):
    first = mark(session, run, "KX-01-01-1-301", "asked", how="door", asked_at=AT)
    assert mark(session, run, "KX-01-01-1-301", "asked", how="door", asked_at=AT) == first
    [row] = [row for row in call_roll(session, run.id).rows if row.code == "KX-01-01-1-301"]
    assert (row.asked, row.last_mark) == (1, first)
    mark(session, run, "KX-01-01-1-301", "declined")
    assert "KX-01-01-1-301" not in codes(call_roll(session, run.id))
    mark(session, run, "KX-01-01-1-301", "reopened")
    assert "KX-01-01-1-301" in codes(call_roll(session, run.id))


@pytest.mark.parametrize(
    ("answer", "more"),
    [
        ("perhaps", {}),
        ("asked", {"how": "telepathy"}),
        ("asked", {"asked_by": " "}),
        ("asked", {"asked_at": AT + timedelta(minutes=1)}),  # it is yet to be
    ],
)
def test_a_mark_that_cannot_be_is_refused(session, run, answer, more):
    with pytest.raises(MarkInvalid):
        mark(session, run, "KX-01-01-1-301", answer, **more)


def test_who_has_a_list_has_not_declined(session, run):
    a_list(session, run, "KX-01-01-1-301")
    with pytest.raises(ListThere):
        mark(session, run, "KX-01-01-1-301", "declined")
    a_list(session, run, "KX-01-01-1-302", state="cancelled")
    mark(session, run, "KX-01-01-1-302", "declined")


def test_nobody_is_asked_for_a_run_that_is_closed(session, run):
    runs.set_state(session, run.id, RunState.CLOSED)
    with pytest.raises(RollCallClosed):
        mark(session, run, "KX-01-01-1-301", "asked")


def test_the_books_tell_who_declined_from_who_sent_nothing(session, bring, run):
    bring("春江花园,1,1,301,,3", complete=True)
    mark(session, run, "KX-01-01-2-101", "declined", how="door")
    mark(session, run, "KX-01-01-2-102", "asked", how="phone")
    mark(session, run, "KX-01-01-2-102", "asked", how="notice", asked_by="L-02")
    outcomes = household_outcomes(session, run)
    assert outcomes["KX-01-01-2-101"] is Outcome.DECLINED
    assert outcomes["KX-01-01-2-102"] is Outcome.NO_LIST
    assert outcomes["KX-01-01-1-101"] is Outcome.NOT_IN_SCOPE
    silence = account_for_run(session, run.id).silence
    assert (silence.declined, silence.asked) == ({"door": 1}, {"notice": 1})
    assert (silence.not_in_scope, silence.asked_from, silence.asked_until) == (5, AT, AT)
    rest = len(outcomes) - 5 - 2
    assert silence.never_asked == rest


@pytest.mark.parametrize(
    ("facts", "what"),
    [
        (HouseholdFacts(declined=1), Outcome.DECLINED),
        (HouseholdFacts(declined=1, lists=1, cancelled=1), Outcome.CANCELLED),  # took it back
        (HouseholdFacts(out_of_scope=1), Outcome.NOT_IN_SCOPE),
        (HouseholdFacts(out_of_scope=1, questions=1), Outcome.IN_QUESTION),  # it did ask
        (HouseholdFacts(declined=1, lists=1, lines=1, lines_with_share=1), Outcome.SHORT),
    ],
)
def test_what_was_asked_for_counts_before_what_was_said(facts, what):
    assert outcome(facts) is what


def test_a_roll_call_comes_back_with_its_answers(session, run, tmp_path):
    path = tmp_path / "roll.csv"
    write_roll_call(path, call_roll(session, run.id, place="KX-01-01-1"))
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    a_list(session, run, "KX-01-01-1-302")
    for number, answer in ((1, "不需要"), (2, "不需要"), (3, "已问"), (4, "唔")):
        lines[number] += answer
    lines.append(lines[1].replace("KX-01-01-1-301", "KX-01-01-1-999"))
    path.write_text("\n".join(lines), encoding="utf-8")

    done = mark_answers(session, run.id, path, how="door", asked_by="L-07", **WHO)

    assert done.marked == 2
    assert sorted((fault.row, fault.code) for fault in done.faults) == [
        (3, "roll-call.list-there"), (5, "cell.unknown-choice"), (8, "household.unknown"),
    ]  # fmt: skip
    left = {row.code: row.asked for row in call_roll(session, run.id, place="KX-01-01-1").rows}
    assert "KX-01-01-1-301" not in left
    assert sum(left.values()) == 1


NEEDY = "春江花园,1,1,301,,3,,1,王,34,婴幼儿、慢性病,,,2026-04-01,岗位3"


def test_needs_are_read_only_by_those_who_act_on_them(session, bring):
    from logistics.domain.needs import NeedGroup  # noqa: PLC0415

    bring(NEEDY)
    supply = read_household(session, "KX-01-01-1-301", groups=[NeedGroup.SUPPLY], **WHO)
    assert ([need.need for need in supply.needs], supply.withheld) == ([Need.INFANT], True)
    nobody = read_household(session, "KX-01-01-1-301", groups=[], **WHO)
    assert (nobody.needs, nobody.withheld) == ((), True)
    with pytest.raises(NotRegistered):
        read_household(session, "KX-01-01-1-302", groups=[], **WHO)


def test_those_who_check_learn_of_needs_but_not_whose_they_are(session, area, bring):
    bring(NEEDY)
    rows = audited_needs(session, area)
    assert {row.need for row in rows} == {Need.INFANT, Need.CHRONIC_ILLNESS}
    [subject] = {row.subject for row in rows}
    home = places.household_by_code(session, "KX-01-01-1-301")
    assert subject not in home.id
    assert "301" not in str(rows).replace(subject, "")
    assert audited_needs(session, area) == rows  # the same tomorrow


def test_a_consent_taken_back_hides_the_need_and_lowers_the_tier(session, bring):
    from logistics.domain.needs import NeedGroup  # noqa: PLC0415

    bring(NEEDY)
    code = "KX-01-01-1-301"
    withdraw_consent(session, code, "infant", member_no=1, **WHO)
    withdraw_consent(session, code, "chronic-illness", member_no=1, **WHO)
    seen = read_household(session, code, groups=list(NeedGroup), **WHO)
    assert (seen.needs, seen.tier, seen.withheld) == ((), 2, False)
    with pytest.raises(ConsentWithdrawn):
        withdraw_consent(session, code, "infant", member_no=1, **WHO)
    assert household_history(session, code).tiers[-1] == (date(2026, 4, 13), 2)


def test_a_published_table_makes_new_tiers_and_keeps_the_old_ones_in_the_record(
    session, area, bring
):
    bring("春江花园,1,1,301,,3,,,,,饮食,,,2026-04-01,岗位3")
    home = places.household_by_code(session, "KX-01-01-1-301")
    assert home.need_tier == 2
    table = TierTable((TierRule(frozenset({Need.DIET}), 1),))
    later = {"actor": "test", "at": AT + timedelta(days=2)}
    assert publish_tiers(session, area, table, **later) == 1
    assert publish_tiers(session, area, table, **later) == 0
    assert places.household_by_code(session, home.code).need_tier == 1
    assert registry.tier_history(session, home.id) == ((date(2026, 4, 15), 1),)


def test_the_cut_off_settles_the_tiers_of_the_day_that_is_supplied(session, bring, run):
    bring("春江花园,1,1,301,,3,,,,,居家隔离,2026-04-01,2026-04-13,2026-04-01,岗位3")
    code = "KX-01-01-1-301"
    assert places.household_by_code(session, code).need_tier == 1
    cut_off(session, run.id, **WHO)  # for the 14th
    assert places.household_by_code(session, code).need_tier == 2


def test_tiers_change_as_days_go_by(session, area, bring):
    bring("春江花园,1,1,301,,3,,,,,居家隔离,2026-04-01,2026-04-20,2026-04-01,岗位3")
    late = {"actor": "test", "at": AT + timedelta(days=8)}
    assert settle_tiers(session, area, **late) == 1
    assert settle_tiers(session, area, **late) == 0


def test_setting_up_again_does_not_undo_what_a_register_said(session, area, bring):
    from logistics.domain.setup import (  # noqa: PLC0415
        DistrictSetup,
        PointSetup,
        Policy,
        Setup,
    )

    bring("春江花园,1,1,301,,9,,1,王,34,婴幼儿,,,2026-04-01,岗位3", "春江花园,2,1,1101,,3")
    setup = Setup(
        policy=Policy(),
        points=(PointSetup(code="P1", depot=True, name_zh="点", name_en="point", **SPOT),),
    )
    again = set_up(session, DistrictSetup(name="凯旋", synthetic=True), setup, MAP, **WHO)
    home = places.household_by_code(session, "KX-01-01-1-301")
    assert (home.persons, home.need_tier) == (9, 0)
    assert again.changed["household"] == again.changed["place"] == 0
    assert places.by_code(session, area, "KX-01-02-1").levels == 11
