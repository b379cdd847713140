"""`supplyloop list parse`: one line of JSON for each message, whatever the message."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli import app

CATALOGUE = Path(__file__).parents[3] / "examples" / "catalogue.csv"
ORDER = "3幢2单元501 王 青菜2斤 鸡蛋一板"
HOSTILE = [
    "",
    "   ",
    "<script>alert('青菜2斤')</script>",
    '=HYPERLINK("x")',
    "\u202e斤2菜青",
    "🥬" * 1000,
    "👩‍👩‍👧‍👦" * 500,
    "3-2-501 " + "青菜2斤" * 1000,
    "(" * 5000,
    "1" * 5_000,
    "3-2-501 " * 1000,
    "不要" * 2000,
    "a" * 1_000_000,
    "\ud800 青菜",
    "\x00\x01\x02",
]


def parsed(*arguments: str, text: str = "") -> list[dict[str, Any]]:
    result = CliRunner().invoke(app, ["list", "parse", *arguments, "--json"], input=text)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_messages_come_out_in_order_with_the_agreed_keys(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    said = [{"id": 7, "message": ORDER}, {"id": "b", "message": "收到"}]
    file.write_text("".join(json.dumps(m, ensure_ascii=False) + "\n" for m in said))
    first, second = parsed(str(file))
    assert list(first) == ["id", "outcome", "code", "households"]
    (home,) = first["households"]
    assert list(home) == [
        "building", "unit", "room", "surname", "action", "lines", "order_note", "questions",
    ]  # fmt: skip
    assert home["lines"][1] == {
        "item": "鸡蛋", "quantity": 1, "unit": "板", "said": "鸡蛋一板", "note": "",
        "confidence": 1.0,
    }  # fmt: skip
    assert (first["id"], second["id"], second["outcome"]) == (7, "b", "rejected")


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[1]",
        "{}",
        '{"id": 1}',
        '{"id": NaN, "message": "x"}',
        '{"message": 5}',
        '{"a":' * 5000,
    ],
)
def test_a_line_that_is_no_message_is_rejected_alone(line: str) -> None:
    good = json.dumps({"id": 2, "message": ORDER}, ensure_ascii=False)
    first, bad, last = parsed("-", text=f"{good}\n{line}\n\n{good}\n")
    assert (bad["outcome"], bad["code"]) == ("rejected", "message.unreadable")
    assert first == last
    assert first["outcome"] == "accepted"


@pytest.mark.parametrize("message", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_messages_get_an_answer_in_good_time(message: str) -> None:
    (answer,) = parsed("-", text=json.dumps({"id": 1, "message": message}))
    assert answer["outcome"] in {"needs_review", "rejected"}
    assert answer["code"]


def test_plain_text_is_one_message_for_each_paragraph() -> None:
    first, second = parsed("-", text=f"{ORDER}\n\n3-2-502 土豆3斤\n鸡蛋1板\n")
    assert [line["item"] for line in second["households"][0]["lines"]] == ["土豆", "鸡蛋"]
    assert first["id"] == "1"


def test_a_table_is_read_by_household(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    rows = "户号,商品,数量,单位\n3-2-501,土豆,2,斤\n3-2-501,没有的,1,斤\n"
    file.write_text(rows, encoding="utf-8")
    (answer,) = parsed(str(file))
    assert (answer["outcome"], answer["code"]) == ("needs_review", "item.unknown")
    assert answer["households"][0]["room"] == "501"
    assert answer["households"][0]["lines"][0]["item"] == "土豆"


def test_an_own_catalogue_may_be_given() -> None:
    (answer,) = parsed("-", "--catalogue", str(CATALOGUE), text="3-2-501 番茄2斤")
    assert answer["households"][0]["lines"][0]["item"] == "番茄"


def test_people_see_lines_questions_and_why() -> None:
    result = CliRunner().invoke(
        app, ["list", "parse", "-", "--explain"], input="3-2-501 蒙牛纯牛奶1箱 来点水果"
    )
    assert "牛奶 1 箱（蒙牛）" in result.stdout
    assert "[brand]" in result.stdout
    assert "quantity.vague" in result.stdout
