"""Take the register of addresses and people into a district (导入名册), again and again."""

import logging
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import asdict, replace
from datetime import datetime
from os import PathLike
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from logistics.domain.needs import TierTable
from logistics.domain.places import District, Household, Place
from logistics.domain.registry import HomeSaid, PlaceSaid, floor_of
from logistics.domain.registry_changes import Changes, Known, judge
from logistics.domain.registry_report import Finding, RegistryReport
from logistics.exchange.registry_doors import Doors
from logistics.exchange.registry_reading import Register, read_register
from logistics.exchange.registry_tiers import shipped_tiers
from logistics.store import audit, places, registry

log = logging.getLogger(__name__)

_WENT_IN = frozenset({"registry.submitter-unknown"})
"""What is wrong with rows that went in all the same, but for one cell."""


def import_registry(
    session: Session,
    district_id: str,
    paths: Collection[str | PathLike[str]],
    *,
    register: Register | None = None,
    complete: bool = False,
    check: bool = False,
    actor: str,
    at: datetime,
) -> RegistryReport:
    """Take what files say of stairwells, households, members and needs.

    Rows that lead to no stairwell of the map, or that cannot be read, are reported; the rest goes
    in. What stands already is not said again: a file that is imported twice changes nothing.
    Nothing is edited: what a register says otherwise than before is said anew.

    Parameters
    ----------
    register
        What `read_files` read of the same files, so that no writer waits while files are read.
    complete
        Whether the files name everybody in the stairwells that they name; other households there
        are then unlisted, and no run expects a list of them. As long as a row was left out nobody
        is: it may be the one that names them.
    check
        Only report; nothing is written.

    Raises
    ------
    TableUnreadable
        If a whole file cannot be read.
    DistrictUnknown
        If there is no such district.
    """
    area = places.district(session, district_id)
    if not check:
        registry.hold(session, area.id)
    known = known_of(session, area)
    mapped = {place.id: place for place in known.places.values()}
    if register is None:
        register = _read(known.places.values(), known.households, paths)
    register = replace(register, places=deepcopy(register.places))  # a retry needs it as it was
    homes = sorted(register.homes.values(), key=lambda home: home.code)
    whole = complete and all(fault.code in _WENT_IN for fault in register.faults)
    differing = _leave_to_map(known, mapped, register)
    _floors_of_rooms(known, mapped, register)
    changes = judge(
        known,
        homes,
        register.places.values(),
        day=at.astimezone(ZoneInfo(area.zone_name)).date(),
        complete=whole,
    )
    source = ", ".join(Path(path).name for path in paths)
    report = RegistryReport(
        district=area.name,
        source=source,
        checked=check,
        rows=register.rows,
        tallies=changes.tallies,
        unlisted=changes.unlisted,
        tiers=changes.retiered,
        faults=tuple(
            sorted(
                (*register.faults, *changes.faults),
                key=lambda f: (f.file, f.sheet, f.row, f.column),
            )
        ),
        findings=(
            *differing,
            *([] if whole or not complete else [Finding(code="registry.incomplete", subject="")]),
            *_findings(known, mapped, register, changes, complete=whole),
        ),
    )
    if not check:
        by = registry.Writing(source=source, actor=actor, at=at)
        registry.write(session, changes, known.table, by)
        registry.set_levels(session, _levels(mapped, register))
        facts = {
            "rows": report.rows,
            "faults": len(report.faults),
            "unlisted": report.unlisted,
            **{what: asdict(tally) for what, tally in report.tallies.items() if what != "needs"},
        }
        audit.record(
            session, actor=actor, command="registry.import", subject=area.id, facts=facts, at=at
        )
        log.info("district %s: register of %d rows imported", area.id, report.rows)
    return report


def read_files(
    session: Session, district_id: str, paths: Collection[str | PathLike[str]]
) -> Register:
    """Read files for `import_registry` without writing anything.

    Raises
    ------
    TableUnreadable
        If a whole file cannot be read.
    DistrictUnknown
        If there is no such district.
    """
    area = places.district(session, district_id)
    homes = {home.code: home for home in places.households(session, area.id)}
    return _read(places.places(session, area.id), homes, paths)


def _read(
    area: Iterable[Place],
    homes: Mapping[str, Household],
    paths: Collection[str | PathLike[str]],
) -> Register:
    return read_register(paths, Doors(area, homes), homes)


def known_of(session: Session, area: District) -> Known:
    """Read all that stands about a district."""
    return Known(
        district_id=area.id,
        places={place.code: place for place in places.places(session, area.id)},
        households={home.code: home for home in places.households(session, area.id)},
        taken_elsewhere=places.codes_taken_elsewhere(session, area.id),
        place_records=registry.place_records(session, area.id),
        records=registry.records(session, area.id),
        members=registry.members(session, area.id),
        needs=registry.needs(session, area.id),
        steps=registry.steps(session, area.id),
        table=tiers_of(session, area.id),
        persons_default=area.policy.persons_per_household,
    )


