"""Everything of a released run that people look at, written into one folder."""

import json
from pathlib import Path
from typing import Literal

from api.file_names import file_name
from api.sheet_files import write_sheets
from logistics.domain.run_report import Choices
from logistics.exchange.report_maps import draw_report_map
from logistics.exchange.run_report import run_report
from logistics.exchange.spreadsheets import allocation_csv, orders_csv, orders_xlsx
from logistics.store import plans, runs
from logistics.store.session import Database
from logistics.usecases.report_run import allocation_rows, orders_of_run, report_run


def write_outputs(
    database: Database, run: str, out: Path, *, language: Literal["zh", "en"]
) -> int:
    """Write sheets, orders, allocation, problem and plan; return how many sheets there are."""
    with database.read() as session:
        found = runs.get(session, run)
        placed = orders_of_run(session, run)
        shared = allocation_rows(session, run)
        problem, plan = plans.files_of(session, plans.current(session, found.id).id)
    orders = out / "orders"
    orders.mkdir(exist_ok=True)
    for order in placed:
        name = orders / f"{file_name(order.code)}.csv"
        name.write_text(orders_csv(order, language=language), encoding="utf-8", newline="")
    (orders / "all.xlsx").write_bytes(orders_xlsx(placed, language=language))
    (out / "allocation.csv").write_text(
        allocation_csv(shared, language=language), encoding="utf-8", newline=""
    )
    for what, content in (("problem", problem), ("plan", plan)):
        (out / f"{what}.json").write_text(json.dumps(content), encoding="utf-8")
    return write_sheets(database, run, out / "sheets", language=language)


def write_report(
    database: Database,
    run: str,
    out: Path,
    *,
    choices: Choices | None = None,
    language: Literal["zh", "en"],
) -> None:
    """Write the one-page report, with the plans to choose from if any, and the district's map."""
    from geodata.district import read_district  # noqa: PLC0415  takes seconds to load
    from geodata.drawing.render import district_map  # noqa: PLC0415

    with database.read() as session:
        report = report_run(session, run)
    district = read_district(Path(report.district_folder))
    (out / "map.svg").write_text(
        district_map(district, zones=report.zones, language=language), encoding="utf-8"
    )
    (out / "report.html").write_text(
        run_report(
            report,
            map_svg=draw_report_map(report, district, language=language),
            choices=choices,
            language=language,
        ),
        encoding="utf-8",
    )
