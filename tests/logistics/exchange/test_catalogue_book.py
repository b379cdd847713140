from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from logistics.domain.catalogue import Catalogue, Item
from logistics.domain.packages import Package, PackagePart
from logistics.exchange.catalogue_book import (
    read_catalogue,
    starting_book,
    write_catalogue,
    write_packages,
)
from logistics.exchange.starting import starting_catalogue

EGG = Item(
    name_zh="鸡蛋", name_en="egg", base="piece", default_unit="个", weight_mg=60_000,
    volume_ul=90_000, category="egg", household_limit=60, person_limit=20, aliases=("鲜鸡蛋",),
    misspellings=("鸡旦",), units={"个": 1, "板": 30}, cold_chain="chilled", fragile=True,
    substitute_class="egg", aisle="蛋",
)  # fmt: skip
POTATO = Item(
    name_zh="土豆", name_en="potato", base="g", default_unit="斤", weight_mg=1000, volume_ul=1600,
    category="vegetable", household_limit=10_000, units={"个": 200},
)  # fmt: skip
PACK = Package(
    name_zh="早餐包", name_en="breakfast package", kind="staple", scope="person",
    parts=(PackagePart("鸡蛋", 30, "板"), PackagePart("土豆", 250, "斤"),
           PackagePart("土豆粉", 7, "g")),
)  # fmt: skip
FLOUR = replace(POTATO, name_zh="土豆粉", name_en="potato flour", units={})
GOODS = Catalogue([EGG, POTATO, FLOUR], {"蛋": ["鸡蛋"]}, [PACK])
HEAD = (
    "商品,英文名,类别,基本单位,常用单位,单位换算,"
    "每基本单位重量（克）,每基本单位体积（毫升）,每户限量,别名"
)
RICE = "大米,rice,主食,克,袋,袋=5000,1,1.2,10000,米"
OIL = "油,oil,食用油,毫升,瓶,瓶=900,0.92,1,5000,"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_workbook_gives_back_the_whole_catalogue(tmp_path: Path, language: str) -> None:
    write_catalogue(tmp_path / "c.xlsx", GOODS, language=language)
    book = read_catalogue(tmp_path / "c.xlsx", Catalogue([]))
    assert (book.items, book.packages, book.findings) == ((EGG, POTATO, FLOUR), (PACK,), ())
    assert book.ambiguous == {"蛋": ("鸡蛋",)}
    pages = {"zh": ["商品", "单位", "套餐", "多义词"],
             "en": ["Items", "Units", "Packages", "Ambiguous words"]}  # fmt: skip
    assert openpyxl.load_workbook(tmp_path / "c.xlsx").sheetnames == pages[language]


def test_csv_files_give_back_items_and_packages(tmp_path: Path) -> None:
    write_catalogue(tmp_path / "items.csv", GOODS)
    write_packages(tmp_path / "packages.csv", GOODS)
    assert read_catalogue(tmp_path / "items.csv", Catalogue([])).items == (EGG, POTATO, FLOUR)
    assert read_catalogue(tmp_path / "packages.csv", GOODS).packages == (PACK,)


def test_the_starting_catalogue_comes_back_whole(tmp_path: Path) -> None:
    goods = starting_catalogue()
    write_catalogue(tmp_path / "c.xlsx", goods)
    book = read_catalogue(tmp_path / "c.xlsx", Catalogue([]))
    assert (book.findings, book.items) == ((), goods.items)
    assert book.packages == starting_book().packages


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("盐,salt,调料,克,袋,袋=x,1,1,1000,", "cell.not-units", "单位换算"),
        ("盐,salt,盐类,克,袋,袋=400,1,1,1000,", "cell.unknown-choice", "类别"),
        ("盐,salt,调料,克,罐,袋=400,1,1,1000,", "catalogue.item-invalid", "常用单位"),
        ("盐,salt,调料,克,袋,袋=400,0,1,1000,", "cell.out-of-bounds", "每基本单位重量（克）"),
        ("盐,salt,调料,克,袋,袋=400,1,1,0,", "cell.out-of-bounds", "每户限量"),
        ("盐,salt,调料,克,袋,袋=400,1,1,1000,米", "catalogue.word-taken", "别名"),
        ("大米,rice 2,主食,克,袋,袋=400,1,1,1000,", "catalogue.item-invalid", "商品"),
        ("=1+1,salt,调料,克,袋,袋=400,1,1,1000,", "cell.formula", "商品"),
    ],
)
def test_a_bad_row_is_told_and_the_rest_goes_in(
    tmp_path: Path, row: str, code: str, column: str
) -> None:
    text = f"{HEAD}\n{RICE}\n{row}\n{OIL}\n"
    (tmp_path / "c.csv").write_text(text, encoding="utf-8")
    book = read_catalogue(tmp_path / "c.csv", Catalogue([]))
    assert [item.name_zh for item in book.items] == ["大米", "油"]
    assert [(f.code, f.line, f.column) for f in book.findings] == [(code, 3, column)]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("早餐包,米面包,每户,金子,1,个", "item.unknown"),
        ("早餐包,米面包,每户,鸡蛋,1,箱", "unit.unknown-for-item"),
        ("早餐包,米面包,每户,鸡蛋,0.5,个", "quantity.not-whole"),
        ("早餐包,,每户,鸡蛋,1,个", "package.invalid"),  # of no kind
        ("早餐包,米面包,每户,鸡蛋,,个", "cell.missing"),
    ],
)
def test_a_package_with_a_bad_row_is_left_out_whole(tmp_path: Path, row: str, code: str) -> None:
    head = "套餐,种类,按户或按人,商品,数量,单位\n菜包,蔬菜包,每人,土豆,1,斤\n"
    text = f"{head}早餐包,,,土豆,1,斤\n{row}\n"
    (tmp_path / "p.csv").write_text(text, encoding="utf-8")
    book = read_catalogue(tmp_path / "p.csv", GOODS)
    assert [package.name_zh for package in book.packages] == ["菜包"]
    assert [finding.code for finding in book.findings] == [code]


def test_units_of_no_item_and_units_said_twice_are_told(tmp_path: Path) -> None:
    write_catalogue(tmp_path / "c.xlsx", GOODS)
    work = openpyxl.load_workbook(tmp_path / "c.xlsx")
    work["单位"].append(["金子", "块", 1])
    work["单位"].append(["鸡蛋", "板", 24])
    work.save(tmp_path / "c.xlsx")
    book = read_catalogue(tmp_path / "c.xlsx", Catalogue([]))
    assert [(f.code, f.sheet, f.value) for f in book.findings] == [
        ("unit.of-nothing", "单位", "金子"),
        ("unit.said-twice", "单位", "板"),
    ]
    assert book.items[0] == EGG


def test_what_follows_from_other_columns_need_not_be_said(tmp_path: Path) -> None:
    head = "商品,类别,基本单位,单位换算,单重（克）,单体积（毫升）,限购"
    text = f"{head}\n盐,调料,克,袋=400,1,0.9,1200\n"
    (tmp_path / "c.csv").write_bytes(text.encode("gb18030"))
    (salt,) = read_catalogue(tmp_path / "c.csv", Catalogue([])).items
    assert (salt.name_en, salt.default_unit, salt.household_limit) == ("盐", "袋", 1200)
