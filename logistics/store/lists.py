"""Lists of households in the database: lines replaced only with a new version beside the old."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, insert, select, update
from sqlalchemy.orm import Session

from logistics.domain.changes import Standing
from logistics.domain.ids import new_id
from logistics.domain.lists import HouseholdList, ListUnknown, OrderLine, ReadLine
from logistics.store import triage as doubts
from logistics.store.tables import (
    household,
    household_list,
    item,
    list_history,
    order_line,
    place,
)

_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class NewList:
    """A list to be written, with its lines and the digest of what was sent."""

    id: str
    run_id: str
    household_id: str
    client_ref: str | None
    channel: str
    state: str
    note: str
    said: str
    lines: Sequence[ReadLine]
    digest: str


def hold_household(session: Session, household_id: str) -> None:
    """Let only one list of a household be taken, changed or cancelled at a time.

    What refers to the household may still be written, so that an import stands in nobody's way.
    """
    session.execute(
        select(household.c.id)
        .where(household.c.id == household_id)
        .with_for_update(key_share=True)
    )


def hold_households(session: Session, codes: Iterable[str]) -> None:
    """Hold many households, in the order of their codes, so that nobody waits crosswise."""
    wanted = sorted(set(codes))
    for start in range(0, len(wanted), _AT_ONCE):
        session.execute(
            select(household.c.id)
            .where(household.c.code.in_(wanted[start : start + _AT_ONCE]))
            .order_by(household.c.code)
            .with_for_update(key_share=True)
        )


def household_codes(session: Session, district_id: str) -> dict[str, str]:
    """Map the code of every household of a district to its id."""
    rows = session.execute(
        select(household.c.code, household.c.id).where(household.c.district_id == district_id)
    )
    return {row.code: row.id for row in rows}


def compound_names(session: Session, district_id: str) -> tuple[tuple[str, str, str], ...]:
    """List code, Chinese and English name of every compound of a district."""
    rows = session.execute(
        select(place.c.code, place.c.name_zh, place.c.name_en).where(
            place.c.district_id == district_id, place.c.kind == "compound"
        )
    )
    return tuple((row.code, row.name_zh, row.name_en) for row in rows)


def add(session: Session, lists: Sequence[NewList], *, actor: str, at: datetime) -> None:
    """Write new lists with their lines and their first version, in bulk."""
    if not lists:
        return
    lines = [
        _line_row(new.id, no, line, 1, at)
        for new in lists
        for no, line in enumerate(new.lines, start=1)
    ]
    _insert(session, lists, [_list_row(new, at) for new in lists], lines, actor=actor, at=at)


def add_one(
    session: Session, new: NewList, household_code: str, *, actor: str, at: datetime
) -> HouseholdList:
    """Write a new list and return it as :func:`get` would read it; nothing is in doubt on it."""
    row = _list_row(new, at)
    lines = [_line_row(new.id, no, line, 1, at) for no, line in enumerate(new.lines, start=1)]
    _insert(session, [new], [row], lines, actor=actor, at=at)
    names = [line.item.name_zh for line in new.lines]
    return HouseholdList(
        **row,
        household_code=household_code,
        lines=tuple(_line(one, name) for one, name in zip(lines, names, strict=True)),
    )


def get(session: Session, list_id: str, *, lock: bool = False) -> HouseholdList:
    """Read a list with its lines and doubts; ``lock`` it to change it.

    Raises
    ------
    ListUnknown
        If none has this id.
    """
    query = _lists().where(household_list.c.id == list_id)
    if lock:
        query = query.with_for_update(of=household_list)
    found = _read(session, query)
    if not found:
        raise ListUnknown(list=list_id)
    return found[0]


def page(
    session: Session, run_id: str, after: str | None = None, limit: int = 100
) -> tuple[HouseholdList, ...]:
    """Read lists of a run by id, ``limit`` at most, after the id given."""
    query = _lists().where(household_list.c.run_id == run_id)
    if after is not None:
        query = query.where(household_list.c.id > after)
    return _read(session, query.order_by(household_list.c.id).limit(limit))


def of_household(
    session: Session, run_id: str | None, household_code: str
) -> tuple[HouseholdList, ...]:
    """Read a household's lists, oldest first: those of one run, or all."""
    query = _lists().where(household.c.code == household_code)
    if run_id is not None:
        query = query.where(household_list.c.run_id == run_id)
    return _read(session, query.order_by(household_list.c.created_at, household_list.c.id))


def change(
    session: Session,
    before: HouseholdList,
    lines: Sequence[ReadLine],
    *,
    state: str,
    note: str,
    said: str,
    actor: str,
    at: datetime,
) -> None:
    """Replace a list's lines and write the next version; the caller has locked the list."""
    version = before.version + 1
    session.execute(
        update(household_list)
        .where(household_list.c.id == before.id)
        .values(version=version, state=state, note=note, said=said, updated_at=at)
    )
    session.execute(delete(order_line).where(order_line.c.list_id == before.id))
    rows = [_line_row(before.id, no, line, version, at) for no, line in enumerate(lines, 1)]
    if rows:
        session.execute(insert(order_line), rows)
    _remember(session, before.id, version, _body(state, note, lines), actor=actor, at=at)


