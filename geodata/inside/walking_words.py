"""The walking list in words, as a building leader reads it."""

from itertools import groupby

from geodata.directions.phrases import Language
from geodata.inside.walking_list import WalkingList, WalkRow

_WORDS = {
    "zh": {
        "lift": "乘电梯到顶，再逐层下楼",
        "stairs": "走楼梯",
        "closed": "电梯不开放，走楼梯",
        "assumed": "（地图未注明有无电梯）",
        "head": "{how}：{carries}趟，共{time}",
        "carry": "第{n}趟（{bags}袋，{weight}公斤）",
        "row": "{order}. {time} {floor} {room}：{bags}",
        "floor": "{n}层",
        "below": "地下{n}层",
        "heavy": "（过重，请两人搬）",
        "unsure": "（楼层不明）",
        "above": "（地图上此楼只有{n}层，请先核对房号）",
        "ask": "出发前先核对房号：{rooms}",
        "and": "、",
        "back": "返回投放点 {time}",
        "minutes": "{m}分{s:02}秒",
    },
    "en": {
        "lift": "Lift to the top, then down floor by floor",
        "stairs": "By the stairs",
        "closed": "The lift is closed; by the stairs",
        "assumed": " (the map does not say whether there is a lift)",
        "head": "{how}; carries: {carries}; {time} in all",
        "carry": "Carry {n} (bags: {bags}, {weight} kg)",
        "row": "{order}. {time} {floor}, {room}: {bags}",
        "floor": "floor {n}",
        "below": "basement {n}",
        "heavy": " (too heavy for one, carry it together)",
        "unsure": " (floor not known)",
        "above": " (storeys by the map: {n}; ask about the room first)",
        "ask": "Before setting out ask about: {rooms}",
        "and": ", ",
        "back": "back at the slot {time}",
        "minutes": "{m}:{s:02}",
    },
}


def walking_text(listed: WalkingList, language: Language) -> str:
    """Say a walking list line by line; times run from when the leader begins."""
    words = _WORDS[language]
    how = "lift" if listed.rise.lift else "closed" if listed.rise.closed else "stairs"
    said = words[how] + (words["assumed"] if listed.rise.assumed else "")
    total = _clock(listed.total_s, words)
    lines = [words["head"].format(how=said, carries=listed.carries, time=total)]
    for number, group in groupby(listed.rows, key=lambda row: row.carry):
        rows = list(group)
        weight_g = sum(row.weight_g for row in rows)
        lines.append(
            words["carry"].format(
                n=number, bags=sum(len(row.bags) for row in rows), weight=_kilograms(weight_g)
            )
        )
        lines += [_row(row, words) for row in rows]
        last = rows[-1]
        done_s = last.start_s + last.move_s + last.door_s + listed.back_s[number - 1]
        lines.append(words["back"].format(time=_clock(done_s, words)))
    if asked := [question.room for question in listed.questions]:
        lines.append(words["ask"].format(rooms=words["and"].join(asked)))
    return "\n".join(lines)


def _row(row: WalkRow, words: dict[str, str]) -> str:
    said = words["row"].format(
        order=row.order,
        time=_clock(row.start_s + row.move_s, words),
        floor=words["floor" if row.floor > 0 else "below"].format(n=abs(row.floor)),
        room=row.room,
        bags=words["and"].join(row.bags),
    )
    said += words["heavy"] if row.too_heavy else ""
    said += words["above"].format(n=row.above_levels) if row.above_levels else ""
    return said if row.floor_known else said + words["unsure"]


def _clock(seconds: int, words: dict[str, str]) -> str:
    return words["minutes"].format(m=seconds // 60, s=seconds % 60)


def _kilograms(weight_g: int) -> str:
    tenths = (weight_g + 50) // 100
    return f"{tenths // 10}.{tenths % 10}"
