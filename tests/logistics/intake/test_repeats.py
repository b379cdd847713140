"""The same asked twice, over whichever channel, and the same as last time."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from logistics.domain.lists import AskedLine, HouseholdList, ListAfterCutOff
from logistics.domain.runs import Run
from logistics.exchange.tabular import read_entries
from logistics.store import lists, triage
from logistics.usecases.amend_list import cancel_list
from logistics.usecases.create_run import create_run
from logistics.usecases.cut_off import cut_off
from logistics.usecases.import_lists import import_lists
from logistics.usecases.repeat_list import NoEarlierList, repeat_list
from logistics.usecases.settle_triage import discard_triage, settle_triage
from logistics.usecases.take_list import take_list

AT = datetime(2022, 4, 13, 1, 0, tzinfo=UTC)
WHO = {"actor": "cli", "at": AT}
HOME = "HK-07-03-2-201"
POTATO = AskedLine("土豆", "1.5", "斤")
EGGS = AskedLine("鸡蛋", 1, "板")


def take(session: Session, run: Run, *lines: AskedLine, channel: str = "api") -> HouseholdList:
    return take_list(session, run.id, HOME, lines, channel=channel, **WHO)


def next_run(session: Session, *, days: int = 1) -> Run:
    later = AT + timedelta(days=days)
    return create_run(session, "试区", date(2022, 4, 13 + days), 1, cutoff_at=later, **WHO)


def wanted(session: Session) -> int:
    return sum(
        line.quantity
        for known in lists.of_household(session, None, HOME)
        for line in known.lines
        if line.item == "土豆" and known.state != "cancelled"
    )


def test_the_same_list_over_two_channels_is_one_question(session: Session, run: Run) -> None:
    first = take(session, run, POTATO, EGGS)
    again = take(session, run, POTATO, EGGS, channel="hotline-1")
    assert (again.state, again.lines) == ("needs-review", ())
    (doubt,) = again.doubts
    assert (doubt.code, doubt.facts["list"]) == ("list.repeated", first.id)
    discard_triage(session, doubt.id, reason="told twice", **WHO)
    assert wanted(session) == 750


def test_what_is_wanted_twice_after_all_is_settled_in_one_step(session: Session, run: Run) -> None:
    take(session, run, POTATO, EGGS)
    (doubt,) = take(session, run, POTATO, EGGS).doubts
    settled = settle_triage(session, doubt.id, **WHO)
    assert settled.list_id is not None
    found = lists.get(session, settled.list_id)
    assert [(x.no, x.item, x.quantity, x.unit) for x in found.lines] == [
        (1, "土豆", 750, "斤"),
        (2, "鸡蛋", 30, "板"),
    ]
    assert found.state == "accepted"
    assert wanted(session) == 1500


def test_only_what_stands_already_is_asked(session: Session, run: Run) -> None:
    take(session, run, POTATO)
    again = take(session, run, POTATO, EGGS)
    assert [x.item for x in again.lines] == ["鸡蛋"]
    assert [(d.code, d.facts["item"]) for d in again.doubts] == [("line.repeated", "土豆")]


def test_another_amount_is_a_further_wish(session: Session, run: Run) -> None:
    take(session, run, POTATO)
    again = take(session, run, AskedLine("土豆", 2, "斤"))
    assert again.state == "accepted"
    assert wanted(session) == 1750


def test_a_cancelled_list_is_forgotten(session: Session, run: Run) -> None:
    first = take(session, run, POTATO)
    cancel_list(session, first.id, expected_version=1, **WHO)
    assert take(session, run, POTATO).state == "accepted"


def test_files_are_held_against_what_came_otherwise(
    session: Session, run: Run, tmp_path: Path
) -> None:
    take(session, run, POTATO)
    path = tmp_path / "a.csv"
    path.write_text(
        f"户号,商品,数量,单位,参考号\n{HOME},土豆,1.5,斤,1\n{HOME},鸡蛋,1,板,2\n{HOME},鸡蛋,1,板,3\n"
    )
    report = import_lists(session, run.id, read_entries(path), source="a.csv", **WHO)
    assert (report.accepted_lines, report.triaged) == (1, 2)
    assert {d.code for d in triage.open_entries(session, run.id)} == {"line.repeated"}
    assert wanted(session) == 750


def test_the_same_as_last_time(session: Session, run: Run) -> None:
    take(session, run, POTATO, EGGS)
    with pytest.raises(NoEarlierList):
        repeat_list(session, run.id, HOME, channel="api", **WHO)
    cut_off(session, run.id, **WHO)
    later = next_run(session)
    again = repeat_list(session, later.id, HOME, channel="hotline-1", **WHO)
    assert [(x.item, x.quantity, x.unit) for x in again.lines] == [
        ("土豆", 750, "斤"),
        ("鸡蛋", 30, "板"),
    ]
    assert (again.run_id, again.channel) == (later.id, "hotline-1")


def test_a_late_list_is_told_which_run_takes_it(session: Session, run: Run) -> None:
    cut_off(session, run.id, **WHO)
    with pytest.raises(ListAfterCutOff) as alone:
        take(session, run, POTATO)
    assert "next_run" not in alone.value.facts
    later = next_run(session)
    with pytest.raises(ListAfterCutOff) as refused:
        take(session, run, POTATO)
    assert refused.value.facts["next_run"] == later.code
