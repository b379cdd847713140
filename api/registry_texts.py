"""What an import of the registry found, in the language of a reader."""

from api.i18n import error_text
from logistics.domain.registry_report import Fault, Finding


def told(found: Fault | Finding, language: str) -> tuple[str, str]:
    """Say what is wrong and how to mend it."""
    facts = (
        found.facts
        if isinstance(found, Fault)
        else {"subject": found.subject, "count": found.count}
    )
    text = error_text(found.code, "invalid", facts, language)
    # a row's own mend is more exact, but English
    exact = found.mend if isinstance(found, Fault) and language == "en" else ""
    return text.title, exact or text.mend
