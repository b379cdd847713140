"""Print the receipts of households, or write them as a table (打印账单)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from logistics.domain.money_views import HouseholdMoney
from logistics.exchange.money_receipts import ReceiptPrinter, write_receipts
from logistics.exchange.tables import Language
from logistics.store import places, runs
from logistics.usecases.show_money import household_money, receipts_of_run


def read_receipts(
    session: Session, run: str | None, household_code: str | None
) -> tuple[tuple[HouseholdMoney, ...], str]:
    """Read the receipts of a run, of a household, or of one in the other; and their time zone.

    Raises
    ------
    RunUnknown, HouseholdUnknown
        If there is no such run or household.
    """
    if household_code is not None:
        home = places.household_by_code(session, household_code.strip())
        zone = places.district(session, home.district_id).zone_name
        return (household_money(session, home.code, run),), zone
    found = runs.get(session, run or "")
    zone = places.district(session, found.district_id).zone_name
    return receipts_of_run(session, found.id), zone


def print_receipts(
    homes: Sequence[HouseholdMoney],
    path: Path,
    *,
    zone: str,
    font_paths: Sequence[Path],
    at: datetime,
    language: Language = "zh",
) -> None:
    """Write receipts into a file: .pdf to be handed out, .csv or .xlsx as a table.

    Raises
    ------
    TableUnreadable
        If the file has another ending.
    """
    if path.suffix.lower() != ".pdf":
        write_receipts(path, homes, zone=zone, language=language)
        return
    printer = ReceiptPrinter(font_paths)
    path.write_bytes(printer.print(homes, printed=at, zone=zone, language=language))


def by_stairwell(session: Session, run: str) -> tuple[Mapping[str, Sequence[HouseholdMoney]], str]:
    """Read the receipts of a run by the code of their stairwell, and their time zone.

    Raises
    ------
    RunUnknown
        If there is no such run.
    """
    homes, zone = read_receipts(session, run, None)
    district_id = runs.get(session, run).district_id
    codes = {place.id: place.code for place in places.places(session, district_id, "stairwell")}
    lives = {
        home.code: codes.get(home.stairwell_id, home.stairwell_id)
        for home in places.households(session, district_id)
    }
    found: dict[str, list[HouseholdMoney]] = defaultdict(list)
    for one in homes:
        found[lives[one.household]].append(one)
    return dict(sorted(found.items())), zone
