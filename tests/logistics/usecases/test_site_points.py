from dataclasses import replace
from pathlib import Path

import pytest

from geodata.generated import generate_district
from logistics.domain.setup import PointSetup
from logistics.exchange.setup_files import read_setup
from logistics.usecases.site_points import (
    Candidate,
    PointsInvalid,
    Wish,
    divide,
    open_further,
    sites_of,
)

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.fixture(scope="module")
def ground():
    return generate_district("small", 1)


@pytest.fixture(scope="module")
def setup(ground):
    """The example's couriers at two points of this district."""
    west, south, east, north = ground.bounds()
    middle = (south + north) / 2
    points = (
        PointSetup(code="SP-1", name_zh="西点", name_en="West", lon=west, lat=middle, depot=True),
        PointSetup(code="SP-2", name_zh="东点", name_en="East", lon=east, lat=middle),
    )
    return replace(read_setup(EXAMPLES / "synthetic"), points=points)


def test_every_building_has_one_point_and_loads_are_households(ground, setup):
    division = divide(ground, setup, Wish(time_limit_s=4, tolerance=0.1))
    homes = ground.buildings.loc[ground.buildings["dwelling"], "code"]
    placed = [code for code, _ in division.territories]
    assert sorted(placed + list(division.unreached)) == sorted(homes)
    levels = dict(zip(ground.buildings["id"], ground.buildings["levels"], strict=True))
    floors = [
        own or levels[building]
        for own, building in zip(
            ground.stairwells["levels"], ground.stairwells["building_id"], strict=True
        )
    ]
    assert sum(share.load for share in division.shares) == 2 * sum(floors)
    assert 0 <= division.gap < 0.05


def test_couriers_share_the_load(ground, setup):
    division = divide(ground, setup, Wish(time_limit_s=4, tolerance=0.1))
    assert [share.couriers for share in division.shares] == [22, 18]
    assert all(share.share == pytest.approx(1, abs=0.2) for share in division.shares)


def test_compounds_stay_together_where_that_is_asked(ground, setup):
    division = divide(ground, setup, Wish(unit="compound", tolerance=0.5, time_limit_s=4))
    assert {code for code, _ in division.territories} <= set(ground.compounds["code"])


def test_loads_may_be_stated(ground, setup):
    door = str(ground.stairwells["code"].iloc[0])
    wish = Wish(unit="stairwell", loads={door: 30}, tolerance=1.0, time_limit_s=4)
    assert sum(share.load for share in divide(ground, setup, wish).shares) == 30
    with pytest.raises(PointsInvalid) as refused:
        divide(ground, setup, replace(wish, loads={"XX-1": 3}))
    assert refused.value.facts["value"] == "XX-1"


def test_a_further_point_shortens_walks(ground, setup):
    west, south, east, north = ground.bounds()
    candidates = [
        Candidate(code="C1", name_zh="南", name_en="S", lon=(west + east) / 2, lat=south),
        Candidate(code="C2", name_zh="北", name_en="N", lon=(west + east) / 2, lat=north),
    ]
    found = open_further(ground, setup, candidates, 1, Wish(time_limit_s=10, tolerance=0.3))
    assert found.opened in {("C1",), ("C2",)}
    assert found.after.mean_walk_s < found.before.mean_walk_s
    assert [share.code for share in found.after.shares] == ["SP-1", "SP-2", *found.opened]
    assert [share.opened for share in found.after.shares] == [False, False, True]


def test_a_candidate_needs_a_code_of_its_own(ground, setup):
    taken = [Candidate(code="SP-1", name_zh="", name_en="", lon=120.2, lat=30.3)]
    with pytest.raises(PointsInvalid) as refused:
        open_further(ground, setup, taken, 1, Wish())
    assert refused.value.facts["value"] == "SP-1"


@pytest.mark.parametrize(("lon", "lat"), [(0.0, 0.0), (30.3, 120.2), (120.2, 31.0)])
def test_a_candidate_far_from_the_district_is_refused(ground, setup, lon, lat):
    far = [Candidate(code="C1", name_zh="", name_en="", lon=lon, lat=lat)]
    with pytest.raises(PointsInvalid) as refused:
        open_further(ground, setup, far, 1, Wish())
    assert refused.value.facts["value"] == f"C1 {lon}, {lat}"


@pytest.mark.parametrize(
    ("field", "value"), [("unit", "street"), ("tolerance", -1.0), ("time_limit_s", 0.0)]
)
def test_a_wish_that_means_nothing_is_refused(field, value):
    with pytest.raises(PointsInvalid):
        Wish(**{field: value})


def test_sites_of_the_map_are_candidates_unless_points_stand_there(ground, setup):
    free = {site.code for site in sites_of(ground, replace(setup, points=()))}
    assert free <= set(ground.sites["code"])
    assert {"SM-1", "SP-1"} <= free
    assert free - {site.code for site in sites_of(ground, setup)} == {"SP-1", "SP-2"} & free


def test_a_setup_without_points_is_refused(ground, setup):
    with pytest.raises(PointsInvalid):
        divide(ground, replace(setup, points=()), Wish())
