"""How exactly messages are read: lines right, quantities wrong, questions asked, speed.

    python -m benchmarks.intake_accuracy [--messages FILE] [--part PART] [--show]

The labelled messages are `intake/messages.jsonl`; `docs/messages.md` says how they came about.
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from logistics.exchange.messages import Reader
from logistics.exchange.messages.output import answer
from logistics.exchange.messages.shipped import shipped_lexicon

HERE = Path(__file__).parent
MESSAGES = HERE / "intake" / "messages.jsonl"
_SAME = {"公斤": "kg", "千克": "kg", "克": "g", "毫升": "ml", "升": "L"}


@dataclass(slots=True)
class Score:
    """What a part of the messages comes to."""

    messages: int = 0
    exact_messages: int = 0
    lines: int = 0
    exact_lines: int = 0
    wrong_quantities: int = 0  # right household and item, another amount, asked about or not
    strange_lines: int = 0  # items that nobody asked for, asked about or not
    asked: int = 0  # messages with a question
    asked_in_vain: int = 0  # a question where the label says that it is clear
    not_asked: int = 0  # none where the label wants one
    seconds: float = 0.0
    failures: list[tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=list)

    @property
    def accuracy(self) -> float:
        """Share of labelled lines read exactly: item, amount, unit, household, action."""
        return self.exact_lines / self.lines if self.lines else 1.0


def load(path: Path = MESSAGES, part: str | None = None) -> list[dict[str, Any]]:
    """Read labelled messages, of one part or of all."""
    lines = path.read_text(encoding="utf-8").splitlines()
    told = [json.loads(line) for line in lines if line.strip()]
    return [record for record in told if part is None or record["part"] == part]


def score(records: Sequence[dict[str, Any]], reader: Reader) -> Score:
    """Read all messages and compare them with their labels."""
    result = Score()
    begun = time.perf_counter()
    answers = [answer(record["id"], reader.read(record["message"])) for record in records]
    result.seconds = time.perf_counter() - begun
    for record, told in zip(records, answers, strict=True):
        _compare(record, told, result)
    return result


def _compare(record: dict[str, Any], told: dict[str, Any], result: Score) -> None:
    result.messages += 1
    wanted, found = Counter(_lines(record)), Counter(_lines(told))
    loose = Counter(_loose(record))
    result.lines += sum(wanted.values())
    exact = sum((Counter(_keyed(record, wanted)) & Counter(_keyed(record, found))).values())
    result.exact_lines += exact
    asks = told["outcome"] == "needs_review"
    result.asked += asks
    outcome = record["outcome"]
    result.asked_in_vain += asks and outcome == "accepted"
    result.not_asked += told["outcome"] == "accepted" and outcome in ("needs_review", "rejected")
    extra = Counter(_keyed(record, found)) - Counter(_keyed(record, wanted))
    for key, count in extra.items():
        if (key[0], key[2]) in loose:
            result.wrong_quantities += count
        else:
            result.strange_lines += count
    right = (
        exact == sum(wanted.values())
        and not extra
        and outcome in ("any", told["outcome"])
        and _who(record) == _who(told, record)
    )
    result.exact_messages += right
    if not right:
        result.failures.append((record, told))


def _door(household: dict[str, Any]) -> tuple[str | None, ...]:
    return household["building"], household["unit"], household["room"]


def _lines(record: dict[str, Any]) -> Iterable[tuple[Any, ...]]:
    for household in record["households"]:
        for line in household["lines"]:
            unit = _SAME.get(line["unit"] or "", line["unit"])
            yield (_door(household), household["action"], line["item"], line["quantity"], unit)


def _loose(record: dict[str, Any]) -> Iterable[tuple[Any, ...]]:
    for household in record["households"]:
        for line in household["lines"]:
            yield (_door(household), line["item"])


def _keyed(record: dict[str, Any], lines: Counter[tuple[Any, ...]]) -> Iterable[tuple[Any, ...]]:
    """Leave out what the label does not judge: units of what is taken off, open actions."""
    any_action = any(h["action"] == "any" for h in record["households"])
    for (door, action, item, quantity, unit), count in lines.items():
        for _ in range(count):
            yield (
                door, "any" if any_action else action, item, quantity or 0,
                unit if quantity else None,
            )  # fmt: skip


def _who(record: dict[str, Any], label: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """Return whom a message speaks of, as far as the label judges it."""
    judged = (label or record)["households"]
    known = {_door(h) for h in judged if h["surname"]}
    any_action = any(h["action"] == "any" for h in judged)
    return sorted(
        (
            str(_door(h)),
            h["surname"] if _door(h) in known else None,
            "any" if any_action else h["action"],
        )
        for h in record["households"]
    )  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=Path, default=MESSAGES)
    parser.add_argument("--part", help="development, held-out or fresh; all without it")
    parser.add_argument("--show", action="store_true", help="print what was read otherwise")
    parser.add_argument("--results", type=Path, help="write the table to this file")
    options = parser.parse_args(arguments)
    reader = Reader(shipped_lexicon())
    records = load(options.messages, options.part)
    parts = sorted({record["part"] for record in records})
    rows = []
    for part in parts:
        found = score([record for record in records if record["part"] == part], reader)
        rows.append(_row(part, found))
        if options.show:
            for record, told in found.failures:
                print(json.dumps(record, ensure_ascii=False))
                print("   ", json.dumps(told, ensure_ascii=False))
    page = "\n".join([*_HEAD, *rows, ""])
    print(page)
    if options.results:
        options.results.write_text("# How exactly messages are read\n\n" + page, encoding="utf-8")


_HEAD = (
    "| part | messages | lines | exact lines | exact messages | wrong quantities | lines nobody "
    "asked for | asked | asked in vain | not asked | messages/s |",
    "|---|---|---|---|---|---|---|---|---|---|---|",
)


def _row(part: str, found: Score) -> str:
    return (
        f"| {part} | {found.messages} | {found.lines} | {found.accuracy:.1%} "
        f"| {found.exact_messages / max(1, found.messages):.1%} | {found.wrong_quantities} "
        f"| {found.strange_lines} | {found.asked} | {found.asked_in_vain} | {found.not_asked} "
        f"| {found.messages / found.seconds:.0f} |"
    )


if __name__ == "__main__":
    main()
