import pytest

from geodata.district import District, DistrictUnreadable, read_district, write_district
from geodata.generated import SIZES, generate_district


def test_a_seed_always_draws_the_same_district(small: District) -> None:
    assert generate_district("small", 7).digest == small.digest


def test_another_seed_draws_another_district(small: District) -> None:
    assert generate_district("small", 6).digest != small.digest


def test_everything_made_up_says_so(medium: District) -> None:
    assert medium.synthetic
    assert "Synthetic" in medium.attribution
    assert "合成" in medium.attribution
    assert medium.findings[0].code == "district.synthetic"
    assert medium.name.startswith("合成")
    assert all(place.code.startswith("SY-") for place in medium.places())
    assert all(place.id.startswith("syn:7:") for place in medium.places())


def test_every_place_and_street_has_a_name_in_both_languages(medium: District) -> None:
    assert all(place.name_zh and place.name_en for place in medium.places())
    named = medium.ways[medium.ways["highway"].isin(["secondary", "tertiary", "residential"])]
    assert (named["name_zh"] != "").all()
    assert (named["name_en"] != "").all()
    assert medium.compounds["name_zh"].is_unique


def test_codes_read_as_people_say_them(medium: District) -> None:
    place = next(p for p in medium.places() if p.code == "SY-02-03-1")
    assert place.kind == "stairwell"
    assert place.name_zh.endswith("3幢1单元")
    assert place.name_en.endswith("Building 3, Stairwell 1")


def test_a_village_has_houses_with_numbers_and_no_wall(medium: District) -> None:
    village = medium.compounds[~medium.compounds["walled"]].iloc[0]
    houses = medium.buildings[medium.buildings["compound_id"] == village["id"]]
    assert len(houses) > 20
    assert houses["levels"].between(2, 4).all()
    assert (
        houses["name_zh"] == [f"{village['name_zh']}{n + 1}号" for n in range(len(houses))]
    ).all()
    assert not (medium.gates["compound_id"] == village["id"]).any()


def test_high_houses_have_lifts_and_old_ones_seldom(medium: District) -> None:
    wells = medium.stairwells
    assert (wells.loc[wells["levels"] >= 9, "lift"] == "yes").all()
    assert (wells.loc[wells["levels"] <= 7, "lift"] == "no").mean() > 0.7


def test_what_a_loop_needs_is_on_the_map(medium: District) -> None:
    kinds = set(medium.sites["kind"])
    assert {"point", "market", "depot", "checkpoint", "health", "parcel", "sampling"} <= kinds
    assert {"water", "park", "market", "field"} <= set(medium.areas["kind"])
    assert medium.sites["code"].is_unique


def test_a_generated_district_is_read_as_it_was_written(small: District, tmp_path: object) -> None:
    write_district(small, str(tmp_path))
    assert read_district(str(tmp_path)).digest == small.digest


def test_an_unknown_size_is_refused() -> None:
    with pytest.raises(DistrictUnreadable, match="galaxy") as refused:
        generate_district("galaxy", 1)
    assert all(size in str(refused.value.facts["mend"]) for size in SIZES)
