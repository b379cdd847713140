"""Show how a list would be understood before it is sent, and send it (先看后发)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction

from sqlalchemy.orm import Session

from logistics.domain.catalogue import Catalogue
from logistics.domain.drafts import Draft, Picked
from logistics.domain.lists import Doubt, HouseholdList, OrderLine, ReadLine, read_lines
from logistics.domain.quantities import say_decimal
from logistics.domain.repeats import Before, Wished, part_repeats
from logistics.exchange.messages.entries import read_body
from logistics.store import catalogue, earlier_lists, lists, open_runs, places, substitutes
from logistics.usecases.amend_list import amend_list
from logistics.usecases.repeat_list import NoEarlierList
from logistics.usecases.take_list import take_list


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a draft would become: lines that stand, doubts, and the note to those who pack."""

    lines: tuple[ReadLine, ...]
    doubts: tuple[Doubt, ...]
    note: str


def preview_draft(
    session: Session, draft: Draft, run_id: str | None, goods: Catalogue, *, since: datetime | None
) -> Preview:
    """Read a draft as :func:`take_list` would, and write nothing.

    Parameters
    ----------
    run_id
        The run into which it would go; None where none is open.
    since
        Lists from before this instant are not told of: the reader came in by the door.

    Raises
    ------
    HouseholdUnknown
        If there is no such household.
    """
    home = places.household_by_code(session, draft.household)
    body = read_body(draft.text, goods)
    asked = (*draft.asked(), *body.lines)
    clean, doubts = read_lines(goods, asked, home.persons)
    if run_id is not None and not draft.list_id:
        known = earlier_lists.asked_before(session, run_id, home.id).get(home.id, {})
        clean, again = part_repeats(clean, _told(known, since))
        doubts += again
    note = "；".join(part for part in (draft.note.strip(), body.note) if part)
    return Preview(lines=tuple(clean), doubts=(*doubts, *body.doubts), note=note)


def send_draft(
    session: Session, draft: Draft, run_id: str, *, channel: str, actor: str, at: datetime
) -> HouseholdList:
    """Send a draft into a run, or put it in the place of the list that it changes.

    Raises
    ------
    RunUnknown, HouseholdUnknown, ListAfterCutOff, ListEmpty
        As in :func:`logistics.usecases.take_list.take_list`.
    ListUnknown, ListChanged, ListNotOpen
        As in :func:`logistics.usecases.amend_list.amend_list`.
    """
    if draft.list_id:
        sent = amend_list(
            session,
            draft.list_id,
            draft.asked(),
            text=draft.text,
            note=draft.note,
            expected_version=draft.version,
            actor=actor,
            at=at,
        )
    else:
        sent = take_list(
            session,
            run_id,
            draft.household,
            draft.asked(),
            text=draft.text,
            note=draft.note,
            channel=channel,
            actor=actor,
            at=at,
        )
    _wish(session, sent, draft)
    return lists.get(session, sent.id)


def draft_of_list(session: Session, found: HouseholdList) -> Draft:
    """Make a draft of a list that is to be changed; words that still wait are read again."""
    goods = catalogue.load(session)
    waiting = [one.said for one in found.doubts if one.state == "open"]
    return Draft(
        household=found.household_code,
        picked=_picked(goods, found.lines),
        text="\n".join(dict.fromkeys(waiting)),
        note=found.note,
        plain=frozenset(
            line.item
            for line in found.lines
            if line.substitution == "none" != goods.by_id[line.item_id].substitution
        ),
        list_id=found.id,
        version=found.version,
    )


def draft_of_last(
    session: Session, draft: Draft, at: datetime, *, since: datetime | None
) -> Draft:
    """Put the lines of the household's last list that was bought for into a draft (老样子).

    Raises
    ------
    HouseholdUnknown
        If there is no such household.
    NoEarlierList
        If there is no such list, or the reader came in by the door after it.
    """
    home = places.household_by_code(session, draft.household)
    run = open_runs.next_cut_off(session, home.district_id, at)
    last = earlier_lists.last_frozen(session, home.id, run.id if run else "")
    if last is None or (since is not None and last.created_at < since):
        raise NoEarlierList(household=home.code, mend="send the lines themselves")
    goods = catalogue.load(session)
    for one in _picked(goods, last.lines):
        if draft.of(one.item) is None:
            draft = draft.pick(one.item, one.quantity, one.unit)
    return draft


def _picked(goods: Catalogue, lines: tuple[OrderLine, ...]) -> tuple[Picked, ...]:
    """Say lines again, each item once; in base units where the unit gives no plain number."""
    amounts: dict[str, tuple[str, int]] = {}
    for line in lines:
        unit, before = amounts.get(line.item_id, (line.unit, 0))
        amounts[line.item_id] = (unit, before + line.quantity)
    said = []
    for item_id, (unit, quantity) in amounts.items():
        item = goods.by_id[item_id]
        held = item.base_count(unit)
        number = say_decimal(Fraction(quantity, held)) if held else None
        said.append(
            Picked(item=item.name_zh, quantity=str(quantity), unit=item.base)
            if number is None
            else Picked(item=item.name_zh, quantity=number, unit=unit)
        )
    return tuple(said)


def _told(known: Mapping[Wished, Before], since: datetime | None) -> Mapping[Wished, Before]:
    if since is None:
        return known
    return {wished: before for wished, before in known.items() if before.at >= since}


def _wish(session: Session, sent: HouseholdList, draft: Draft) -> None:
    """Write what may come instead; the run is open and held, so nothing of it is shared yet."""
    for item_id, name in {line.item_id: line.item for line in sent.lines}.items():
        if name in draft.plain:
            substitutes.allow(
                session,
                sent.run_id,
                sent.household_code,
                item_id,
                substitution="none",
                substitutes=(),
                cap_fen=None,
            )


def with_text(draft: Draft, text: str, note: str) -> Draft:
    """Put other words into a draft."""
    return replace(draft, text=text.replace("\r\n", "\n"), note=" ".join(note.split()))
