"""Give a run's lists, orders, shares, bags, trips and roll call as tables (导出表格)."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import IO, Any, Literal

from sqlalchemy.orm import Session

from logistics.domain.lists import HouseholdList
from logistics.exchange.registry_roll_call import ROLL_CALL, roll_call_rows
from logistics.exchange.run_tables import BAGS, LISTS, TRIPS, bag_rows, list_rows, trip_rows
from logistics.exchange.share_texts import SHARES, share_rows
from logistics.exchange.spreadsheets import ORDERS, order_rows
from logistics.exchange.tables import Language, Table, csv_lines, write_xlsx
from logistics.store import lists, orders, run_rows, runs, shifts, wishes
from logistics.usecases.call_roll import call_roll
from logistics.usecases.explain_shares import explain_shares

Kind = Literal["csv", "xlsx"]
_PAGE = 500


class RunTable(StrEnum):
    """A table of a run."""

    LISTS = "lists"
    ORDERS = "orders"
    SHARES = "shares"
    BAGS = "bags"
    TRIPS = "trips"
    ROLL_CALL = "roll-call"


def export_table(
    session: Session,
    run: str,
    table: RunTable,
    out: IO[bytes],
    *,
    kind: Kind,
    needs: bool = False,
    language: Language = "zh",
) -> str:
    """Write a table of a run into an open file, row by row; return the run's code.

    Parameters
    ----------
    needs
        Whether the reader may learn that households have needs; otherwise their tier stays
        empty and nobody is called first.

    Raises
    ------
    RunUnknown
        If there is no such run.
    """
    found = runs.get(session, run)
    declared, rows = _rows(session, found.id, table, needs=needs, language=language)
    if kind == "xlsx":
        write_xlsx(out, [(declared, rows)], language=language)
    else:
        for line in csv_lines(declared, rows, language=language):
            out.write(line.encode())
    return found.code


def _rows(
    session: Session, run_id: str, table: RunTable, *, needs: bool, language: Language
) -> tuple[Table, Iterator[dict[str, Any]]]:
    match table:
        case RunTable.LISTS:
            names = {
                one: (good.name_zh, good.name_en, good.base)
                for one, good in wishes.goods(session).items()
            }
            return LISTS, list_rows(_lists(session, run_id), names, language)
        case RunTable.ORDERS:
            return ORDERS, (
                row for one in orders.of_run(session, run_id) for row in order_rows(one, language)
            )
        case RunTable.SHARES:
            rows = share_rows(explain_shares(session, run_id), language)
            return SHARES, rows if needs else ({**row, "tier": None} for row in rows)
        case RunTable.BAGS:
            return BAGS, bag_rows(run_rows.bags(session, run_id), language)
        case RunTable.TRIPS:
            return TRIPS, trip_rows(shifts.of_run(session, run_id), language)
        case RunTable.ROLL_CALL:
            return ROLL_CALL, roll_call_rows(call_roll(session, run_id, needs=needs))


def _lists(session: Session, run_id: str) -> Iterator[HouseholdList]:
    after: str | None = None
    while page := _page(session, run_id, after):
        yield from page
        after = page[-1].id


def _page(session: Session, run_id: str, after: str | None) -> Sequence[HouseholdList]:
    return lists.page(session, run_id, after, _PAGE)
