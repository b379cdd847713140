"""Print the route sheets of a planned or released run (打印路线单)."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.orm import Session

from geodata.district import read_district
from logistics.domain.sheets import SheetBook
from logistics.exchange.sheets import Language, Sheets, make_sheets
from logistics.exchange.trip_maps import draw_trips
from logistics.store import plans, runs, sheets


def read_sheets(session: Session, run_id: str) -> SheetBook:
    """Read what the sheets of a run's plan in force say.

    Raises
    ------
    RunUnknown
        If no run has this id or code.
    PlanUnknown
        If the run has not been planned.
    """
    run = runs.get(session, run_id)
    plan = plans.current(session, run.id)
    return sheets.book_of(session, plan.id, plans.inputs_of(session, run))


def print_sheets(
    book: SheetBook,
    *,
    font_paths: Sequence[Path],
    language: Language = "zh",
    separation_s: int = 600,
) -> Sheets:
    """Draw the maps and print one PDF for everybody and one per courier; touches no database."""
    drawings = draw_trips(book, read_district(Path(book.district_folder)), language=language)
    return make_sheets(
        book, drawings, font_paths=font_paths, language=language, separation_s=separation_s
    )
