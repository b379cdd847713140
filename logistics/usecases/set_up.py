"""Register a district with all that it needs before its first run (开设)."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Protocol

from sqlalchemy.orm import Session

from logistics.domain.catalogue import Item
from logistics.domain.ids import new_id
from logistics.domain.people import Courier
from logistics.domain.places import District, Household, Place, nearest
from logistics.domain.registry import household_id
from logistics.domain.setup import (
    CourierSetup,
    DistrictSetup,
    Policy,
    Setup,
    SetupFault,
)
from logistics.domain.setup_check import sound
from logistics.errors import Conflict, Invalid
from logistics.store import audit, catalogue, couriers, offers, places, registry, zones
from logistics.store.rows import Put
from logistics.usecases.put_goods import put_words, sound_items


class NoDepot(Invalid):
    """No service point takes in what the markets deliver."""

    code = "setup.no-depot"


class PlaceRepeated(Invalid):
    """Two places of the map have one code or id."""

    code = "place.repeated"


class HouseholdTaken(Conflict):
    """A household of another district already has this code."""

    code = "household.taken"


class MapPlace(Protocol):
    """A place as a map hands it over: compound, building, stairwell or gate."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def parent_id(self) -> str | None: ...  # noqa: D102
    @property
    def code(self) -> str: ...  # noqa: D102
    @property
    def name_zh(self) -> str: ...  # noqa: D102
    @property
    def name_en(self) -> str: ...  # noqa: D102
    @property
    def lon(self) -> float: ...  # noqa: D102
    @property
    def lat(self) -> float: ...  # noqa: D102
    @property
    def levels(self) -> int: ...  # noqa: D102
    @property
    def open(self) -> bool: ...  # noqa: D102
    @property
    def note(self) -> str: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupReport:
    """What a set-up brought; ``added`` and ``changed`` count rows by what they are."""

    district: District
    added: Mapping[str, int]
    changed: Mapping[str, int]
    households: int
    faults: tuple[SetupFault, ...]  # rows that were left out


def set_up(
    session: Session,
    district: DistrictSetup,
    setup: Setup,
    map_places: Sequence[MapPlace],
    *,
    actor: str,
    at: datetime,
) -> SetupReport:
    """Register a district, its places, points, markets, zones, couriers, goods and households.

    A second call with the same content changes nothing; one with other content changes what
    differs. Nothing is deleted: a courier who is no longer named rests, an offer no longer made
    is withdrawn; what a register said of households and floors stays. Rows that cannot be used
    are left out and reported.

    Parameters
    ----------
    map_places
        Parents before children, with the map's own ids.

    Raises
    ------
    NoDepot
        If no usable point is a depot.
    PlaceRepeated
        If two places of the map share a code or an id.
    HouseholdTaken
        If a household's code belongs to another district.
    """
    _refuse_repeated(map_places)
    kept, faults = sound(setup, {place.code for place in map_places})
    if not any(point.depot for point in kept.points):
        raise NoDepot(district=district.name, field="depot", mend="mark one point as depot = true")
    items, item_faults = sound_items(session, kept.items)

    written: dict[str, Put] = {}
    row = _district(session, district, kept.policy, at)
    written["district"] = places.put_district(session, row)
    spots = list(_spots(row.id, kept))
    written["place"] = places.put_places(
        session,
        registry.kept_levels(session, [*spots, *_mapped(row.id, map_places, spots, kept)]),
    )
    by_code = {place.code: place for place in places.places(session, row.id)}
    zoned = [(by_code[given.place_code].id, given) for given in kept.zones]
    written["zone"] = zones.say_setup(session, row.id, zoned, actor=actor, at=at)
    written["courier"] = _put_couriers(session, row.id, kept.couriers, by_code)
    written["item"] = catalogue.put_items(session, items)
    item_faults += put_words(session, kept, actor=actor, at=at)
    written["offer"] = _put_offers(session, kept, items, by_code)
    households = tuple(_households(row, map_places))
    _refuse_taken(session, row.id, households)
    written["household"] = places.put_households(
        session, registry.kept_households(session, row.id, households)
    )

    report = SetupReport(
        district=row,
        added={what: put.added for what, put in written.items()},
        changed={what: put.changed for what, put in written.items()},
        households=len(households),
        faults=(*faults, *item_faults),
    )
    facts = {
        "added": sum(report.added.values()),
        "changed": sum(report.changed.values()),
        "faults": len(report.faults),
    }
    audit.record(session, actor=actor, command="set-up", subject=row.id, facts=facts, at=at)
    return report


def _refuse_repeated(map_places: Sequence[MapPlace]) -> None:
    for name in ("id", "code"):
        value, count = (
            Counter(getattr(p, name) for p in map_places).most_common(1)[0]
            if (map_places)
            else ("", 0)
        )
        if count > 1:
            raise PlaceRepeated(field=name, value=value, mend="import the district again")


def _district(session: Session, given: DistrictSetup, policy: Policy, at: datetime) -> District:
    known = next((d for d in places.districts(session) if d.name == given.name), None)
    return District(
        id=known.id if known else new_id("dst", at),
        name=given.name,
        folder=given.folder,
        attribution=given.attribution,
        synthetic=given.synthetic,
        source_digest=given.source_digest,
        zone_name=policy.time_zone,
        policy=policy,
        created_at=known.created_at if known else at,
    )


