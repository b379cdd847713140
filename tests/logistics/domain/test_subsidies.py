"""Funds bear what their rules say, no more than is owed, and never more than they have."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.domain.needs import Need
from logistics.domain.subsidies import (
    Home,
    MoneyPolicy,
    SubsidyInvalid,
    SubsidyRule,
    in_budget,
    subsidise,
)


def rule(**more: object) -> SubsidyRule:
    return SubsidyRule(**{"fund": "F1"} | more)


rules = st.builds(
    lambda fund, percent, fixed, tiers, needs, cap, budget: rule(
        fund=fund, percent=percent, household_fen=0 if percent else fixed + 1,
        tiers=frozenset(tiers), needs=frozenset(needs), cap_fen=cap, budget_fen=budget,
        package="P" if fixed % 3 == 0 else ""),
    st.sampled_from(("F1", "F2")), st.integers(0, 100), st.integers(0, 3000),
    st.sets(st.integers(0, 2)), st.sets(st.sampled_from(Need)),
    st.none() | st.integers(0, 2000), st.none() | st.integers(0, 5000),
)  # fmt: skip
homes = st.lists(
    st.builds(
        Home, code=st.text("ab12", min_size=1, max_size=4), owes=st.integers(-50, 5000),
        persons=st.integers(1, 6), tier=st.integers(0, 2),
        needs=st.frozensets(st.sampled_from(Need)),
        packages=st.dictionaries(st.just("P"), st.integers(0, 9000))),
    max_size=12, unique_by=lambda home: home.code,
)  # fmt: skip


@given(st.lists(rules, max_size=4), homes, st.randoms())
def test_nobody_gets_more_than_they_owe_no_fund_more_than_its_budget_in_any_order(
    chosen: list[SubsidyRule], known: list[Home], random
) -> None:
    done = subsidise(chosen, known)
    assert sum(done.households.values()) == sum(done.funds.values())
    for home in known:
        assert 0 <= done.households.get(home.code, 0) <= max(0, home.owes)
    for fund, fen in done.funds.items():
        budgets = [one.budget_fen for one in chosen if one.fund == fund]
        assert None in budgets or fen <= sum(b for b in budgets if b is not None)
    shuffled = list(known)
    random.shuffle(shuffled)
    assert subsidise(chosen, shuffled) == done
    policy = MoneyPolicy(since=date(2022, 4, 1), rules=tuple(chosen))
    assert MoneyPolicy.of_facts(policy.facts()) == policy


@given(st.dictionaries(st.text("abc", max_size=3), st.integers(0, 10**6)), st.integers(0, 10**6))
def test_a_budget_is_used_up_to_the_fen(wants: dict[str, int], budget: int) -> None:
    got = in_budget(wants, budget)
    assert sum(got.values()) == min(budget, sum(wants.values()))
    assert all(0 <= got[code] <= fen for code, fen in wants.items())


def test_rules_apply_one_after_another_to_what_is_left() -> None:
    home = Home(code="A", owes=1000, persons=3, tier=0, packages={"菜": 400})
    free = rule(fund="SET", percent=100, package="菜")
    done = subsidise([free, rule(fund="T0", percent=50, tiers=frozenset({0}))], [home])
    assert done.households == {"A": 700}
    assert done.funds == {"SET": 400, "T0": 300}
    assert subsidise([rule(person_fen=200, cap_fen=500)], [home]).households == {"A": 500}
    assert subsidise([rule(percent=50, needs=frozenset({Need.INFANT}))], [home]).households == {}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"percent": 101}, "percent"),  # more than all
        ({}, "rate"),  # nothing is said
        ({"percent": 5, "person_fen": 1}, "rate"),  # both
        ({"percent": 5, "cap_fen": -1}, "amount"),
        ({"percent": 5, "tiers": frozenset({3})}, "tiers"),
        ({"percent": 5, "fund": "基金"}, "fund"),  # stands in account names
    ],
)
def test_a_rule_that_cannot_be_names_its_field(wrong: dict[str, object], field: str) -> None:
    with pytest.raises(SubsidyInvalid) as refusal:
        rule(**wrong)
    assert refusal.value.facts["field"] == field
