"""Receipts as files: one PDF for the leader of each stairwell."""

from datetime import datetime
from pathlib import Path
from typing import Literal

from api.assets_folder import font_folders
from api.file_names import file_name
from logistics.exchange.money_receipts import ReceiptPrinter
from logistics.store.session import Database
from logistics.usecases.print_receipts import by_stairwell


def write_receipt_files(
    database: Database, run: str, folder: Path, *, at: datetime, language: Literal["zh", "en"]
) -> tuple[int, int]:
    """Print the receipts of a run into a folder; return how many households and stairwells.

    Raises
    ------
    RunUnknown
        If no run has this id or code.
    """
    with database.read() as session:
        found, zone = by_stairwell(session, run)
    printer = ReceiptPrinter(font_folders())
    folder.mkdir(parents=True, exist_ok=True)
    for stairwell, homes in found.items():
        pdf = printer.print(homes, printed=at, zone=zone, language=language)
        (folder / f"{file_name(stairwell)}.pdf").write_bytes(pdf)
    return sum(map(len, found.values())), len(found)
