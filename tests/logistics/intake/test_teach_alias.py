"""What one person settles, the next message is read with."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from logistics.domain.lists import AskedLine, TriageEntry
from logistics.domain.runs import Run
from logistics.store import catalogue, lists, triage
from logistics.usecases.settle_triage import settle_triage
from logistics.usecases.take_list import take_list
from logistics.usecases.teach_alias import teach_alias

AT = datetime(2022, 4, 13, 1, 0, tzinfo=UTC)
WHO = {"actor": "clerk", "at": AT}
HOME, NEXT = "HK-07-03-2-201", "HK-07-03-1-101"


def ask(session: Session, run: Run, text: str, household: str = HOME) -> TriageEntry | None:
    taken = take_list(session, run.id, household, (), text=text, channel="text", **WHO)
    return next((doubt for doubt in taken.doubts if doubt.state == "open"), None)


def test_one_command_settles_the_line_and_teaches_the_word(session: Session, run: Run) -> None:
    doubt = ask(session, run, "荷兰薯2斤")
    assert doubt is not None
    assert doubt.code == "item.unknown"
    settled = settle_triage(session, doubt.id, item="土豆", **WHO)  # the amount was said
    assert settled.facts["taught"] == "荷兰薯"
    assert ask(session, run, "荷兰薯3斤", NEXT) is None
    (read,) = lists.of_household(session, run.id, NEXT)
    assert [(x.item, x.quantity) for x in read.lines] == [("土豆", 1500)]
    item = catalogue.load(session).get("荷兰薯")
    assert [actor for _, actor, _ in catalogue.versions_of(session, item.id)] == ["", "clerk"]


def test_a_word_that_is_not_to_be_learned_is_asked_about_again(session: Session, run: Run) -> None:
    doubt = ask(session, run, "荷兰薯2斤")
    assert doubt is not None
    settled = settle_triage(session, doubt.id, item="土豆", teach=False, **WHO)
    assert "taught" not in settled.facts
    assert ask(session, run, "荷兰薯3斤", NEXT) is not None


def test_lines_of_tables_teach_as_well(session: Session, run: Run) -> None:
    taken = take_list(session, run.id, HOME, [AskedLine("洋番薯", 2, "斤")], channel="api", **WHO)
    settle_triage(session, taken.doubts[0].id, item="土豆", **WHO)
    again = take_list(session, run.id, NEXT, [AskedLine("洋番薯", 1, "斤")], channel="api", **WHO)
    assert [(x.item, x.quantity) for x in again.lines] == [("土豆", 500)]


@pytest.mark.parametrize(
    "word", ["鸡蛋", "牛奶", "2", "鱼", "随便来点什么都可以的只要新鲜就行了", "=1+1"]
)
def test_what_is_taken_or_hardly_a_word_is_not_learned(
    session: Session, run: Run, word: str
) -> None:
    known = catalogue.load(session)
    assert not teach_alias(session, known, known.get("土豆"), word, **WHO)
    assert triage.open_entries(session, run.id) == ()
