"""What is said later about a list is done to that list, or asked about."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from logistics.domain.changes import NotOnList, OnSeveralLists
from logistics.domain.lists import HouseholdList, TriageEntry
from logistics.domain.runs import Run
from logistics.exchange.tabular import read_entries
from logistics.store import lists, triage
from logistics.usecases.import_lists import import_lists
from logistics.usecases.settle_triage import settle_triage
from logistics.usecases.take_list import take_list

AT = datetime(2022, 4, 13, 1, 0, tzinfo=UTC)
WHO = {"actor": "cli", "at": AT}
HOME = "HK-07-03-2-201"


def say(session: Session, run: Run, text: str, household: str = HOME) -> HouseholdList:
    return take_list(session, run.id, household, (), text=text, channel="hotline-1", **WHO)


def stands(session: Session, household: str = HOME) -> list[tuple[str, int]]:
    return [
        (line.item, line.quantity)
        for found in lists.of_household(session, None, household)
        for line in found.lines
        if found.state != "cancelled"
    ]


def waits(session: Session, run: Run) -> tuple[TriageEntry, ...]:
    return triage.open_entries(session, run.id)


@pytest.mark.parametrize(
    ("later", "after"),
    [
        ("土豆改成3斤", [("土豆", 1500), ("鸡蛋", 30)]),
        ("鸡蛋不要了", [("土豆", 1000)]),
        ("再来一斤土豆", [("土豆", 1500), ("鸡蛋", 30)]),
        ("鸡蛋换成牛奶2盒", [("土豆", 1000), ("纯牛奶", 500)]),
        ("土豆改成3斤，鸡蛋不要了", [("土豆", 1500)]),
        ("全部取消", []),
    ],
)
def test_a_clear_change_is_done_at_once(
    session: Session, run: Run, later: str, after: list[tuple[str, int]]
) -> None:
    first = say(session, run, "土豆2斤 鸡蛋一板")
    told = say(session, run, later)
    assert stands(session) == after
    assert (told.state, waits(session, run)) == ("cancelled", ())
    (entry,) = told.doubts
    assert (entry.state, entry.facts["changed"]) == ("settled", [first.id])
    assert len(lists.history(session, first.id)) == 2  # the earlier version is kept


def test_lines_that_stay_keep_their_id(session: Session, run: Run) -> None:
    first = say(session, run, "土豆2斤 鸡蛋一板")
    say(session, run, "土豆改成3斤")
    again = lists.get(session, first.id)
    assert [line.id for line in again.lines] == [line.id for line in first.lines]
    assert [line.version for line in again.lines] == [2, 1]


def test_a_change_of_what_was_never_asked_waits(session: Session, run: Run) -> None:
    say(session, run, "鸡蛋一板")
    say(session, run, "土豆改成3斤")
    (entry,) = waits(session, run)
    with pytest.raises(NotOnList):
        settle_triage(session, entry.id, **WHO)
    settle_triage(session, entry.id, item="土豆", quantity="3", unit="斤", **WHO)
    assert sorted(stands(session)) == [("土豆", 1500), ("鸡蛋", 30)]


def test_what_stands_on_two_lists_is_asked_about(session: Session, run: Run) -> None:
    say(session, run, "土豆2斤")
    say(session, run, "土豆1斤")
    say(session, run, "土豆改成3斤")
    assert sorted(stands(session)) == [("土豆", 500), ("土豆", 1000)]
    (entry,) = waits(session, run)
    with pytest.raises(OnSeveralLists):
        settle_triage(session, entry.id, **WHO)


def test_more_than_a_household_may_have_waits(session: Session, run: Run) -> None:
    say(session, run, "鸡蛋一板")
    say(session, run, "鸡蛋再加2板")
    assert stands(session) == [("鸡蛋", 30)]
    assert [entry.code for entry in waits(session, run)] == ["list.change-asked"]


def test_a_cancellation_without_a_list_waits(session: Session, run: Run) -> None:
    say(session, run, "取消订单")
    (entry,) = waits(session, run)
    with pytest.raises(NotOnList):
        settle_triage(session, entry.id, **WHO)


def test_a_pasted_chat_is_done_in_its_order(session: Session, run: Run, tmp_path: Path) -> None:
    chat = tmp_path / "chat.txt"
    chat.write_text(
        "1. 3-2-201 土豆2斤 鸡蛋一板\n\n2. 3-1-101 土豆1斤\n\n"
        "3-2-201 土豆改成3斤\n\n3-1-101 取消\n"
    )
    entries = list(read_entries(chat, compound="HK-07"))
    report = import_lists(session, run.id, entries, source="chat.txt", **WHO)
    assert (report.changed, report.triaged) == (2, 0)
    assert stands(session) == [("土豆", 1500), ("鸡蛋", 30)]
    assert stands(session, "HK-07-03-1-101") == []
    again = import_lists(session, run.id, entries, source="chat.txt", **WHO)
    assert (again.changed, again.already) == (0, len(entries))
    assert stands(session) == [("土豆", 1500), ("鸡蛋", 30)]
