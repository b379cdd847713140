"""Generate shopping lists of households, with the mistakes that people make.

    python examples/make_lists.py HOUSEHOLDS.csv --seed 7 --count 2000 -o out/lists

HOUSEHOLDS.csv has the columns code, address (as people say it: 3幢2单元501) and persons. It
writes

* ``lists.csv``    40 % of the lists, Chinese headers
* ``lists.xlsx``   20 %, English headers
* ``lists.jsonl``  20 %, one list a line; a tenth of them as free text
* ``wechat.txt``   20 %, half single messages with the household's code, half sign-ups (接龙)

A list has about 12 lines of about 0.8 kg. Some 2.5 % of the lines are wrong on purpose: unknown
goods, absurd or negative amounts, units that do not fit, words that say no amount; and a few lists
come from households that do not exist. The same seed gives the same lists.
"""

import argparse
import csv
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import openpyxl

from logistics.exchange.catalogue_files import read_items

LINES = (7, 9, 10, 11, 12, 12, 12, 13, 14, 15, 17)  # mean 12
MISTAKES = 0.025  # of lines
STRANGERS = 0.004  # of lists
POPULAR = {
    "vegetable": 10, "fruit": 5, "meat": 8, "egg": 8, "seafood": 3, "dairy": 5, "staple": 3,
    "soy": 4, "medicine": 0.4,
    "oil": 1.2, "seasoning": 2, "snack": 2, "drink": 1.2, "infant": 0.4, "elderly": 0.4,
    "hygiene": 1.5, "cleaning": 1, "household": 1, "pet": 0.3,
}  # fmt: skip
STAPLES = ("土豆", "青菜", "番茄", "黄瓜", "鸡蛋", "五花肉", "大白菜", "纯牛奶", "豆腐", "苹果")
UNKNOWN = ("佛跳墙", "黑松露", "鱼翅", "鱼子酱", "帝王蟹", "法式鹅肝", "燕窝", "冬虫夏草")
VAGUE = ("随便来点水果", "有什么菜就来什么", "再来几个苹果", "肉多一点", "两三斤排骨吧")
NOTES = ("不要香菜", "放门口谢谢", "要新鲜的", "麻烦小一点的", "家里有老人 谢谢")
NUMERALS = {1: "一", 2: "两", 3: "三", 4: "四", 5: "五", 6: "六"}
HEAVY_G = 3000  # one unit above this is asked for once
LISTED_G = 1200  # a line aims at no more than this


@dataclass(frozen=True)
class Good:
    name: str
    english: str
    aliases: tuple[str, ...]
    base: str
    units: dict[str, int]
    default: str
    gram: float  # of one base unit
    category: str
    limit: int


@dataclass
class Line:
    item: str
    count: str
    unit: str


@dataclass
class Order:
    code: str
    address: str
    lines: list[Line]
    note: str


def make_lists(
    households: Sequence[tuple[str, str, int]],
    catalogue_path: str | Path,
    *,
    seed: int,
    count: int,
    out_dir: str | Path,
) -> dict[str, object]:
    """Write the files; give back their paths and how many lists, lines and mistakes they hold.

    ``households`` are code, spoken address and persons; more lists than households make some
    households write twice.
    """
    rng = random.Random(seed)
    goods = read_goods(catalogue_path)
    out = Path(out_dir)
    out.mkdir(parents=True, exist_ok=True)
    known = sorted(households)
    chosen = rng.sample(known, min(count, len(known)))
    chosen += [rng.choice(known) for _ in range(count - len(chosen))]
    orders, mistakes = [], 0
    for code, address, persons in chosen:
        order, wrong = make_order(rng, goods, code, address, persons)
        orders.append(order)
        mistakes += wrong
    first, second, third = int(count * 0.4), int(count * 0.6), int(count * 0.8)
    files = [
        write_csv(out / "lists.csv", orders[:first]),
        write_xlsx(out / "lists.xlsx", orders[first:second]),
        write_jsonl(out / "lists.jsonl", orders[second:third], rng),
        write_wechat(out / "wechat.txt", orders[third:], rng),
    ]
    return {
        "files": files,
        "lists": len(orders),
        "lines": sum(len(order.lines) for order in orders),
        "mistakes": mistakes,
    }


