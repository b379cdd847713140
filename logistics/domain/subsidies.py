"""What households do not have to pay: rules of a policy, and what follows from them."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from logistics.domain.money import DamageBorne
from logistics.domain.needs import TIERS, Need
from logistics.domain.prices import Pricing, worth
from logistics.errors import Invalid

_WHOLE: Final = 100  # per cent
_CODE: Final = 32  # characters


class SubsidyInvalid(Invalid):
    """A rule of subsidies cannot be like this."""

    code = "subsidy.invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubsidyRule:
    """A part of what some households owe is borne by a fund.

    Either ``percent`` of it, or up to ``household_fen`` and ``person_fen`` for each member. Those
    meant have one of the ``tiers`` or one of the ``needs``; without both it is everybody. With a
    ``package`` only what was asked by its (Chinese) name counts. ``cap_fen`` is the most for one
    household and run, ``budget_fen`` for a whole run: where that is not enough, all get the same
    part of what they would have got.

    Raises
    ------
    SubsidyInvalid
        The facts name field, value and mend.
    """

    fund: str
    percent: int = 0
    household_fen: int = 0
    person_fen: int = 0
    tiers: frozenset[int] = frozenset()
    needs: frozenset[Need] = frozenset()
    package: str = ""
    cap_fen: int | None = None
    budget_fen: int | None = None

    def __post_init__(self) -> None:
        amounts = (self.household_fen, self.person_fen, self.cap_fen or 0, self.budget_fen or 0)
        known = self.fund.isascii() and self.fund.replace("-", "").isalnum()
        faults = {
            "fund": (not known or len(self.fund) > _CODE, self.fund,
                     f"use up to {_CODE} letters, digits and hyphens"),
            "percent": (not 0 <= self.percent <= _WHOLE, self.percent, "give 0 to 100"),
            "amount": (min(amounts) < 0, min(amounts), "give 0 or more"),
            "tiers": (not self.tiers <= set(TIERS), ", ".join(map(str, sorted(self.tiers))),
                      "use 0, 1 and 2"),
            "rate": (bool(self.percent) == bool(self.household_fen or self.person_fen),
                     self.percent, "give either per cent or an amount"),
        }  # fmt: skip
        for name, (bad, value, mend) in faults.items():
            if bad:
                raise SubsidyInvalid(field=name, value=str(value)[:80], mend=mend)

    def fits(self, home: "Home") -> bool:
        """Say whether a household is meant."""
        everybody = not self.tiers and not self.needs
        return everybody or home.tier in self.tiers or bool(self.needs & home.needs)

    def wants(self, home: "Home", owes: int) -> int:
        """Return what the rule would bear of what a household still owes, budget aside."""
        if not self.fits(home):
            return 0
        base = min(owes, home.packages.get(self.package, 0)) if self.package else owes
        if self.percent:
            sum_fen = worth(base, _WHOLE, self.percent)
        else:
            sum_fen = min(base, self.household_fen + self.person_fen * home.persons)
        return max(0, sum_fen if self.cap_fen is None else min(sum_fen, self.cap_fen))

    def facts(self) -> dict[str, Any]:
        """Write as JSON can hold it."""
        return {
            "fund": self.fund,
            "percent": self.percent,
            "household_fen": self.household_fen,
            "person_fen": self.person_fen,
            "tiers": sorted(self.tiers),
            "needs": sorted(self.needs),
            "package": self.package,
            "cap_fen": self.cap_fen,
            "budget_fen": self.budget_fen,
        }

    @classmethod
    def of_facts(cls, facts: Mapping[str, Any]) -> "SubsidyRule":
        """Read what :meth:`facts` wrote."""
        sets = {
            "tiers": frozenset(facts["tiers"]),
            "needs": frozenset(Need(one) for one in facts["needs"]),
        }
        return cls(**dict(facts) | sets)


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyPolicy:
    """How goods are priced and who pays what, from a service day on; later rules bear the rest."""

    since: date
    pricing: Pricing = Pricing.COST
    damage: DamageBorne = DamageBorne.US
    rules: tuple[SubsidyRule, ...] = ()

    def facts(self) -> dict[str, Any]:
        """Write as JSON can hold it."""
        return {
            "since": self.since.isoformat(),
            "pricing": self.pricing.value,
            "damage": self.damage.value,
            "rules": [rule.facts() for rule in self.rules],
        }

    @classmethod
    def of_facts(cls, facts: Mapping[str, Any]) -> "MoneyPolicy":
        """Read what :meth:`facts` wrote."""
        return cls(
            since=date.fromisoformat(facts["since"]),
            pricing=Pricing(facts["pricing"]),
            damage=DamageBorne(facts["damage"]),
            rules=tuple(SubsidyRule.of_facts(rule) for rule in facts["rules"]),
        )

    @property
    def digest(self) -> str:
        """Name this policy among all: two that say the same have one digest."""
        return hashlib.sha256(json.dumps(self.facts(), sort_keys=True).encode()).hexdigest()


USUAL: Final = MoneyPolicy(since=date.min)
"""Where no policy was published: households pay what was paid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """What is known of a household when its subsidy is worked out.

    ``packages`` says, by package, which part of ``owes`` was asked under its name.
    """

    code: str
    owes: int
    persons: int = 1
    tier: int = 2
    needs: frozenset[Need] = frozenset()
    packages: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subsidised:
    """What is borne in a run, in fen: by household, and by fund; both have the same sum."""

    households: Mapping[str, int]
    funds: Mapping[str, int]


def subsidise(rules: Iterable[SubsidyRule], homes: Iterable[Home]) -> Subsidised:
    """Work out what funds bear of what households owe, rule by rule.

    Notes
    -----
    Ours. The order of households does not matter, and nobody is given more than they owe. A
    budget that does not suffice is shared in proportion, by largest remainders.
    """
    known = sorted(homes, key=lambda home: home.code)
    left = {home.code: max(0, home.owes) for home in known}
    given: dict[str, int] = {}
    funds: dict[str, int] = {}
    for rule in rules:
        wants = {home.code: rule.wants(home, left[home.code]) for home in known}
        for code, fen in in_budget(wants, rule.budget_fen).items():
            if fen:
                left[code] -= fen
                given[code] = given.get(code, 0) + fen
                funds[rule.fund] = funds.get(rule.fund, 0) + fen
    return Subsidised(households=given, funds=funds)


def in_budget(wants: Mapping[str, int], budget_fen: int | None) -> Mapping[str, int]:
    """Cut wants to a budget, each to the same part, by largest remainders; ties by code."""
    total = sum(wants.values())
    if budget_fen is None or total <= budget_fen:
        return wants
    parts = {code: divmod(fen * budget_fen, total) for code, fen in wants.items()}
    given = {code: whole for code, (whole, _) in parts.items()}
    rest = budget_fen - sum(given.values())
    by_rest = sorted(parts, key=lambda code: (-parts[code][1], code))
    for code in by_rest[:rest]:
        given[code] += 1
    return given
