"""Messages are read as exactly as before, and no amount is wrong."""

import random
from fractions import Fraction
from pathlib import Path

import pytest

from benchmarks.intake_accuracy import load, main, score
from logistics.exchange.messages import Reader
from logistics.exchange.messages.shipped import shipped_lexicon

CATEGORIES = {"vegetable", "fruit", "meat", "egg", "seafood", "dairy", "staple", "hygiene"}


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(shipped_lexicon())


@pytest.mark.parametrize("part", ["development", "held-out"])
def test_labelled_messages_are_read_as_exactly_as_before(reader: Reader, part: str) -> None:
    found = score(load(part=part), reader)
    assert found.accuracy >= 0.98
    assert found.exact_messages >= 0.96 * found.messages
    assert found.wrong_quantities == 0
    assert found.not_asked <= 3  # a catalogue may come to know a word


def test_there_are_enough_labelled_messages() -> None:
    records = load()
    assert len(records) >= 300
    assert len({record["message"] for record in records}) == len(records)


def test_items_in_each_of_their_units_are_read_in_any_order(reader: Reader) -> None:
    draw = random.Random(20220413)
    items = [i for i in reader.lexicon.catalogue.items if i.category in CATEGORIES]
    wrong, asked = [], 0
    for item in draw.sample(items, 150):
        unit = draw.choice(item.known_units())
        count = 1 if (item.base_count(unit) or 0) * 2 > item.household_limit else 2
        if (item.base_count(unit) or 0) > item.household_limit:
            continue
        said = {1: "一", 2: "两"}[count]
        for text in (f"{item.name_zh}{count}{unit}", f"{said}{unit}{item.name_zh} 电池1节"):
            reading = reader.read(f"3-2-501 {text}")
            (home,) = reading.households
            first = [(line.item, line.count, line.unit) for line in home.lines][:1]
            if first == [(item, Fraction(count), unit)]:
                continue
            asked += bool(home.questions)
            if not home.questions:
                wrong.append(text)
    assert wrong == []
    assert asked <= 6


def test_the_command_writes_its_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--part", "held-out", "--results", str(tmp_path / "intake.md")])
    assert "| held-out |" in capsys.readouterr().out
    assert "| held-out |" in (tmp_path / "intake.md").read_text(encoding="utf-8")
