"""A leader's day in words: when to stay away, what to hand out at which door."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from api.pages.leader_asker import clock, up
from logistics.domain.leader_days import Arrival, Door, DoorBag, LeaderDay, Stairwell
from logistics.exchange.sheets import address

Shown = dict[str, Any]


def stairwells(
    day: LeaderDay, language: str, words: Mapping[str, Any], at: datetime
) -> list[Shown]:
    """Show each stairwell with its next arrival, its slot and its doors; empty ones, too."""
    return [_stairwell(day, one, language, words, at) for one in day.stairwells]


def _stairwell(
    day: LeaderDay, one: Stairwell, language: str, words: Mapping[str, Any], at: datetime
) -> Shown:
    doors = day.doors_of(one.code)
    coming = [a for a in day.arrivals if a.stairwell_code == one.code]
    bags = [bag for door in doors for bag in door.bags]
    at_slot = [bag.code for bag in bags if bag.who == "slot"]
    on_way = [bag.code for bag in bags if bag.who in ("courier", "van")]
    return {
        "code": one.code,
        "name": name_of(one, language),
        "sealed": one.zone > 1,
        "arrivals": [arrival(a, day.zone_name, at) for a in coming],
        "now": _now(coming, day.zone_name, words, at),
        "bags": len(bags),
        "at_slot": at_slot,
        "on_way": on_way,
        "with_leader": sum(bag.who == "leader" for bag in bags),
        "handed": sum(door.state == "handed" for door in doors),
        "doors": [door_shown(door, words) for door in doors],
    }


def name_of(one: Stairwell, language: str) -> str:
    """Name a stairwell as people do."""
    names = one.names_zh if language == "zh" else one.names_en
    return address(names, "zh" if language == "zh" else "en") or one.code


def arrival(one: Arrival, zone: str, at: datetime) -> Shown:
    """Show when a courier comes, and from when to when everybody else stays away."""
    return {
        "trip": one.trip,
        "at": clock(one.arrives_at, zone),
        "from": clock(one.away_from, zone),
        "until": up(one.away_until, zone),
        "from_at": one.away_from.isoformat(),
        "until_at": one.away_until.isoformat(),
        "bags": one.bags,
        "dropped": one.dropped,
        "over": one.over,
        "overdue": not one.over and at > one.away_until,
        "door": one.drop_mode == "door",
        "gate": one.drop_mode == "gate",
    }


def _now(coming: Sequence[Arrival], zone: str, words: Mapping[str, Any], at: datetime) -> Shown:
    """Say in one sentence whether the slot may be gone to now."""
    here = [one for one in coming if one.away_from <= at < one.away_until]
    if here:
        until = up(max(one.away_until for one in here), zone)
        return {"kind": "away", "text": words["away_now"].format(until=until)}
    overdue = [one for one in coming if not one.over and at >= one.away_until]
    following = next((one for one in coming if one.away_from > at), None)
    if overdue:
        text = words["overdue"].format(at=clock(overdue[0].arrives_at, zone))
        return {"kind": "look", "text": text}
    if following is not None:
        text = words["free_until"].format(until=clock(following.away_from, zone))
        return {"kind": "free", "text": text}
    return {"kind": "free", "text": words["free"] if coming else words["nothing_comes"]}


def door_shown(door: Door, words: Mapping[str, Any]) -> Shown:
    """Show a door with its bags, cold ones first."""
    bags = sorted(door.bags, key=lambda one: (one.compartment != "cold", one.code))
    return {
        "household": door.household,
        "room": door.room,
        "floor": door.floor,
        "state": door.state,
        "said": words["door_states"][door.state],
        "open": door.state != "handed",
        "held": door.state in ("at-slot", "with-leader", "no-answer", "refused"),
        "at_the_door": door.at_the_door,
        "cold": any(one.compartment == "cold" and not one.settled for one in bags),
        "reports": door.reports,
        "bags": [_bag(one, words) for one in bags],
        "codes": [one.code for one in bags if not one.settled],
    }


def _bag(one: DoorBag, words: Mapping[str, Any]) -> Shown:
    return {
        "code": one.code,
        "cold": one.compartment == "cold",
        "mark": "" if one.compartment == "ambient" else words["compartments"][one.compartment],
        "who": words["custodians"].get(one.who, one.who),
        "handed": one.handed,
    }
