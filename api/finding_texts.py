"""Findings of a map in the language of a reader."""

from typing import Any

from api.i18n import error_text, texts
from geodata.findings import WORDS, Finding, FindingText


def finding_text(finding: Finding, language: str) -> FindingText:
    """Fill the texts of a finding's code with its place and its facts.

    Notes
    -----
    Facts that are words are said in the language, ``name`` is the one of the language, and a
    ``refusal``, which is a code, is said by its title.
    """
    said = texts(language)
    facts: dict[str, Any] = {"place": finding.place, **finding.facts}
    for name in facts.keys() & WORDS.keys():
        facts[name] = said["finding-words"][name][facts[name]]
    if "name_zh" in facts:
        facts["name"] = facts[f"name_{language}"]
    if "refusal" in facts:
        facts["refusal"] = error_text(facts["refusal"], "invalid", facts, language).title
    entry = said["findings"][finding.code]
    return FindingText(
        message=entry["message"].format(**facts), mend=entry["mend"].format(**facts)
    )