def read_goods(path: str | Path) -> list[Good]:
    goods = []
    for item in read_items(path).items:
        units = dict(item.units)
        if item.base == "g":
            units |= {"斤": 500, "g": 1, "kg": 1000}
        if item.base == "ml":
            units |= {"ml": 1, "L": 1000}
        goods.append(
            Good(
                item.name_zh,
                item.name_en,
                item.aliases,
                item.base,
                units,
                item.default_unit,
                item.weight_mg / 1000,
                item.category,
                item.household_limit,
            )
        )
    return goods


def make_order(
    rng: random.Random, goods: list[Good], code: str, address: str, persons: int
) -> tuple[Order, int]:
    wanted = max(1, rng.choice(LINES) + (persons > 3) - (persons < 2))
    weights = [POPULAR[g.category] * (4 if g.name in STAPLES else 1) for g in goods]
    picked: dict[str, Good] = {}
    while len(picked) < min(wanted, len(goods)):
        good = rng.choices(goods, weights)[0]
        picked[good.name] = good
    lines, wrong = [], 0
    for good in picked.values():
        line = usual_line(rng, good, persons)
        if rng.random() < MISTAKES:
            line = mistaken(rng, good, line)
            wrong += 1
        lines.append(line)
    if rng.random() < STRANGERS:
        code, address = f"{code.rpartition('-')[0]}-{rng.randint(90, 99)}99", "99幢9单元9909"
        wrong += 1
    note = rng.choice(NOTES) if rng.random() < 0.08 else ""
    return Order(code, address, lines, note), wrong


