from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

import pytest

from logistics.domain.setup import (
    CourierSetup,
    DistrictSetup,
    ItemSetup,
    MarketSetup,
    OfferSetup,
    Origin,
    PointSetup,
    Policy,
    Setup,
    TerritorySetup,
    ZoneSetup,
)
from logistics.store import audit, catalogue, couriers, places, zones
from logistics.usecases.set_up import HouseholdTaken, NoDepot, PlaceRepeated, set_up

AT = datetime(2026, 4, 13, 9, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Spot:
    id: str
    kind: str
    parent_id: str | None
    code: str
    lon: float = 120.20
    lat: float = 30.30
    levels: int = 0
    open: bool = True
    note: str = ""
    name_zh: str = "处"
    name_en: str = "spot"


MAP = (
    Spot(id="c1", kind="compound", parent_id=None, code="KX-01"),
    Spot(id="b1", kind="building", parent_id="c1", code="KX-01-01", levels=3),
    Spot(id="b2", kind="building", parent_id="c1", code="KX-01-02"),
    Spot(id="s1", kind="stairwell", parent_id="b1", code="KX-01-01-1"),
    Spot(id="s2", kind="stairwell", parent_id="b1", code="KX-01-01-2", levels=5, lon=120.30),
    Spot(id="s3", kind="stairwell", parent_id="b2", code="KX-01-02-1"),
    Spot(id="g1", kind="gate", parent_id="c1", code="KX-01-G1", open=False, note="钥匙在门卫"),
)
POINT = PointSetup(code="P1", name_zh="一号点", name_en="Point 1", lon=120.20, lat=30.31,
                   depot=True, bays=2)  # fmt: skip
FAR_POINT = PointSetup(code="P2", name_zh="二号点", name_en="Point 2", lon=120.31, lat=30.30)
MARKET = MarketSetup(code="M1", name_zh="农贸市场", name_en="Market", lon=120.25, lat=30.30,
                     opens=time(5, 30), closes=time(18))  # fmt: skip
COURIER = CourierSetup(code="K1", mode="ebike", capacity_g=80_000, capacity_ml=200_000,
                       capacity_bags=6, shift_start=time(8), shift_end=time(17, 30), max_trips=9,
                       zone_max=2, point_code="P1")  # fmt: skip
POTATO = ItemSetup(name_zh="土豆", name_en="potato", base="g", default_unit="斤",
                   units={"袋": 2500}, weight_mg=1000, volume_ul=1500, category="vegetable",
                   cold=False, household_limit=10_000, aliases=("洋芋",))  # fmt: skip
OFFER = OfferSetup(market_code="M1", item="土豆", case_base=5000, price_fen=1800, stock_cases=40)
ZONE = ZoneSetup(place_code="KX-01", zone="controlled", since=AT)
SETUP = Setup(
    policy=Policy(),
    points=(POINT, FAR_POINT),
    markets=(MARKET,),
    zones=(ZONE,),
    couriers=(COURIER,),
    items=(POTATO,),
    offers=(OFFER,),
)
KAIXUAN = DistrictSetup(name="Kaixuan", folder="kx", synthetic=True)


def do(session, setup=SETUP, map_places=MAP, district=KAIXUAN, at=AT):
    return set_up(session, district, setup, map_places, actor="cli", at=at)


def test_a_second_time_changes_nothing(database):
    with database.transaction() as session:
        first = do(session)
    with database.transaction() as session:
        second = do(session, at=AT + timedelta(days=1))
    assert sum(first.added.values()) > 30
    assert set(second.added.values()) | set(second.changed.values()) == {0}
    assert second.district == first.district
    assert first.faults == second.faults == ()


def test_each_stairwell_gets_rooms_on_every_floor(session):
    report = do(session)
    codes = {h.code for h in places.households(session, report.district.id)}
    assert {c for c in codes if c.startswith("KX-01-01-1-")} == {
        f"KX-01-01-1-{floor}0{room}" for floor in (1, 2, 3) for room in (1, 2)
    }  # three floors from its building
    assert len([c for c in codes if c.startswith("KX-01-01-2-")]) == 10  # five of its own
    assert len([c for c in codes if c.startswith("KX-01-02-1-")]) == 8  # four by the policy
    assert report.households == len(codes) == 24


def test_needs_follow_the_policys_shares(session):
    tall = (*MAP[:3], replace(MAP[3], levels=400))
    report = do(session, map_places=tall)
    tiers = [h.need_tier for h in places.households(session, report.district.id)]
    assert 15 <= tiers.count(0) <= 55  # 40 ‰ of 800
    assert 90 <= tiers.count(1) <= 170  # 160 ‰ of 800


def test_each_stairwell_is_served_by_the_nearest_point(session):
    report = do(session)
    served = {p.code: p.point_id for p in places.places(session, report.district.id, "stairwell")}
    prefix = f"{report.district.id}/point/"
    assert served == {
        "KX-01-01-1": prefix + "P1",
        "KX-01-01-2": prefix + "P2",
        "KX-01-02-1": prefix + "P1",
    }


def test_zones_reach_down_and_the_nearer_one_counts(session):
    sealed = ZoneSetup(place_code="KX-01-02", zone="sealed", since=AT)
    over = ZoneSetup(place_code="KX-01", zone="sealed", since=AT - timedelta(days=9),
                     until=AT)  # fmt: skip
    report = do(session, replace(SETUP, zones=(over, ZONE, sealed)))
    key = report.district.id + "/"

    def rank(at):
        ranks = zones.book(session, report.district.id).ranks_at(at)
        return {spot.code: ranks[key + spot.id] for spot in MAP if spot.kind != "gate"}

    assert rank(AT)["KX-01-01-1"] == 1
    assert rank(AT)["KX-01-02-1"] == 2
    assert rank(AT - timedelta(seconds=1))["KX-01-01-1"] == 2
    assert rank(AT - timedelta(days=10))["KX-01-01-1"] == 0


@pytest.mark.parametrize(
    ("part", "bad", "code", "field"),
    [
        ("couriers", replace(COURIER, code="K2", shift_start=None), "courier.no-shift",
         "shift_start"),
        ("couriers", replace(COURIER, code="K2", shift_end=None), "courier.no-shift", "shift_end"),
        ("couriers", replace(COURIER, code="K2", shift_end=time(7)), "courier.shift", "shift_end"),
        ("couriers", replace(COURIER, code="K2", point_code="P9"), "point.unknown", "point_code"),
        ("couriers", replace(COURIER, code="K2", mode="rocket"), "courier.mode", "mode"),
        ("couriers", replace(COURIER, code="K2", capacity_g=0), "courier.capacity", "capacity_g"),
        ("couriers", replace(COURIER, code="K2", zone_max=3), "courier.zone", "zone_max"),
        ("couriers", COURIER, "setup.repeated", "code"),
        ("points", POINT, "setup.repeated", "code"),
        ("points", replace(POINT, code="KX-01"), "setup.repeated", "code"),  # a place's already
        ("points", replace(POINT, code="P9", lat=300.0), "setup.position", "lon"),
        ("markets", replace(MARKET, code="P1"), "setup.repeated", "code"),
        ("markets", replace(MARKET, code="M9", closes=time(5)), "market.hours", "closes"),
        ("zones", replace(ZONE, place_code="KX-99"), "place.unknown", "place_code"),
        ("zones", replace(ZONE, place_code="KX-01-01", zone="red"), "zone.unknown", "zone"),
        ("zones", replace(ZONE, place_code="KX-01-01", until=AT), "zone.ends-early", "until"),
        ("zones", ZONE, "setup.repeated", "place_code"),
        ("items", POTATO, "setup.repeated", "name_zh"),
        ("items", replace(POTATO, name_zh="马铃薯"), "catalogue.item-invalid", "aliases"),
        ("items", replace(POTATO, name_zh="番薯", household_limit=0), "item.limit",
         "household_limit"),
        ("items", replace(POTATO, name_zh="番薯", units={"袋": 0}), "item.unit", "units"),
        ("offers", replace(OFFER, market_code="M9"), "market.unknown", "market_code"),
        ("offers", replace(OFFER, item="龙肉"), "item.unknown", "item"),
        ("offers", replace(OFFER, market_code="M1", price_fen=0), "offer.amount", "price_fen"),
        ("offers", replace(OFFER, stock_cases=-1), "offer.amount", "stock_cases"),
        ("offers", OFFER, "setup.repeated", "item"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_row_that_cannot_be_used_is_named_and_the_rest_is_kept(
    sqlite_database, part, bad, code, field
):
    origin = Origin("file.csv", 7)
    setup = replace(SETUP, **{part: (*getattr(SETUP, part), replace(bad, origin=origin))})
    with sqlite_database.transaction() as session:
        report = do(session, setup)
        kept = couriers.couriers(session, report.district.id)
    (fault,) = report.faults
    assert (fault.code, fault.field, fault.origin) == (code, field, origin)
    assert fault.mend
    assert [c.code for c in kept] == ["K1"]


def test_what_hangs_on_a_row_left_out_is_left_out_too(session):
    setup = replace(SETUP, points=(POINT,), couriers=(replace(COURIER, point_code="P2"),))
    assert [f.code for f in do(session, setup).faults] == ["point.unknown"]


def test_a_courier_keeps_the_permits_of_the_setup(session):
    holder = replace(COURIER, permits=("P7", "P9"))
    report = do(session, replace(SETUP, couriers=(holder,)))
    (kept,) = couriers.couriers(session, report.district.id)
    assert kept.permits == ("P7", "P9")
    again = do(session, replace(SETUP, couriers=(holder,)))
    assert (again.added["courier"], again.changed["courier"]) == (0, 0)


def test_a_courier_no_longer_named_rests(database):
    with database.transaction() as session:
        district = do(session).district
    with database.transaction() as session:
        do(session, replace(SETUP, couriers=()))
        assert couriers.couriers(session, district.id) == ()
        assert couriers.by_code(session, district.id, "K1").active is False
    with database.transaction() as session:
        do(session)
        assert couriers.by_code(session, district.id, "K1").active


def test_changed_content_changes_what_differs(database):
    with database.transaction() as session:
        do(session)
    dearer = replace(SETUP, offers=(replace(OFFER, price_fen=2000),))
    with database.transaction() as session:
        report = do(session, dearer)
    assert {k: v for k, v in report.changed.items() if v} == {"offer": 1}
    assert set(report.added.values()) == {0}


def test_a_withdrawn_offer_and_alias_are_gone(database):
    with database.transaction() as session:
        do(session)
    other = replace(POTATO, aliases=("洋番薯",))
    with database.transaction() as session:
        report = do(session, replace(SETUP, items=(other,), offers=()))
    assert report.changed["item"] == 2
    assert report.changed["offer"] == 1


def test_a_word_of_the_shared_catalogue_keeps_its_meaning(session):
    do(session)
    elsewhere = (replace(MAP[0], code="NX-01"),)
    other = replace(POTATO, name_zh="甘薯", name_en="sweet potato")  # 洋芋 is the potato's
    report = do(session, replace(SETUP, zones=(), items=(other,), offers=()), elsewhere,
                DistrictSetup(name="Nanxing"))  # fmt: skip
    assert [(f.code, f.value) for f in report.faults] == [("catalogue.item-invalid", "洋芋")]
    assert [item.name_zh for item in catalogue.load(session).items] == ["土豆"]


def test_a_district_without_a_depot_is_refused(session):
    with pytest.raises(NoDepot):
        do(session, replace(SETUP, points=(FAR_POINT,)))


def test_a_map_with_one_code_twice_is_refused(session):
    with pytest.raises(PlaceRepeated) as refusal:
        do(session, map_places=(*MAP, replace(MAP[3], id="s9")))
    assert refusal.value.facts["value"] == "KX-01-01-1"


def test_another_district_cannot_take_over_households(session):
    do(session)
    with pytest.raises(HouseholdTaken):
        do(session, district=DistrictSetup(name="Nanxing"))


def test_the_policy_comes_back_as_it_was_set(session):
    policy = Policy(separation_s=900, leader_start=time(12), leader_end=time(13))
    report = do(session, replace(SETUP, policy=policy))
    assert places.district_by_name(session, "Kaixuan").policy == policy == report.district.policy


def test_the_set_up_is_recorded(session):
    district = do(session).district
    (row,) = audit.of_subject(session, district.id)
    assert (row.command, row.actor, row.at) == ("set-up", "cli", AT)


def test_territories_say_who_serves_and_the_innermost_counts(session):
    setup = replace(
        SETUP,
        territories=(
            TerritorySetup(place_code="KX-01", point_code="P2"),
            TerritorySetup(place_code="KX-01-01-2", point_code="P1"),
        ),
    )
    report = do(session, setup)
    by_code = {p.code: p for p in places.places(session, report.district.id)}
    served = {code: place.point_id for code, place in by_code.items() if place.kind == "stairwell"}
    far, near = by_code["P2"].id, by_code["P1"].id
    assert served == {"KX-01-01-1": far, "KX-01-01-2": near, "KX-01-02-1": far}


def test_a_territory_of_nowhere_or_of_no_point_is_named(session):
    setup = replace(
        SETUP,
        territories=(
            TerritorySetup(place_code="KX-09", point_code="P1", origin=Origin("t.csv", 2)),
            TerritorySetup(place_code="KX-01", point_code="P9", origin=Origin("t.csv", 3)),
        ),
    )
    report = do(session, setup)
    assert [(f.code, f.value, f.origin.line) for f in report.faults] == [
        ("place.unknown", "KX-09", 2),
        ("point.unknown", "P9", 3),
    ]
