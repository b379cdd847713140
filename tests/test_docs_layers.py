"""The page on the map lists the layers as the contract has them."""

import re
from pathlib import Path

import pytest

from geodata.layers import CONTRACT

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "map.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^### (\w+)\n(.*?)(?=^### |\Z)", PAGE, re.DOTALL | re.MULTILINE))
ROW = re.compile(r"^\| `(\w+)` \| (\w+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def test_each_layer_has_its_table() -> None:
    assert list(SECTIONS) == list(CONTRACT)


@pytest.mark.parametrize("layer", CONTRACT)
def test_each_column_has_its_row(layer: str) -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| (\w+) \| ([^|]+) \| ([^|]+) \|$", SECTIONS[layer], re.MULTILINE
    )
    columns = CONTRACT[layer].columns
    assert [(name, kind) for name, kind, _, _ in rows] == [
        (name, column.kind) for name, column in columns.items()
    ]
    for name, _, says, default in rows:
        assert says.startswith(columns[name].says)
        assert (default == "must be said") == (columns[name].default is None)
