"""Steps of a way in words: whole sentences, and hints as short as a sheet of paper needs."""

from collections.abc import Sequence
from typing import Literal

from geodata.directions.signs import Signs
from geodata.directions.turns import Step
from geodata.district import District

Language = Literal["zh", "en"]
_NAMED = ("street", "steps")
_SAID_M = 15  # shorter stretches are told without their length, in one breath with what follows
_COMPASS = {
    "zh": ("北", "东北", "东", "东南", "南", "西南", "西", "西北"),
    "en": (
        "north",
        "north-east",
        "east",
        "south-east",
        "south",
        "south-west",
        "west",
        "north-west",
    ),
}
_WAYS = {
    "zh": {
        "steps": "台阶",
        "path": "小路",
        "cycleway": "自行车道",
        "track": "土路",
        "service": "通道",
        "inner": "小区内道路",
        "road": "无名道路",
    },
    "en": {
        "steps": "the steps",
        "path": "the path",
        "cycleway": "the cycle path",
        "track": "the track",
        "service": "the service road",
        "inner": "the road inside the compound",
        "road": "the road without a name",
    },
}
_SHORT_WAYS = {
    _WAYS["zh"]["inner"]: "小区路",
    _WAYS["zh"]["road"]: "路",
    _WAYS["en"]["inner"]: "inner road",
    _WAYS["en"]["road"]: "road",
}
_TURNS = {
    "zh": {
        "slight_left": "向左前方",
        "slight_right": "向右前方",
        "turn_left": "向左转",
        "turn_right": "向右转",
        "sharp_left": "向左后方转",
        "sharp_right": "向右后方转",
        "u_turn": "掉头",
    },
    "en": {
        "slight_left": "bear left",
        "slight_right": "bear right",
        "turn_left": "turn left",
        "turn_right": "turn right",
        "sharp_left": "turn sharp left",
        "sharp_right": "turn sharp right",
        "u_turn": "turn around",
    },
}
_SIDES = {
    "zh": {"left": "，在左侧", "right": "，在右侧", "ahead": "，在前方", "": ""},
    "en": {"left": " on the left", "right": " on the right", "ahead": " ahead", "": ""},
}
_SENTENCES = {
    "zh": {
        "depart": "从{place}出发，沿{way}向{compass}行{n}米",
        "arrive": "到达{place}{side}",
        "straight": "继续沿{way}直行",
        "steps": "走{way}",
        "cross": "横过{way}",
        "gate": "经过{gate}",
        "enter_compound": "从{short_gate}进入{compound}",
        "leave_compound": "从{short_gate}离开{compound}",
        "turn": "{turn}进入{way}",
        "nameless": "{turn}，沿{way}直行",
        "brief": "{turn}",
    },
    "en": {
        "depart": "from {place} go {compass} along {way}, {n} m",
        "arrive": "arrive at {place}{side}",
        "straight": "keep straight on along {way}",
        "steps": "take {way}",
        "cross": "cross {way}",
        "gate": "pass {gate}",
        "enter_compound": "enter {compound} by {short_gate}",
        "leave_compound": "leave {compound} by {short_gate}",
        "turn": "{turn} into {way}",
        "nameless": "{turn} along {way}",
        "brief": "{turn}",
    },
}
_LENGTHS = {
    "zh": {
        "": "，直行{n}米",
        "arrive": "，步行{n}米",
        "straight": "{n}米",
        "nameless": "{n}米",
        "depart": "",
    },
    "en": {"": ", {n} m", "arrive": ", {n} m on foot", "depart": ""},
}
_HINTS = {
    "zh": {
        "depart": "向{compass} {way}",
        "arrive": "到{side}",
        "straight": "直行 {way}",
        "steps": "{way}",
        "cross": "过{way}",
        "gate": "经{gate}",
        "enter_compound": "进{gate}",
        "leave_compound": "出{short_gate}",
        "turn": "{brief} {way}",
        "nameless": "{brief} {way}",
        "brief": "{brief}",
    },
    "en": {
        "depart": "{compass}, {way}",
        "arrive": "door{side}",
        "straight": "straight {way}",
        "steps": "{way}",
        "cross": "cross {way}",
        "gate": "through {gate}",
        "enter_compound": "in by {gate}",
        "leave_compound": "out by {short_gate}",
        "turn": "{brief} {way}",
        "nameless": "{brief} {way}",
        "brief": "{brief}",
    },
}


