"""Share round by round: own goods, what came instead, what is left, and who may take it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from logistics.domain.allocation import (
    ESSENTIAL,
    Allocation,
    Bid,
    Fill,
    Part,
    Question,
    Reason,
    Share,
    ShareKind,
    Sharer,
    Situation,
    Substitution,
    Supply,
    Terms,
    Want,
    may_replace,
    why_short,
)
from logistics.domain.fairness import draw


@dataclass(slots=True)
class _Line:
    want: Want
    entitled: int
    worth: Fraction = Fraction(0)  # by how much a base unit fills the household's list
    got: int = 0
    gifts: list[tuple[str, int, bool]] = field(default_factory=list)
    extra: list[tuple[str, int]] = field(default_factory=list)

    @property
    def room(self) -> int:
        return self.entitled - self.got


@dataclass(slots=True)
class _Home:
    code: str
    tier: int
    ticket: bytes
    debt_permille: int
    lines: list[_Line] = field(default_factory=list)
    proven: bool = True
    rate: Fraction = Fraction(0)


class _Shelf:
    """Lots of one item that are emptied one after another."""

    def __init__(self, item_id: str, lots: Iterable[Supply]) -> None:
        self.item_id = item_id
        ordered = sorted(lots, key=lambda s: (s.instead_of is not None, s.lot_id))
        self._lots = [(lot.lot_id, lot.quantity) for lot in ordered]
        self.left = sum(lot.quantity for lot in ordered)

    def take(self, quantity: int) -> Iterator[tuple[str, int]]:
        self.left -= quantity
        while quantity:
            lot_id, has = self._lots[0]
            part = min(has, quantity)
            yield lot_id, part
            quantity -= part
            if part == has:
                del self._lots[0]
            else:
                self._lots[0] = (lot_id, has - part)


def allocate(
    wants: Iterable[Want], supplies: Iterable[Supply], terms: Terms, sharer: Sharer
) -> Allocation:
    """Give every want its shares; each want ends with at least one.

    The rules are in the head of :mod:`logistics.domain.allocation` and are ours.
    """
    rounds = _Rounds(wants, supplies, terms, sharer)
    rounds.own_goods()
    rounds.what_came_instead()
    rounds.what_is_left()
    if terms.spread:
        rounds.what_is_too_much()
    return rounds.result()


def entitlements(wants: Iterable[Want], terms: Terms) -> dict[str, int]:
    """Say per line what its household's ration leaves of it, in whole steps."""
    left: dict[tuple[str, str], int] = {}
    found = {}
    for want in sorted(wants, key=lambda w: (w.step, w.quantity, w.line_id)):
        ration = terms.ration(want.household_code, want.item_id)
        if ration is None:
            found[want.line_id] = want.quantity
            continue
        key = (want.household_code, want.item_id)
        allowed = left.setdefault(key, ration)
        part = want.quantity if want.quantity <= allowed else allowed // want.step * want.step
        left[key] = allowed - part
        found[want.line_id] = part
    return found


