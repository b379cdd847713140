"""The way from place to place at the command line, on a generated district."""

import json
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from api.cli import app
from geodata.district import read_district, write_district
from geodata.generated import generate_district


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town") / "map"
    write_district(generate_district("small", seed=3), folder)
    return folder


def supplyloop(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module")
def door(town):
    return read_district(town).stairwells.iloc[-1]


@pytest.mark.parametrize(("tongue", "arrives"), [("zh", "到达"), ("en", "arrive at")])
def test_a_way_is_told_turn_by_turn(town, door, tongue, arrives):
    done = supplyloop("way", "show", town, "SP-1", door["code"], "--lang", tongue)
    assert done.exit_code == 0, done.output
    assert arrives in done.output
    assert door[f"name_{tongue}"] in done.output


def test_a_place_may_be_named_as_people_say_it_or_by_position(town, door):
    said = supplyloop("way", "show", town, "SP-1", door["name_zh"], "--json")
    coded = supplyloop("way", "show", town, "SP-1", door["code"], "--json")
    spot = door["geometry"]
    placed = supplyloop("way", "show", town, "SP-1", f"{spot.x},{spot.y}", "--json")
    times = {json.loads(done.output)["duration_s"] for done in (said, coded, placed)}
    assert len(times) == 1
    assert times.pop() > 0


def test_an_unclear_place_is_refused_with_what_might_be_meant(town):
    done = supplyloop("way", "show", town, "SP-1", "没有这里", "--lang", "en")
    assert done.exit_code == 2
    assert "way.place-unclear" in done.output


def test_gates_into_a_compound_are_listed_quickest_first(town):
    walled = read_district(town).gates.iloc[0]["compound_id"]
    ground = read_district(town)
    inside = ground.buildings.loc[ground.buildings["compound_id"] == walled, "id"]
    door = ground.stairwells[ground.stairwells["building_id"].isin(inside)].iloc[0]
    done = supplyloop("way", "in", town, door["code"], "--mode", "foot", "--json")
    totals = [way["travel_s"] + way["slot_s"] for way in json.loads(done.output)]
    assert totals
    assert totals == sorted(totals)


def test_everything_is_reached_in_a_generated_district(town):
    done = supplyloop("way", "reach", town, "--mode", "foot", "--lang", "en")
    assert done.exit_code == 0, done.output
    assert "50 of 50" in done.output


def test_the_leaders_list_has_every_bag_once(town, door, tmp_path):
    table = tmp_path / "bags.csv"
    table.write_text("bag,room,weight_g\nB1,201,5000\nB2,101,9000\nB3,202,4000\n")
    done = supplyloop("way", "doors", town, door["code"], table, "--lang", "en")
    assert done.exit_code == 0, done.output
    assert all(done.output.count(bag) == 1 for bag in ("B1", "B2", "B3"))


def test_a_room_above_its_house_is_asked_about(town, door, tmp_path):
    table = tmp_path / "bags.csv"
    table.write_text("bag,room,weight_g\nB1,9901,5000\nB2,101,9000\n")
    done = supplyloop("way", "doors", town, door["code"], table, "--json")
    assert done.exit_code == 0, done.output
    (question,) = json.loads(done.output)["questions"]
    assert (question["code"], question["room"]) == ("address.above-levels", "9901")
    assert question["levels"] == door["levels"]


def test_a_bad_weight_is_named(town, door, tmp_path):
    table = tmp_path / "bags.csv"
    table.write_text("bag,room,weight_g\nB1,201,heavy\n")
    done = supplyloop("way", "doors", town, door["code"], table)
    assert done.exit_code == 2
    assert "heavy" in done.output


@pytest.fixture(scope="module")
def gated(town):
    """A door behind gates, with the gate that the way from the point passes."""
    ground = read_district(town)
    for door in ground.stairwells["code"]:
        done = supplyloop("way", "show", town, "SP-1", door, "--json")
        leg = json.loads(done.output)
        if leg["gates"]:
            return door, leg
    raise AssertionError


def test_a_way_goes_round_what_is_supposed_closed(town, gated):
    door, leg = gated
    gate = leg["gates"][0]
    done = supplyloop("way", "show", town, "SP-1", door, "--close", f"gate:{gate}", "--json")
    told = json.loads(done.output)
    assert gate not in told["gates"]
    assert told["duration_s"] == -1 or told["duration_s"] >= leg["duration_s"]
    assert done.exit_code == (3 if told["duration_s"] < 0 else 0)


def test_gates_are_passed_within_their_hours(town, gated, tmp_path):
    door, leg = gated
    district = read_district(town)
    gates = district.gates.copy()
    gates.loc[gates["id"] == leg["gates"][0], "hours"] = "06:00-22:00"
    write_district(replace(district, gates=gates), tmp_path / "map")
    told = {}
    for hour in ("03", "12"):
        done = supplyloop(
            "way", "show", tmp_path / "map", "SP-1", door, "--at", f"2026-04-13T{hour}:00+08:00",
            "--json",
        )  # fmt: skip
        told[hour] = json.loads(done.output)["gates"]
    assert leg["gates"][0] in told["12"]
    assert leg["gates"][0] not in told["03"]


def test_no_way_in_leads_through_a_gate_that_is_supposed_closed(town, gated):
    door, _ = gated
    quickest, *others = json.loads(supplyloop("way", "in", town, door, "--json").output)
    done = supplyloop("way", "in", town, door, "--close", f"gate:{quickest['gate']}", "--json")
    assert [way["gate"] for way in json.loads(done.output)] == [way["gate"] for way in others]


def test_a_way_in_leads_through_a_gate_only_within_its_hours(town, gated, tmp_path):
    door, _ = gated
    district = read_district(town)
    ways = json.loads(supplyloop("way", "in", town, door, "--json").output)
    gates = district.gates.copy()
    gates.loc[gates["id"] == ways[0]["gate"], "hours"] = "06:00-22:00"
    write_district(replace(district, gates=gates), tmp_path / "map")
    told = {}
    for hour in ("03", "12"):
        done = supplyloop(
            "way", "in", tmp_path / "map", door, "--at", f"2026-04-13T{hour}:00+08:00", "--json"
        )
        told[hour] = {way["gate"] for way in json.loads(done.output)}
    assert ways[0]["gate"] in told["12"] - told["03"]


def test_an_unknown_gate_cannot_be_supposed_closed(town):
    done = supplyloop("way", "reach", town, "--mode", "foot", "--close", "gate:none")
    assert done.exit_code == 2
    assert "map.gate-unknown" in done.output
