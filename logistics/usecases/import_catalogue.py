"""Take in a catalogue (导入商品目录): new items and changed ones, and how they came about."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from logistics.domain.catalogue import Catalogue, Item, ItemInvalid, fold
from logistics.domain.packages import Package
from logistics.errors import Conflict
from logistics.store import audit, catalogue, packages


class BaseFixed(Conflict):
    """The base unit of an item is what every amount of it is kept in; it cannot change."""

    code = "catalogue.base-fixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueReport:
    """What an import brought: names of items and packages, and refusals of those left out."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: int
    packages_added: tuple[str, ...]
    packages_changed: tuple[str, ...]  # that have a new version
    refused: tuple[ItemInvalid | BaseFixed, ...]


def import_catalogue(
    session: Session,
    items: Sequence[Item],
    given_packages: Sequence[Package] = (),
    *,
    ambiguous: Mapping[str, Iterable[str]] | None = None,
    said: frozenset[str] | None = None,
    actor: str,
    at: datetime,
) -> CatalogueReport:
    """Take in items and packages, by Chinese name; none is ever forgotten.

    An item that differs is changed, and what it is from now on is written down beside what it
    was; a package that differs gets a further version. Lists that were taken keep what they
    asked for, in base units and by version.

    Parameters
    ----------
    ambiguous
        Words that could be several items, with the Chinese names of those.
    said
        Fields of items that the source speaks of; of an item that is known already, others stay
        as they are. None: all of them.
    """
    known = catalogue.load(session)
    sieve = _Sieve(known, {item.name_zh for item in items})
    good = sieve.items(items, said)
    after = {item.name_zh: item for item in (*known.items, *good)}
    old = {item.name_zh: item for item in known.items}
    added = [item for item in good if item.name_zh not in old]
    changed = [item for item in good if item.name_zh in old and _differs(item, old[item.name_zh])]
    before = {
        item.id: facts_of(old[item.name_zh])
        for item in changed
        if not catalogue.versions_of(session, item.id)
    }
    catalogue.put_items(session, [*added, *changed])
    catalogue.keep_versions(session, before, actor="", at=at)
    catalogue.keep_versions(
        session, {item.id: facts_of(item) for item in (*added, *changed)}, actor=actor, at=at
    )
    fresh, newer = sieve.packages(given_packages, after)
    ids = {name: item.id for name, item in after.items()}
    packages.add_versions(session, [*fresh, *newer], ids, actor=actor, at=at)
    catalogue.put_ambiguous(session, sieve.ambiguous(ambiguous or {}, ids))
    report = CatalogueReport(
        added=tuple(item.name_zh for item in added),
        changed=tuple(item.name_zh for item in changed),
        unchanged=len(good) - len(added) - len(changed),
        packages_added=tuple(one.name_zh for one in fresh),
        packages_changed=tuple(one.name_zh for one in newer),
        refused=tuple(sieve.refused),
    )
    audit.record(
        session, actor=actor, command="catalogue import", subject="catalogue",
        facts={
            "added": len(added), "changed": len(changed), "refused": len(report.refused),
            "packages": len(fresh) + len(newer),
        },
        at=at,
    )  # fmt: skip
    return report


def facts_of(item: Item) -> dict[str, Any]:
    """Say an item in plain values, as its versions keep it."""
    facts = {f.name: getattr(item, f.name) for f in fields(item)}
    return {
        **facts,
        "units": dict(item.units),
        "aliases": list(item.aliases),
        "misspellings": list(item.misspellings),
    }


class _Sieve:
    """Lets through what keeps the rules of the whole catalogue, and remembers the rest."""

    def __init__(self, known: Catalogue, named: set[str]) -> None:
        self._known = {item.name_zh: item for item in known.items}
        self._packages = {one.name_zh: one for one in known.packages.values()}
        self.refused: list[ItemInvalid | BaseFixed] = []
        self._owners: dict[str, str] = {}
        for item in known.items:
            if item.name_zh not in named:
                self._owners.update(dict.fromkeys(_words(item), item.name_zh))
        for one in known.packages.values():
            self._owners.update(dict.fromkeys(_package_words(one), one.name_zh))

    def items(self, given: Sequence[Item], said: frozenset[str] | None) -> list[Item]:
        good: dict[str, Item] = {}
        for one in given:
            known = self._known.get(one.name_zh)
            try:
                item = _over(known, one, said)
                _keep_base(known, item)
                self._claim(item.name_zh, _words(item))
            except (ItemInvalid, BaseFixed) as refusal:
                self.refused.append(refusal)
                if known is not None:  # it stays as it was, with its words
                    self._owners.update(dict.fromkeys(_words(known), known.name_zh))
                continue
            good[item.name_zh] = item
        return list(good.values())

    def packages(
        self, given: Sequence[Package], items: Mapping[str, Item]
    ) -> tuple[list[Package], list[Package]]:
        """Part packages into new ones and those that differ from their latest version."""
        fresh: list[Package] = []
        newer: list[Package] = []
        for one in given:
            known = self._packages.get(one.name_zh)
            if known is not None and replace(one, version=known.version) == known:
                continue
            try:
                _know_parts(one, items)
                self._claim(one.name_zh, _package_words(one))
            except ItemInvalid as refusal:
                self.refused.append(refusal)
                continue
            if known is None:
                fresh.append(replace(one, version=1))
            else:
                newer.append(replace(one, version=known.version + 1))
        return fresh, newer

    def ambiguous(
        self, given: Mapping[str, Iterable[str]], ids: Mapping[str, str]
    ) -> dict[str, list[str]]:
        """Keep words that are nobody's name, with those of their items that there are."""
        found = {
            word: [ids[name] for name in names if name in ids]
            for word, names in given.items()
            if fold(word) not in self._owners
        }
        return {word: items for word, items in found.items() if items}

    def _claim(self, name: str, words: Iterable[str]) -> None:
        claimed = dict.fromkeys(words, name)
        for word in claimed:
            other = self._owners.get(word, name)
            if other != name:
                raise ItemInvalid(item=name, field="aliases", value=word, belongs_to=other)
        self._owners.update(claimed)


def _over(known: Item | None, given: Item, said: frozenset[str] | None) -> Item:
    """Put what a source says over what is known of an item."""
    if known is None or said is None:
        return given
    kept = {
        f.name: getattr(known, f.name)
        for f in fields(known)
        if f.name not in said and f.name != "cold"
    }
    return replace(given, **kept)


def _differs(item: Item, known: Item) -> bool:
    """Whether two say different things of an item; the order of its words says nothing."""
    ours, theirs = facts_of(item), facts_of(known)
    for facts in (ours, theirs):
        facts |= {name: set(facts[name]) for name in ("aliases", "misspellings")}
    return ours != theirs


def _keep_base(known: Item | None, item: Item) -> None:
    if known is not None and item.base != known.base:
        raise BaseFixed(
            item=item.name_zh, field="base", value=item.base,
            mend=f"leave it at {known.base}, or use a new name",
        )  # fmt: skip


def _know_parts(one: Package, items: Mapping[str, Item]) -> None:
    for part in one.parts:
        if part.item not in items:
            raise ItemInvalid(item=one.name_zh, field="parts", value=part.item)


def _words(item: Item) -> list[str]:
    return [fold(w) for w in (item.name_zh, item.name_en, *item.aliases, *item.misspellings)]


def _package_words(one: Package) -> list[str]:
    return [fold(word) for word in (one.name_zh, one.name_en, *one.aliases)]