def append(
    session: Session,
    before: HouseholdList,
    lines: Sequence[ReadLine],
    *,
    state: str,
    actor: str,
    at: datetime,
) -> None:
    """Add lines to a list (or none) and write the next version."""
    version = before.version + 1
    session.execute(
        update(household_list)
        .where(household_list.c.id == before.id)
        .values(version=version, state=state, updated_at=at)
    )
    if lines:
        first = max((known.no for known in before.lines), default=0) + 1
        session.execute(
            insert(order_line),
            [_line_row(before.id, no, line, version, at) for no, line in enumerate(lines, first)],
        )
    body = {
        "state": state,
        "note": before.note,
        "lines": [
            *(
                {"item": known.item, "quantity": known.quantity, "unit": known.unit}
                for known in before.lines
            ),
            *_body(state, "", lines)["lines"],
        ],
    }
    _remember(session, before.id, version, body, actor=actor, at=at)


def revise(
    session: Session,
    before: HouseholdList,
    lines: Sequence[Standing],
    *,
    actor: str,
    at: datetime,
) -> None:
    """Write the lines that stand from now on as the next version; the list is locked.

    Lines that stay keep their id, and with it what the household allowed instead of them.
    """
    version = before.version + 1
    known = {line.id: line for line in before.lines}
    stays = {key for key, _ in lines if key}
    gone = [key for key in known if key not in stays]
    if gone:
        session.execute(delete(order_line).where(order_line.c.id.in_(gone)))
    for key, line in lines:
        if key and (line.quantity, line.unit) != (known[key].quantity, known[key].unit):
            values = {"quantity": line.quantity, "unit": line.unit, "said": line.said}
            session.execute(
                update(order_line).where(order_line.c.id == key).values(**values, version=version)
            )
    first = max((line.no for line in before.lines), default=0) + 1
    fresh = [line for key, line in lines if not key]
    rows = [_line_row(before.id, no, line, version, at) for no, line in enumerate(fresh, first)]
    if rows:
        session.execute(insert(order_line), rows)
    session.execute(
        update(household_list)
        .where(household_list.c.id == before.id)
        .values(version=version, updated_at=at)
    )
    body = _body(before.state, before.note, [line for _, line in lines])
    _remember(session, before.id, version, body, actor=actor, at=at)


def history(session: Session, list_id: str) -> tuple[Mapping[str, Any], ...]:
    """Read what every version of a list held, first version first."""
    rows = session.scalars(
        select(list_history.c.body)
        .where(list_history.c.list_id == list_id)
        .order_by(list_history.c.version)
    )
    return tuple(rows)


def _insert(
    session: Session,
    lists: Sequence[NewList],
    rows: list[dict[str, Any]],
    lines: list[dict[str, Any]],
    *,
    actor: str,
    at: datetime,
) -> None:
    session.execute(insert(household_list), rows)
    if lines:
        session.execute(insert(order_line), lines)
    session.execute(
        insert(list_history),
        [
            {
                "id": new_id("lh", at), "list_id": new.id, "version": 1, "at": at, "actor": actor,
                "body": _body(new.state, new.note, new.lines) | {"digest": new.digest},
            }
            for new in lists
        ],
    )  # fmt: skip


def _remember(
    session: Session, list_id: str, version: int, body: dict[str, Any], *, actor: str, at: datetime
) -> None:
    session.execute(
        insert(list_history).values(
            id=new_id("lh", at), list_id=list_id, version=version, at=at, actor=actor, body=body
        )
    )


def _list_row(new: NewList, at: datetime) -> dict[str, Any]:
    return {
        "id": new.id, "run_id": new.run_id, "household_id": new.household_id,
        "client_ref": new.client_ref, "channel": new.channel, "state": new.state,
        "note": new.note, "said": new.said, "version": 1, "created_at": at, "updated_at": at,
    }  # fmt: skip


def _line_row(list_id: str, no: int, line: ReadLine, version: int, at: datetime) -> dict[str, Any]:
    return {
        "id": new_id("ln", at), "list_id": list_id, "no": no, "item_id": line.item.id,
        "quantity": line.quantity, "unit": line.unit, "said": line.said,
        "substitution": line.item.substitution, "version": version,
        "package_version_id": line.package or None,
    }  # fmt: skip


def _body(state: str, note: str, lines: Sequence[ReadLine]) -> dict[str, Any]:
    return {
        "state": state,
        "note": note,
        "lines": [
            {"item": line.item.name_zh, "quantity": line.quantity, "unit": line.unit}
            for line in lines
        ],
    }


def _lists() -> Select[Any]:
    return select(household_list, household.c.code.label("household_code")).join(
        household, household.c.id == household_list.c.household_id
    )


def _read(session: Session, query: Select[Any]) -> tuple[HouseholdList, ...]:
    rows = session.execute(query).mappings().all()
    lines: dict[str, list[OrderLine]] = {}
    keys = [row["id"] for row in rows]
    for start in range(0, len(keys), _AT_ONCE):
        found = session.execute(
            select(order_line, item.c.name_zh)
            .join(item, item.c.id == order_line.c.item_id)
            .where(order_line.c.list_id.in_(keys[start : start + _AT_ONCE]))
            .order_by(order_line.c.list_id, order_line.c.no)
        )
        for line in found.mappings():
            lines.setdefault(line["list_id"], []).append(_line(line, line["name_zh"]))
    found_doubts = doubts.of_lists(session, keys)
    return tuple(
        HouseholdList(
            **row,
            lines=tuple(lines.get(row["id"], ())),
            doubts=found_doubts.get(row["id"], ()),
        )
        for row in rows
    )


def _line(row: Mapping[Any, Any], name_zh: str) -> OrderLine:
    same = ("id", "no", "item_id", "quantity", "unit", "said", "substitution", "version")
    return OrderLine(
        **{name: row[name] for name in same}, item=name_zh, package=row["package_version_id"]
    )
