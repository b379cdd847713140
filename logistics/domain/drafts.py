"""A list that a household is still putting together: what was picked, and what was written."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from logistics.domain.lists import AskedLine
from logistics.errors import Conflict, Invalid

LONGEST: Final = 4000  # characters of the text
MOST: Final = 200  # lines that were picked
_NOTE: Final = 500
_FIGURES: Final = 9  # of an amount; more is a slip of the finger


class DraftTooLong(Invalid):
    """The text, or what was picked, is more than one list may hold."""

    code = "draft.too-long"


class DraftItemUnknown(Invalid):
    """What was picked is not in the catalogue."""

    code = "draft.item-unknown"


class DraftChanged(Conflict):
    """What is to be sent is not what was looked at."""

    code = "draft.changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """Goods that were picked: the catalogue's Chinese name, a decimal number and a unit."""

    item: str
    quantity: str
    unit: str

    @property
    def words(self) -> str:
        """Say it as it would be written."""
        return f"{self.item}{self.quantity}{self.unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A list before it is sent.

    ``plain`` names items instead of which nothing else may come. ``list_id`` and ``version`` name
    the list that this one is put in the place of; ``household`` is the code for which it is sent.
    """

    household: str
    picked: tuple[Picked, ...] = ()
    text: str = ""
    note: str = ""
    plain: frozenset[str] = frozenset()
    list_id: str = ""
    version: int = 0

    def __post_init__(self) -> None:
        if len(self.text) > LONGEST or len(self.picked) > MOST or len(self.note) > _NOTE:
            raise DraftTooLong(
                field="text", value=len(self.text), longest=LONGEST, most=MOST,
                mend="send it in parts",
            )  # fmt: skip

    @property
    def empty(self) -> bool:
        """Say whether it asks for nothing."""
        return not self.picked and not self.text.strip()

    def asked(self) -> list[AskedLine]:
        """Give what was picked as lines of a list."""
        return [AskedLine(one.item, one.quantity, one.unit, said=one.words) for one in self.picked]

    def of(self, item: str) -> Picked | None:
        """Find what was picked of an item."""
        return next((one for one in self.picked if one.item == item), None)

    def pick(self, item: str, quantity: str, unit: str) -> "Draft":
        """Put an amount of an item in the place of the one before; 0 or nothing takes it off."""
        amount = _amount(quantity)
        new = None if not amount else Picked(item=item, quantity=amount, unit=unit)
        if self.of(item) is not None:
            kept = (new if one.item == item else one for one in self.picked)
            return replace(self, picked=tuple(one for one in kept if one is not None))
        return self if new is None else replace(self, picked=(*self.picked, new))

    def settle(self, words: str, instead: str) -> "Draft":
        """Put clear words in the place of those not understood; empty leaves them out."""
        said = words.strip()
        if said and said in self.text:
            start = self.text.index(said)
            text = f"{self.text[:start]} {instead} {self.text[start + len(said) :]}"
            lines = (" ".join(line.split()) for line in text.splitlines())
            return replace(
                self, text="\n".join(line for line in lines if line.strip(" ,，;；、。"))
            )
        kept = tuple(one for one in self.picked if one.words != said)
        text = "\n".join(part for part in (self.text.strip(), instead) if part)
        return replace(self, picked=kept, text=text)

    def facts(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return {
            "household": self.household,
            "picked": [[one.item, one.quantity, one.unit] for one in self.picked],
            "text": self.text,
            "note": self.note,
            "plain": sorted(self.plain),
            "list": self.list_id,
            "version": self.version,
        }

    @classmethod
    def of_facts(cls, facts: Mapping[str, Any], household: str) -> "Draft":
        """Read it back; what is not said is as in a new one of the household."""
        return cls(
            household=str(facts.get("household", household)),
            picked=tuple(
                Picked(item=item, quantity=quantity, unit=unit)
                for item, quantity, unit in facts.get("picked", ())
            ),
            text=str(facts.get("text", "")),
            note=str(facts.get("note", "")),
            plain=frozenset(facts.get("plain", ())),
            list_id=str(facts.get("list", "")),
            version=int(facts.get("version", 0)),
        )


def _amount(said: str) -> str:
    """Write a number plainly; empty for none, for zero and for what is no number."""
    try:
        number = Decimal(said.strip() or "0")
    except InvalidOperation:
        return ""
    if not number.is_finite() or number <= 0 or number.adjusted() > _FIGURES:
        return ""
    return f"{number.normalize():f}"
