"""What stands on a steward's pages, put into words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from api.i18n import texts
from api.pages.household_views import Words
from api.pages.household_words import left, moment
from logistics.domain.care import Contact, Duty, Outcome
from logistics.domain.errands import NEXT, Errand, ErrandKind, ErrandState
from logistics.domain.needs import GROUP_OF
from logistics.domain.progress import HouseholdBag
from logistics.usecases.show_household import HouseholdCard
from logistics.usecases.show_steward_day import Due

Shown = dict[str, Any]

_LEGS: Final = (ErrandState.COLLECTED, ErrandState.FETCHED, ErrandState.DELIVERED)
"""The three legs of an errand for medicine: card and box collected, fetched, brought back."""
_OWN_STEPS: Final = (ErrandState.ACCEPTED, ErrandState.STARTED, ErrandState.DONE)
"""What a steward says who does an errand without a courier."""


def steward_words(language: str) -> Mapping[str, Any]:
    """Return the texts of a steward's pages."""
    found: Mapping[str, Any] = texts(language)["pages"]["steward"]
    return found


def due_words(due: datetime, at: datetime, zone: str, language: str) -> Shown:
    """Say when a call is due: how late it is, or how long it has."""
    said = steward_words(language)
    when = moment(due, zone, language, at)
    if due < at:
        late = left(at, due, language)
        return {"late": True, "when": when, "words": said["overdue"].format(when=when),
                "by": said["late_by"].format(time=_bare(late, language))}  # fmt: skip
    return {"late": False, "when": when, "words": said["due"].format(when=when),
            "by": left(due, at, language)}  # fmt: skip


def _bare(said: str, language: str) -> str:
    """Take the word for what remains off a time that is past."""
    before, after = steward_words(language)["remains"]
    return said.removeprefix(before).removesuffix(after).strip()


def row(one: Due, at: datetime, zone: str, language: str) -> Shown:
    """Show a household of the list."""
    said = steward_words(language)
    return {
        "code": one.home.code,
        "address": one.address_zh if language == "zh" else one.address_en,
        "deputy": one.duty is Duty.DEPUTY,
        "due": due_words(one.next_due, at, zone, language),
        "last": contact(one.last, at, zone, language) if one.last else None,
        "help": one.last is not None and one.last.outcome is Outcome.NEEDS_HELP,
        "list": said["list_states"][one.list_state or "none"],
        "sent": bool(one.list_state),
        "errands": one.errands,
    }


def contact(one: Contact, at: datetime, zone: str, language: str) -> Shown:
    """Show a call."""
    said = steward_words(language)
    return {
        "at": moment(one.at, zone, language, at),
        "how": said["hows"][one.how.value],
        "outcome": said["outcomes"][one.outcome.value],
        "bad": one.outcome is not Outcome.REACHED,
        "note": one.note,
        "next": moment(one.next_due, zone, language, at),
    }


def needs(seen: HouseholdCard, language: str) -> list[Shown]:
    """Show what a household needs, each with whom in it concerns."""
    names = texts(language)["pages"]["hotline"]["need_words"]
    said = steward_words(language)
    return [
        {
            "name": names[one.need.value],
            "detail": one.detail,
            "member": said["member"].format(no=one.member_no) if one.member_no else "",
            "group": said["groups"][GROUP_OF[one.need].value],
        }
        for one in seen.needs
    ]


def errand(one: Errand, words: Words) -> Shown:
    """Show an errand; medicine with its three legs, and what the steward may say of it next."""
    said = steward_words(words.language)
    taken = {step.state for step in one.steps}
    done = _legs_done(taken, one.state)
    legs = [
        {
            "name": said["legs"][leg.value],
            "state": "done" if n < done else "now" if n == done else "later",
            "word": said["leg_states"]["done" if n < done else "now" if n == done else "later"],
        }
        for n, leg in enumerate(_LEGS)
    ]
    return words.errand(one) | {
        "medicine": one.kind is ErrandKind.MEDICINE,
        "legs": legs if one.kind is ErrandKind.MEDICINE else [],
        "steps": [
            {"state": step.value, "word": said["steps"][step.value]}
            for step in _OWN_STEPS
            if step in NEXT[one.state]
        ],
    }


def _legs_done(taken: set[ErrandState], now: ErrandState) -> int:
    if now in (ErrandState.DONE, ErrandState.DELIVERED):
        return len(_LEGS)
    return max((n + 1 for n, leg in enumerate(_LEGS) if leg in taken), default=0)


def bags(found: Mapping[str, tuple[HouseholdBag, ...]], words: Words) -> dict[str, list[Shown]]:
    """Show the bags of each run, by the run's id."""
    return {run_id: [words.bag(bag) for bag in of] for run_id, of in found.items()}
