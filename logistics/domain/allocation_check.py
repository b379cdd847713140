"""Judge a sharing, whoever made it: from wants, goods and shares alone.

It knows nothing of how shares are found. It does not prove that a sharing is the best one; it
names whatever shows at sight that it breaks a rule.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from logistics.domain.allocation import (
    ESSENTIAL,
    ItemFacts,
    Share,
    ShareKind,
    Supply,
    Terms,
    Want,
    may_replace,
)
from logistics.domain.allocation_rounds import entitlements


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A rule that a sharing breaks: which, and where; ``by`` says how far in base units."""

    code: str
    subject: str
    by: int


def check(
    wants: Sequence[Want], supplies: Sequence[Supply], terms: Terms, shares: Sequence[Share]
) -> tuple[Fault, ...]:
    """Name every fault; none means that no rule is broken that can be seen.

    Codes: ``lot-overdrawn``, ``line-unknown``, ``line-without-share``, ``more-than-entitled``,
    ``step-broken``, ``not-allowed-instead``, ``said-wrongly`` (kind or sum), ``left-in-stock``
    (somebody could still be given it), ``less-urgent-first``, ``second-before-first`` (one has two
    things and another of its tier none), ``could-be-higher`` (moving one step between two of a
    tier lifts the lower above where it stood).
    """
    judge = _Judge(wants, supplies, terms, shares)
    return (*judge.books(), *judge.lines(), *judge.order())


