"""Every finding has words in each language, and they tell the same facts."""

import re
from string import Formatter
from typing import Any

import pytest

from api.finding_texts import finding_text
from api.i18n import LANGUAGES, texts
from geodata.findings import CODES, WORDS, Finding

COMMAND = re.compile(r"supplyloop [\x20-\x7e…]*|osmium [a-z]+|--[a-z]+ [a-z0-9]+")


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def _facts(code: str) -> dict[str, str | int]:
    return {
        fact: WORDS[fact][0]
        if fact in WORDS
        else "edit.id-taken"
        if fact == "refusal"
        else f"<{fact}>"
        for fact in CODES[code].facts
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_code_has_words_and_no_others_do(language: str) -> None:
    said = texts(language)["findings"]
    assert set(said) == set(CODES)
    assert all(set(entry) == {"message", "mend"} for entry in said.values())
    assert all(text.strip() for entry in said.values() for text in entry.values())


@pytest.mark.parametrize("code", CODES)
def test_both_languages_tell_the_same_facts_and_all_of_them(code: str) -> None:
    told: list[Any] = [
        [_places(texts(language)["findings"][code][part]) for part in ("message", "mend")]
        for language in LANGUAGES
    ]
    assert told[0] == told[1]
    named = {"name" if fact.startswith("name_") else fact for fact in CODES[code].facts}
    assert named <= told[0][0] | told[0][1] <= named | {"place"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_word_is_said(language: str) -> None:
    said = texts(language)["finding-words"]
    assert {name: set(words) for name, words in said.items()} == {
        name: set(words) for name, words in WORDS.items()
    }


@pytest.mark.parametrize("code", CODES)
def test_chinese_words_are_chinese(code: str) -> None:
    text = finding_text(Finding(code=code, place="<place>", facts=_facts(code)), "zh")
    for said in (text.message, text.mend):
        bare = re.sub(r"<\w+>", "", COMMAND.sub("", said))
        assert COMMAND.search(said) or re.search(r"[一-鿿]", said)
        assert not re.search(r"[A-Za-z]{2,} [A-Za-z]{2,} [A-Za-z]{2,}", bare)


def test_words_are_chinese_too() -> None:
    said = texts("zh")["finding-words"]
    assert not [w for words in said.values() for w in words.values() if not re.match("[一-鿿]", w)]


@pytest.mark.parametrize("code", CODES)
def test_english_words_hold_no_chinese(code: str) -> None:
    text = finding_text(Finding(code=code, place="<place>", facts=_facts(code)), "en")
    assert not re.search(r"[一-鿿{}]", text.message + text.mend)


def test_a_name_a_word_and_a_refusal_are_those_of_the_reader() -> None:
    names: dict[str, str | int] = {"name_zh": "桂花1幢1单元", "name_en": "Osmanthus, Stairwell 1"}
    apart = Finding(code="stairwell.apart", place="s", facts=names | {"away_m": 7})
    assert finding_text(apart, "zh").message == "桂花1幢1单元:离所属建筑的轮廓 7 米"
    assert finding_text(apart, "en").message.startswith("Osmanthus, Stairwell 1: 7 m from")
    lost = Finding(
        code="edit.lost",
        place="g",
        facts={"action": "set", "kind": "gate", "refusal": "edit.place-unknown", "value": "g"},
    )
    assert texts("zh")["errors"]["edit.place-unknown"]["title"] in finding_text(lost, "zh").message
    assert texts("en")["errors"]["edit.place-unknown"]["title"] in finding_text(lost, "en").message
