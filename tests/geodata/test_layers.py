import dataclasses
from pathlib import Path

import pytest
from shapely.geometry import Point

from geodata.district import District, DistrictUnreadable, Policy, read_district, write_district
from geodata.gates import apply_policy
from geodata.layers import CONTRACT, DEFAULTS, LAYERS, layer_frame


def test_columns_and_defaults_are_those_of_the_contract() -> None:
    assert list(LAYERS) == list(CONTRACT)
    for layer, held in CONTRACT.items():
        assert list(LAYERS[layer]) == list(held.columns)
        for name, value in DEFAULTS[layer].items():
            column = held.columns[name]
            assert type(value).__name__ == column.kind
            assert not column.choices or value in column.choices


def test_every_parent_is_a_layer() -> None:
    for held in CONTRACT.values():
        assert {c.parent for c in held.columns.values() if c.parent} <= set(CONTRACT)


def _gate(**columns: object) -> dict[str, object]:
    row: dict[str, object] = dict(DEFAULTS["gates"])
    for name in ("hours", "rule"):
        del row[name]
    return row | {"id": "g", "geometry": Point(0, 0)} | columns


@pytest.mark.parametrize(("state", "rule"), [(True, "open"), (False, "closed")])
def test_a_gate_without_a_rule_keeps_its_state(*, state: bool, rule: str) -> None:
    frame = layer_frame("gates", [_gate(open=state)])
    assert list(frame["rule"]) == [rule]
    assert list(frame["hours"]) == [""]


def test_a_row_without_another_column_is_a_defect() -> None:
    row = _gate()
    del row["barrier"]
    with pytest.raises(KeyError, match="barrier"):
        layer_frame("gates", [row])


def test_a_word_that_no_column_knows_is_refused(small: District) -> None:
    with pytest.raises(DistrictUnreadable, match="perhaps") as refused:
        dataclasses.replace(small, stairwells=small.stairwells.assign(lift="perhaps"))
    assert refused.value.code == "district.word-unknown"


def test_a_policy_changes_only_gates_that_state_nothing(helsinki: District) -> None:
    closed = apply_policy(helsinki.gates, Policy(untagged_gates="closed"))
    silent = helsinki.gates["rule"] == "unstated"
    assert silent.any()
    assert not closed.loc[silent, "open"].any()
    assert closed[~silent].equals(helsinki.gates[~silent])
    assert apply_policy(closed, Policy()).equals(apply_policy(helsinki.gates, Policy()))


def test_a_policy_gives_no_more_than_a_gates_own_width(helsinki: District) -> None:
    """A gate may say nothing of access and yet be too narrow for vans."""
    silent = helsinki.gates["rule"] == "unstated"
    narrow = helsinki.gates.assign(van=helsinki.gates["van"] & ~silent)
    kept = apply_policy(narrow, Policy())
    assert not kept.loc[silent, "van"].any()
    walkers = apply_policy(helsinki.gates, Policy(untagged_gates="foot"))
    assert not walkers.loc[silent, ["bike", "van"]].any(axis=None)
    again = apply_policy(walkers, Policy(), before=Policy(untagged_gates="foot"))
    assert again.equals(apply_policy(helsinki.gates, Policy()))


def test_a_folder_written_without_later_columns_is_read(small: District, tmp_path: Path) -> None:
    write_district(small, tmp_path)
    layers = {"ways": ["oneway_foot", "tricycle", "hours"], "gates": ["tricycle"]}
    for layer, columns in layers.items():
        older = getattr(small, layer).drop(columns=columns)
        older.to_file(tmp_path / "layers.gpkg", layer=layer, driver="GPKG", engine="pyogrio")
    assert read_district(tmp_path).digest == small.digest


def test_of_a_folder_written_before_it_no_storeys_count_as_stated(
    small: District, tmp_path: Path
) -> None:
    write_district(small, tmp_path)
    older = small.stairwells.drop(columns="levels_set")
    older.to_file(tmp_path / "layers.gpkg", layer="stairwells", driver="GPKG", engine="pyogrio")
    assert small.stairwells["levels_set"].all()
    assert not read_district(tmp_path).stairwells["levels_set"].any()