class _Judge:
    def __init__(
        self,
        wants: Sequence[Want],
        supplies: Sequence[Supply],
        terms: Terms,
        shares: Sequence[Share],
    ) -> None:
        self._wants = {want.line_id: want for want in wants}
        self._lots = {supply.lot_id: supply for supply in supplies}
        self._terms = terms
        self._shares = shares
        self._entitled = entitlements(wants, terms)
        self._got: Counter[str] = Counter(terms.had)
        self._own: Counter[str] = Counter()
        self._used: Counter[str] = Counter()
        for share in shares:
            self._got[share.line_id] += share.quantity
            if share.lot_id in self._lots:
                lot = self._lots[share.lot_id]
                self._used[lot.lot_id] += share.quantity
                if lot.instead_of is None and share.line_id in self._wants:
                    same = lot.item_id == self._wants[share.line_id].item_id
                    self._own[share.line_id] += share.quantity if same else 0
        self._first = Counter(terms.had) + self._own
        self._homes: dict[str, list[Want]] = defaultdict(list)
        for want in wants:
            self._homes[want.household_code].append(want)

    def books(self) -> Iterator[Fault]:
        """Name what is given of what is not there, or twice."""
        for share in self._shares:
            if share.line_id not in self._wants:
                yield Fault(code="line-unknown", subject=share.line_id, by=share.quantity)
            if share.lot_id is not None and share.lot_id not in self._lots:
                yield Fault(code="lot-overdrawn", subject=share.lot_id, by=share.quantity)
        for lot_id, used in sorted(self._used.items()):
            if used > self._lots[lot_id].quantity:
                over = used - self._lots[lot_id].quantity
                yield Fault(code="lot-overdrawn", subject=lot_id, by=over)
        named = {share.line_id for share in self._shares}
        for line_id in sorted(self._wants.keys() - named):
            yield Fault(code="line-without-share", subject=line_id, by=1)

    def lines(self) -> Iterator[Fault]:
        """Name lines that got too much, a broken step, or something they did not allow."""
        for line_id, want in sorted(self._wants.items()):
            got, entitled = self._got[line_id], self._entitled[line_id]
            if got > max(entitled, self._terms.had.get(line_id, 0)):
                yield Fault(code="more-than-entitled", subject=line_id, by=got - entitled)
            only_own = self._own[line_id] + self._terms.had.get(line_id, 0) == got
            if only_own and got != want.quantity and got % want.step:
                yield Fault(code="step-broken", subject=line_id, by=got % want.step)
        for share in self._shares:
            yield from self._said(share)

    def _said(self, share: Share) -> Iterator[Fault]:
        want = self._wants.get(share.line_id)
        if want is None:
            return
        right = share.got == self._got[share.line_id] and share.asked == want.quantity
        if (share.lot_id is None) != (share.kind is ShareKind.NONE) or not right:
            yield Fault(code="said-wrongly", subject=share.line_id, by=share.quantity)
        lot = self._lots.get(share.lot_id or "")
        if lot is None or lot.item_id == want.item_id:
            return
        if not may_replace(want, lot.item_id, self._terms.items):
            yield Fault(code="not-allowed-instead", subject=share.line_id, by=share.quantity)

    def order(self) -> Iterator[Fault]:
        """Name what shows that somebody else should have got it, among an item's own lots.

        What came instead is shared after them and changes nothing in their order.
        """
        own: dict[str, int] = defaultdict(int)
        for lot in self._lots.values():
            if lot.instead_of is None:
                own[lot.item_id] += lot.quantity - self._used[lot.lot_id]
        holders: dict[str, list[Want]] = defaultdict(list)
        for want in self._wants.values():
            if self._own[want.line_id]:
                holders[want.item_id].append(want)
        high = {code: self._standing(lines) for code, lines in self._homes.items()}
        for line_id, want in sorted(self._wants.items()):
            step = self._next(want)
            if not step or line_id in self._terms.closed:
                continue
            if own[want.item_id] >= step:
                yield Fault(code="left-in-stock", subject=line_id, by=own[want.item_id])
            for other in holders[want.item_id]:
                yield from self._against(want, other, step - own[want.item_id], high)

    def _against(
        self, want: Want, other: Want, missing: int, high: Mapping[str, tuple[bool, Fraction]]
    ) -> Iterator[Fault]:
        if other.household_code == want.household_code:
            return
        back = self._own[other.line_id] % other.step or min(other.step, self._own[other.line_id])
        if back < missing:
            return
        mine, theirs = self._tier(want), self._tier(other)
        if mine < theirs:
            yield Fault(code="less-urgent-first", subject=other.line_id, by=back)
        if mine != theirs or ESSENTIAL & {self._category(want)}:
            return
        lower = high[want.household_code]
        things = sum(self._first[w.line_id] > 0 for w in self._homes[other.household_code])
        if not lower[0] and (things > 1 or self._first[other.line_id] > back):
            yield Fault(code="second-before-first", subject=want.line_id, by=back)
        has, stands = high[other.household_code]
        keeps = things > 1 or self._first[other.line_id] > back
        after = (has and keeps, stands - self._worth(other) * back)
        if after > lower:
            yield Fault(code="could-be-higher", subject=want.line_id, by=back)

    def _tier(self, want: Want) -> int:
        return min(w.tier for w in self._homes[want.household_code])

    def _category(self, want: Want) -> str:
        return self._facts(want).category

    def _facts(self, want: Want) -> ItemFacts:
        return self._terms.items[want.item_id]

    def _next(self, want: Want) -> int:
        return min(want.step, max(0, self._entitled[want.line_id] - self._first[want.line_id]))

    def _worth(self, want: Want) -> Fraction:
        lines = self._homes[want.household_code]
        items = {w.item_id for w in lines if self._entitled[w.line_id]}
        whole = sum(self._entitled[w.line_id] for w in lines if w.item_id == want.item_id)
        return Fraction(1, len(items) * whole) if whole else Fraction(0)

    def _standing(self, lines: Iterable[Want]) -> tuple[bool, Fraction]:
        mine = list(lines)
        rate = sum((self._worth(w) * self._first[w.line_id] for w in mine), Fraction(0))
        debt = self._terms.debts.get(mine[0].household_code, 0)
        return any(self._first[w.line_id] for w in mine), rate - Fraction(debt, 1000)
