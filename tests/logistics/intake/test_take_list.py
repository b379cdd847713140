from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from logistics.domain.lists import (
    AskedLine,
    ClientRefReused,
    HouseholdList,
    ListAfterCutOff,
    ListEmpty,
    ListUnknown,
    NoRunOpen,
)
from logistics.domain.runs import Run
from logistics.store import audit, lists, triage
from logistics.store.places import HouseholdUnknown
from logistics.usecases.create_run import create_run
from logistics.usecases.take_list import take_list

AT = datetime(2022, 4, 13, 1, 0, tzinfo=UTC)
HOME = "HK-07-03-2-201"
POTATO = AskedLine("土豆", "2", "斤")


def take(
    session: Session,
    run: Run,
    *lines: AskedLine,
    household: str = HOME,
    text: str | None = None,
    ref: str | None = None,
    at: datetime = AT,
) -> HouseholdList:
    return take_list(
        session, run.id, household, lines, text=text, client_ref=ref, channel="api",
        actor=f"household:{household}", at=at,
    )  # fmt: skip


def test_clean_lines_stand_in_base_units(session: Session, run: Run) -> None:
    taken = take(session, run, POTATO, AskedLine("egg", 1, "tray"))
    assert taken.state == "accepted"
    assert [(x.no, x.item, x.quantity, x.unit, x.substitution) for x in taken.lines] == [
        (1, "土豆", 1000, "斤", "class"),
        (2, "鸡蛋", 30, "板", "none"),
    ]
    assert lists.get(session, taken.id) == taken


def test_a_list_for_no_run_goes_into_the_one_that_is_cut_off_first(
    session: Session, run: Run
) -> None:
    create_run(session, "试区", date(2022, 4, 14), 1, cutoff_at=AT + timedelta(days=1),
               actor="cli", at=AT)  # fmt: skip
    assert _anywhere(session, AT).run_id == run.id
    assert _anywhere(session, run.cutoff_at).run_id != run.id
    with pytest.raises(NoRunOpen):
        _anywhere(session, AT + timedelta(days=1))


def _anywhere(session: Session, at: datetime) -> HouseholdList:
    return take_list(session, None, HOME, [POTATO], channel="api", actor="test", at=at)


def test_text_and_lines_become_one_list(session: Session, run: Run) -> None:
    taken = take(session, run, POTATO, text="鸡蛋一板，牛奶2箱 不要香菜")
    assert [x.item for x in taken.lines] == ["土豆", "鸡蛋", "纯牛奶"]
    assert (taken.note, taken.said) == ("不要香菜", "鸡蛋一板，牛奶2箱 不要香菜")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (AskedLine("鸡旦", 1, "个"), "item.unknown"),
        (AskedLine("土豆", 2, "瓶"), "unit.unknown-for-item"),
        (AskedLine("土豆", 2, "车"), "unit.not-understood"),
        (AskedLine("土豆", 9999, "斤"), "quantity.absurd"),
        (AskedLine("土豆", -1, "斤"), "quantity.not-positive"),
        (AskedLine("土豆", float("nan"), "斤"), "quantity.not-understood"),
        (AskedLine("鸡蛋", 0.5, "个"), "quantity.not-whole"),
    ],
)
def test_a_doubtful_line_waits_and_the_rest_stands(
    session: Session, run: Run, line: AskedLine, code: str
) -> None:
    taken = take(session, run, POTATO, line)
    assert taken.state == "needs-review"
    assert [x.item for x in taken.lines] == ["土豆"]
    (entry,) = triage.open_entries(session, run.id)
    assert (entry.code, entry.list_id, entry.household_code) == (code, taken.id, HOME)
    assert entry.said == line.words
    assert entry.facts["mend"]
    assert taken.doubts == (entry,)


def test_words_that_say_no_amount_wait_with_the_list(session: Session, run: Run) -> None:
    taken = take(session, run, text="随便来点水果")
    assert (taken.state, taken.lines) == ("needs-review", ())
    assert [(d.code, d.said) for d in taken.doubts] == [("quantity.vague", "随便来点水果")]


def test_a_list_sent_again_is_the_first_one(session: Session, run: Run) -> None:
    first = take(session, run, POTATO, ref="r1")
    again = take(session, run, POTATO, ref="r1", at=AT + timedelta(minutes=1))
    assert (again, first.earlier, again.earlier) == (first, False, True)
    assert len(lists.of_household(session, run.id, HOME)) == 1


def test_a_reference_cannot_carry_another_list(session: Session, run: Run) -> None:
    take(session, run, POTATO, ref="r1")
    with pytest.raises(ClientRefReused):
        take(session, run, AskedLine("土豆", "3", "斤"), ref="r1")


def test_a_household_may_send_several_lists(session: Session, run: Run) -> None:
    both = {take(session, run, POTATO).id, take(session, run, POTATO).id}
    assert {found.id for found in lists.of_household(session, None, HOME)} == both


def test_another_household_has_its_own_references(session: Session, run: Run) -> None:
    take(session, run, POTATO, ref="r1")
    other = take(session, run, POTATO, ref="r1", household="HK-07-03-1-101")
    assert not other.earlier


def test_an_unknown_household_is_refused(session: Session, run: Run) -> None:
    with pytest.raises(HouseholdUnknown):
        take(session, run, POTATO, household="HK-99-01-1-101")


@pytest.mark.parametrize("text", [None, "", "  "])
def test_an_empty_list_is_refused(session: Session, run: Run, text: str | None) -> None:
    with pytest.raises(ListEmpty):
        take(session, run, text=text)


def test_no_list_is_taken_from_the_cut_off_on(session: Session, run: Run) -> None:
    with pytest.raises(ListAfterCutOff) as refused:
        take(session, run, POTATO, at=run.cutoff_at)
    assert refused.value.facts["mend"] == "send it to the next run"
    assert take(session, run, POTATO, at=run.cutoff_at - timedelta(seconds=1)).lines


def test_an_unknown_list_is_refused(session: Session) -> None:
    with pytest.raises(ListUnknown):
        lists.get(session, "li_none")


def test_lists_are_read_in_pages(session: Session, run: Run) -> None:
    taken = sorted(take(session, run, POTATO).id for _ in range(5))
    first = lists.page(session, run.id, limit=2)
    rest = lists.page(session, run.id, after=first[-1].id, limit=10)
    assert [found.id for found in (*first, *rest)] == taken


def test_a_list_is_audited_without_its_content(session: Session, run: Run) -> None:
    taken = take(session, run, POTATO)
    (row,) = audit.of_subject(session, taken.id)
    assert (row.command, row.facts) == ("list take", {"run": run.id, "lines": 1, "doubts": 0})
