"""Route sheets as PDF: one file per courier and one for all (配送路线单)."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import segno

from logistics.domain.sheets import SheetBag, SheetBook, SheetErrand, SheetStop, SheetTrip
from logistics.exchange.press import Press
from logistics.exchange.texts import MODES, SHEET

Language = Literal["zh", "en"]
_DAY_S: Final = 24 * 3600


@dataclass(frozen=True, slots=True)
class TripDrawing:
    """What the map says of a trip: its picture, the way to each stop, and the way back.

    ``closed`` names the closed gates of the compounds on the way.
    """

    svg: str = ""
    ways: tuple[str, ...] = ()
    home: str = ""
    closed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheets:
    """The PDF of all trips and those of each courier, by courier code."""

    everything: bytes
    by_courier: Mapping[str, bytes]


class SheetPrinter:
    """Prints books with one loading of the fonts.

    Parameters
    ----------
    font_paths
        Folders that hold Noto Sans SC, regular and bold.
    """

    def __init__(self, font_paths: Sequence[Path]) -> None:
        self._press = Press("sheet.typ", font_paths)

    def print_book(
        self,
        book: SheetBook,
        drawings: Mapping[str, TripDrawing],
        *,
        language: Language = "zh",
        separation_s: int = 600,
    ) -> bytes:
        """Print all trips of a book as one PDF; each trip begins on a new page.

        Parameters
        ----------
        drawings
            By trip code; a trip without one is printed without a map.
        """
        return self.print_pages(
            book_data(book, drawings, language=language, separation_s=separation_s)
        )

    def print_pages(self, data: Mapping[str, Any]) -> bytes:
        """Print what :func:`book_data` prepared."""
        return self._press.print(data)


def make_sheets(
    book: SheetBook,
    drawings: Mapping[str, TripDrawing],
    *,
    font_paths: Sequence[Path],
    language: Language = "zh",
    separation_s: int = 600,
) -> Sheets:
    """Print one PDF for everybody and one per courier.

    Parameters
    ----------
    drawings
        By trip code, as :func:`logistics.exchange.trip_maps.draw_trips` makes them.
    """
    printer = SheetPrinter(font_paths)
    data = book_data(book, drawings, language=language, separation_s=separation_s)
    by_courier = {}
    for courier in book.couriers():
        trips = [trip for trip in data["trips"] if trip["courier"] == courier]
        by_courier[courier] = printer.print_pages({**data, "trips": trips})
    return Sheets(everything=printer.print_pages(data), by_courier=by_courier)


def book_data(
    book: SheetBook,
    drawings: Mapping[str, TripDrawing],
    *,
    language: Language,
    separation_s: int,
) -> dict[str, Any]:
    """Put a book into the plain words and numbers that the page shows."""
    texts = SHEET[language]
    return {
        "language": language,
        "title": f"{texts['title']} {book.run_code}",
        "heading": (
            f"{texts['title']} · {book.district_name} · {book.day.isoformat()} · "
            f"{texts['run']} {book.run_code}"
        ),
        "texts": {key: texts[key] for key in ("page", "synthetic")},
        "attribution": f"{texts['map_credit']}: {book.attribution}" if book.attribution else "",
        "synthetic": book.synthetic,
        "run": book.run_code,
        "rule": texts["rule"].format(minutes=-(-separation_s // 60)),
        "legend": texts["legend"],
        "columns": [
            "#",
            *(texts[f"col_{name}"] for name in ("time", "address", "bags", "weight", "done")),
        ],
        "trips": [
            _trip(trip, drawings.get(trip.code, TripDrawing()), language) for trip in book.trips
        ],
    }


def clock(seconds: int) -> str:
    """Say seconds since midnight as a wall clock does: ``08:05``, ``+1 00:10`` past midnight.

    Rounded down to the minute.
    """
    days, rest = divmod(seconds, _DAY_S)
    text = f"{rest // 3600:02}:{rest % 3600 // 60:02}"
    return f"+{days} {text}" if days else text


def kilograms(weight_g: int) -> str:
    """Say a weight in kilograms with one decimal, halves up."""
    tenths = (weight_g + 50) // 100
    return f"{tenths // 10}.{tenths % 10} kg"


def litres(volume_ml: int) -> str:
    """Say a volume in litres with one decimal, halves up."""
    tenths = (volume_ml + 50) // 100
    return f"{tenths // 10}.{tenths % 10} L"


def _trip(trip: SheetTrip, drawing: TripDrawing, language: Language) -> dict[str, Any]:
    texts = SHEET[language]
    point = trip.point_zh if language == "zh" else trip.point_en
    bags = sum(len(stop.bags) for stop in trip.stops)
    errands = {errand.id for stop in trip.stops for errand in stop.errands}
    values = {
        "point": point or trip.point_code,
        "departs": clock(trip.departs_s),
        "returns": clock(trip.returns_s),
        "bags": texts["bag_count"].format(n=bags),
        "weight": kilograms(trip.weight_g),
        "volume": litres(trip.volume_ml),
    }
    if errands:
        values["bags"] += texts["and_errands"].format(n=len(errands))
    return {
        "code": trip.code,
        "end": f"end-{trip.code}",
        "courier": trip.courier_code,
        "title": texts["trip"].format(no=trip.no, trips=trip.trips),
        "mode": MODES[language].get(trip.mode, trip.mode),
        "boxes": [{"label": texts[key], "value": value} for key, value in values.items()],
        "errands": bool(errands),
        "qr": _qr(trip.code),
        "map": drawing.svg,
        "closed": texts["closed"] + texts["and"].join(drawing.closed) if drawing.closed else "",
        "stops": [
            _stop(stop, drawing.ways[n] if n < len(drawing.ways) else "", language)
            for n, stop in enumerate(trip.stops)
        ],
        "back": f"{texts['returns']} {values['point']} {values['returns']}",
        "home": drawing.home,
    }


def _stop(stop: SheetStop, way: str, language: Language) -> dict[str, Any]:
    texts = SHEET[language]
    return {
        "seq": stop.seq,
        "time": f"{clock(stop.arrival_s)}–{clock(stop.leave_s)}",
        "way": way,
        "address": address(stop.names_zh if language == "zh" else stop.names_en, language),
        "note": stop.note,
        "drop": _drop(stop, texts),
        "protected": stop.protected,
        "bags": [_bag(bag, language) for bag in stop.bags],
        "errands": [_errand(errand, language) for errand in stop.errands],
        "count": (
            texts["bag_count"].format(n=len(stop.bags))
            if stop.bags
            else texts["errand_count"].format(n=len(stop.errands))
        ),
        "weight": kilograms(sum(bag.weight_g for bag in stop.bags)) if stop.bags else "",
    }


def _drop(stop: SheetStop, texts: Mapping[str, str]) -> str:
    """Say where the goods are left: at a gate, or for the leader, or as at any slot."""
    if stop.drop_mode == "site":
        return texts["site"]
    how = texts["protected"] if stop.protected else texts["slot"]
    where = texts.get(f"drop-{stop.drop_mode}", "")
    return f"{where}{texts['drop_join']}{how}" if where else how


def _bag(bag: SheetBag, language: Language) -> dict[str, str]:
    marks = SHEET[language]
    return {"code": bag.code, "room": bag.room, "mark": marks.get(bag.compartment, "")}


def _errand(errand: SheetErrand, language: Language) -> dict[str, str]:
    """Say what is done for an errand at a stop, and for which room or address."""
    texts = SHEET[language]
    what = texts[f"errand-{errand.leg}-{errand.kind}"]
    return {
        "what": texts["errand-cancelled"] + what if errand.cancelled else what,
        "whose": errand.household if errand.leg == "fetch" else errand.room,
        "ticket": texts["ticket"].format(code=errand.ticket) if errand.ticket else "",
        "id": errand.id,
        "cancelled": "yes" if errand.cancelled else "",
    }


def address(names: tuple[str, str, str], language: Language) -> str:
    """Say compound, building and stairwell as people do.

    Empty parts are left out, and so is a part that the next one says again: maps name a
    building ``东港嘉苑3幢``.
    """
    parts = [part for part in names if part]
    parts = [
        part
        for part, after in zip(parts, [*parts[1:], ""], strict=True)
        if not (after.startswith(part) or after.endswith(part))
    ]
    return " · ".join(parts) if language == "zh" else ", ".join(parts)


def _qr(code: str) -> str:
    out = io.BytesIO()
    segno.make(code, error="m", micro=False).save(out, kind="svg", border=2, xmldecl=False)
    return out.getvalue().decode()
