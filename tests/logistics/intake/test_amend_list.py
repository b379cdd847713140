from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from logistics.domain.lists import (
    AskedLine,
    HouseholdList,
    ListAfterCutOff,
    ListChanged,
    ListEmpty,
    ListNotOpen,
)
from logistics.domain.runs import Run
from logistics.store import lists, triage
from logistics.usecases.amend_list import amend_list, cancel_list
from logistics.usecases.take_list import take_list

AT = datetime(2022, 4, 13, 1, 0, tzinfo=UTC)
WHO = {"actor": "household:HK-07-03-2-201", "at": AT}


@pytest.fixture
def taken(session: Session, run: Run) -> HouseholdList:
    lines = [AskedLine("土豆", "2", "斤"), AskedLine("鸡旦", "1", "板")]
    return take_list(session, run.id, "HK-07-03-2-201", lines, channel="api", **WHO)


def test_a_change_replaces_lines_and_raises_the_version(
    session: Session, taken: HouseholdList
) -> None:
    changed = amend_list(
        session, taken.id, [AskedLine("鸡蛋", "1", "板")], expected_version=1, **WHO
    )
    assert (changed.version, changed.state) == (2, "accepted")
    assert [(x.item, x.quantity) for x in changed.lines] == [("鸡蛋", 30)]
    assert lists.get(session, taken.id) == changed


def test_doubts_about_the_earlier_version_are_discarded(
    session: Session, run: Run, taken: HouseholdList
) -> None:
    amend_list(session, taken.id, [AskedLine("鸡旦", "1", "板")], expected_version=1, **WHO)
    assert len(triage.open_entries(session, run.id)) == 1  # that of the new version
    assert sorted(d.state for d in lists.get(session, taken.id).doubts) == ["discarded", "open"]


def test_every_version_stays_in_the_history(session: Session, taken: HouseholdList) -> None:
    amend_list(session, taken.id, [AskedLine("鸡蛋", "1", "板")], expected_version=1, **WHO)
    cancel_list(session, taken.id, expected_version=2, **WHO)
    first, second, third = lists.history(session, taken.id)
    assert first["lines"] == [{"item": "土豆", "quantity": 1000, "unit": "斤"}]
    assert second["lines"] == [{"item": "鸡蛋", "quantity": 30, "unit": "板"}]
    assert third["state"] == "cancelled"


def test_a_change_against_an_old_version_is_refused(
    session: Session, taken: HouseholdList
) -> None:
    line = AskedLine("鸡蛋", "1", "板")
    amend_list(session, taken.id, [line], expected_version=1, **WHO)
    with pytest.raises(ListChanged) as refused:
        amend_list(session, taken.id, [line], expected_version=1, **WHO)
    assert refused.value.facts["version"] == 2


def test_a_list_cannot_be_changed_to_nothing(session: Session, taken: HouseholdList) -> None:
    with pytest.raises(ListEmpty):
        amend_list(session, taken.id, [], expected_version=1, **WHO)


def test_a_cancelled_list_is_closed(session: Session, run: Run, taken: HouseholdList) -> None:
    cancelled = cancel_list(session, taken.id, expected_version=1, **WHO)
    assert (cancelled.state, cancelled.version) == ("cancelled", 2)
    assert triage.open_entries(session, run.id) == ()
    with pytest.raises(ListNotOpen):
        cancel_list(session, taken.id, expected_version=2, **WHO)


def test_nothing_changes_from_the_cut_off_on(
    session: Session, run: Run, taken: HouseholdList
) -> None:
    late = {"actor": "cli", "at": run.cutoff_at}
    with pytest.raises(ListAfterCutOff):
        amend_list(session, taken.id, [AskedLine("鸡蛋", "1", "板")], expected_version=1, **late)
    with pytest.raises(ListAfterCutOff):
        cancel_list(session, taken.id, expected_version=1, **late)
