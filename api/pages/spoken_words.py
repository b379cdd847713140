"""Why a door is offered, and what to ask next, in the reader's language."""

from api.i18n import texts


def why_words(why: str, language: str) -> str:
    """Explain why a household or place is offered."""
    return str(texts(language)["pages"]["hotline"]["why"].get(why, ""))


def ask_words(ask: str, language: str) -> str:
    """Say what to ask of who calls; empty where nothing is to be asked."""
    return str(texts(language)["pages"]["hotline"]["ask"][ask]) if ask else ""
