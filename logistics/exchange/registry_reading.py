"""Registers from files: each row is sorted into places, households, members and needs."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any, Final

from logistics.domain.catalogue import fold
from logistics.domain.needs import Need
from logistics.domain.registry import Band, HomeSaid, PlaceSaid, Spot
from logistics.domain.registry_report import Fault
from logistics.exchange.registry_doors import Doors, NotThere, room_of
from logistics.exchange.registry_labels import short_label
from logistics.exchange.registry_tables import (
    CLEARED,
    ELSEWHERE,
    HOUSEHOLDS,
    MEMBERS,
    NEEDS,
    PLACES,
    REGISTER,
)
from logistics.exchange.tables import BadCell, Finding, Row, TableUnreadable, stream_table
from logistics.exchange.tables.workbooks import open_workbook

_PLACE: Final = ("levels", "leader")
_HOME: Final = ("persons", "kind", "floor", "standing", "submitter")
_MEMBER: Final = ("label", "band", "age", "here")
_NEED: Final = ("since", "until", "detail", "consent_on", "consent_by", "withdrawn_on")
_WHERE: Final = ("compound", "building", "unit", "room", "within", "address")
_SHEETS: Final = (PLACES, HOUSEHOLDS, MEMBERS, NEEDS, REGISTER)
# up to which age a member counts as what; over the last one is elderly (60 by the law of 2018)
_AGES: Final = ((2, Band.INFANT), (17, Band.CHILD), (59, Band.ADULT))
_HEADERS: Final = {column.key: f"{column.zh} {column.en}" for column in REGISTER.columns}


@dataclass(slots=True)
class Register:
    """What files say, sorted; ``unmapped`` counts rows by the place that the map has not.

    ``shortened`` counts names of which only the surname is kept.
    """

    rows: int = 0
    places: dict[str, PlaceSaid] = field(default_factory=dict)
    homes: dict[str, HomeSaid] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    unmapped: Counter[str] = field(default_factory=Counter)
    shortened: int = 0
    ignored: list[str] = field(default_factory=list)  # sheets and columns that nobody knows


def read_register(
    paths: Iterable[str | PathLike[str]], doors: Doors, codes: Collection[str]
) -> Register:
    """Read registers, .xlsx with any number of sheets or .csv; several files are one register.

    A row that cannot be read becomes a fault that names sheet, row, column, value and mend; the
    rest is kept.

    Parameters
    ----------
    codes
        Codes of the households that there are already.

    Raises
    ------
    TableUnreadable
        If a whole file cannot be read, or none of its sheets names a column of the register.
    """
    sorter = _Sorter(doors, codes)
    for path in paths:
        _read_file(Path(path), sorter)
    return sorter.finished()


def _read_file(file: Path, sorter: "_Sorter") -> None:
    refused: TableUnreadable | None = None
    read = False
    sorter.file = file.name
    for sheet in _sheets(file):
        stream = stream_table(file, REGISTER, sheet=sheet)
        try:
            for one in stream:
                sorter.take(one)
        except TableUnreadable as fault:
            if sheet is None or any(table.is_sheet(sheet) for table in _SHEETS):
                raise
            refused = refused or fault  # a page of notes, unless nothing else is there
            sorter.register.ignored.append(sheet)
            continue
        read = True
        sorter.register.ignored += stream.ignored
    if refused is not None and not read:
        raise refused


def _sheets(file: Path) -> list[str | None]:
    stream_table(file, REGISTER)  # refuses what is missing, too large or of another kind
    if file.suffix.lower() == ".csv":
        return [None]
    with open_workbook(file) as sheets:
        return [sheet.name for sheet in sheets]


class _Sorter:
    """Sorts rows; what one row says of a thing may stand in several, but never two ways."""

    def __init__(self, doors: Doors, codes: Collection[str]) -> None:
        self.register = Register()
        self.file = ""  # which is being read
        self._doors = doors
        self._codes = {code.upper(): code for code in codes}
        self._unnumbered: Counter[str] = Counter()
        self._submitters: list[tuple[HomeSaid, str, Spot]] = []

    def take(self, row: Row | Finding) -> None:
        """Sort one row, or what the reader of tables found wrong with it."""
        if isinstance(row, Finding):
            self.register.faults.append(
                Fault(
                    code=row.code, file=self.file, sheet=row.sheet, row=row.line,
                    column=row.column,
                    value=str(row.more.get("word", row.value)), mend=row.mend, more=row.more,
                )
            )  # fmt: skip
            return
        values = {key: value for key, value in row.values.items() if value is not None}
        if not values:
            return
        self.register.rows += 1
        spot = Spot(row.sheet, row.line, self.file)
        try:
            self._sort(values, spot)
        except BadCell as bad:
            facts = dict(bad.facts)
            part = str(facts.pop("part", ""))
            if isinstance(bad, NotThere) and bad.said:
                self.register.unmapped[bad.said] += 1
            self.register.faults.append(
                Fault(
                    code=bad.code, file=self.file, sheet=row.sheet, row=row.line,
                    column=_HEADERS.get(part, part),
                    value=_shown(values.get(part)), mend=bad.mend, more=facts,
                )
            )  # fmt: skip

    def finished(self) -> Register:
        """Find the households that submit for others, which may stand anywhere in the files."""
        homes = self.register.homes
        known = self._codes | {code.upper(): code for code in homes}
        for home, said, spot in self._submitters:
            code = self._submitter(home, said, known)
            if code is not None and code != home.code:
                home.values["submitter"] = code
                continue
            self.register.faults.append(
                Fault(
                    code="registry.submitter-unknown", file=spot.file, sheet=spot.sheet,
                    row=spot.row,
                    column=_HEADERS["submitter"], value=said[:80],
                    mend="name another household by room, address or code, or the leader",
                )
            )  # fmt: skip
        return self.register

    def _sort(self, values: dict[str, Any], spot: Spot) -> None:
        persons = any(values.get(name) is not None for name in (*_HOME, *_MEMBER, "member"))
        needs = any(name in values for name in ("need", *_NEED))
        if not (persons or needs or "room" in values or "within" in values) and (
            any(name in values for name in _PLACE) or not self._is_door(values)
        ):
            self._of_place(self._doors.place(values).id, values, spot)
            return
        if needs and "need" not in values:
            raise BadCell("registry.need-missing", "name the need", part="need")
        _check_days(values)
        door = self._doors.door(values)
        home = self.register.homes.get(door.code)
        if home is None:
            home = HomeSaid(
                stairwell_id=door.stairwell.id, code=door.code, room=door.room, spot=spot
            )
        said: dict[str, Any] = {
            n: _cleared(values[n], "") for n in _HOME if n in values and n != "submitter"
        }
        if said.get("floor") == "":
            said["floor"] = None
        no, member = self._member(door.code, values)
        needed: dict[str, Any] = {
            n: _cleared(values[n], "" if n == "detail" else None) for n in _NEED if n in values
        }
        _agree(home.values, said)
        _agree(home.members.get(no, {}), member)
        for need in values.get("need", ()):
            _agree(home.needs.get((no, need), {}), needed)
        self._of_place(door.stairwell.id, values, spot)
        self.register.homes[door.code] = home  # nothing of the row is wrong: now it counts
        home.values.update(said)
        if "submitter" in values:
            self._submitted(home, str(values["submitter"]), spot)
        if member or "member" in values:
            home.members.setdefault(no, {}).update(member)
        for need in values.get("need", ()):
            home.needs.setdefault((no, need), {}).update(needed)
            home.need_spots.setdefault((no, Need(need)), spot)

    def _is_door(self, values: Mapping[str, Any]) -> bool:
        try:
            self._doors.door(values)
        except BadCell:
            return False
        return True

    def _of_place(self, place_id: str, values: Mapping[str, Any], spot: Spot) -> None:
        said = {name: _cleared(values[name], "") for name in _PLACE if name in values}
        if not said:
            return
        place = self.register.places.get(place_id) or PlaceSaid(place_id=place_id, spot=spot)
        _agree(place.values, said)
        place.values.update(said)
        self.register.places[place_id] = place

    def _member(self, code: str, values: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        """Give the number of a row's member, 0 for none, and what is said of it."""
        said: dict[str, Any] = {}
        if "label" in values:
            said["label"], more = short_label(values["label"])
            self.register.shortened += more
        if "band" in values:
            said["band"] = Band(values["band"])
        elif "age" in values:
            said["band"] = next((b for age, b in _AGES if values["age"] <= age), Band.ELDERLY)
        if "here" in values:
            said["here"] = values["here"]
        if "member" in values or not said:
            return int(values.get("member", 0)), said
        self._unnumbered[code] += 1
        return self._unnumbered[code], said

    def _submitted(self, home: HomeSaid, said: str, spot: Spot) -> None:
        if said == CLEARED:
            home.values["submitter"] = ""
        elif word := ELSEWHERE.get(fold(said)):
            home.values["submitter"] = word
        else:
            self._submitters.append((home, said, spot))

    def _submitter(self, home: HomeSaid, said: str, known: Mapping[str, str]) -> str | None:
        stairwell = home.code.removesuffix(f"-{home.room}")
        within = f"{stairwell}-{room_of(said) or ''}".upper()
        if code := known.get(said.upper()) or known.get(within):
            return code
        try:
            return known.get(self._doors.door({"address": said}).code.upper())
        except BadCell:
            return None


def _check_days(values: Mapping[str, Any]) -> None:
    for first, last in (("since", "until"), ("consent_on", "withdrawn_on")):
        start, end = values.get(first), values.get(last)
        if start and end and CLEARED not in (start, end) and end < start:
            raise BadCell(
                "registry.ends-early", f"not before {start}", part=last, since=str(start)
            )


def _agree(before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    for name, value in now.items():
        if name in before and before[name] != value:
            raise BadCell(
                "registry.contradicts", "keep one of the rows: an earlier one says otherwise",
                part=name,
            )  # fmt: skip


def _cleared(value: Any, none: Any) -> Any:
    return none if value == CLEARED else value


def _shown(value: Any) -> str:
    return "" if value is None else str(value)[:80]