def _spots(district_id: str, setup: Setup) -> Iterator[Place]:
    for point in setup.points:
        yield Place(
            id=f"{district_id}/point/{point.code}",
            district_id=district_id,
            parent_id=None,
            kind="point",
            code=point.code,
            name_zh=point.name_zh,
            name_en=point.name_en,
            lon=point.lon,
            lat=point.lat,
            depot=point.depot,
            bays=point.bays,
        )
    for market in setup.markets:
        yield Place(
            id=f"{district_id}/market/{market.code}",
            district_id=district_id,
            parent_id=None,
            kind="market",
            code=market.code,
            name_zh=market.name_zh,
            name_en=market.name_en,
            lon=market.lon,
            lat=market.lat,
            opens_s=_seconds(market.opens),
            closes_s=_seconds(market.closes),
        )


def _mapped(
    district_id: str, map_places: Sequence[MapPlace], spots: Sequence[Place], setup: Setup
) -> Iterator[Place]:
    points = {spot.code: spot for spot in spots if spot.kind == "point"}
    said = {given.place_code: given.point_code for given in setup.territories}
    point_of: dict[str | None, str | None] = {}  # by the map's ids; parents come before children
    for given in map_places:
        point_of[given.id] = said.get(given.code, point_of.get(given.parent_id))
        place = Place(
            id=f"{district_id}/{given.id}",
            district_id=district_id,
            parent_id=None if given.parent_id is None else f"{district_id}/{given.parent_id}",
            kind=given.kind,
            code=given.code,
            name_zh=given.name_zh,
            name_en=given.name_en,
            lon=given.lon,
            lat=given.lat,
            levels=given.levels,
            open=given.open,
            note=given.note,
        )
        if given.kind == "stairwell":
            code = point_of[given.id]
            point = points[code] if code else nearest(place, list(points.values()))
            place = replace(place, point_id=point.id)
        yield place


def _put_couriers(
    session: Session,
    district_id: str,
    given: Sequence[CourierSetup],
    by_code: Mapping[str, Place],
) -> Put:
    known = {c.code: c for c in couriers.couriers(session, district_id, idle_too=True)}
    named = {row.code for row in given}
    active = [_courier(district_id, row, by_code) for row in given]
    idle = [
        Courier(**{n: getattr(c, n) for n in Courier.__slots__} | {"active": False})
        for c in known.values()
        if c.code not in named
    ]
    return couriers.put_couriers(session, [*active, *idle])


def _courier(district_id: str, row: CourierSetup, by_code: Mapping[str, Place]) -> Courier:
    if row.shift_start is None or row.shift_end is None:  # sound() leaves none of these
        raise ValueError(row.code)
    return Courier(
        id=f"{district_id}/courier/{row.code}",
        district_id=district_id,
        code=row.code,
        mode=row.mode,
        capacity_g=row.capacity_g,
        capacity_ml=row.capacity_ml,
        capacity_bags=row.capacity_bags,
        shift_start_s=_seconds(row.shift_start),
        shift_end_s=_seconds(row.shift_end),
        max_trips=row.max_trips,
        zone_max=row.zone_max,
        point_id=by_code[row.point_code].id,
        cohort=row.cohort,
        permits=row.permits,
    )


def _put_offers(
    session: Session, setup: Setup, items: Sequence[Item], by_code: Mapping[str, Place]
) -> Put:
    ids = {item.name_zh: item.id for item in items}
    return offers.put_offers(
        session,
        {by_code[market.code].id for market in setup.markets},
        [
            offers.Offer(
                market_id=by_code[row.market_code].id,
                item_id=ids[row.item],
                case_base=row.case_base,
                price_fen=row.price_fen,
                stock_cases=row.stock_cases,
            )
            for row in setup.offers
            if row.item in ids
        ],
    )


def _households(district: District, map_places: Sequence[MapPlace]) -> Iterator[Household]:
    """Put households behind doors: rooms by floor, 501 on the fifth, needs by the code's hash.

    Where no register of households exists the rule must give the same people each time.
    """
    levels = {place.id: place.levels for place in map_places}
    for stairwell in (place for place in map_places if place.kind == "stairwell"):
        above = levels.get(stairwell.parent_id or "", 0)
        floors = district.policy.floors(stairwell.levels, above)
        for floor in range(1, floors + 1):
            for number in range(1, district.policy.rooms_per_floor + 1):
                room = f"{floor}{number:02d}"
                yield _household(district, stairwell, room)


def _household(district: District, stairwell: MapPlace, room: str) -> Household:
    code = f"{stairwell.code}-{room}"
    mark = int.from_bytes(hashlib.sha256(code.encode()).digest()[:8])
    policy = district.policy
    share = mark % 1000
    tier = 0 if share < policy.urgent_permille else 1
    if share >= policy.urgent_permille + policy.vulnerable_permille:
        tier = 2
    return Household(
        id=household_id(district.id, code),
        district_id=district.id,
        stairwell_id=f"{district.id}/{stairwell.id}",
        code=code,
        room=room,
        persons=1 + mark // 1000 % (2 * policy.persons_per_household - 1),
        need_tier=tier,
    )


def _refuse_taken(session: Session, district_id: str, households: Sequence[Household]) -> None:
    taken = places.codes_taken_elsewhere(session, district_id)
    for household in households:
        if household.code in taken:
            raise HouseholdTaken(
                household=household.code, mend="give the two districts codes of their own"
            )


def _seconds(moment: time) -> int:
    return moment.hour * 3600 + moment.minute * 60 + moment.second
