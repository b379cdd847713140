import csv
import shutil
from pathlib import Path

import pytest

from logistics.domain.catalogue import Catalogue, Item
from logistics.domain.setup import TerritorySetup
from logistics.exchange.catalogue_book import write_catalogue
from logistics.exchange.setup_files import (
    SetupUnreadable,
    read_catalogue,
    read_setup,
    read_setup_with_faults,
)
from logistics.exchange.starting import starting_catalogue

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.mark.parametrize("name", ["helsinki", "synthetic"])
def test_the_shipped_setups_are_sound(name: str) -> None:
    setup = read_setup(EXAMPLES / name)
    assert (len(setup.points), len(setup.markets), len(setup.couriers)) == (2, 3, 40)
    assert {offer.item for offer in setup.offers} < {item.name_zh for item in setup.items}


def test_no_two_shipped_items_share_a_name() -> None:
    items, faults = read_catalogue(EXAMPLES / "catalogue.csv")
    assert len(items) >= 120
    assert faults == ()
    names = Item.__dataclass_fields__
    Catalogue(Item(**{n: getattr(row, n) for n in names if hasattr(row, n)}) for row in items)


def test_a_bad_row_is_named_and_left_out(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES, tmp_path / "e")
    path = tmp_path / "e" / "helsinki" / "offers.csv"
    head, first, *rest = path.read_text().splitlines()
    market, item, case, _, stock = first.split(",")
    path.write_text("\n".join([head, f"{market},{item},{case},0,{stock}", *rest]))
    setup, (fault,) = read_setup_with_faults(tmp_path / "e" / "helsinki")
    assert len(setup.offers) == len(rest)
    assert fault.origin is not None
    assert (fault.origin.file, fault.origin.line, fault.field) == ("offers.csv", 2, "price_fen")
    with pytest.raises(SetupUnreadable):
        read_setup(tmp_path / "e" / "helsinki")


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SetupUnreadable):
        read_setup(tmp_path)


def test_territories_are_read_where_there_are_any(tmp_path: Path) -> None:
    folder = tmp_path / "setup"
    shutil.copytree(EXAMPLES / "synthetic", folder)
    assert read_setup(folder).territories == ()
    (folder / "territories.csv").write_text("place,point\nSY-01,SP-2\n", encoding="utf-8")
    assert read_setup(folder).territories == (
        TerritorySetup(place_code="SY-01", point_code="SP-2"),
    )


def test_couriers_hold_the_permits_of_their_column(tmp_path: Path) -> None:
    folder = tmp_path / "setup"
    shutil.copytree(EXAMPLES / "synthetic", folder)
    file = folder / "couriers.csv"
    head, first, *rest = file.read_text(encoding="utf-8").splitlines()
    rows = [f"{head},permits", f"{first},P7; P9", *(f"{row}," for row in rest)]
    file.write_text("\n".join(rows), encoding="utf-8")
    held, *others = [courier.permits for courier in read_setup(folder).couriers]
    assert held == ("P7", "P9")
    assert set(others) == {()}


def test_a_drop_mode_that_is_not_is_refused_by_its_setting(tmp_path: Path) -> None:
    folder = tmp_path / "setup"
    shutil.copytree(EXAMPLES / "synthetic", folder)
    file = folder / "setup.toml"
    words = file.read_text(encoding="utf-8")
    file.write_text(
        words.replace("[policy]", '[policy]\ndrop_sealed = "roof"', 1), encoding="utf-8"
    )
    with pytest.raises(SetupUnreadable) as refused:
        read_setup(folder)
    assert "drop_sealed must be one of door, gate, stairwell, point" in str(refused.value)


def test_a_setup_may_start_with_the_catalogue_of_the_product() -> None:
    setup = read_setup(EXAMPLES / "synthetic")
    assert tuple(row.name_zh for row in setup.items) == tuple(
        item.name_zh for item in starting_catalogue().items
    )
    offered = {offer.item for offer in setup.offers}
    assert "西红柿" in offered  # the file says 番茄
    with (EXAMPLES / "catalogue.csv").open(encoding="utf-8-sig", newline="") as file:
        asked = {row["name_zh"] for row in csv.DictReader(file)}
    assert {starting_catalogue().get(name).name_zh for name in asked} == offered


def test_a_setup_reads_the_catalogue_s_own_workbook(tmp_path: Path) -> None:
    folder = tmp_path / "setup"
    shutil.copytree(EXAMPLES / "synthetic", folder)
    write_catalogue(folder / "catalogue.xlsx", starting_catalogue())
    file = folder / "setup.toml"
    words = file.read_text(encoding="utf-8").replace('"starting"', '"catalogue.xlsx"')
    file.write_text(words, encoding="utf-8")
    milk = next(row for row in read_setup(folder).items if row.name_zh == "鲜牛奶")
    assert (milk.cold, milk.cold_chain, milk.units["瓶"]) == (True, "chilled", 950)


def test_tables_of_a_setup_may_come_from_a_spreadsheet_in_chinese(tmp_path: Path) -> None:
    folder = tmp_path / "setup"
    shutil.copytree(EXAMPLES / "synthetic", folder)
    rows = "四月报价\n市场;商品;每箱含量;每箱价（分）\nSM-1;马铃薯;10000;4666\nSM-1;=1;1;1\n"
    (folder / "offers.csv").write_bytes(rows.encode("gb18030"))
    setup, (fault,) = read_setup_with_faults(folder)
    assert [(offer.item, offer.price_fen) for offer in setup.offers] == [("土豆", 4666)]
    assert fault.origin is not None
    assert (fault.origin.line, fault.field, fault.value) == (4, "商品", "=1")