def tiers_of(session: Session, district_id: str) -> TierTable:
    """Return the table of tiers of a district: its own, or the one that ships."""
    return registry.tier_table(session, district_id) or shipped_tiers()


def _own_levels(known: Known, place: Place) -> int:
    """Return the floors that the map itself gives; what a register said earlier is not its own."""
    said = known.place_records.get(place.id)
    return 0 if said is not None and said.levels == place.levels else place.levels


def _leave_to_map(known: Known, mapped: Mapping[str, Place], register: Register) -> list[Finding]:
    """Take from the list the floors that the map itself gives; tell where the two differ."""
    found = []
    for place_id, said in sorted(register.places.items(), key=lambda one: mapped[one[0]].code):
        own = _own_levels(known, mapped[place_id])
        if own and "levels" in said.values:
            listed = said.values.pop("levels")
            if listed != own:
                found.append(
                    Finding(
                        code="registry.levels-differ", subject=mapped[place_id].code, count=listed
                    )
                )
        if not said.values:
            del register.places[place_id]
    return found


def _floors_of_rooms(known: Known, mapped: Mapping[str, Place], register: Register) -> None:
    """Where neither map nor list says how many floors a stairwell has, its rooms do."""
    highest: dict[str, HomeSaid] = {}
    for home in register.homes.values():
        best = highest.get(home.stairwell_id)
        if best is None or _floor(home) > _floor(best):
            highest[home.stairwell_id] = home
    for place_id, home in highest.items():
        line = [mapped[place_id]]
        if above := mapped.get(line[0].parent_id or ""):
            line.append(above)
        listed = (register.places.get(place.id) for place in line)
        if any("levels" in said.values for said in listed if said is not None):
            continue
        stood = known.place_records.get(place_id)
        floor = max(_floor(home), (stood.levels or 0) if stood else 0)
        if floor > 0 and not any(_own_levels(known, place) for place in line):
            said = register.places.setdefault(
                place_id, PlaceSaid(place_id=place_id, spot=home.spot)
            )
            said.values["levels"] = floor


def _floor(home: HomeSaid) -> int:
    return home.values.get("floor") or floor_of(home.room) or 0


def _levels(mapped: Mapping[str, Place], register: Register) -> dict[str, int]:
    """Say which places get the floors of the list: those of which the map is silent."""
    return {
        said.place_id: said.values["levels"]
        for said in register.places.values()
        if "levels" in said.values and mapped[said.place_id].levels != said.values["levels"]
    }


def _findings(
    known: Known,
    mapped: Mapping[str, Place],
    register: Register,
    changes: Changes,
    *,
    complete: bool,
) -> Iterator[Finding]:
    for said, count in sorted(register.unmapped.items()):
        yield Finding(code="registry.not-on-map", subject=said[:80], count=count)
    yield from _not_on_list(mapped, register)
    if not complete:
        yield from _doors_of_the_rule(known, mapped, register)
    if register.shortened:
        yield Finding(code="registry.name-shortened", subject="", count=register.shortened)
    if changes.persons_unsaid:
        yield Finding(code="registry.persons-unsaid", subject="", count=changes.persons_unsaid)
    for header, count in sorted(Counter(register.ignored).items()):
        yield Finding(code="registry.not-read", subject=header[:80], count=count)


def _not_on_list(mapped: Mapping[str, Place], register: Register) -> Iterator[Finding]:
    """Name what of the map no row names: whole compounds, buildings, or single stairwells.

    Counted are stairwells; a building that has none houses nobody.
    """
    if not register.homes:
        return
    homes = {home.stairwell_id for home in register.homes.values()}
    stairwells = [place for place in mapped.values() if place.kind == "stairwell"]
    inside = Counter(
        above for place in stairwells for above in _with_all_above(mapped, (place.id,))
    )
    named = _with_all_above(mapped, homes)
    for place in sorted(mapped.values(), key=lambda place: place.code):
        outermost = place.parent_id is None or place.parent_id in named
        if place.id not in named and outermost and inside[place.id]:
            yield Finding(code="registry.not-on-list", subject=place.code, count=inside[place.id])


def _with_all_above(mapped: Mapping[str, Place], places: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for step in places:
        at: str | None = step
        while at is not None and at not in found:
            found.add(at)
            at = mapped[at].parent_id if at in mapped else None
    return found


def _doors_of_the_rule(
    known: Known, mapped: Mapping[str, Place], register: Register
) -> Iterator[Finding]:
    """Count the doors that the set-up's rule put into listed stairwells, and no list names."""
    listed = {home.stairwell_id for home in register.homes.values()}
    left = Counter(
        home.stairwell_id
        for home in known.households.values()
        if home.stairwell_id in listed
        and home.code not in register.homes
        and home.id not in known.records
    )
    for place_id, count in sorted(left.items(), key=lambda one: mapped[one[0]].code):
        yield Finding(code="registry.rooms-unlisted", subject=mapped[place_id].code, count=count)
