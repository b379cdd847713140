"""A leader's sheet on paper: one A4 page for each stairwell, doors from the top down (楼长单)."""

import io
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

import segno

from logistics.domain.leader_days import Door, LeaderDay, Stairwell
from logistics.exchange.press import Press
from logistics.exchange.sheets import address as say_address

Language = Literal["zh", "en"]

TEXTS: Final[Mapping[Language, Mapping[str, str]]] = {
    "zh": {
        "title": "楼长单",
        "sub": "{day} 第 {wave} 波 · {code}",
        "arrivals": "骑手到达,此时段请不要到物资架",
        "arrival": "{at} 到,{bags} 袋:{since}—{until} 不要去",
        "none": "这一波没有骑手来",
        "rule": "和骑手错开至少 {minutes} 分钟。从顶层往下走;冷藏先送。{sealed}",
        "sealed": "封控楼道:放门口,敲门后退开,不见面。",
        "columns": "室|袋号|已送到|没人应|不要了|缺损(写明多少)",
        "cold": "冷藏",
        "chemical": "日化",
        "medicine": "药品",
        "door": "放门口",
        "count": "{doors} 户 · {bags} 袋",
        "enter": "用手机扫这里,把勾选补录进系统",
        "page": "第 {n} 页 / 共 {m} 页",
        "empty": "这一波没有要发的袋子",
    },
    "en": {
        "title": "Leader's sheet",
        "sub": "{day}, wave {wave} · {code}",
        "arrivals": "Couriers come: stay away from the slot",
        "arrival": "{at}, {bags} bags: stay away {since}–{until}",
        "none": "No courier comes in this wave",
        "rule": "At least {minutes} minutes between you and the courier. From the top floor down; "
        "cold bags first. {sealed}",
        "sealed": "Sealed stairwell: leave it at the door, knock, step back, meet nobody.",
        "columns": "Room|Bags|Handed|No answer|Refused|Missing or damaged (how much)",
        "cold": "COLD",
        "chemical": "CHEM",
        "medicine": "MED",
        "door": "at the door",
        "count": "{doors} doors · {bags} bags",
        "enter": "Scan this to enter what was ticked",
        "page": "Page {n} of {m}",
        "empty": "No bags in this wave",
    },
}


class LeaderSheetPrinter:
    """Prints leaders' sheets with one loading of the fonts.

    Parameters
    ----------
    font_paths
        Folders that hold Noto Sans SC, regular and bold.
    """

    def __init__(self, font_paths: Sequence[Path]) -> None:
        self._press = Press("leader_sheet.typ", font_paths)

    def print_day(
        self,
        day: LeaderDay,
        *,
        address: str,
        stairwell: str = "",
        language: Language = "zh",
    ) -> bytes:
        """Print each stairwell on its own page, or one of them.

        Parameters
        ----------
        address
            Of the leader's page, to which the QR codes lead.
        """
        return self._press.print(sheet_data(day, address, stairwell=stairwell, language=language))


def sheet_data(
    day: LeaderDay, address: str, *, stairwell: str = "", language: Language
) -> dict[str, Any]:
    """Put a leader's day into the plain words that the pages show; nobody's name or need."""
    texts = TEXTS[language]
    wells = [one for one in day.stairwells if stairwell in ("", one.code)]
    busy = [one for one in wells if day.doors_of(one.code)] or wells[:1]
    return {
        "language": language,
        "title": f"{texts['title']} {day.run.code}",
        "heading": texts["title"],
        "columns": texts["columns"].split("|"),
        "arrivals_title": texts["arrivals"],
        "enter": texts["enter"],
        "page": texts["page"],
        "empty": texts["empty"],
        "pages": [_page(day, one, f"{address}#well-{one.code}", language) for one in busy],
    }


def _page(day: LeaderDay, one: Stairwell, link: str, language: Language) -> dict[str, Any]:
    texts, doors = TEXTS[language], day.doors_of(one.code)
    names = one.names_zh if language == "zh" else one.names_en
    coming = [a for a in day.arrivals if a.stairwell_code == one.code]
    minute = timedelta(seconds=59)  # an end is rounded up
    return {
        "address": say_address(names, language) or one.code,
        "sub": texts["sub"].format(day=day.run.day.isoformat(), wave=day.run.wave, code=one.code),
        "count": texts["count"].format(doors=len(doors), bags=sum(len(d.bags) for d in doors)),
        "rule": texts["rule"]
        .format(
            minutes=-(-day.run.separation_s // 60),
            sealed=texts["sealed"] if one.zone > 1 else "",
        )
        .strip(),
        "arrivals": [
            texts["arrival"].format(
                at=_clock(a.arrives_at, day.zone_name),
                bags=a.bags,
                since=_clock(a.away_from, day.zone_name),
                until=_clock(a.away_until + minute, day.zone_name),
            )
            for a in coming
        ]
        or [texts["none"]],
        "doors": [_door(door, texts) for door in doors],
        "qr": _qr(link),
    }


def _door(door: Door, texts: Mapping[str, str]) -> dict[str, Any]:
    bags = sorted(door.bags, key=lambda one: (one.compartment != "cold", one.code))
    return {
        "room": door.room,
        "door": texts["door"] if door.at_the_door else "",
        "bags": [
            {"code": bag.code, "mark": texts.get(bag.compartment, "")} for bag in bags
        ],
    }  # fmt: skip


def _clock(at: datetime, zone_name: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone_name)):%H:%M}"


def _qr(link: str) -> str:
    out = io.BytesIO()
    segno.make(link, error="m", micro=False).save(
        out, kind="svg", border=2, xmldecl=False, svgns=True
    )
    return out.getvalue().decode()