class _Rounds:
    """A sharing under way."""

    def __init__(
        self, wants: Iterable[Want], supplies: Iterable[Supply], terms: Terms, sharer: Sharer
    ) -> None:
        self._terms = terms
        self._sharer = sharer
        self._parts: list[Part] = []
        self._homes = self._settle(sorted(wants, key=lambda w: w.line_id))
        own: dict[str, list[Supply]] = defaultdict(list)
        instead: dict[tuple[str, str], list[Supply]] = defaultdict(list)
        for supply in supplies:
            if supply.instead_of is None:
                own[supply.item_id].append(supply)
            else:
                instead[supply.instead_of, supply.item_id].append(supply)
        self._own = {item: _Shelf(item, lots) for item, lots in own.items()}
        self._instead = {pair: _Shelf(pair[1], lots) for pair, lots in sorted(instead.items())}

    def own_goods(self) -> None:
        """Serve lines from lots of the item that they ask."""
        self._share(
            (line, shelf)
            for line in self._lines()
            if (shelf := self._own.get(line.want.item_id)) is not None
        )

    def what_came_instead(self) -> None:
        """Serve lines from what came in place of their item, then those who asked for that."""
        others: dict[str, list[str]] = defaultdict(list)
        for asked_id, came_id in self._instead:
            others[asked_id].append(came_id)
        for rank in range(max(map(len, others.values()), default=0)):
            self._share(
                (line, self._instead[line.want.item_id, came[rank]])
                for line in self._lines()
                if len(came := others.get(line.want.item_id, [])) > rank
                and may_replace(line.want, came[rank], self._terms.items)
            )
        for (_, came_id), shelf in self._instead.items():
            self._share((line, shelf) for line in self._lines() if line.want.item_id == came_id)

    def what_is_left(self) -> None:
        """Serve lines from what nobody asked for any more: each line's first choice first."""
        shelves: dict[str, list[_Shelf]] = defaultdict(list)
        for item_id, shelf in self._own.items():
            shelves[item_id].append(shelf)
        for (_, item_id), shelf in self._instead.items():
            shelves[item_id].append(shelf)
        left = {i: [s for s in of if s.left] for i, of in shelves.items()}
        choices = [
            (line, choice)
            for line in self._lines()
            if (choice := self._choices(line.want, [i for i, of in left.items() if of]))
        ]
        for rank in range(max((len(choice) for _, choice in choices), default=0)):
            for depth in range(max(map(len, left.values()), default=0)):
                self._share(
                    (line, left[choice[rank]][depth])
                    for line, choice in choices
                    if len(choice) > rank and len(left[choice[rank]]) > depth
                )

    def what_is_too_much(self) -> None:
        """Give a step each beyond what was asked, again and again, while there is any."""
        per_item: dict[str, list[tuple[_Home, _Line]]] = defaultdict(list)
        for home in sorted(self._homes, key=lambda home: home.tier):
            for line in home.lines:
                if line.got == line.want.quantity and self._ordinary(line.want.item_id):
                    per_item[line.want.item_id].append((home, line))
        for item_id, asking in sorted(per_item.items()):
            shelf = self._own.get(item_id)
            room = {id(line): line.want.quantity for _, line in asking}
            while shelf and shelf.left:
                fitting = [
                    (home, line)
                    for home, line in asking
                    if line.want.step <= min(room[id(line)], self._allowed(home, item_id))
                ]
                given = [self._extra(line, shelf, room, home) for home, line in fitting]
                if not any(given):
                    break

    def _allowed(self, home: _Home, item_id: str) -> int:
        ration = self._terms.ration(home.code, item_id)
        has = sum(
            line.got + sum(quantity for _, quantity in line.extra)
            for line in home.lines
            if line.want.item_id == item_id
        )
        return sum(line.want.quantity for line in home.lines) if ration is None else ration - has

    def _extra(self, line: _Line, shelf: _Shelf, room: dict[int, int], home: _Home) -> bool:
        step = line.want.step
        if step > min(shelf.left, self._allowed(home, line.want.item_id)):
            return False
        line.extra += shelf.take(step)
        room[id(line)] -= step
        return True

    def result(self) -> Allocation:
        """Say what every line got and how full every list is."""
        nothing = Situation()
        shares = [
            share
            for home in self._homes
            for line in home.lines
            for share in _shares(line, self._terms.situations.get(line.want.item_id, nothing))
        ]
        fills = tuple(
            Fill(
                household_code=home.code,
                tier=home.tier,
                rate=home.rate if any(line.entitled for line in home.lines) else Fraction(1),
                debt_permille=home.debt_permille,
                proven=home.proven,
            )
            for home in self._homes
        )
        return Allocation(shares=tuple(shares), fills=fills, parts=tuple(self._parts))

    def _settle(self, wants: Sequence[Want]) -> list[_Home]:
        entitled = entitlements(wants, self._terms)
        homes: dict[str, _Home] = {}
        for want in wants:
            home = homes.get(want.household_code)
            if home is None:
                home = homes[want.household_code] = _Home(
                    want.household_code,
                    want.tier,
                    draw(self._terms.salt, want.household_code),
                    self._terms.debts.get(want.household_code, 0),
                )
            home.tier = min(home.tier, want.tier)
            had = self._terms.had.get(want.line_id, 0)
            home.lines.append(_Line(want, max(had, entitled[want.line_id]), got=had))
        for home in homes.values():
            per_item: dict[str, int] = defaultdict(int)
            for line in home.lines:
                per_item[line.want.item_id] += line.entitled
            count = sum(quantity > 0 for quantity in per_item.values())
            for line in home.lines:
                if line.entitled:
                    line.worth = Fraction(1, count * per_item[line.want.item_id])
                    home.rate += line.worth * line.got
            home.lines.sort(key=lambda x: (x.want.item_id, x.want.step, x.want.quantity))
        return sorted(homes.values(), key=lambda home: (home.ticket, home.code))

    def _lines(self) -> Iterator[_Line]:
        closed = self._terms.closed
        return (
            line
            for home in self._homes
            for line in home.lines
            if line.room and line.want.line_id not in closed
        )

    def _choices(self, want: Want, left: Sequence[str]) -> list[str]:
        items = self._terms.items
        if want.substitution is Substitution.NONE:
            return []
        fitting = [item_id for item_id in left if may_replace(want, item_id, items)]
        if want.substitution is Substitution.LISTED:
            return sorted(fitting, key=want.substitutes.index)
        return sorted(
            fitting,
            key=lambda i: (items[i].price is None, items[i].price or Fraction(0), i),
        )

    def _share(self, pairs: Iterable[tuple[_Line, _Shelf]]) -> None:
        """Share shelves among lines, the most urgent tier first, essentials before the rest."""
        shelf_of = {id(line): shelf for line, shelf in pairs if shelf.left and line.room}
        stages: dict[tuple[bool, int], list[tuple[_Home, list[_Line]]]] = defaultdict(list)
        for home in self._homes:
            for ordinary in (False, True):
                mine = [
                    line
                    for line in home.lines
                    if id(line) in shelf_of and self._ordinary(line.want.item_id) is ordinary
                ]
                if mine:
                    stages[ordinary, home.tier].append((home, mine))
        for _, takers in sorted(stages.items()):
            self._ask(takers, shelf_of)

    def _ordinary(self, item_id: str) -> bool:
        return self._terms.items[item_id].category not in ESSENTIAL

    def _ask(
        self, takers: Sequence[tuple[_Home, list[_Line]]], shelf_of: Mapping[int, _Shelf]
    ) -> None:
        shelves: dict[int, int] = {}
        goods: list[_Shelf] = []
        by_item = sorted(
            (line for _, lines in takers for line in lines), key=lambda x: x.want.item_id
        )
        for line in by_item:
            shelf = shelf_of[id(line)]
            if id(shelf) not in shelves:
                shelves[id(shelf)] = len(goods)
                goods.append(shelf)
        asking = [(n, line) for n, (_, lines) in enumerate(takers) for line in lines]
        question = Question(
            stock=tuple(shelf.left for shelf in goods),
            starts=tuple(home.rate - Fraction(home.debt_permille, 1000) for home, _ in takers),
            empty=tuple(not any(line.got for line in home.lines) for home, _ in takers),
            bids=tuple(
                Bid(
                    taker=n,
                    good=shelves[id(shelf_of[id(line)])],
                    step=line.want.step,
                    limit=line.room,
                    worth=line.worth,
                )
                for n, line in asking
            ),
        )
        answer = self._sharer(question)
        self._parts += answer.parts
        for n in answer.unproven:
            takers[n][0].proven = False
        for (n, line), quantity in zip(asking, answer.given, strict=True):
            if quantity:
                self._give(takers[n][0], line, shelf_of[id(line)], quantity)

    def _give(self, home: _Home, line: _Line, shelf: _Shelf, quantity: int) -> None:
        another = shelf.item_id != line.want.item_id
        home.rate += line.worth * quantity
        line.got += quantity
        line.gifts += [(lot_id, part, another) for lot_id, part in shelf.take(quantity)]


