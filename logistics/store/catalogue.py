"""The catalogue in the database: what stands now, and how it came about."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from logistics.domain.catalogue import Catalogue, Item, fold
from logistics.domain.ids import new_id
from logistics.store import editions, packages
from logistics.store.rows import Put, put, replace_rows
from logistics.store.tables import (
    ambiguous_word,
    item,
    item_alias,
    item_misspelling,
    item_unit,
    item_version,
)

_SCALARS = (
    "id",
    "name_zh",
    "name_en",
    "base",
    "default_unit",
    "weight_mg",
    "volume_ul",
    "category",
    "cold",
    "cold_chain",
    "fragile",
    "household_limit",
    "person_limit",
    "substitute_class",
    "aisle",
)


_KEPT = editions.Kept()


def load(session: Session) -> Catalogue:
    """Return the whole catalogue, by Chinese name, with packages and ambiguous words.

    It is read once for each edition of it.
    """
    return _KEPT.get(session, lambda: _read(session))


def _read(session: Session) -> Catalogue:
    units: dict[str, dict[str, int]] = {}
    for row in session.execute(select(item_unit)):
        units.setdefault(row.item_id, {})[row.unit] = row.base_count
    aliases = _words(session, item_alias.c.item_id, item_alias.c.alias)
    misspellings = _words(session, item_misspelling.c.item_id, item_misspelling.c.word)
    rows = session.execute(select(item).order_by(item.c.name_zh)).mappings()
    items = [
        Item(
            **{name: row[name] for name in _SCALARS if name not in {"id", "cold_chain"}},
            cold_chain=row["cold_chain"] or "",
            aliases=tuple(aliases.get(row["id"], ())),
            misspellings=tuple(misspellings.get(row["id"], ())),
            units=units.get(row["id"], {}),
        )
        for row in rows
    ]
    names = {one.id: one.name_zh for one in items}
    bundles = packages.load(session, names)
    taken = {
        fold(word)
        for one in items
        for word in (one.name_zh, one.name_en, *one.aliases, *one.misspellings)
    }
    taken |= {fold(word) for one in bundles for word in (one.name_zh, one.name_en, *one.aliases)}
    return Catalogue(items, _ambiguous(session, names, taken), bundles)


def put_items(session: Session, items: Collection[Item]) -> Put:
    """Write items with their units and words, or what differs; forget no item."""
    rows = put(session, item, [{n: getattr(i, n) for n in _SCALARS} for i in items])
    ids = {one.id for one in items}
    units = [
        {"item_id": i.id, "unit": unit, "base_count": count}
        for i in items
        for unit, count in i.units.items()
    ]
    aliases = [{"item_id": i.id, "alias": a} for i in items for a in dict.fromkeys(i.aliases)]
    errors = [{"item_id": i.id, "word": w} for i in items for w in dict.fromkeys(i.misspellings)]
    changed = replace_rows(session, item_unit, "item_id", ids, units)
    changed += replace_rows(session, item_alias, "item_id", ids, aliases)
    changed += replace_rows(session, item_misspelling, "item_id", ids, errors)
    editions.renew(session)
    return Put(rows.added, rows.changed + changed)


def put_ambiguous(session: Session, words: Mapping[str, Iterable[str]]) -> None:
    """Let each of these words be any of these items, by id; other words stay as they are."""
    session.execute(delete(ambiguous_word).where(ambiguous_word.c.word.in_(list(words))))
    rows = [
        {"word": word, "item_id": item_id, "rank": rank}
        for word, ids in words.items()
        for rank, item_id in enumerate(dict.fromkeys(ids))
    ]
    if rows:
        session.execute(insert(ambiguous_word), rows)
    editions.renew(session)


def keep_versions(
    session: Session, versions: Mapping[str, Mapping[str, Any]], *, actor: str, at: datetime
) -> None:
    """Write what these items, by id, are from now on."""
    if versions:
        session.execute(
            insert(item_version),
            [
                {"id": new_id("iv", at), "item_id": item_id, "facts": facts, "actor": actor,
                 "at": at}
                for item_id, facts in versions.items()
            ],
        )  # fmt: skip


def versions_of(
    session: Session, item_id: str
) -> tuple[tuple[datetime, str, dict[str, Any]], ...]:
    """Read what an item was from when on and who said so, oldest first."""
    rows = session.execute(
        select(item_version).where(item_version.c.item_id == item_id).order_by(item_version.c.seq)
    )
    return tuple((row.at, row.actor, row.facts) for row in rows)


def _words(session: Session, owner: Any, word: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item_id, said in session.execute(select(owner, word).order_by(word)):
        found.setdefault(item_id, []).append(said)
    return found


def _ambiguous(
    session: Session, names: Mapping[str, str], taken: set[str]
) -> dict[str, list[str]]:
    """Read ambiguous words; one that became the name of something since is no longer one."""
    found: dict[str, list[str]] = {}
    for row in session.execute(select(ambiguous_word).order_by(ambiguous_word.c.rank)):
        if fold(row.word) not in taken:
            found.setdefault(row.word, []).append(names[row.item_id])
    return found