def phrase(step: Step, district: District, language: Language) -> str:
    """Say a step in a sentence, without its full stop."""
    shape = _shape(step)
    said = _SENTENCES[language][shape].format(**_words(step, Signs.of(district), language))
    if step.distance_m < _SAID_M:
        return said
    lengths = _LENGTHS[language]
    return said + lengths.get(shape, lengths[""]).format(n=step.distance_m)


def directions(steps: Sequence[Step], district: District, language: Language) -> str:
    """Say all steps of a leg in one text."""
    if not steps:
        return ""
    soft, hard, stop = ("，", "；", "。") if language == "zh" else (", ", "; ", ".")
    text = ""
    for step in steps:
        text += phrase(step, district, language)
        text += hard if step.distance_m >= _SAID_M else soft
    text = text.removesuffix(soft).removesuffix(hard) + stop
    return text[0].upper() + text[1:]


def hints(steps: Sequence[Step], district: District, language: Language) -> str:
    """Say the gates and turns of a leg as shortly as paper needs; the stop itself is not named."""
    signs = Signs.of(district)
    return " → ".join(_hint(step, signs, language) for step in steps)


def street_name(step: Step, signs: Signs, language: Language) -> str:
    """Name the way of a step; in English a Chinese name that has no other stands in quotes."""
    if step.way_kind not in _NAMED:
        return _WAYS[language].get(step.way_kind, "")
    names = signs.street(step.street)
    if language == "zh":
        return names.zh or names.en or _WAYS["zh"]["steps"]
    return names.en or _quoted(names.zh) or _WAYS["en"]["steps"]


def gate_name(step: Step, signs: Signs, language: Language) -> str:
    """Name a gate without its compound, which is said beside it."""
    gate, compound = signs.place(step.gate), signs.place(step.compound)
    if language == "zh":
        short = gate.zh.removeprefix(compound.zh).strip() if step.compound else gate.zh
        return short or gate.zh
    name = gate.en.removeprefix(f"{compound.en}, ") if step.compound else gate.en
    return _quoted(name or gate.en)


def _hint(step: Step, signs: Signs, language: Language) -> str:
    words = _words(step, signs, language)
    words["way"] = _SHORT_WAYS.get(words["way"], words["way"]).removeprefix("the ")
    said = _HINTS[language][_shape(step)].format(**words)
    metres = "{n}米" if language == "zh" else "{n} m"
    if step.distance_m < _SAID_M or step.kind == "arrive":
        return said
    return f"{said} {metres.format(n=step.distance_m)}"


def _shape(step: Step) -> str:
    """Choose the sentence: turns onto a way without a name are told differently."""
    if step.kind not in _TURNS["zh"]:
        return step.kind
    if step.way_kind in _NAMED:
        return "turn"
    return "nameless" if step.distance_m >= _SAID_M else "brief"


def _words(step: Step, signs: Signs, language: Language) -> dict[str, str]:
    place, gate, compound = (signs.place(mark) for mark in (step.place, step.gate, step.compound))
    turn = _TURNS[language].get(step.kind, "")
    words = {
        "way": street_name(step, signs, language),
        "compass": _COMPASS[language][round(step.heading_deg / 45) % 8],
        "side": _SIDES[language][step.side],
        "turn": turn,
        "n": str(step.distance_m),
    }
    if language == "zh":
        return words | {
            "place": place.zh,
            "gate": gate.zh,
            "short_gate": gate_name(step, signs, "zh"),
            "compound": compound.zh,
            "brief": turn.removeprefix("向"),
        }
    return words | {
        "place": _quoted(place.en),
        "gate": _quoted(gate.en),
        "short_gate": _the(gate_name(step, signs, "en")),
        "compound": _quoted(compound.en),
        "brief": turn.removeprefix("turn "),
    }


def _the(name: str) -> str:
    """Put an article before a gate's name, but none before one that is only quoted or numbered."""
    last = name.rsplit(" ", 1)[-1]
    return name if name.startswith('"') or any(c.isdigit() for c in last) else f"the {name}"


def _quoted(name: str) -> str:
    """Put a name in quotes that nobody can read aloud in English."""
    return f'"{name}"' if any("\u3400" <= letter <= "\u9fff" for letter in name) else name
