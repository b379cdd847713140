from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.domain.needs import (
    GROUP_OF,
    Need,
    NeedRecord,
    TierRule,
    TierTable,
    TierTableInvalid,
    fold_steps,
    steps_from,
    tier_on,
    tier_steps,
)
from logistics.exchange.registry_tiers import shipped_tiers, tier_rows

START = date(2026, 4, 1)
DAYS = st.integers(0, 30).map(lambda n: START + timedelta(days=n))


def rule(tier: int, *needs: Need) -> TierRule:
    return TierRule(frozenset(needs), tier)


TABLE = TierTable((rule(0, Need.INFANT), rule(1, Need.ELDERLY),
                   rule(0, Need.ELDERLY, Need.LIVING_ALONE)))  # fmt: skip


@st.composite
def needs(draw) -> NeedRecord:
    consent = draw(DAYS)
    since = draw(st.none() | DAYS)
    until = draw(st.none() | st.integers(0, 20).map(lambda n: (since or START) + timedelta(n)))
    withdrawn = draw(st.none() | st.integers(0, 20).map(lambda n: consent + timedelta(n)))
    return NeedRecord(
        member_no=draw(st.integers(0, 3)), need=draw(st.sampled_from(Need)), since=since,
        until=until, consent_on=consent, consent_by="post 3", withdrawn_on=withdrawn,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("has", "tier"),
    [
        ((), 2),  # nothing is ordinary
        ((Need.DIET,), 2),  # in no rule
        ((Need.ELDERLY,), 1),
        ((Need.ELDERLY, Need.LIVING_ALONE), 0),  # two together weigh more
        ((Need.ELDERLY, Need.INFANT), 0),  # the most urgent counts
    ],
)
def test_the_table_says_the_tier(has, tier):
    assert TABLE.tier(has) == tier


@pytest.mark.parametrize("rules", [(rule(3, Need.DIET),), (TierRule(frozenset(), 0),)])
def test_a_table_with_a_rule_that_says_nothing_is_refused(rules):
    with pytest.raises(TierTableInvalid):
        TierTable(rules)


def test_a_table_is_the_same_whatever_the_order_of_its_rules():
    assert TierTable(tuple(reversed(TABLE.rules))).digest == TABLE.digest
    assert TierTable.of_facts(TABLE.facts()).digest == TABLE.digest
    assert TierTable(TABLE.rules[:2]).digest != TABLE.digest


@given(known=st.lists(needs(), max_size=4), day=DAYS, start=DAYS)
def test_steps_say_each_day_what_the_needs_of_that_day_make(known, day, start):
    steps = tier_steps(known, TABLE, start)
    if day >= start:
        assert tier_on(steps, day) == TABLE.tier(one.need for one in known if one.on(day))
    assert [tier for _, tier in steps] == [
        tier for n, (_, tier) in enumerate(steps) if not n or tier != steps[n - 1][1]
    ]


@given(said=st.lists(st.tuples(DAYS, st.integers(0, 2)), max_size=6), day=DAYS)
def test_who_speaks_last_counts_from_the_day_that_he_names(said, day):
    last = next((tier for since, tier in reversed(said) if since <= day), 2)
    assert tier_on(fold_steps(said), day) == last


@given(said=st.lists(st.tuples(DAYS, st.integers(0, 2)), max_size=6), start=DAYS, day=DAYS)
def test_steps_that_are_cut_say_the_same_from_there_on(said, start, day):
    steps = fold_steps(said)
    if day >= start:
        assert tier_on(steps_from(steps, start), day) == tier_on(steps, day)


def test_what_consent_no_longer_covers_does_not_count():
    need = NeedRecord(member_no=1, need=Need.INFANT, consent_on=START, consent_by="post 3",
                      withdrawn_on=START + timedelta(days=3))  # fmt: skip
    assert tier_steps([need], TABLE, START) == ((START, 0), (START + timedelta(days=3), 2))


def test_the_shipped_table_puts_infants_first_and_names_each_need_once():
    table = shipped_tiers()
    assert table.tier([Need.INFANT]) == 0
    assert table.tier([Need.ELDERLY]) == 1
    rows = list(tier_rows(table))
    assert [row["tier"] for row in rows] == sorted(row["tier"] for row in rows)


def test_each_need_has_somebody_who_acts_on_it():
    assert set(GROUP_OF) == set(Need)
