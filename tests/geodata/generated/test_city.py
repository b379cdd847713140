from itertools import combinations

import pytest
from shapely.geometry import box

from geodata.district import District, DistrictUnreadable
from geodata.exchange.validation import check_district
from geodata.generated import MOST_SUBDISTRICTS, SIZES, generate_city
from geodata.generated.city import PITCH_M, _corner


@pytest.fixture(scope="module")
def city() -> list[District]:
    return list(generate_city(2, subdistricts=2))


def test_subdistricts_lie_side_by_side(city: list[District]) -> None:
    grounds = [
        box(*bounds).union(box(*d.ways.total_bounds)).union(box(*d.areas.total_bounds))
        for d in city
        for bounds in [d.bounds()]
    ]
    assert not any(one.intersects(other) for one, other in combinations(grounds, 2))
    assert {d.metric_crs for d in city} == {city[0].metric_crs}


def test_no_id_and_no_code_stands_twice_in_a_city(city: list[District]) -> None:
    places = [place for d in city for place in d.places()]
    codes = [place.code for place in places] + [code for d in city for code in d.sites["code"]]
    ids = [one for d in city for layer in (d.ways, d.sites, d.areas) for one in layer["id"]]
    ids += [place.id for place in places]
    assert len(set(codes)) == len(codes)
    assert len(set(ids)) == len(ids)


def test_each_subdistrict_is_an_ordinary_district(city: list[District]) -> None:
    for number, district in enumerate(city, start=1):
        assert district.name == f"合成街道 00{number}"
        assert (len(district.stairwells), len(district.compounds)) == SIZES["subdistrict"]
        assert district.places()[0].code == f"SY00{number}-01"
        assert not [r for r in check_district(district) if r.severity != "note"]


def test_a_subdistrict_is_the_same_however_many_are_asked_for(city: list[District]) -> None:
    again = next(generate_city(2, subdistricts=1))
    assert again.digest == city[0].digest
    assert again.source_digest == city[0].source_digest
    assert city[0].source_digest != city[1].source_digest


def test_a_hundred_subdistricts_make_a_square() -> None:
    spots = {_corner(place) for place in range(100)}
    assert spots == {(x * PITCH_M, y * PITCH_M) for x in range(10) for y in range(10)}


@pytest.mark.parametrize("count", [0, -1, MOST_SUBDISTRICTS + 1])
def test_a_city_of_no_subdistricts_is_refused(count: int) -> None:
    with pytest.raises(DistrictUnreadable, match="subdistricts-refused") as refused:
        generate_city(1, subdistricts=count)
    assert refused.value.facts["value"] == count
