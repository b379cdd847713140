"""Route sheets as files: one PDF for everybody and one per courier."""

from pathlib import Path
from typing import Literal

from api.assets_folder import font_folders
from api.file_names import file_name
from logistics.store import runs
from logistics.store.session import Database
from logistics.usecases.print_sheets import print_sheets, read_sheets


def write_sheets(
    database: Database, run: str, folder: Path, *, language: Literal["zh", "en"]
) -> int:
    """Print the sheets of a planned or released run into a folder; return how many couriers.

    Raises
    ------
    RunUnknown
        If no run has this id or code.
    PlanUnknown
        If the run has not been planned.
    """
    with database.read() as session:
        book = read_sheets(session, run)
        separation_s = runs.get(session, run).separation_s
    printed = print_sheets(
        book, font_paths=font_folders(), language=language, separation_s=separation_s
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "all.pdf").write_bytes(printed.everything)
    for courier, pdf in printed.by_courier.items():
        (folder / f"{file_name(courier)}.pdf").write_bytes(pdf)
    return len(printed.by_courier)
