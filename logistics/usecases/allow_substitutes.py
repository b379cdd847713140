"""Write what a household allows instead of what it asked, until goods are shared (替代意愿)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.allocation import ESSENTIAL, Substitution
from logistics.domain.runs import Run, RunState
from logistics.errors import Conflict, Invalid, NotFound
from logistics.store import audit, catalogue, runs, substitutes, wishes

_ORDER = tuple(RunState)


class SubstitutesInvalid(Invalid):
    """What is named may not come instead, nothing is named, or the cap is not above 0."""

    code = "substitutes.invalid"


class SubstitutesTooLate(Conflict):
    """The run's goods are shared already."""

    code = "substitutes.too-late"


class NotAskedFor(NotFound):
    """The household does not ask for this item in this run."""

    code = "substitutes.not-asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What holds now for a household's lines of an item; ``lines`` counts them."""

    run: Run
    household_code: str
    item: str
    substitution: Substitution
    substitutes: tuple[str, ...]
    cap_fen: int | None
    lines: int


def allow_substitutes(
    session: Session,
    run: str,
    household: str,
    item: str,
    substitution: Substitution,
    *,
    instead: Sequence[str] = (),
    cap_fen: int | None = None,
    actor: str,
    at: datetime,
) -> Allowed:
    """Let a household's lines of an item be substituted as it says.

    Parameters
    ----------
    instead
        Names of items, wanted first, where only those may come.
    cap_fen
        The most that the whole line may cost with a substitute; None: it does not matter.

    Raises
    ------
    RunUnknown, ItemUnknown
        If run or an item are not known.
    NotAskedFor
        If the household has no line of the item in this run.
    SubstitutesInvalid
        If the item or one named is medicine or infant food, another base unit or the item itself,
        if nothing is named where only named ones may come, or if the cap is not above 0.
    SubstitutesTooLate
        If the run has been shared.
    """
    found = runs.get_for_update(session, run)
    if _ORDER.index(found.state) >= _ORDER.index(RunState.ALLOCATED):
        raise SubstitutesTooLate(
            run=found.code, state=found.state.value, mend="say it on the next list"
        )
    goods = catalogue.load(session)
    asked = goods.get(item)
    others = [goods.get(name) for name in instead]
    if cap_fen is not None and cap_fen <= 0:
        raise SubstitutesInvalid(field="cap", value=cap_fen, mend="give an amount above 0")
    if substitution is Substitution.LISTED and not others:
        raise SubstitutesInvalid(field="instead", value="", mend="name at least one item")
    if substitution is not Substitution.NONE and asked.category in ESSENTIAL:
        raise SubstitutesInvalid(
            field="item",
            value=asked.name_zh,
            mend="medicine and infant food are never substituted",
        )
    for other in others:
        if other.category in ESSENTIAL or other.base != asked.base or other.id == asked.id:
            raise SubstitutesInvalid(
                field="instead",
                value=other.name_zh,
                mend="name other goods in the same unit; no medicine, no infant food",
            )
    names = wishes.names(session)
    ids = tuple(dict.fromkeys(names[other.name_zh] for other in others))
    lines = substitutes.allow(
        session,
        found.id,
        household,
        names[asked.name_zh],
        substitution=substitution.value,
        substitutes=ids,
        cap_fen=cap_fen,
    )
    if not lines:
        raise NotAskedFor(
            run=found.code, household=household, item=asked.name_zh, mend="check code and item"
        )
    audit.record(
        session,
        actor=actor,
        command="run.substitutes",
        subject=found.id,
        facts={
            "household": household,
            "item": names[asked.name_zh],
            "substitution": substitution.value,
            "substitutes": list(ids),
            "cap_fen": cap_fen,
        },
        at=at,
    )
    return Allowed(
        run=found,
        household_code=household,
        item=asked.name_zh,
        substitution=substitution,
        substitutes=tuple(other.name_zh for other in others),
        cap_fen=cap_fen,
        lines=lines,
    )