def usual_line(rng: random.Random, good: Good, persons: int) -> Line:
    name = rng.choice(good.aliases) if good.aliases and rng.random() < 0.15 else good.name
    unit = good.default
    small = [
        u
        for u, held in good.units.items()
        if held * good.gram <= LISTED_G and u in "个只把盒袋颗瓶"
    ]
    if small and rng.random() < 0.25:
        unit = rng.choice(small)
    gram = good.units[unit] * good.gram
    most = min(
        max(1, int(LISTED_G * (1 + 0.15 * persons) / gram)),
        max(1, good.limit // good.units[unit]),
        12,
    )
    if gram > HEAVY_G:
        return Line(name, "1", unit)
    if good.name == "鸡蛋" and rng.random() < 0.4:
        return Line(name, "1", "板")
    if unit == "斤" and rng.random() < 0.2:
        return Line(name, rng.choice(("0.5", "1.5")), unit)
    return Line(name, str(min(rng.randint(1, most), rng.choice((2, 3, 12)))), unit)


def mistaken(rng: random.Random, good: Good, line: Line) -> Line:
    kind = rng.randrange(5)
    if kind == 0:
        return Line(rng.choice(UNKNOWN), line.count, line.unit)
    if kind == 1:
        return Line(line.item, "9999", line.unit)
    if kind == 2:
        wrong = [u for u in ("瓶", "板", "卷", "条", "斤") if u not in good.units]
        return Line(line.item, line.count, rng.choice(wrong))
    if kind == 3:
        return Line(line.item, rng.choice(("-1", "0")), line.unit)
    return Line(line.item, "两三", line.unit)


def write_csv(path: Path, orders: list[Order]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(("户号", "商品", "数量", "单位", "备注"))
        for order in orders:
            for no, line in enumerate(order.lines):
                note = order.note if no == 0 else ""
                writer.writerow((order.code, line.item, line.count, line.unit, note))
    return path


def write_xlsx(path: Path, orders: list[Order]) -> Path:
    book = openpyxl.Workbook(write_only=True)
    book.properties.created = book.properties.modified = datetime(2022, 4, 13)  # noqa: DTZ001
    sheet = book.create_sheet("lists")
    sheet.append(("household", "item", "quantity", "unit", "note", "client_ref"))
    for number, order in enumerate(orders, start=1):
        for no, line in enumerate(order.lines):
            note = order.note if no == 0 else ""
            ref = f"x{number:05d}"
            sheet.append((order.code, line.item, _number(line.count), line.unit, note, ref))
    book.save(path)
    return path


def _number(count: str) -> float | int | str:
    try:
        value = float(count)
    except ValueError:
        return count
    return int(value) if value.is_integer() else value


def write_jsonl(path: Path, orders: list[Order], rng: random.Random) -> Path:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for number, order in enumerate(orders, start=1):
            value: dict[str, object] = {"household": order.code, "client_ref": f"j{number:05d}"}
            if rng.random() < 0.1:
                value["text"] = message(rng, order)
            else:
                value["lines"] = [
                    {"item": line.item, "quantity": _number(line.count), "unit": line.unit}
                    for line in order.lines
                ]
                if order.note:
                    value["note"] = order.note
            file.write(json.dumps(value, ensure_ascii=False) + "\n")
    return path


def write_wechat(path: Path, orders: list[Order], rng: random.Random) -> Path:
    half = len(orders) // 2
    paragraphs = [f"{order.code} {message(rng, order)}" for order in orders[:half]]
    groups: dict[str, list[Order]] = {}
    for order in orders[half:]:
        groups.setdefault("-".join(order.code.split("-")[:-3]), []).append(order)
    for compound, members in sorted(groups.items()):
        rows = [f"#接龙 {compound} 今日买菜，截止今晚八点", "例：1-1-101 土豆2斤 鸡蛋1板"]
        rows += [
            f"{no}. {order.address} {message(rng, order)}" for no, order in enumerate(members, 1)
        ]
        paragraphs.append("\n".join(rows))
    path.write_text("\n".join(paragraphs) + "\n", encoding="utf-8", newline="\n")
    return path


def message(rng: random.Random, order: Order) -> str:
    style = rng.randrange(3)
    joint = (" ", "、", "，")[rng.randrange(3)]
    parts = []
    for line in order.lines:
        amount = spoken(rng, line)
        parts.append(f"{amount}{line.item}" if style == 1 else f"{line.item}{amount}")
    if rng.random() < 0.05:
        parts.append(rng.choice(VAGUE))
    text = joint.join(parts)
    return f"{text} {order.note}{rng.choice(('', '', '🙏'))}".rstrip()


def spoken(rng: random.Random, line: Line) -> str:
    if line.unit == "斤" and line.count in {"0.5", "1.5"} and rng.random() < 0.8:
        return {"0.5": "半斤", "1.5": "一斤半"}[line.count]
    if line.count.isdecimal() and int(line.count) in NUMERALS and rng.random() < 0.3:
        return NUMERALS[int(line.count)] + line.unit
    return line.count + line.unit


def main() -> None:
    parser = argparse.ArgumentParser(description="Generate shopping lists with mistakes in them.")
    parser.add_argument("households", type=Path, help="CSV with code, address, persons")
    parser.add_argument(
        "--catalogue", type=Path, default=Path(__file__).with_name("catalogue.csv")
    )
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("-o", "--out", type=Path, default=Path("out/lists"))
    given = parser.parse_args()
    with given.households.open(encoding="utf-8-sig", newline="") as file:
        households = [
            (row["code"], row["address"], int(row["persons"])) for row in csv.DictReader(file)
        ]
    made = make_lists(
        households, given.catalogue, seed=given.seed, count=given.count, out_dir=given.out
    )
    print(f"{made['lists']} lists, {made['lines']} lines, {made['mistakes']} mistakes on purpose")
    for path in made["files"]:  # type: ignore[attr-defined]
        print(path)


if __name__ == "__main__":
    main()
