"""The comparison of ways to share, against one that is counted line by line."""

from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.domain.allocation import Reason, ShareKind, Want
from logistics.domain.allocation_compare import compare
from logistics.domain.allocation_report import report
from logistics.domain.allocation_tally import Tally, tally
from logistics.domain.fairness import gini


@dataclass(frozen=True)
class Portion:
    line_id: str
    lot_id: str | None
    quantity: int
    kind: ShareKind
    entitled: int
    reason: Reason = Reason.SHORT


@st.composite
def sharings(draw):
    """Draw wants with what each is entitled to, its shares, what lies there, and debts."""
    wants, portions = [], []
    for number in range(draw(st.integers(0, 12))):
        asked, step = draw(st.integers(1, 12)), draw(st.integers(1, 4))
        home = draw(st.sampled_from("abcde"))
        wants.append(
            Want(line_id=f"{number}", household_code=home, item_id=draw(st.sampled_from("xyz")),
                 quantity=asked, tier=draw(st.integers(0, 2)), step=step)
        )  # fmt: skip
        entitled = draw(st.integers(0, asked))
        own = draw(st.integers(0, entitled))
        swapped = draw(st.integers(0, entitled - own))
        kinds = ((own, ShareKind.PART), (swapped, ShareKind.SUBSTITUTED), (1, ShareKind.SURPLUS))
        for quantity, kind in (*kinds[: draw(st.integers(0, 3))], (0, ShareKind.NONE)):
            lot = f"lot-{wants[-1].item_id}" if quantity else None
            reason = draw(st.sampled_from([Reason.SHORT, Reason.RATION]))
            portions.append(Portion(f"{number}", lot, quantity, kind, entitled, reason))
    pool = {item: draw(st.integers(0, 40)) for item in "xyz"}
    debts = {home: draw(st.integers(0, 1000)) for home in draw(st.sets(st.sampled_from("abcde")))}
    return wants, portions, pool, debts


def counted(wants, portions, pool, debts):  # noqa: C901  one rule after the other
    """Count the comparison by its words, as plainly as can be."""
    entitled = {one.line_id: one.entitled for one in portions}
    ours, own = Counter(), Counter()
    for one in portions:
        ours[one.line_id] += one.quantity * (one.kind is not ShareKind.SURPLUS)
        own[one.line_id] += one.quantity * (
            one.kind not in (ShareKind.SURPLUS, ShareKind.SUBSTITUTED)
        )
    asking = [want for want in wants if entitled[want.line_id]]
    asked, left, first, alike = Counter(), dict(pool), {}, {}
    for want in asking:
        asked[want.item_id] += entitled[want.line_id]
    for want in asking:
        most, item = entitled[want.line_id], want.item_id
        first[want.line_id] = most if left[item] >= most else left[item] // want.step * want.step
        left[item] -= first[want.line_id]
        part = most * pool[item] // asked[item]
        alike[want.line_id] = most if part >= most else part // want.step * want.step
    tier = {}
    for want in asking:
        tier[want.household_code] = min(want.tier, tier.get(want.household_code, 9))
    rows = {}
    ways = {"ours": (ours, own), "first-come": (first, first), "proportional": (alike, alike)}
    for method, (got, itself) in ways.items():
        rest = dict(pool)
        lists = defaultdict(lambda: defaultdict(lambda: [0, 0, 0]))
        for want in asking:
            rest[want.item_id] -= got[want.line_id]
            row = lists[want.household_code][want.item_id]
            for n, amount in enumerate((entitled, got, itself)):
                row[n] += amount[want.line_id]
        fill = {
            home: sum(min(1, got / whole) for whole, got, _ in items.values()) / len(items)
            for home, items in lists.items()
        }
        stands = {
            home: sum(mine / whole for whole, _, mine in items.values()) / len(items)
            - debts.get(home, 0) / 1000
            for home, items in lists.items()
        }
        envy, wasted = Counter(), Counter()
        for want in asking:
            home = want.household_code
            lack = min(want.step, entitled[want.line_id] - got[want.line_id])
            if lack <= 0:
                continue
            wasted[tier[home]] += lack <= rest[want.item_id]
            for other in asking:
                has, of = itself[other.line_id], other.household_code
                same = other.item_id == want.item_id and tier[of] == tier[home] and of != home
                back = has % other.step or min(other.step, has)
                if same and has and back >= lack:
                    worth = back / lists[of][want.item_id][0] / len(lists[of])
                    more = stands[of] - worth - stands[home]
                    envy[home] = max(envy[home], more if more > 1e-9 else 0)
        for group in (*sorted(set(tier.values())), None):
            homes = [home for home in fill if group is None or tier[home] == group]
            filled = [fill[home] for home in homes] or [1.0]
            rows[method, group] = (
                len(homes), min(filled), sum(filled) / len(filled),
                gini(np.array([fill[home] for home in homes])),
                sum(fill[home] == 0 for home in homes),
                sum(envy[home] > 0 for home in homes) / max(1, len(homes)),
                max((envy[home] for home in homes), default=0),
                sum(wasted.values()) if group is None else wasted[group],
            )  # fmt: skip
    return rows


@given(sharings())
def test_ways_are_compared_as_the_rules_say(sharing):
    wants, portions, pool, debts = sharing
    known = tally(wants, portions, debts=debts)
    there = np.array([pool[item] for item in known.items], dtype=np.int64)
    found = {
        (one.method, one.tier): (
            one.households, one.lowest, one.mean, one.gini, one.empty, one.envious,
            one.envy_most, one.wasted,
        )
        for one in compare(known, there)
    }  # fmt: skip
    expected = counted(wants, portions, pool, debts)
    assert found.keys() == expected.keys()
    for key, row in expected.items():
        assert found[key] == pytest.approx(row, abs=1e-9), key


@given(sharings())
def test_items_add_up_and_every_line_is_counted_once(sharing):
    wants, portions, pool, debts = sharing
    known = tally(wants, portions, debts=debts)
    told = report(known, pool, {item: known.used.get(f"lot-{item}", 0) for item in pool})
    assert sum(told.lines.values()) == len(wants)
    for item in told.items:
        mine = {want.line_id: want for want in wants if want.item_id == item.item_id}
        got = [one for one in portions if one.line_id in mine and one.kind != ShareKind.SURPLUS]
        assert item.lines == len(mine)
        assert item.asked == sum(want.quantity for want in mine.values())
        assert item.given == sum(one.quantity for one in got)
        assert item.left == pool[item.item_id] - sum(
            one.quantity for one in portions if one.line_id in mine
        )
        assert item.first_come.fill_mean <= 1
        less = {(one.line_id, one.reason) for one in got if one.kind in ("part", "none")}
        assert item.reasons == Counter(reason.value for _, reason in less)


def test_nothing_that_was_asked_is_as_even_as_can_be():
    told = report(tally((), ()), {}, {})
    assert isinstance(tally((), ()), Tally)
    assert {(one.households, one.lowest, one.gini) for one in told.households} == {(0, 1.0, 0.0)}
