from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from logistics.domain.catalogue import Item, ItemInvalid
from logistics.domain.lists import AskedLine
from logistics.domain.packages import Package, PackagePart
from logistics.domain.runs import Run
from logistics.domain.setup import DistrictSetup
from logistics.exchange.starting import starting_catalogue
from logistics.store import catalogue, lists, places
from logistics.store.tables import item_version
from logistics.usecases.import_catalogue import BaseFixed, CatalogueReport, import_catalogue
from logistics.usecases.set_up import set_up
from logistics.usecases.take_list import take_list
from tests.logistics.intake.conftest import PLACES, SETUP

AT = datetime(2022, 4, 13, 1, 0, tzinfo=UTC)
HOME = "HK-07-03-2-201"
SALT = Item(
    name_zh="盐", name_en="salt", base="g", default_unit="袋", weight_mg=1000, volume_ul=900,
    category="seasoning", household_limit=1200, units={"袋": 400}, misspellings=("食言",),
    aisle="调料", fragile=True, person_limit=800,
)  # fmt: skip
PACK = Package(
    name_zh="主食包", name_en="staples", kind="staple", scope="person",
    parts=(PackagePart("土豆", 1000, "斤"), PackagePart("鸡蛋", 5, "个")),
)  # fmt: skip


def take_in(session: Session, *items: Item, **more: Any) -> CatalogueReport:
    return import_catalogue(session, items, actor="cli", at=AT, **more)


@pytest.mark.usefixtures("run")
def test_items_come_in_by_name_and_are_kept_whole(session: Session) -> None:
    report = take_in(session, SALT, ambiguous={"调味": ["盐", "土豆"]})
    assert (report.added, report.changed, report.refused) == (("盐",), (), ())
    goods = catalogue.load(session)
    assert goods.get("盐") == SALT
    assert [item.name_zh for item in goods.candidates("调味")] == ["盐", "土豆"]
    again = take_in(session, SALT)
    assert (again.added, again.changed, again.unchanged) == ((), (), 1)


def test_a_changed_conversion_keeps_lines_taken_before(session: Session, run: Run) -> None:
    egg = catalogue.load(session).get("鸡蛋")
    before = take_list(session, run.id, HOME, [AskedLine("鸡蛋", 1, "板")], channel="api",
                       actor="x", at=AT)  # fmt: skip
    take_in(session, replace(egg, units={"个": 1, "板": 20}))
    after = take_list(session, run.id, "HK-07-03-1-101", [AskedLine("鸡蛋", 1, "板")],
                      channel="api", actor="x", at=AT)  # fmt: skip
    assert [lists.get(session, taken.id).lines[0].quantity for taken in (before, after)] == [
        30,
        20,
    ]
    versions = catalogue.versions_of(session, egg.id)
    assert [facts["units"]["板"] for _, _, facts in versions] == [30, 20]


@pytest.mark.usefixtures("run")
def test_versions_cannot_be_edited(session: Session) -> None:
    take_in(session, SALT)
    with pytest.raises(DBAPIError):
        session.execute(item_version.update().values(actor="x"))


@pytest.mark.usefixtures("run")
def test_what_breaks_the_catalogue_is_refused_and_the_rest_goes_in(session: Session) -> None:
    potato = catalogue.load(session).get("土豆")
    rival = replace(
        SALT, name_zh="粗盐", name_en="coarse salt", aliases=("洋芋",), misspellings=()
    )
    report = take_in(session, replace(potato, base="piece", units={"个": 1}, default_unit="个"),
                     rival, SALT)  # fmt: skip
    assert report.added == ("盐",)
    assert [type(one) for one in report.refused] == [BaseFixed, ItemInvalid]
    assert catalogue.load(session).get("洋芋") == potato


@pytest.mark.usefixtures("run")
def test_fields_that_a_file_does_not_speak_of_stay(session: Session) -> None:
    take_in(session, SALT)
    said = frozenset({"name_zh", "household_limit"})
    bare = replace(SALT, units={"袋": 1}, misspellings=(), aisle="", household_limit=900)
    take_in(session, bare, said=said)
    assert catalogue.load(session).get("盐") == replace(SALT, household_limit=900)


def test_a_package_is_unpacked_at_the_version_that_stands(session: Session, run: Run) -> None:
    take_in(session, given_packages=(PACK,))
    persons = places.household_by_code(session, HOME).persons
    ask = [AskedLine("主食包", 1, "份")]
    first = take_list(session, run.id, HOME, ask, channel="api", actor="x", at=AT)
    assert [(line.item, line.quantity, line.package) for line in first.lines] == [
        ("土豆", 1000 * persons, PACK.version_id),
        ("鸡蛋", 5 * persons, PACK.version_id),
    ]
    smaller = replace(PACK, parts=(PackagePart("土豆", 500, "斤"),))
    report = take_in(session, given_packages=(smaller,))
    assert report.packages_changed == ("主食包",)
    assert catalogue.load(session).packages[catalogue.load(session).get("主食包").id].version == 2
    assert lists.get(session, first.id) == first


def test_free_text_may_ask_for_a_package(session: Session, run: Run) -> None:
    take_in(session, given_packages=(replace(PACK, scope="household"),))
    taken = take_list(session, run.id, HOME, [], text="主食包2份", channel="api", actor="x",
                      at=AT + timedelta(minutes=1))  # fmt: skip
    assert [(line.item, line.quantity) for line in taken.lines] == [("土豆", 2000), ("鸡蛋", 10)]


@pytest.mark.usefixtures("run")
def test_the_starting_catalogue_goes_in_beside_what_is_there(session: Session) -> None:
    goods = starting_catalogue()
    words = {word: [item.name_zh for item in found] for word, found in goods.ambiguous.items()}
    packages = tuple(goods.packages.values())
    report = take_in(session, *goods.items, given_packages=packages, ambiguous=words)
    refused = {str(one.facts["item"]) for one in report.refused}
    assert refused == {"牛奶", "牛奶鸡蛋包"}  # the district calls it 纯牛奶
    assert len(catalogue.load(session).items) == len(goods.items)


def test_a_setup_brings_packages_and_words_once(session: Session) -> None:
    goods = replace(SETUP, packages=(PACK,), ambiguous={"吃的": ("土豆", "鸡蛋")})
    for _ in range(2):
        report = set_up(session, DistrictSetup(name="试区"), goods, PLACES, actor="cli", at=AT)
        assert report.faults == ()
    found = catalogue.load(session)
    assert found.packages[found.get("主食包").id] == PACK
    assert [item.name_zh for item in found.candidates("吃的")] == ["土豆", "鸡蛋"]


def test_a_word_that_becomes_a_name_is_no_longer_ambiguous(session: Session) -> None:
    set_up(session, DistrictSetup(name="试区"), SETUP, PLACES, actor="cli", at=AT)
    take_in(session, SALT, ambiguous={"调味": ["盐", "土豆"]})
    take_in(session, replace(SALT, aliases=("调味",)))
    assert catalogue.load(session).get("调味").name_zh == "盐"


def test_a_package_may_not_go_by_the_word_of_an_item(session: Session) -> None:
    set_up(session, DistrictSetup(name="试区"), SETUP, PLACES, actor="cli", at=AT)
    report = take_in(session, given_packages=(replace(PACK, aliases=("洋芋",)),))
    assert [one.facts["belongs_to"] for one in report.refused] == ["土豆"]