def _shares(line: _Line, situation: Situation) -> Iterator[Share]:
    want = line.want
    why = Reason.RATION if line.got == line.entitled < want.quantity else why_short(situation)
    if not line.gifts:
        yield _share(line, None, 0, ShareKind.NONE, why)
        return
    full = line.got == want.quantity and not any(another for _, _, another in line.gifts)
    for lot_id, quantity in _together(line.extra):
        yield _share(line, lot_id, quantity, ShareKind.SURPLUS, Reason.SURPLUS)
    for lot_id, quantity, another in line.gifts:
        kind, reason = (ShareKind.FULL, Reason.AS_ASKED) if full else (ShareKind.PART, why)
        if another:
            kind, reason = ShareKind.SUBSTITUTED, Reason.SUBSTITUTE
        yield _share(line, lot_id, quantity, kind, reason)


def _together(parts: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    sums: dict[str, int] = defaultdict(int)
    for lot_id, quantity in parts:
        sums[lot_id] += quantity
    return list(sums.items())


def _share(
    line: _Line, lot_id: str | None, quantity: int, kind: ShareKind, reason: Reason
) -> Share:
    return Share(
        line_id=line.want.line_id,
        lot_id=lot_id,
        quantity=quantity,
        kind=kind,
        reason=reason,
        asked=line.want.quantity,
        got=line.got,
        entitled=line.entitled,
    )
