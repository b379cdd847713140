import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from geodata.district import District, DistrictUnreadable, write_district
from geodata.exchange.edits import (
    Edit,
    apply_edits,
    keep_edits,
    log_edits,
    logged_edits,
    read_edits,
)

AT = datetime(2026, 4, 1, 9, tzinfo=UTC)


def _gate(district: District) -> str:
    return str(district.gates["id"].iloc[0])


def test_setting_a_gate_changes_that_gate_alone(small: District) -> None:
    mark = _gate(small)
    values = {"open": "false", "hours": "06:00-22:00"}
    edited = apply_edits(small, [Edit(action="set", kind="gate", id=mark, values=values)])
    gate = edited.gates.set_index("id").loc[mark]
    assert (gate["open"], gate["hours"], gate["rule"]) == (False, "06:00-22:00", "closed")
    assert edited.gates.iloc[1:].equals(small.gates.iloc[1:])
    assert edited.digest != small.digest
    assert small.gates["hours"].iloc[0] != "06:00-22:00"  # the first district is as it was


def test_a_place_is_found_by_its_code_too(small: District) -> None:
    code = str(small.compounds["code"].iloc[0])
    edit = Edit(action="set", kind="compound", id=code, values={"name_zh": "桂花苑"})
    assert apply_edits(small, [edit]).compounds["name_zh"].iloc[0] == "桂花苑"


def test_a_moved_door_is_no_longer_derived(helsinki: District) -> None:
    row = helsinki.stairwells[helsinki.stairwells["derived"]].iloc[0]
    lon, lat = row.geometry.x + 1e-5, row.geometry.y
    edit = Edit(action="move", kind="stairwell", id=row["id"], lon=lon, lat=lat)
    moved = apply_edits(helsinki, [edit]).stairwells.set_index("id").loc[row["id"]]
    assert (moved["geometry"].x, moved["geometry"].y) == (lon, lat)
    assert not moved["derived"]


def test_what_was_added_can_be_removed_again(small: District) -> None:
    spot = small.gates.geometry.iloc[0]
    home = str(small.stairwells["building_id"].iloc[0])
    made = [
        Edit(action="add", kind="gate", id="g-new", lon=spot.x, lat=spot.y),
        Edit(
            action="add",
            kind="stairwell",
            id="s-new",
            lon=spot.x,
            lat=spot.y,
            values={"building_id": home, "lift": "yes"},
        ),
    ]
    added = apply_edits(small, made)
    assert "g-new" in set(added.gates["id"])
    assert added.stairwells.set_index("id").loc["s-new", "lift"] == "yes"
    undone = [Edit(action="remove", kind=e.kind, id=e.id) for e in made]
    assert apply_edits(added, undone).digest == small.digest


def test_a_policy_is_set_by_an_edit(helsinki: District) -> None:
    edit = Edit(action="policy", values={"untagged_gates": "closed"})
    edited = apply_edits(helsinki, [edit])
    assert edited.policy.untagged_gates == "closed"
    assert not edited.gates.loc[edited.gates["rule"] == "unstated", "open"].any()


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        ({"action": "paint", "kind": "gate", "id": "x"}, "edit.action-unknown"),
        ({"action": "set", "kind": "castle", "id": "x"}, "edit.kind-unknown"),
        ({"action": "remove", "kind": "building", "id": "x"}, "edit.kind-unfit"),
        ({"action": "move", "kind": "gate", "id": "x"}, "edit.position-missing"),
        ({"action": "move", "kind": "gate", "id": "x", "lon": 30.0, "lat": 120.0},
         "edit.position-out-of-range"),
        ({"action": "set", "kind": "gate", "id": "nowhere", "values": {"open": "no"}},
         "edit.place-unknown"),
        ({"action": "set", "kind": "gate", "id": "FIRST", "values": {"colour": "red"}},
         "edit.column-unknown"),
        ({"action": "set", "kind": "gate", "id": "FIRST", "values": {"id": "y"}},
         "edit.column-unknown"),  # an id is for ever
        ({"action": "set", "kind": "gate", "id": "FIRST", "values": {"open": "ajar"}},
         "edit.value-unfit"),
        ({"action": "set", "kind": "gate", "id": "FIRST", "values": {"hours": "at times"}},
         "edit.value-unfit"),
        ({"action": "move", "kind": "gate", "id": "FIRST", "lon": 121.9, "lat": 30.3},
         "edit.position-astray"),
        ({"action": "add", "kind": "stairwell", "id": "n", "lon": 120.23, "lat": 30.3},
         "edit.value-missing"),  # of which building
        ({"action": "add", "kind": "gate", "id": "FIRST", "lon": 120.23, "lat": 30.3},
         "edit.id-taken"),
        ({"action": "policy", "values": {"untagged_gates": "perhaps"}}, "district.policy-unknown"),
        ({"action": "policy", "values": {"gates": "open"}}, "edit.column-unknown"),
    ],
)  # fmt: skip
def test_an_edit_that_cannot_be_is_refused(
    small: District, edit: dict[str, object], code: str
) -> None:
    if edit.get("id") == "FIRST":
        edit = edit | {"id": _gate(small)}
    with pytest.raises(DistrictUnreadable) as refused:
        apply_edits(small, [Edit(**edit)])  # type: ignore[arg-type]
    assert refused.value.code == code
    assert refused.value.facts["mend"]


