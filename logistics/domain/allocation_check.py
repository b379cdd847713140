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
    tier lifts the lower above where it stood). In what is too large for a proof the last one may
    be found: filling ends where it sees no such move, but what it moved last may open another.
    """
    judge = _Judge(wants, supplies, terms, shares)
    return (*judge.books(), *judge.lines(), *judge.order())


@dataclass(frozen=True, slots=True)
class _Giver:
    household_code: str
    line_id: str
    back: int
    after: tuple[bool, Fraction]


def _lifted(
    want: Want, missing: int, lower: tuple[bool, Fraction], givers: Sequence[_Giver]
) -> Iterator[Fault]:
    for giver in givers:
        if giver.after <= lower:
            return
        if giver.back >= missing and giver.household_code != want.household_code:
            code = "could-be-higher" if lower[0] else "second-before-first"
            yield Fault(code=code, subject=want.line_id, by=giver.back)
            return


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
            extra = share.kind is ShareKind.SURPLUS
            self._got[share.line_id] += 0 if extra else share.quantity
            if share.lot_id in self._lots:
                lot = self._lots[share.lot_id]
                self._used[lot.lot_id] += share.quantity
                if not extra and lot.instead_of is None and share.line_id in self._wants:
                    same = lot.item_id == self._wants[share.line_id].item_id
                    self._own[share.line_id] += share.quantity if same else 0
        self._first = Counter(terms.had) + self._own
        self._homes: dict[str, list[Want]] = defaultdict(list)
        self._tiers: dict[str, int] = {}
        self._wholes: Counter[tuple[str, str]] = Counter()
        for want in wants:
            code = want.household_code
            self._homes[code].append(want)
            self._tiers[code] = min(want.tier, self._tiers.get(code, want.tier))
            self._wholes[code, want.item_id] += self._entitled[want.line_id]
        self._counts = Counter(code for (code, _), whole in self._wholes.items() if whole)

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
        high = {code: self._standing(lines) for code, lines in self._homes.items()}
        holders = self._holders(high)
        for line_id, want in sorted(self._wants.items()):
            step = self._next(want)
            if not step or line_id in self._terms.closed:
                continue
            if own[want.item_id] >= step:
                yield Fault(code="left-in-stock", subject=line_id, by=own[want.item_id])
            missing = step - own[want.item_id]
            tier = self._tier(want)
            for other_tier, givers in holders.get(want.item_id, {}).items():
                if other_tier > tier:
                    able = next((g for g in givers if g.back >= missing), None)
                    if able:
                        yield Fault(code="less-urgent-first", subject=able.line_id, by=able.back)
                elif other_tier == tier and self._category(want) not in ESSENTIAL:
                    yield from _lifted(want, missing, high[want.household_code], givers)

    def _holders(
        self, high: Mapping[str, tuple[bool, Fraction]]
    ) -> dict[str, dict[int, list["_Giver"]]]:
        """List who could give a step of an item back, by tier; who then stands highest first."""
        found: dict[str, dict[int, list[_Giver]]] = defaultdict(lambda: defaultdict(list))
        for want in self._wants.values():
            has = self._own[want.line_id]
            if not has:
                continue
            back = has % want.step or min(want.step, has)
            mine = self._homes[want.household_code]
            keeps = self._first[want.line_id] > back or any(
                self._first[w.line_id] for w in mine if w is not want
            )
            some, stands = high[want.household_code]
            after = (some and keeps, stands - self._worth(want) * back)
            giver = _Giver(want.household_code, want.line_id, back, after)
            found[want.item_id][self._tier(want)].append(giver)
        for tiers in found.values():
            for givers in tiers.values():
                givers.sort(key=lambda giver: (giver.after, giver.line_id), reverse=True)
        return found

    def _tier(self, want: Want) -> int:
        return self._tiers[want.household_code]

    def _category(self, want: Want) -> str:
        return self._terms.items[want.item_id].category

    def _next(self, want: Want) -> int:
        return min(want.step, max(0, self._entitled[want.line_id] - self._first[want.line_id]))

    def _worth(self, want: Want) -> Fraction:
        whole = self._wholes[want.household_code, want.item_id]
        count = self._counts[want.household_code]
        return Fraction(1, count * whole) if whole else Fraction(0)

    def _standing(self, lines: Iterable[Want]) -> tuple[bool, Fraction]:
        mine = list(lines)
        rate = sum((self._worth(w) * self._first[w.line_id] for w in mine), Fraction(0))
        debt = self._terms.debts.get(mine[0].household_code, 0)
        return any(self._first[w.line_id] for w in mine), rate - Fraction(debt, 1000)
