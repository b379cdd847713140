from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy.orm import Session

from logistics.domain.lists import ImportReport, ListAfterCutOff, TriageSettled
from logistics.domain.runs import Run
from logistics.exchange.tabular import ListsUnreadable, read_entries
from logistics.store import lists, triage
from logistics.usecases.import_lists import import_lists
from logistics.usecases.settle_triage import discard_triage, settle_triage

AT = datetime(2022, 4, 13, 1, 0, tzinfo=UTC)
WHO = {"actor": "cli", "at": AT}
HOME = "HK-07-03-2-201"
ROWS = (
    f"户号,商品,数量,单位\n{HOME},土豆,2,斤\n{HOME},鸡旦,1,板\n"
    "HK-99-01-1-101,鸡蛋,1,板\n,土豆,1,斤\n"
)


def write(folder: Path, name: str, content: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(content.encode(encoding))
    return path


def take(session: Session, run: Run, path: Path) -> ImportReport:
    return import_lists(
        session, run.id, read_entries(path, compound="HK-07"), source=path.name, **WHO
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_rows_become_lists_or_wait(
    session: Session, run: Run, tmp_path: Path, encoding: str
) -> None:
    report = take(session, run, write(tmp_path, "a.csv", ROWS, encoding))
    assert report == ImportReport(accepted_lists=1, accepted_lines=1, triaged=3, already=0)
    found = {entry.code: entry for entry in triage.open_entries(session, run.id)}
    assert set(found) == {"item.unknown", "household.unknown", "row.unreadable"}
    assert (found["row.unreadable"].line_no, found["row.unreadable"].source) == (5, "a.csv")
    assert found["row.unreadable"].facts["field"] == "household"


def test_a_file_imported_twice_changes_nothing(session: Session, run: Run, tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", ROWS)
    take(session, run, path)
    assert take(session, run, path) == ImportReport(already=3)
    assert len(lists.of_household(session, run.id, HOME)) == 1


def test_a_workbook_s_formula_is_reported_not_reckoned(
    session: Session, run: Run, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    book.active.append(("household", "item", "quantity", "unit"))
    book.active.append((HOME, "egg", 2, "tray"))
    book.active.append((HOME, "potato", "=1+1", "kg"))
    book.save(tmp_path / "a.xlsx")
    assert take(session, run, tmp_path / "a.xlsx").accepted_lines == 1
    (entry,) = triage.open_entries(session, run.id)
    assert (entry.facts["field"], entry.facts["value"]) == ("quantity", "=1+1")


def test_json_lines_and_text_are_taken(session: Session, run: Run, tmp_path: Path) -> None:
    line = f'{{"household": "{HOME}", "lines": [{{"item": "土豆", "quantity": 2, "unit": "斤"}}]}}'
    path = write(tmp_path, "a.jsonl", line + "\nnot json\n")
    report = take(session, run, path)
    assert (report.accepted_lists, report.triaged) == (1, 1)
    text = write(tmp_path, "a.txt", "1. 3-2-201 土豆3斤\n2. 3-1-101 鸡蛋一板\n")
    report = take(session, run, text)
    assert (report.accepted_lists, report.triaged) == (2, 0)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(ListsUnreadable) as refused:
        list(read_entries(write(tmp_path, "a.csv", "户号,商品\nx,土豆\n")))
    assert refused.value.facts["field"] == "quantity"


def test_nothing_is_imported_from_the_cut_off_on(
    session: Session, run: Run, tmp_path: Path
) -> None:
    path = write(tmp_path, "a.csv", ROWS)
    with pytest.raises(ListAfterCutOff):
        import_lists(
            session, run.id, read_entries(path), source="a", actor="cli", at=run.cutoff_at
        )


def test_settling_adds_the_line_and_the_household(
    session: Session, run: Run, tmp_path: Path
) -> None:
    take(session, run, write(tmp_path, "a.csv", ROWS))
    found = {entry.code: entry.id for entry in triage.open_entries(session, run.id)}
    settle_triage(session, found["item.unknown"], item="鸡蛋", **WHO)
    settle_triage(session, found["household.unknown"], household="HK-07-03-1-101", **WHO)
    discard_triage(session, found["row.unreadable"], reason="nobody's", **WHO)
    assert triage.open_entries(session, run.id) == ()
    (mended,) = lists.of_household(session, run.id, HOME)
    assert (mended.state, [x.item for x in mended.lines]) == ("accepted", ["土豆", "鸡蛋"])
    (new,) = lists.of_household(session, run.id, "HK-07-03-1-101")
    assert [(x.item, x.quantity) for x in new.lines] == [("鸡蛋", 30)]
    with pytest.raises(TriageSettled):
        discard_triage(session, found["item.unknown"], reason="again", **WHO)