def test_removing_a_parent_of_nothing_leaves_no_orphan(small: District) -> None:
    first = small.stairwells.iloc[0]
    edit = Edit(action="set", kind="stairwell", id=first["id"], values={"building_id": "gone"})
    with pytest.raises(DistrictUnreadable, match="gone"):
        apply_edits(small, [edit])


def test_the_log_gives_back_what_was_done(small: District, tmp_path: Path) -> None:
    write_district(small, tmp_path)
    assert logged_edits(tmp_path) == ()
    edits = (
        Edit(action="set", kind="gate", id=_gate(small), values={"note": "按门铃, 2声"}),
        Edit(action="move", kind="gate", id=_gate(small), lon=120.23, lat=30.3),
        Edit(action="policy", values={"untagged_gates": "foot"}),
    )
    log_edits(tmp_path, edits[:1], at=AT, actor="cli")
    log_edits(tmp_path, edits[1:], at=AT, actor="cli")
    assert logged_edits(tmp_path) == edits
    first = json.loads((tmp_path / "edits.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert (first["at"], first["actor"]) == (AT.isoformat(), "cli")


def test_earlier_edits_are_made_again_and_lost_ones_told(
    small: District, helsinki: District
) -> None:
    edits = [
        Edit(action="policy", values={"untagged_gates": "closed"}),
        Edit(action="set", kind="gate", id=_gate(small), values={"open": "false"}),
    ]
    kept = keep_edits(helsinki, edits)
    assert kept.policy.untagged_gates == "closed"
    found = {f.code: f for f in kept.findings}
    assert found["edit.lost"].place == _gate(small)
    assert found["edit.lost"].facts["refusal"] == "edit.place-unknown"
    assert found["district.edited"].facts == {"count": 1}


def test_edits_come_from_tables_and_drawings(small: District, tmp_path: Path) -> None:
    mark = _gate(small)
    table = tmp_path / "e.csv"
    table.write_text(f"action,kind,id,open,lon,lat\nset,gate,{mark},false,,\n", encoding="utf-8")
    drawing = tmp_path / "e.geojson"
    feature = {
        "type": "Feature",
        "properties": {"action": "move", "kind": "gate", "id": mark},
        "geometry": {"type": "Point", "coordinates": [120.23, 30.3]},
    }
    drawing.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    assert read_edits(table) == (
        Edit(action="set", kind="gate", id=mark, values={"open": "false"}),
    )
    assert read_edits(drawing) == (
        Edit(action="move", kind="gate", id=mark, lon=120.23, lat=30.3),
    )


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("e.csv", "kind,id\ngate,1\n", "edit.file-unreadable"),  # what shall be done
        ("e.geojson", "{", "edit.file-unreadable"),  # broken off
        ("e.csv", "action,kind,id\npaint,gate,1\n", "edit.action-unknown"),  # no such action
    ],
)
def test_a_file_that_holds_no_edits_is_named(
    tmp_path: Path, name: str, text: str, code: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(DistrictUnreadable) as refused:
        read_edits(tmp_path / name)
    assert refused.value.code == code
    assert refused.value.facts["file"] == str(tmp_path / name)


def test_an_edit_is_a_value() -> None:
    edit = Edit(action="set", kind="gate", id="x")
    with pytest.raises(dataclasses.FrozenInstanceError):
        edit.id = "y"  # type: ignore[misc]
