"""Print the route sheets of a planned or released run (打印路线单)."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.orm import Session

from geodata.district import read_district
from logistics.domain.people import Courier
from logistics.domain.sheets import SheetBook
from logistics.exchange.sheets import Language, Sheets, make_sheets
from logistics.exchange.trip_maps import draw_trips
from logistics.store import courier_days, places, plans, runs, sheets


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


def read_sheet(session: Session, run_id: str, rider: Courier) -> SheetBook:
    """Read what one courier's sheet says, and nothing of what others carry.

    Raises
    ------
    RunUnknown
        If no run has this id or code.
    PlanUnknown
        If the run has not been planned.
    """
    run = runs.get(session, run_id)
    plan = plans.current(session, run.id)
    area = places.district(session, run.district_id)
    mine = courier_days.Ridden(run, plan.id, {})
    inputs = courier_days.inputs_of(
        session, area, rider, mine, courier_days.midnight_of(area, run.day)
    )
    return sheets.book_of(session, plan.id, inputs, courier_id=rider.id)


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
