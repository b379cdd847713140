import pytest

from geodata.district import District, DistrictUnreadable
from geodata.generate import SIZES, generate_district
from geodata.matrix import Stop, travel_matrix, unreachable_stops


def _stops(district: District) -> list[Stop]:
    return [
        Stop(id=p.id, lon=p.lon, lat=p.lat) for p in district.places() if p.kind == "stairwell"
    ]


@pytest.mark.parametrize("size", SIZES)
def test_each_size_holds_what_it_promises(size: str) -> None:
    district = generate_district(size, 1)
    assert (len(district.stairwells), len(district.compounds)) == SIZES[size]


def test_a_seed_always_draws_the_same_district() -> None:
    assert generate_district("small", 5).digest == generate_district("small", 5).digest


def test_another_seed_draws_another_district() -> None:
    assert generate_district("small", 5).digest != generate_district("small", 6).digest


@pytest.mark.parametrize("seed", range(5))
def test_compounds_have_two_to_four_gates_of_which_one_or_two_are_open(seed: int) -> None:
    gates = generate_district("medium", seed).gates.groupby("compound_id")["open"]
    assert gates.count().between(2, 4).all()
    assert gates.sum().between(1, 2).all()


def test_everything_made_up_says_so(medium: District) -> None:
    assert medium.synthetic
    assert "Synthetic" in medium.attribution
    assert "合成" in medium.attribution
    assert medium.findings[0].code == "district.synthetic"
    assert all(p.name_zh.startswith("合成") for p in medium.places())
    assert all(p.name_en.startswith("Synthetic") for p in medium.places())


def test_a_stairwell_is_a_door_in_its_building(medium: District) -> None:
    outlines = medium.buildings.set_index("id").geometry
    for well in medium.stairwells.to_dict("records"):
        assert outlines[well["building_id"]].exterior.distance(well["geometry"]) < 1e-9


def test_buildings_stand_inside_their_walls_and_apart(medium: District) -> None:
    metres = medium.buildings.to_crs(medium.metric_crs)
    grounds = medium.compounds.to_crs(medium.metric_crs).set_index("id").geometry
    for house in metres.to_dict("records"):
        assert grounds[house["compound_id"]].contains(house["geometry"].buffer(2))
    pairs = metres.sindex.query(metres.geometry.buffer(4), predicate="intersects")
    assert (pairs[0] == pairs[1]).all()


@pytest.mark.parametrize("mode", ["foot", "trolley", "ebike", "tricycle", "van"])
def test_every_door_can_be_reached_by_every_mode(medium: District, mode: str) -> None:
    assert unreachable_stops(travel_matrix(medium, _stops(medium), mode)) == ()


def test_codes_read_as_people_say_them(small: District) -> None:
    place = next(p for p in small.places() if p.code == "SY-02-03-1")
    assert place.kind == "stairwell"
    assert place.name_zh.endswith("3幢1单元")
    assert place.name_en.endswith("Building 3, Stairwell 1")


def test_an_unknown_size_is_refused() -> None:
    with pytest.raises(DistrictUnreadable, match="galaxy") as refused:
        generate_district("galaxy", 1)
    assert "medium" in str(refused.value.facts["mend"])
