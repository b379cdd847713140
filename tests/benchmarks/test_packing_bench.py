"""The walk from shares to paper that is measured, at its smallest."""

from pathlib import Path

import pytest

from api.assets_folder import font_folders
from benchmarks.packing import measure
from logistics.store.session import open_database


@pytest.mark.skipif(not font_folders()[0].exists(), reason="the fonts are not installed")
def test_bags_are_made_up_listed_labelled_and_sealed(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'packing.db'}")
    database.migrate()
    found = measure(database, tmp_path, 12, 1)
    database.close()
    assert found["bags"] >= found["fewest"] >= 12
    assert {"labels-a4.pdf", "labels-60x40.pdf"} == set(found["sizes"])
    assert (tmp_path / "packing.xlsx").exists()
