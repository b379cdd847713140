from datetime import UTC, datetime

import pytest

from logistics.domain.places import District, Household, Place, straight_m
from logistics.domain.setup import Policy
from logistics.errors import NotFound
from logistics.store import couriers, places

AT = datetime(2026, 4, 13, 9, tzinfo=UTC)
DISTRICT = District(id="dst_1", name="Kaixuan", folder="kx", attribution="© OpenStreetMap",
                    synthetic=False, source_digest="d", zone_name="Asia/Shanghai",
                    policy=Policy(), created_at=AT)  # fmt: skip
STAIRWELL = Place(id="dst_1/s1", district_id="dst_1", parent_id=None, kind="stairwell",
                  code="KX-01-01-1", name_zh="一单元", name_en="Stairwell 1", lon=120.2,
                  lat=30.3)  # fmt: skip
HOUSEHOLD = Household(id="hh_1", district_id="dst_1", stairwell_id="dst_1/s1",
                      code="KX-01-01-1-501", room="501", persons=3, need_tier=2)  # fmt: skip


@pytest.fixture
def district(session):
    places.put_district(session, DISTRICT)
    places.put_places(session, [STAIRWELL])
    places.put_households(session, [HOUSEHOLD])
    return session


def test_what_was_written_is_read(district):
    assert places.district(district, "dst_1") == DISTRICT
    assert places.districts(district) == (DISTRICT,)
    assert places.by_code(district, "dst_1", "KX-01-01-1") == STAIRWELL
    assert places.place(district, "dst_1/s1") == STAIRWELL
    assert places.household(district, "hh_1") == HOUSEHOLD
    assert places.household_by_code(district, "KX-01-01-1-501") == HOUSEHOLD
    assert places.households(district, "dst_1", "dst_1/s1") == (HOUSEHOLD,)
    assert places.places(district, "dst_1", "gate") == ()


@pytest.mark.parametrize(
    ("look", "code"),
    [
        (lambda s: places.district(s, "dst_9"), "district.unknown"),
        (lambda s: places.district_by_name(s, "Nowhere"), "district.unknown"),
        (lambda s: places.place(s, "dst_1/s9"), "place.unknown"),
        (lambda s: places.by_code(s, "dst_1", "KX-99"), "place.unknown"),
        (lambda s: places.household(s, "hh_9"), "household.unknown"),
        (lambda s: places.household_by_code(s, "KX-99"), "household.unknown"),
        (lambda s: couriers.get(s, "dst_1/courier/K9"), "courier.unknown"),
        (lambda s: couriers.by_code(s, "dst_1", "K9"), "courier.unknown"),
    ],
)
def test_what_is_not_there_is_refused_by_name(district, look, code):
    with pytest.raises(NotFound) as refusal:
        look(district)
    assert refusal.value.code == code


def test_an_unknown_district_names_those_that_are_known(district):
    with pytest.raises(places.DistrictUnknown) as refusal:
        places.district_by_name(district, "Nowhere")
    assert refusal.value.facts["known"] == "Kaixuan"


def test_the_straight_way_agrees_with_the_sphere():
    # a minute of latitude is a nautical mile of 1,852 m, within 0.1 %
    assert straight_m(120.0, 30.0, 120.0, 30.0 + 1 / 60) == pytest.approx(1852, rel=2e-3)
    # at 60° a degree of longitude is half as long
    assert straight_m(24.0, 60.0, 24.1, 60.0) == pytest.approx(5560, rel=2e-3)
