"""What stands on the household's pages, put into words."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from api.pages import pictures
from api.pages.household_words import amount, day, left, moment, name, step_of, unit_word, words
from api.pages.household_words import yuan as in_yuan
from logistics.domain.allocation_told import ToldLine
from logistics.domain.bag_reports import BagReport
from logistics.domain.catalogue import PACKAGE, Catalogue, Item
from logistics.domain.custody import BagState
from logistics.domain.drafts import Draft, Picked
from logistics.domain.errands import NEXT, Errand, ErrandState
from logistics.domain.lists import Doubt, HouseholdList
from logistics.domain.places import District
from logistics.domain.progress import HouseholdBag, Stage
from logistics.domain.runs import Run, RunState
from logistics.exchange.report_texts import TABLES
from logistics.usecases.draft_list import Preview
from logistics.usecases.follow_list import Followed

Shown = dict[str, Any]

_ONCE_MORE: Final = frozenset({"line.repeated", "list.repeated"})
_TELLS: Final = frozenset({"list.change-asked"})  # nothing to choose: it is done as it is said
_ONLY_WORDS: Final = 40  # characters of words in a question
_OVER: Final = frozenset({ErrandState.DONE, ErrandState.DECLINED, ErrandState.CANCELLED})


class Words:
    """Puts things into words for one reader: language, district's zone, and the catalogue."""

    def __init__(self, language: str, area: District, goods: Catalogue, at: datetime) -> None:
        self.language, self.zone, self.goods, self.at = language, area.zone_name, goods, at
        self.text = words(language)
        self.comma = "、" if language == "zh" else ", "
        self.items = {item.id: item for item in goods.asked_for}

    def run(self, run: Run) -> Shown:
        """Say which run it is, and how long it takes lists."""
        return {
            "id": run.id,
            "day": day(run.day, self.language),
            "wave": run.wave,
            "state": run.state.value,
            "title": self.text["list_of"].format(day=day(run.day, self.language), wave=run.wave),
            "cutoff": moment(run.cutoff_at, self.zone, self.language, self.at),
            "until": run.cutoff_at.isoformat(),
            "left": left(run.cutoff_at, self.at, self.language),
        }

    def item(self, item: Item, picked: Picked | None = None) -> Shown:
        """Show goods to choose, with how much of them was picked."""
        unit = picked.unit if picked else item.default_unit
        return {
            "id": item.id,
            "name": name(item, self.language),
            "picture": pictures.of_item(item),
            "unit": unit,
            "unit_word": unit_word(unit, self.language),
            "quantity": picked.quantity if picked else "",
            "step": step_of(unit),
            "holds": self._holds(item),
        }

    def _holds(self, item: Item) -> str:
        if item.category != PACKAGE:
            return ""
        package = self.goods.packages[item.id]
        parts = []
        for part in package.parts:
            known = self.goods.get(part.item)
            amount_said = amount(known, part.base_count, self.language, part.unit)
            parts.append(f"{name(known, self.language)} {amount_said}")
        return self.comma.join(parts)

    def picked(self, draft: Draft) -> list[Shown]:
        """Show what was picked."""
        found = [(self.goods.find(one.item), one) for one in draft.picked]
        return [self.item(item, one) for item, one in found if item is not None]

    def preview(self, draft: Draft, seen: Preview) -> Shown:
        """Show line by line what was understood, from which words, and what is not clear."""
        written = {one.words for one in draft.picked}
        return {
            "lines": [
                {
                    "item": line.item.name_zh,
                    "name": name(line.item, self.language),
                    "picture": pictures.of_item(line.item),
                    "amount": amount(line.item, line.quantity, self.language, line.unit),
                    "said": line.said,
                    "written": line.said not in written,
                    "package": bool(line.package),
                    "may_swap": line.item.substitution == "class",
                    "swap": line.item.name_zh not in draft.plain,
                }
                for line in seen.lines
            ],
            "doubts": [self.doubt(one) for one in seen.doubts],
            "note": seen.note,
        }

    def doubt(self, one: Doubt) -> Shown:
        """Ask what is not clear, with what may be answered."""
        asked: Mapping[str, Any] = one.facts.get("asked", {})
        item = self.goods.find(str(asked.get("item", ""))) if asked else None
        close = [
            found
            for word in str(one.facts.get("close", "")).split("、")
            if word and (found := self.goods.find(word)) is not None
        ]
        known = item.known_units() if item else ()
        texts = self.text["doubts_of"]
        said = " ".join(one.said.split())[:_ONLY_WORDS]
        reading = f"{asked.get('item', '')} {asked.get('quantity', '')} {asked.get('unit', '')}"
        return {
            "words": one.said,
            "question": texts.get(one.code, texts["other"]).format(
                words=said,
                known=self.comma.join(unit_word(unit, self.language) for unit in known[:6]),
                asked=reading.strip(),
            ),
            "quantity": str(asked.get("quantity", "")),
            "unit": str(asked.get("unit", "")),
            "item": item.name_zh if item else "",
            "item_name": name(item, self.language) if item else "",
            "units": [(unit, unit_word(unit, self.language)) for unit in known],
            "choices": [
                {
                    "item": found.name_zh,
                    "name": name(found, self.language),
                    "picture": pictures.of_item(found),
                }
                for found in close
            ],
            "tells": one.code in _TELLS,
            "again": one.code in _ONCE_MORE,
            "other": item is None and not close and one.code not in (_TELLS | _ONCE_MORE),
        }

    def card(self, found: HouseholdList, run: Run, stage: Stage, own: str) -> Shown:
        """Show a list in few words."""
        return {
            "id": found.id,
            "run": self.run(run),
            "count": len(found.lines),
            "for": "" if found.household_code == own else found.household_code,
            "cancelled": found.state == "cancelled",
            "waits": sum(one.state == "open" for one in found.doubts),
            "stages": self.stages(stage),
            "stage": self.text["stages"][stage.value],
            "then": self.then(found, run, stage),
            "changeable": run.state is RunState.OPEN
            and run.cutoff_at > self.at
            and found.state in ("accepted", "needs-review"),
        }

    def stages(self, now: Stage) -> list[Shown]:
        """Show the stages and which is reached."""
        order = list(Stage)
        reached = order.index(now)
        return [
            {
                "name": self.text["stages"][one.value],
                "state": "past" if n < reached else "now" if n == reached else "later",
            }
            for n, one in enumerate(order)
        ]

    def then(self, found: HouseholdList, run: Run, stage: Stage) -> str:
        """Say what comes next."""
        texts = self.text["then"]
        if found.state == "cancelled":
            return str(texts["cancelled"])
        if run.state is RunState.OPEN and run.cutoff_at > self.at:
            return str(texts["open"])
        return str(texts[stage.value])

    def followed(self, one: Followed) -> Shown:
        """Show a list with all that is known of it."""
        zh = self.language == "zh"
        return {
            **self.card(one.list, one.run, one.stage, one.list.household_code),
            "version": one.list.version,
            "note": one.list.note,
            "lines": [
                self.line(line.item_id, line.quantity, line.unit, one.told.get(line.id))
                | {"id": line.id, "said": line.said, "plain": line.substitution == "none"}
                for line in one.list.lines
            ],
            "questions": [doubt.said for doubt in one.list.doubts if doubt.state == "open"],
            "bags": [self.bag(bag) for bag in one.bags],
            "confirmed": bool(one.bags)
            and all(bag.state == BagState.CONFIRMED for bag in one.bags),
            "out": one.run.state in (RunState.RELEASED, RunState.CLOSED),
            "receipt": None
            if one.receipt is None
            else {
                "lines": [
                    {
                        "name": line.item_zh if zh else line.item_en,
                        "quantity": self.of_name(line.item_zh, line.quantity, line.base),
                        "yuan": in_yuan(line.fen),
                        "gift": line.gift,
                    }
                    for line in one.receipt.lines
                ],
                "owed": in_yuan(one.receipt.owed_fen),
                "refunded": in_yuan(one.receipt.refunded_fen) if one.receipt.refunded_fen else "",
                "subsidy": in_yuan(one.receipt.subsidy_fen) if one.receipt.subsidy_fen else "",
            },
        }

    def of_name(self, name_zh: str, count: int, base: str) -> str:
        """Say an amount of what goes by a Chinese name."""
        item = self.goods.find(name_zh)
        if item is None:  # it left the catalogue since
            return f"{count} {unit_word(base, self.language)}"
        return amount(item, count, self.language)

    def line(self, item_id: str, asked: int, unit: str, told: ToldLine | None) -> Shown:
        """Show a line: what was asked and got, why it is short, and what comes next."""
        item = self.goods.by_id[item_id]
        shown: Shown = {
            "name": name(item, self.language),
            "picture": pictures.of_item(item),
            "amount": amount(item, asked, self.language, unit),
            "told": told is not None,
        }
        if told is None:
            return shown
        zh = self.language == "zh"
        return shown | {
            "got": amount(item, told.got, self.language, unit),
            "complete": told.complete,
            "why": "" if told.complete else TABLES[self.spoken][f"reason.{told.reason.value}"],
            "next": self.text["whys"].get(told.next.value, ""),
            "ration": ""
            if told.ration is None
            else self.text["ration"].format(amount=amount(item, told.ration, self.language, unit)),
            "instead": [
                f"{other.name_zh if zh else other.name_en} "
                f"{self.of_name(other.name_zh, other.quantity, told.base)}"
                for other in told.instead
            ],
        }

    @property
    def spoken(self) -> Any:
        """The language as the tables of reports name it."""
        return "zh" if self.language == "zh" else "en"

    def bag(self, bag: HouseholdBag) -> Shown:
        """Show a bag: where it is and what is in it."""
        return {
            "code": bag.code,
            "kind": self.text["compartments"].get(bag.compartment, ""),
            "stage": self.text["stages"][bag.stage.value],
            "where": self.text["bag_states"].get(bag.state)
            or self.text["places"].get(bag.custodian.partition(":")[0], ""),
            "astray": bag.astray or bag.state == BagState.DISPUTED,
            "confirmed": bag.state == BagState.CONFIRMED,
            "to_confirm": bag.stage in (Stage.AT_SLOT, Stage.AT_DOOR)
            and bag.state not in (BagState.CONFIRMED, BagState.LOST, BagState.DAMAGED),
            "items": [
                {
                    "name": one.name_zh if self.language == "zh" else one.name_en,
                    "amount": self.of_name(one.name_zh, one.quantity, ""),
                }
                for one in bag.items
            ],
        }

    def report(self, one: BagReport) -> Shown:
        """Show a report and what is done about it."""
        text = self.text["answered" if one.answer else "waiting"]
        what = [one.item_zh if self.language == "zh" else one.item_en, one.bag_code or ""]
        return {
            "what": " · ".join(part for part in what if part),
            "kind": self.text["kinds"][one.kind.value],
            "quantity": ""
            if one.quantity is None
            else self.of_name(one.item_zh, one.quantity, one.base),
            "at": moment(one.at, self.zone, self.language, self.at),
            "note": one.note,
            "photo": one.photo_id or "",
            "answered": one.answer is not None,
            "next": text.format(next=self.text["nexts"][one.now.value]),
            "answer": one.answer.note if one.answer else "",
        }

    def errand(self, one: Errand) -> Shown:
        """Show an errand and its latest step."""
        last = one.steps[-1]
        return {
            "id": one.id,
            "kind": self.text["errand_kinds"][one.kind.value],
            "said": one.said,
            "state": self.text["errand_states"][one.state.value],
            "over": one.state in _OVER,
            "cancellable": ErrandState.CANCELLED in NEXT[one.state],
            "at": moment(last.at, self.zone, self.language, self.at),
            "note": last.note,
            "due": moment(one.due_at, self.zone, self.language, self.at) if one.due_at else "",
        }


def categories(goods: Catalogue, language: str) -> list[Shown]:
    """List the categories that hold anything, with their drawings."""
    texts = words(language)["categories"]
    there = {item.category for item in goods.asked_for}
    return [
        {"code": one, "name": texts[one], "picture": pictures.of_category(one)}
        for one in pictures.categories()
        if one in there
    ]


def symbols(*groups: Iterable[Shown]) -> set[str]:
    """Name the drawings that a page needs."""
    return {one["picture"].symbol for group in groups for one in group if "picture" in one}
