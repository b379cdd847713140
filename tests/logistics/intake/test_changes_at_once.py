"""Two changes of one household at the same time: neither is lost (PostgreSQL locks rows)."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from logistics.domain.lists import AskedLine, Entry, ListChanged
from logistics.errors import SupplyLoopError
from logistics.exchange.tabular import read_entries
from logistics.store import lists, triage
from logistics.store.session import Database
from logistics.usecases.amend_list import amend_list
from logistics.usecases.change_list import CHANGE_ASKED
from logistics.usecases.create_run import create_run
from logistics.usecases.cut_off import cut_off
from logistics.usecases.import_lists import import_lists
from logistics.usecases.settle_triage import settle_triage
from logistics.usecases.take_list import take_list
from tests.logistics.intake.conftest import prepare

AT = datetime(2022, 4, 13, 1, 0, tzinfo=UTC)
WHO = {"actor": "cli", "at": AT}
HOME = "HK-07-03-2-201"
WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")

Work = Callable[[Session], object]


def at_once(database: Database, first: Work, second: Work) -> list[SupplyLoopError]:
    """Begin the second while the first is not committed; return what the second was refused."""
    refused: list[SupplyLoopError] = []

    def later() -> None:
        try:
            database.run(second)
        except SupplyLoopError as refusal:
            refused.append(refusal)

    thread = threading.Thread(target=later)
    with database.transaction() as session:
        first(session)
        thread.start()
        while thread.is_alive():
            with database.read() as watch:
                if watch.scalar(WAITING):
                    break
    thread.join()
    return refused


def potatoes(database: Database) -> int:
    with database.read() as session:
        return sum(
            line.quantity
            for found in lists.of_household(session, None, HOME)
            for line in found.lines
            if line.item == "土豆" and found.state != "cancelled"
        )


@pytest.fixture
def run_id(postgresql_database: Database) -> str:
    with postgresql_database.transaction() as session:
        made = prepare(session)
        take_list(session, made.id, HOME, (), text="土豆2斤", channel="api", **WHO)
    return made.id


def told(run_id: str, words: str) -> Work:
    return lambda session: take_list(
        session, run_id, HOME, (), text=words, channel="hotline-1", **WHO
    )


def pasted(run_id: str, folder: Path, words: str) -> Work:
    file = folder / f"{words}.txt"
    file.write_text(f"3-2-201 {words}\n")
    entries: list[Entry] = list(read_entries(file, compound="HK-07"))
    return lambda session: import_lists(session, run_id, entries, source=file.name, **WHO)


def test_one_pound_more_by_telephone_and_one_by_file_are_two(
    postgresql_database: Database, run_id: str, tmp_path: Path
) -> None:
    refused = at_once(
        postgresql_database, told(run_id, "再来一斤土豆"), pasted(run_id, tmp_path, "再来一斤土豆")
    )
    assert refused == []
    assert potatoes(postgresql_database) == 2000


def test_two_files_that_add_a_pound_each_add_two(
    postgresql_database: Database, run_id: str, tmp_path: Path
) -> None:
    first, second = (pasted(run_id, tmp_path, words) for words in ("再来一斤土豆", "土豆再加一斤"))
    assert at_once(postgresql_database, first, second) == []
    assert potatoes(postgresql_database) == 2000


def test_two_doubts_settled_at_once_both_count(postgresql_database: Database, run_id: str) -> None:
    for goods in ("鸡蛋随便来点", "牛奶随便来点"):  # what leaves a question open waits
        postgresql_database.run(told(run_id, f"再来一斤土豆，{goods}"))
    with postgresql_database.read() as session:
        waits = triage.open_entries(session, run_id)
    one, two = (entry for entry in waits if entry.code == CHANGE_ASKED)
    refused = at_once(
        postgresql_database,
        lambda session: settle_triage(session, one.id, **WHO),
        lambda session: settle_triage(session, two.id, **WHO),
    )
    assert refused == []
    assert potatoes(postgresql_database) == 2000


def test_a_change_said_while_the_list_is_amended_starts_from_the_new_list(
    postgresql_database: Database, run_id: str
) -> None:
    with postgresql_database.read() as session:
        (found,) = lists.of_household(session, run_id, HOME)
    line = AskedLine("土豆", "3", "斤")
    refused = at_once(
        postgresql_database,
        lambda session: amend_list(session, found.id, [line], expected_version=1, **WHO),
        told(run_id, "再来一斤土豆"),
    )
    assert refused == []
    assert potatoes(postgresql_database) == 2000


def test_an_amendment_made_while_a_change_is_said_is_refused(
    postgresql_database: Database, run_id: str
) -> None:
    with postgresql_database.read() as session:
        (found,) = lists.of_household(session, run_id, HOME)
    line = AskedLine("土豆", "3", "斤")
    (refused,) = at_once(
        postgresql_database,
        told(run_id, "再来一斤土豆"),
        lambda session: amend_list(session, found.id, [line], expected_version=1, **WHO),
    )
    assert isinstance(refused, ListChanged)
    assert potatoes(postgresql_database) == 1500


def test_a_list_that_waited_for_a_cut_off_goes_into_the_next_run(
    postgresql_database: Database, run_id: str
) -> None:
    with postgresql_database.transaction() as session:
        tomorrow = create_run(session, "试区", date(2022, 4, 14), 1,
                              cutoff_at=AT + timedelta(days=1), **WHO)  # fmt: skip
    refused = at_once(
        postgresql_database,
        lambda session: cut_off(session, run_id, **WHO),
        lambda session: take_list(session, None, HOME, (), text="土豆3斤", channel="api", **WHO),
    )
    assert refused == []
    with postgresql_database.read() as session:
        assert len(lists.of_household(session, run_id, HOME)) == 1
        (found,) = lists.of_household(session, tomorrow.id, HOME)
    assert found.lines[0].quantity == 1500
