"""Secrets that open something: made at random, kept as digests alone."""

import hashlib
import secrets
from typing import Final

_LINK_BYTES: Final = 18  # 144 bits: short enough for a QR code that a worn phone reads
_BEARER_BYTES: Final = 32


def new_link_secret() -> str:
    """Make the secret of a link."""
    return secrets.token_urlsafe(_LINK_BYTES)


def new_bearer_secret() -> str:
    """Make the secret of a session or a token, which somebody sends with each request."""
    return secrets.token_urlsafe(_BEARER_BYTES)


def digest(secret: str) -> str:
    """Digest a secret; random secrets need no salt."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
